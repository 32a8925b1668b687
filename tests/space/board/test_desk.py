"""Files are checked and scored in another process, and what ends that process does not end the page."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from leaderboard import SubmissionNotFound
from space.board.desk import NICENESS, DeskError, ProcessDesk, ThreadDesk
from tests.space import making


def _unheard(stage: str) -> None:
    pass


@pytest.fixture
def desk(recipe):
    desk = ProcessDesk(recipe)
    yield desk
    desk.close()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_submission_is_scored_in_a_process_of_low_priority(recipe, desk, entered):
    boards = recipe.boards()
    submission = entered(boards.ranked)
    stages = []
    settled = desk.settle("test", submission.id, stages.append)
    assert settled.state == "scored"
    assert boards.ranked.result(settled).counts.rows == len(making.prediction_rows(1))
    assert stages == ["checking", "scoring", "ranking"]
    assert desk.pid not in (None, os.getpid())
    assert os.getpriority(os.PRIO_PROCESS, desk.pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS


def test_both_desks_tell_the_same_of_a_file(recipe, desk, tmp_path):
    path = making.write_predictions(making.prediction_rows(1)[1:], tmp_path / "missing.parquet")
    told = desk.validate("validation", str(path), _unheard)
    assert not told.ok
    assert told == ThreadDesk(recipe.boards()).validate("validation", str(path), _unheard)


def test_errors_come_through_as_they_are(desk):
    with pytest.raises(SubmissionNotFound, match="no submission 'abc'"):
        desk.settle("test", "abc", _unheard)


def test_a_file_that_ends_the_process_ends_nothing_else(recipe, desk, entered, tmp_path):
    path = str(making.write_predictions(making.prediction_rows(1), tmp_path / "good.parquet"))
    desk.start()
    first = desk.pid

    def kill(stage: str) -> None:
        os.kill(first, signal.SIGKILL)

    with pytest.raises(DeskError, match="ended the scoring process"):
        desk.validate("test", path, kill)
    assert desk.validate("test", path, _unheard).ok
    assert desk.pid != first


def test_a_submission_whose_scoring_was_killed_stays_and_is_scored_later(recipe, desk, entered):
    board = recipe.boards().ranked
    submission = entered(board)
    desk.start()

    def kill(stage: str) -> None:
        if stage == "scoring":
            os.kill(desk.pid, signal.SIGKILL)

    with pytest.raises(DeskError):
        desk.settle("test", submission.id, kill)
    assert board.submission(submission.id).state == "pending"
    assert desk.settle("test", submission.id, _unheard).state == "scored"


def test_a_file_that_takes_too_long_is_given_up(recipe, entered):
    board = recipe.boards().ranked
    submission = entered(board)
    desk = ProcessDesk(recipe, longest_s=1.5)
    desk.start()
    with board.store.working(submission.id), pytest.raises(DeskError, match="took too long"):
        desk.settle("test", submission.id, _unheard)
    assert desk.pid is None
    desk.close()


def test_a_process_that_dies_at_its_start_is_told_and_started_again(recipe, desk, monkeypatch):
    monkeypatch.setattr("space.board.desk._work", os.abort)
    with pytest.raises(DeskError, match="ended the scoring process"):
        desk.start()
    monkeypatch.undo()
    desk.start()
    assert desk.pid is not None


def test_a_process_that_does_not_answer_at_its_start_is_given_up(recipe, desk, monkeypatch):
    monkeypatch.setattr("space.board.desk._START_S", 0.01)
    with pytest.raises(DeskError, match="ended the scoring process"):
        desk.start()
    assert desk.pid is None


def test_who_listens_no_more_does_not_stop_the_work(recipe, desk, entered):
    def gone(stage: str) -> None:
        raise RuntimeError("the browser was closed")

    assert desk.settle("test", entered(recipe.boards().ranked).id, gone).state == "scored"


def test_parallel_callers_take_turns(recipe, desk, entered):
    board = recipe.boards().ranked
    ids = [entered(board, shift).id for shift in (1, 2, 3, 4)]
    found = []
    threads = [threading.Thread(target=lambda i=i: found.append(desk.settle("test", i, _unheard).id)) for i in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(ids)


def test_a_closed_desk_leaves_no_process_and_takes_no_work(recipe):
    desk = ProcessDesk(recipe)
    desk.start()
    pid = desk.pid
    desk.close()
    end = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < end:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            break
        time.sleep(0.05)
    assert not _alive(pid)
    with pytest.raises(DeskError, match="being stopped"):
        desk.validate("test", "x", _unheard)


def test_a_thread_desk_hands_scoring_to_what_lends_the_hardware(recipe, entered):
    boards = recipe.boards()
    lent = []

    def lend(function):
        def call(*arguments):
            lent.append(arguments)
            return function(*arguments)

        return call

    submission = entered(boards.ranked)
    assert ThreadDesk(boards, lend).settle("test", submission.id, _unheard).state == "scored"
    assert lent == [("test", submission.id)]
