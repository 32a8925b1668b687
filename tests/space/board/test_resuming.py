"""What was taken and not scored is scored by itself."""

from __future__ import annotations

import pytest

from leaderboard import StoreError
from space.board.desk import ThreadDesk
from space.board.resuming import Resumer
from space.board.watch import Watch


@pytest.fixture
def boards(recipe):
    return recipe.boards()


def test_pending_submissions_of_both_splits_are_scored_and_shown(boards, entered):
    ids = [entered(boards.ranked).id, entered(boards.validation, model="B").id]
    watch = Watch(boards)
    resumer = Resumer(boards, ThreadDesk(boards), watch)
    assert resumer.resume() == 2
    assert {boards.ranked.submission(item).state for item in ids} == {"scored"}
    assert len(watch.snapshot.tables["en-single"]) == 1
    assert resumer.resume() == 0


def test_one_that_fails_keeps_no_other_waiting(boards, entered, caplog):
    first, second = entered(boards.ranked).id, entered(boards.ranked, 2).id
    desk = ThreadDesk(boards)
    settle = desk.settle

    def fails_once(split, submission_id, progress):
        if submission_id == min(first, second):
            raise StoreError("disk full")
        return settle(split, submission_id, progress)

    desk.settle = fails_once
    assert Resumer(boards, desk, Watch(boards)).resume() == 2
    assert {boards.ranked.submission(item).state for item in (first, second)} == {"pending", "scored"}
    assert "disk full" in caplog.text
