"""Submitting: recorded, scored, told what remains; a repeated file gets its first result and costs nothing."""

import re

import pyarrow.parquet as pq
import pytest

from leaderboard import STATEMENT, Leaderboard, SqliteStore, SubmissionMeta

ARGUMENTS = ("--name", "model", "--user", "me", "--signed", "A Name")


def test_a_submission_is_recorded_scored_and_kept_with_all_that_was_said(made, mturn_seg):
    code, out, err = mturn_seg(
        "submit", made.half, *ARGUMENTS, "--parameters", "7B", "--keep-shown", "--link", "https://example.org/m",
        "--organisation", "An Institute", "--training-data", "the train split", "--notes", "seed 1", *made.board,
    )  # fmt: skip
    assert code == 0, err
    assert "en-multi  Dice 0.8333 (0.8333 to 0.8333)  IoU 0.7500" in out
    assert "attempt 1 of this model" in out
    (submission,) = Leaderboard(made.truth, SqliteStore(made.store)).submissions()
    assert f"recorded as submission {submission.id}" in out
    assert f"mturn-seg report {submission.id}" in out
    assert submission.state == "scored"
    assert submission.meta == SubmissionMeta(
        model="model", parameters=7_000_000_000, display=False, link="https://example.org/m", history_mode="own",
        organisation="An Institute", training_data="the train split", notes="seed 1", signed="A Name",
    )  # fmt: skip


def test_without_a_signature_the_statement_is_told_and_nothing_is_recorded(made, mturn_seg):
    code, _, err = mturn_seg("submit", made.half, "--name", "model", "--user", "me", *made.board)
    assert code == 2
    assert STATEMENT in err
    assert Leaderboard(made.truth, SqliteStore(made.store)).submissions() == []


def test_the_same_file_again_is_answered_with_the_first_result(made, mturn_seg, submit):
    first = submit(made.half)
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS[2:], "--name", "other", *made.board)
    assert code == 0
    assert "me entered this file before, as 'model' on " in out
    assert f"submission {first} stands; nothing new was entered" in out
    assert "en-multi  Dice 0.8333" in out
    assert len(Leaderboard(made.truth, SqliteStore(made.store)).submissions()) == 1


def test_a_quota_is_told_and_kept_and_a_repetition_does_not_use_it_up(made, mturn_seg):
    quota = ("--per-day", "2", "--total", "2")
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS, *made.board, *quota)
    assert code == 0
    assert "me: 1 left today, 1 left in all (1 used today, 1 in all)" in out
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS, *made.board, *quota)
    assert code == 0
    assert "me: 1 left today, 1 left in all (1 used today, 1 in all)" in out
    code, out, _ = mturn_seg("submit", made.exact, *ARGUMENTS, *made.board, *quota)
    assert code == 0
    assert "attempt 2 of this model" in out
    assert "me: none left (2 used today, 2 in all); no more are allowed" in out
    code, _, err = mturn_seg("submit", made.both, *ARGUMENTS, *made.board, *quota)
    assert code == 2
    assert "me has no submission left" in err


def test_a_quota_can_stand_in_the_environment_and_an_option_goes_before_it(made, mturn_seg, monkeypatch):
    monkeypatch.setenv("MTURN_SEG_QUOTA_PER_DAY", "1")
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 0
    assert "me: none left (1 used today, 1 in all); the next is allowed at " in out
    code, _, err = mturn_seg("submit", made.exact, *ARGUMENTS, *made.board)
    assert code == 2
    assert "me has no submission left" in err
    monkeypatch.setenv("MTURN_SEG_QUOTA_TOTAL", "2")
    code, out, err = mturn_seg("submit", made.exact, *ARGUMENTS, *made.board, "--per-day", "9")
    assert code == 0, err
    assert "me: none left (2 used today, 2 in all); no more are allowed" in out


