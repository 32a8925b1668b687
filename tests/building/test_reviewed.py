"""What people reviewed: told by the card for each split, and a test split of nothing else where it is asked for."""

import json

import pytest

from building import BuildError, build
from building.card import render_card
from building.statistics import count_release
from release import Origin, Review, Text, open_release, write_release

REVIEW = Review(decision="accept", reviewer="Li", time="2025-11-23T08:00:00Z")


def reviewed_copy(release, folder, is_reviewed, decision="accept"):
    """The release with an account of its texts, in which the questions that `is_reviewed` picks were reviewed."""
    review = REVIEW.model_copy(update={"decision": decision})
    origins = [
        Origin(
            dialogue_id=dialogue.dialogue_id,
            turn=turn.turn,
            pattern="words",
            clues=[],
            template=Text(en="x", zh="x"),
            reviewed={name: review for name in turn.question.languages() if is_reviewed(dialogue, turn, name)},
        )
        for dialogue in release.dialogues()
        for turn in dialogue.turns
    ]
    images = {note.image_id: release.image(note) for note in release.annotations()}
    texts = release.header.texts.model_copy(update={"reviewed": "some, by one person"})
    header = release.header.model_copy(update={"texts": texts})
    return open_release(write_release(folder, release.annotations(), release.dialogues(), images, header, origins))


@pytest.fixture(scope="module")
def release(synthetic_release):
    return open_release(synthetic_release)


def test_the_test_split_is_limited_to_dialogues_reviewed_as_a_whole(release, tmp_path):
    test = [dialogue for dialogue in release.dialogues() if dialogue.split == "test"]
    wanted, partly = {one.dialogue_id for one in test[:3]}, test[3].dialogue_id
    copy = reviewed_copy(
        release,
        tmp_path / "release",
        lambda dialogue, turn, name: (
            dialogue.dialogue_id in wanted or (dialogue.dialogue_id == partly and (turn.turn > 1 or name == "en"))
        ),
    )
    built = build(copy.folder, tmp_path / "mturn-seg", tmp_path / "truth", reviewed_only=True)
    whole = build(copy.folder, tmp_path / "all" / "mturn-seg", tmp_path / "all" / "truth")
    assert built.rows == {**whole.rows, "test": 3}
    assert whole.rows["test"] == len(test)
    assert built.digest != whole.digest
    assert json.loads((built.folder / "digest.json").read_text("utf-8"))["digest"] == built.digest
    card = (built.folder / "README.md").read_text("utf-8")
    assert "People reviewed every question of the test split." in card
    assert "People reviewed every question" not in (whole.folder / "README.md").read_text("utf-8")
    images = {one.image_id for one in test[:3]}
    assert (
        f"| images | {whole_images(release, 'train')} | {whole_images(release, 'validation')} | {len(images)} |" in card
    )
    again = build(copy.folder, tmp_path / "mturn-seg", tmp_path / "truth", reviewed_only=True)
    assert again.reused


def whole_images(release, split):
    return len({dialogue.image_id for dialogue in release.dialogues() if dialogue.split == split})


@pytest.mark.parametrize("told", [True, False])
def test_without_a_wholly_reviewed_test_dialogue_nothing_is_built(release, tmp_path, told):
    folder = release.folder
    if told:
        folder = reviewed_copy(release, tmp_path / "release", lambda dialogue, *_: dialogue.split == "train").folder
    with pytest.raises(BuildError, match=r"no dialogue of the test split .* mturn-seg review .* --whole-dialogues"):
        build(folder, tmp_path / "mturn-seg", tmp_path / "truth", reviewed_only=True)
    assert not (tmp_path / "mturn-seg").exists()
    assert not (tmp_path / "truth").exists()


def test_the_card_tells_the_reviewed_share_of_each_split(release, tmp_path):
    copy = reviewed_copy(
        release,
        tmp_path / "release",
        lambda dialogue, turn, name: dialogue.split == "validation" or (dialogue.split == "test" and turn.turn == 1),
        decision="edit",
    )
    questions = dict.fromkeys(("train", "validation", "test"), 0)
    first = 0
    for dialogue in release.dialogues():
        questions[dialogue.split] += sum(len(turn.question.languages()) for turn in dialogue.turns)
        first += len(dialogue.turns[0].question.languages()) if dialogue.split == "test" else 0
    card = render_card(copy, count_release(copy), {}, {})
    whole, test = questions["validation"], f"{first} ({first / questions['test']:.1%})"
    assert "Reviewed: some, by one person." in card
    assert f"| questions, each language counted | {questions['train']} | {whole} | {questions['test']} |" in card
    assert f"| reviewed | 0 (0.0%) | {whole} (100.0%) | {test} |" in card
    assert f"| edited in review | 0 | {whole} | {first} |" in card
    assert "The questions that nobody reviewed are machine-written." in card


def test_a_card_of_a_release_that_was_reviewed_as_a_whole_says_nothing_of_the_rest(release, tmp_path):
    copy = reviewed_copy(release, tmp_path / "release", lambda *_: True)
    card = render_card(copy, count_release(copy), {}, {})
    assert "People reviewed every question of the test split." in card
    assert "nobody reviewed" not in card


def test_a_card_without_a_review_of_each_question_has_no_table(release):
    card = render_card(release, count_release(release), {}, {})
    assert "Machine-written and not reviewed by people" in card
    assert "edited in review" not in card
