"""Decisions on disk: each is whole, the last of a reviewer counts, and a crash costs at most the one being written."""

import json

import pytest

from authoring.errors import ReviewError
from authoring.reviewing import DecisionLog, Item, latest, read_all, read_decisions
from tests.authoring.reviewing.making import decided, write_decisions

FIRST = Item("long", 1, "en")


def test_decisions_come_back_as_they_were_written(tmp_path):
    log = DecisionLog(tmp_path / "new" / "d.jsonl")
    made = [decided("long", 1, "en", "accept"), decided("long", 1, "zh", "edit", text="改好的问题。")]
    for decision in made:
        log.append(decision)
    assert read_decisions(log.file) == made
    assert json.loads(log.file.read_text("utf-8").splitlines()[1]) == {
        "dialogue_id": "long",
        "turn": 1,
        "language": "zh",
        "decision": "edit",
        "text": "改好的问题。",
        "reviewer": "Li",
        "time": "2025-11-23T08:00:00Z",
        "question": "long的第1个问题。",
    }


def test_the_last_decision_of_each_reviewer_counts_whatever_the_order_of_the_files():
    early, late = decided("long", 1, "en", "accept"), decided("long", 1, "en", "reject", minute=5)
    other = decided("long", 1, "en", "accept", reviewer="Wang", minute=1)
    assert latest([late, other, early]) == {FIRST: [late, other]}


def test_a_review_goes_on_where_it_stopped(tmp_path):
    file = tmp_path / "d.jsonl"
    DecisionLog(file).append(decided("long", 1, "en", "accept"))
    log = DecisionLog(file)
    log.append(decided("long", 1, "en", "reject", minute=1))
    log.append(decided("long", 2, "en", "accept", reviewer="Wang"))
    assert {item: decision.decision for item, decision in DecisionLog(file).of("Li").items()} == {FIRST: "reject"}


@pytest.mark.parametrize("cut", [3, 40, -2])
def test_a_line_that_a_crash_left_unfinished_is_cut_off(tmp_path, cut):
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 1, "en", "accept"), decided("long", 2, "en", "accept"))
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + second[:cut])
    log = DecisionLog(file)
    assert [decision.turn for decision in log.decisions] == [1]
    log.append(decided("long", 3, "en", "accept"))
    assert [decision.turn for decision in read_decisions(file)] == [1, 3]


def test_a_whole_last_line_without_its_line_break_is_kept(tmp_path):
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 1, "en", "accept"))
    file.write_bytes(file.read_bytes().rstrip())
    log = DecisionLog(file)
    log.append(decided("long", 2, "en", "accept"))
    assert [decision.turn for decision in read_decisions(file)] == [1, 2]


def test_a_file_that_holds_something_else_is_refused_and_left_as_it_is(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_bytes(b"do not lose this")
    with pytest.raises(ReviewError, match=r"notes\.txt:1: "):
        DecisionLog(file)
    assert file.read_bytes() == b"do not lose this"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"decision": "maybe"}, "decision"),
        ({"text": "other"}, "expected a text with edit"),
        ({"decision": "edit"}, "expected a text with edit"),
        ({"decision": "reject"}, "expected a reason with reject"),
        ({"decision": "reject", "reason": "  "}, "reason"),
        ({"time": "2025-11-23T08:00:00"}, "time"),
        ({"turn": 0}, "turn"),
        ({"language": "de"}, "language"),
        ({"extra": 1}, "extra"),
        ({"question": None}, "question"),
    ],
)
def test_a_line_that_is_no_decision_is_refused_with_its_place(tmp_path, changes, told):
    good = json.loads(decided("long", 1, "en", "accept").model_dump_json(exclude_none=True))
    file = tmp_path / "d.jsonl"
    file.write_text(f"{json.dumps(good)}\n{json.dumps({**good, **changes})}\n")
    with pytest.raises(ReviewError, match=rf"d\.jsonl:2: .*{told}"):
        read_decisions(file)


def test_files_without_any_decision_are_refused(tmp_path):
    with pytest.raises(ReviewError, match="expected at least one"):
        read_all([write_decisions(tmp_path / "a.jsonl"), write_decisions(tmp_path / "b.jsonl")])


def test_a_last_line_that_somebody_misspelt_is_told_not_deleted(tmp_path):
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 1, "en", "accept"))
    content = file.read_bytes().rstrip(b"\n").replace(b'"accept"', b'"acept"')
    file.write_bytes(content)
    with pytest.raises(ReviewError, match=r"d\.jsonl:1: decision"):
        DecisionLog(file)
    assert file.read_bytes().rstrip(b"\n") == content


def test_a_decision_is_never_glued_to_half_a_line(tmp_path):
    log = DecisionLog(tmp_path / "d.jsonl")
    log.append(decided("long", 1, "en", "accept"))
    with log.file.open("ab") as file:
        file.write(b'{"dialogue_id"')
    log.append(decided("long", 2, "en", "accept"))
    assert len(log.file.read_bytes().splitlines()) == 3


def test_a_decision_that_cannot_be_kept_whole_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    log = DecisionLog(tmp_path / "d.jsonl")
    log.append(decided("long", 1, "en", "accept"))
    before = log.file.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        log.append(decided("long", 2, "en", "accept"))
    assert log.file.read_bytes() == before
