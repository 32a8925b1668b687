"""Decisions in a release: edits replace, rejections take with them what would count wrong, and all of it is told."""

import pytest

from authoring import apply_review
from authoring.errors import ReviewError
from release import open_release, read_release, write_release
from tests.authoring.reviewing.making import QUESTIONS, asked, decided, make_release, write_decisions


@pytest.fixture
def release(tmp_path):
    return make_release(tmp_path / "release")


@pytest.fixture
def apply(release, tmp_path):
    """Applies decisions to the small release and reads what comes out."""

    def run(*decisions, **options):
        file = write_decisions(tmp_path / "decisions.jsonl", *decisions)
        return read_release(apply_review(release, [file], tmp_path / "out", **options).folder)

    return run


def dialogue(release, name):
    return next((found for found in release.dialogues() if found.dialogue_id == name), None)


def numbers(dialogue, language):
    """The turns that a language asks, by the number that they had before."""
    return [
        next(before for before in range(1, 6) if asked(dialogue.dialogue_id, before)[language] == text)
        for turn in dialogue.turns
        if (text := getattr(turn.question, language)) is not None
    ]


def test_accepted_questions_stay_and_are_told(apply, release):
    out = apply(decided("long", 1, "en", "accept"))
    before = open_release(release)
    assert list(out.dialogues()) == list(before.dialogues())
    assert list(out.annotations()) == list(before.annotations())
    assert [out.image(note) for note in out.annotations()] == [before.image(note) for note in before.annotations()]
    reviewed = {
        (origin.dialogue_id, origin.turn): {name: one.model_dump() for name, one in origin.reviewed.items()}
        for origin in out.origins()
        if origin.reviewed
    }
    told = {"decision": "accept", "reviewer": "Li", "time": "2025-11-23T08:00:00Z"}
    assert reviewed == {("long", 1): {"en": told}}


def test_the_header_tells_the_share_and_the_error_rate(apply):
    accepted = [decided("long", number, language, "accept") for number in (1, 2, 3, 4) for language in ("en", "zh")]
    wrong = [decided("long", 5, "en", "edit"), decided("long", 5, "zh", "reject", reviewer="Wang")]
    out = apply(*accepted, *wrong)
    # 10 of 13 questions, 2 of them faulty: Wilson's interval of 2 of 10 is 0.057 to 0.510.
    assert QUESTIONS == 13
    assert out.header.texts.reviewed == (
        "10 of 13 questions (76.9%) by 2 people; 20.0% of them were faulty and were edited or removed "
        "(error rate before that, 95 % interval 5.7% to 51.0%, Wilson)"
    )
    assert out.header.texts.written_by == "hand"


def test_an_edit_replaces_the_question_of_its_language_alone(apply, release):
    out = apply(decided("long", 3, "en", "edit", text="Outline what lies on the left side of the image."))
    before, after = (dialogue(opened, "long") for opened in (open_release(release), out))
    assert after.turns[2].question.en == "Outline what lies on the left side of the image."
    assert after.turns[2].question.zh == asked("long", 3)["zh"]
    assert after.turns[2].answer == before.turns[2].answer
    assert [turn for turn in after.turns if turn.turn != 3] == [turn for turn in before.turns if turn.turn != 3]
    [origin] = [origin for origin in out.origins() if origin.reviewed]
    assert origin.template.en == asked("long", 3)["en"]
    assert origin.reviewed["en"].decision == "edit"


def test_a_rejected_segmentation_takes_its_language_from_all_later_turns(apply):
    out = apply(decided("long", 3, "zh", "reject"))
    found = dialogue(out, "long")
    assert numbers(found, "en") == [1, 2, 3, 4, 5]
    assert numbers(found, "zh") == [1, 2]
    assert [turn.answer.languages() for turn in found.turns] == [["en", "zh"]] * 2 + [["en"]] * 3
    templates = [origin.template.languages() for origin in out.origins() if origin.dialogue_id == "long"]
    assert templates == [["en", "zh"]] * 2 + [["en"]] * 3


def test_turns_that_no_language_asks_any_more_go(apply):
    found = dialogue(apply(decided("long", 3, "zh", "reject"), decided("long", 5, "en", "reject")), "long")
    assert [turn.turn for turn in found.turns] == [1, 2, 3, 4]
    assert numbers(found, "en") == [1, 2, 3, 4]
    assert numbers(found, "zh") == [1, 2]


