"""A review that goes on: what is shown, what is kept, and what is refused before it is kept."""

import pytest

from authoring.errors import ReviewError
from authoring.reviewing import Extent, read_decisions, sample
from authoring.reviewing.session import ReviewSession
from release import open_release
from tests.authoring.reviewing.making import asked, decided, make_release, write_decisions


@pytest.fixture
def session(tmp_path):
    release = open_release(make_release(tmp_path / "release"))
    return ReviewSession(release, sample(release, Extent(share=1)), "Li", tmp_path / "decisions.jsonl")


def number_of(session, *item):
    return [tuple(one.item) for one in session.sampled].index(item)


def test_a_question_comes_with_its_dialogue_so_far(session):
    shown = session.shown(number_of(session, "long", 3, "zh"))
    assert shown.question == asked("long", 3)["zh"]
    assert [turn.turn for turn in shown.history] == [1, 2]
    assert shown.annotation.image_id == "i1"
    assert session.clues(number_of(session, "long", 3, "zh")) == [{"clue": "Described", "fits": ["spleen"]}]


@pytest.mark.parametrize("number", [-1, 13])
def test_there_are_no_questions_beyond_the_sample(session, number):
    with pytest.raises(IndexError, match="expected 0 to 12"):
        session.shown(number)


def test_decisions_are_on_disk_at_once_and_the_next_session_knows_them(session):
    one, other = (number_of(session, "long", 1, name) for name in ("en", "zh"))
    session.decide(one, "accept")
    session.decide(other, "reject", reason=" 看不懂 ")
    session.decide(one, "edit", text=" Better words. ")
    kept = read_decisions(session.log.file)
    assert [(found.decision, found.text, found.reason) for found in kept] == [
        ("accept", None, None),
        ("reject", None, "看不懂"),
        ("edit", "Better words.", None),
    ]
    assert all(found.reviewer == "Li" and found.time.tzinfo is not None for found in kept)
    again = ReviewSession(session.release, session.sampled, "Li", session.log.file)
    assert again.decision(one).text == "Better words."
    assert again.counts() == {"edit": 1, "reject": 1}
    assert [index for index, state in enumerate(again.states()) if state] == sorted([one, other])
    # Another reviewer starts with nothing decided, in the same file.
    assert not ReviewSession(session.release, session.sampled, "Wang", session.log.file).counts()


def test_a_decision_on_a_text_that_changed_since_is_open_again(tmp_path):
    release = open_release(make_release(tmp_path / "release", texts={("long", 1): "Fresh words."}))
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 1, "en", "accept"), decided("long", 1, "zh", "accept"))
    session = ReviewSession(release, sample(release, Extent(share=1)), "Li", file)
    assert session.decision(number_of(session, "long", 1, "en")) is None
    assert session.decision(number_of(session, "long", 1, "zh")).decision == "accept"


@pytest.mark.parametrize(
    ("decision", "changes", "told"),
    [
        ("edit", {"text": "Segment the liver."}, "it names liver"),
        ("edit", {"text": "Segment the one on the left."}, "whose side"),
        ("edit", {"text": asked("long", 1)["en"]}, "as it was"),
        ("edit", {}, "blank"),
        ("reject", {}, "expected a few words"),
        ("reject", {"reason": "  "}, "expected a few words"),
        ("accept", {"text": "Other words."}, "expected a text with edit"),
        ("maybe", {}, "decision"),
    ],
)
def test_what_is_refused_is_not_kept(session, decision, changes, told):
    number = number_of(session, "long", 1, "en")
    with pytest.raises(ReviewError, match=told):
        session.decide(number, decision, **changes)
    assert session.decision(number) is None
    assert not session.log.file.exists()


def test_a_reviewer_has_a_name(session):
    with pytest.raises(ReviewError, match="blank"):
        ReviewSession(session.release, session.sampled, " ", session.log.file)