@pytest.mark.parametrize("name", ["MTURN_SEG_QUOTA_PER_DAY", "MTURN_SEG_QUOTA_TOTAL"])
@pytest.mark.parametrize("value", ["0", "many"])
def test_a_quota_in_the_environment_that_is_none_is_told(made, mturn_seg, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    code, _, err = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 2
    assert name in re.sub(r"[\s│]+", "", err)
    assert not made.store.exists()


@pytest.mark.parametrize("option", [("--user", " "), ()])
def test_what_cannot_be_submitted_leaves_no_store_behind(made, mturn_seg, option):
    file = made.half if option else made.folder / "nosuch.parquet"
    code, _, err = mturn_seg("submit", file, *ARGUMENTS, *option, *made.board)
    assert code == 2
    assert ("is blank" if option else "nosuch.parquet") in err
    assert not made.store.exists()


def test_a_file_that_breaks_rules_is_refused_with_its_problems_and_costs_nothing(made, mturn_seg):
    short = made.folder / "short.parquet"
    pq.write_table(pq.read_table(made.exact).slice(1), short)
    code, out, err = mturn_seg("submit", short, *ARGUMENTS, *made.board, "--per-day", "1")
    assert code == 2
    assert "missing" in err
    assert "dialogue d1, en, turn 1" in err
    code, out, _ = mturn_seg("submissions", *made.board)
    assert "refused" in out
    code, out, _ = mturn_seg("submit", short, *ARGUMENTS, *made.board, "--per-day", "1")
    assert code == 2
    assert "entered this file before" not in out  # a refused file is checked anew
    code, out, err = mturn_seg("submit", made.exact, *ARGUMENTS, *made.board, "--per-day", "1")
    assert code == 0, err
    assert "me: none left (1 used today, 1 in all); the next is allowed at " in out


def test_history_that_needs_the_truth_is_for_validation_only(made, mturn_seg):
    code, _, err = mturn_seg("submit", made.half, *ARGUMENTS, "--history", "gt", *made.board)
    assert code == 2
    assert "'gt' needs the truth" in err
    truth = made.write_truth(made.folder / "validation.parquet", split="validation")
    unsigned = ("--name", "model", "--user", "me", "--truth", truth, "--store", made.store)
    code, out, err = mturn_seg("submit", made.half, *unsigned, "--history", "gt")
    assert code == 0, err
    assert "en-multi  Dice 0.8333" in out


def test_a_withdrawn_submission_is_answered_with_what_became_of_it(made, mturn_seg, submit):
    first = submit(made.half)
    assert mturn_seg("withdraw", first, "--by", "me", "--reason", "wrong [file]", *made.board)[0] == 0
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 0
    assert "en-multi  Dice 0.8333" in out
    assert "withdrawn since: wrong [file]" in out
    assert "mturn-seg table" not in out


def test_an_interrupted_submission_is_kept_and_scored_by_the_same_command(made, mturn_seg, monkeypatch):
    def interrupt(self, submission_id):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Leaderboard, "settle", interrupt)
        code, out, err = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 130
    assert "the same command goes on" in err
    code, out, _ = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 0
    assert "en-multi  Dice 0.8333" in out


def test_submissions_are_listed_with_state_and_reason_and_by_user(made, mturn_seg, submit):
    mine = submit(made.half)
    theirs = submit(made.exact, name="<other> [bold]", user="someone")
    assert mturn_seg("withdraw", mine, "--by", "me", "--reason", "a mistake", *made.board)[0] == 0
    assert mturn_seg("verify", theirs, "--by", "keeper", *made.board)[0] == 0
    code, out, _ = mturn_seg("submissions", *made.board)
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines() if re.match(r" ?[0-9a-f]{16} ", line)}
    assert set(lines) == {mine, theirs}
    assert "withdrawn" in lines[mine]
    assert "verified" in lines[theirs]
    assert "a mistake" in re.sub(r"\s+", " ", out)
    code, out, _ = mturn_seg("submissions", "--user", "someone", *made.board)
    assert theirs in out
    assert mine not in out


@pytest.mark.parametrize("place", ["hub:ORG/RESULTS"])
def test_a_store_on_the_hub_is_not_looked_for_on_this_computer(made, mturn_seg, submit, monkeypatch, place):
    first = submit(made.half)
    opened = []

    def open_here(asked):
        opened.append(asked)
        return SqliteStore(made.store)

    monkeypatch.setattr("leaderboard.open_store", open_here)
    code, out, _ = mturn_seg("submissions", "--store", place, "--truth", made.truth)
    assert code == 0
    assert first in out
    assert opened == [place]


def test_what_a_maintainer_deleted_is_not_taken_again(made, mturn_seg, submit):
    first = submit(made.half)
    assert mturn_seg("delete", first, "--by", "keeper", "--yes", *made.board)[0] == 0
    code, out, err = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 2
    assert f"this file is submission {first}, which was deleted; it cannot be sent again" in err
    assert "recorded" not in out


def test_one_that_another_computer_may_be_scoring_is_said_to_wait(made, mturn_seg):
    board = Leaderboard(made.truth, SqliteStore(made.store))
    entered = board.enter(made.half, SubmissionMeta(model="model", history_mode="own", signed="A Name"), "me")
    for _ in range(3):
        board.store.begin(entered.id)
    code, _, err = mturn_seg("submit", made.half, *ARGUMENTS, *made.board)
    assert code == 2
    assert f"submission {entered.id} is kept and still to be scored" in err
    assert board.submission(entered.id).state == "pending"