def test_a_rejected_text_only_turn_goes_alone_and_the_rest_is_numbered_anew(apply):
    out = apply(
        decided("long", 2, "en", "reject"), decided("long", 2, "zh", "reject"), decided("long", 5, "en", "accept")
    )
    found = dialogue(out, "long")
    assert [turn.turn for turn in found.turns] == [1, 2, 3, 4]
    assert numbers(found, "en") == numbers(found, "zh") == [1, 3, 4, 5]
    # Before: turn 3 refers to 1, turn 4 to 3, turn 5 to 1 and 3.
    assert [turn.refers_to for turn in found.turns] == [[], [1], [2], [1, 2]]
    origins = [origin for origin in out.origins() if origin.dialogue_id == "long"]
    assert [origin.turn for origin in origins] == [1, 2, 3, 4]
    assert [origin.template.en for origin in origins] == [asked("long", number)["en"] for number in (1, 3, 4, 5)]
    assert [sorted(origin.reviewed) for origin in origins] == [[], [], [], ["en"]]


def test_a_text_only_turn_rejected_in_one_language_stays_in_the_other(apply):
    found = dialogue(apply(decided("long", 2, "en", "reject")), "long")
    assert numbers(found, "en") == [1, 3, 4, 5]
    assert numbers(found, "zh") == [1, 2, 3, 4, 5]
    assert found.turns[1].question.en is None and found.turns[1].answer.en is None


def test_dialogues_and_images_that_nobody_asks_for_go(apply):
    out = apply(decided("other", 1, "en", "reject"), decided("other", 1, "zh", "reject"))
    assert [found.dialogue_id for found in out.dialogues()] == ["long", "short"]
    assert [note.image_id for note in out.annotations()] == ["i1"]
    assert [path.name for path in (out.folder / "images").iterdir()] == ["i1.png"]
    assert {origin.dialogue_id for origin in out.origins()} == {"long", "short"}


def test_what_was_lost_is_counted(release, tmp_path):
    decisions = [
        decided("other", 1, "en", "reject"),
        decided("other", 1, "zh", "reject"),
        decided("long", 3, "zh", "reject"),
    ]
    applied = apply_review(release, [write_decisions(tmp_path / "d.jsonl", *decisions)], tmp_path / "out")
    # Both questions of `other`, and the Chinese ones of turns 3, 4 and 5 of `long`.
    assert (applied.questions_lost, applied.dialogues_lost, applied.images_lost) == (5, 1, 1)


def test_a_release_without_anything_left_is_not_written(apply, tmp_path):
    decisions = [decided(name, 1, language, "reject") for name in ("long", "other") for language in ("en", "zh")]
    with pytest.raises(ReviewError, match="every dialogue was rejected"):
        apply(*decisions, decided("short", 1, "en", "reject"))
    assert not (tmp_path / "out").exists()


def test_the_place_of_the_release_itself_will_do(release, tmp_path):
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 3, "en", "edit"))
    apply_review(release, [file], release)
    assert dialogue(read_release(release), "long").turns[2].question.en == "A better question."


def test_the_same_decisions_give_the_same_bytes(release, tmp_path):
    files = [
        write_decisions(tmp_path / "a.jsonl", decided("long", 3, "en", "edit")),
        write_decisions(tmp_path / "b.jsonl", decided("long", 2, "zh", "reject", reviewer="Wang")),
    ]
    outs = [apply_review(release, order, tmp_path / name).folder for order, name in ((files, "x"), (files[::-1], "y"))]
    assert open_release(outs[0]).digest == open_release(outs[1]).digest


def test_a_release_that_does_not_tell_how_its_questions_came_about(tmp_path):
    untold = make_release(tmp_path / "untold", told=False)
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 2, "en", "reject"))
    out = read_release(apply_review(untold, [file], tmp_path / "out").folder)
    assert out.header.texts.reviewed.startswith("1 of 13 questions")
    assert not (out.folder / "texts.jsonl").exists()


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (
            decided("long", 1, "en", "accept", question="What stood here before."),
            "Li saw 'What stood here before.'; it is",
        ),
        (decided("gone", 1, "en", "accept"), "dialogue gone, turn 1, en: no such dialogue"),
        (decided("long", 6, "en", "accept"), "dialogue long, turn 6, en: no such question"),
        (decided("short", 1, "zh", "accept"), "dialogue short, turn 1, zh: no such question"),
        (decided("long", 1, "en", "edit", text="Segment the spleen."), "it names spleen"),
        (decided("long", 1, "en", "edit", text="Segment the left one."), "whose side"),
        (decided("long", 1, "zh", "edit", text="Segment it."), "expected a question in Chinese"),
    ],
)
def test_decisions_that_do_not_fit_are_refused_by_name(apply, tmp_path, decision, told):
    with pytest.raises(ReviewError) as refused:
        apply(decided("long", 3, "en", "accept"), decision)
    assert told in str(refused.value)
    assert "(1)" in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_many_misfits_are_counted_and_the_first_are_shown(apply):
    with pytest.raises(ReviewError) as refused:
        apply(*(decided("gone", number, "en", "accept") for number in range(1, 31)))
    assert "(30)" in str(refused.value)
    assert str(refused.value).count("no such dialogue") == 20
    assert str(refused.value).endswith("and 10 more")


def rewritten(release, folder, **header):
    """The release again, with a header changed and with kept rewrites."""
    before = open_release(release)
    withheld = header.get("images") == "withheld"
    notes = [
        note.model_copy(update={"pixels_sha256": f"{number:064}", "scan": "case"} if withheld else {})
        for number, note in enumerate(before.annotations())
    ]
    images = {} if withheld else {note.image_id: before.image(note) for note in notes}
    changed = before.header.model_copy(update=header)
    return write_release(folder, notes, before.dialogues(), images, changed, before.origins(), b'{"kept": true}\n')


def test_kept_rewrites_stay_with_the_release(release, tmp_path):
    copy = rewritten(release, tmp_path / "copy")
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 2, "en", "reject"))
    out = apply_review(copy, [file], tmp_path / "out").folder
    assert (out / "rewrites.jsonl").read_bytes() == b'{"kept": true}\n'


def test_a_release_that_withholds_its_images(release, tmp_path):
    copy = rewritten(release, tmp_path / "copy", images="withheld")
    decisions = [decided("other", 1, "en", "reject"), decided("other", 1, "zh", "reject")]
    out = read_release(apply_review(copy, [write_decisions(tmp_path / "d.jsonl", *decisions)], tmp_path / "out").folder)
    assert [(note.image_id, note.scan) for note in out.annotations()] == [("i1", "case")]


def by(reviewer, decision, **changes):
    return decided("long", 3, "en", decision, reviewer=reviewer, **changes)


def test_reviewers_who_disagree_are_refused_unless_the_strictest_shall_win(apply):
    accept, edit, reject = by("Li", "accept"), by("Wang", "edit"), by("Zhou", "reject")
    with pytest.raises(ReviewError, match=r"disagree \(1\).*\n.*Li accept, Wang edit to 'A better question\.'"):
        apply(accept, edit)
    edited = dialogue(apply(accept, edit, resolve="strict"), "long")
    assert edited.turns[2].question.en == "A better question."
    rejected = dialogue(apply(accept, edit, reject, resolve="strict"), "long")
    assert numbers(rejected, "en") == [1, 2]


def test_two_edits_to_different_texts_are_refused_in_any_case(apply):
    edits = by("Li", "edit", text="One text."), by("Wang", "edit", text="Another text.")
    with pytest.raises(ReviewError, match="expected one text"):
        apply(*edits, resolve="strict")
    agreed = dialogue(apply(*edits, by("Wang", "edit", text="One text.", minute=1)), "long")
    assert agreed.turns[2].question.en == "One text."


def test_reviewers_who_agree_are_both_named_and_count_as_one_review(apply):
    out = apply(by("Wang", "accept", minute=3), by("Li", "accept"))
    [origin] = [origin for origin in out.origins() if origin.reviewed]
    assert origin.reviewed["en"].model_dump() == {
        "decision": "accept",
        "reviewer": "Li, Wang",
        "time": "2025-11-23T08:03:00Z",
    }
    assert out.header.texts.reviewed.startswith("1 of 13 questions (7.7%) by 2 people; 0.0% of them")


def test_a_review_is_applied_once(apply, tmp_path):
    out = apply(decided("long", 1, "en", "accept"))
    file = write_decisions(tmp_path / "more.jsonl", decided("long", 3, "en", "accept"))
    with pytest.raises(ReviewError, match="reviewed already"):
        apply_review(out.folder, [file], tmp_path / "twice")
