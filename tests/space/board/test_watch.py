"""Readers get the last tables at once, whether or not the results can be reached."""

from __future__ import annotations

import time

import pytest

from leaderboard import RecordNotFound, StoreError
from space.board.keeping import Keeper
from space.board.watch import Watch


@pytest.fixture
def boards(recipe):
    return recipe.boards()


@pytest.fixture
def submit(boards, entered):
    return lambda *args, board=boards.ranked, **kw: board.result(board.settle(entered(board, *args, **kw).id))


def test_the_snapshot_is_what_the_board_says(boards, submit):
    record = submit(1)
    watch = Watch(boards)
    assert watch.snapshot.tables == {track: [] for track in boards.ranked.tracks()}
    seen = watch.refresh()
    assert seen.tables == {track: boards.ranked.table(track) for track in boards.ranked.tracks()}
    assert seen.records == {record.id: record}
    assert seen.row("en-multi", record.id).model == "A model"
    assert seen.score("en-multi", record.id) == record.tracks["en-multi"]
    assert seen.row("en-multi", "other") is None and seen.score("en-multi", "other") is None


def test_nothing_is_made_anew_while_nothing_changes(boards, submit):
    submit(1)
    watch = Watch(boards)
    first = watch.refresh()
    assert watch.refresh() is first
    submit(2, "Another")
    assert len(watch.refresh().tables["en-multi"]) == 2


def test_history_gaps_come_from_the_validation_board(boards, submit):
    submit(2, board=boards.validation)
    submit(1, history="gt", board=boards.validation)
    seen = Watch(boards).refresh()
    assert {gap.track for gap in seen.gaps} == set(boards.validation.tracks())
    assert seen.gaps == boards.validation.history_gaps()
    assert all(rows == [] for rows in seen.tables.values())


def test_what_cannot_be_reached_stays_as_it_was_last_seen(boards, submit, monkeypatch):
    submit(1)
    watch = Watch(boards)
    before = watch.refresh()

    def gone():
        raise StoreError("the Hub did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(boards.ranked.store, "renew", gone)
        seen = watch.refresh()
        assert seen.unreachable_since is not None
        assert seen.tables == before.tables
        assert watch.refresh().unreachable_since == seen.unreachable_since
    assert watch.refresh().unreachable_since is None


def test_it_looks_again_by_itself(boards, submit):
    watch = Watch(boards, every_s=0.05)
    watch.start()
    submit(1)
    end = time.monotonic() + 10
    while not watch.snapshot.records and time.monotonic() < end:
        time.sleep(0.02)
    watch.stop()
    assert len(watch.snapshot.records) == 1


def test_a_comparison_is_made_once(boards, submit, monkeypatch):
    one, other = submit(1), submit(3, "Another")
    made = []
    compare = boards.ranked.compare
    monkeypatch.setattr(boards.ranked, "compare", lambda *ids: made.append(ids) or compare(*ids))
    watch = Watch(boards)
    assert watch.comparison(one.id, other.id) == compare(one.id, other.id)
    assert watch.comparison(one.id, other.id) == compare(one.id, other.id)
    assert made == [(one.id, other.id)]


def test_a_comparison_that_cannot_be_made_says_why(boards, submit):
    with pytest.raises(RecordNotFound):
        Watch(boards).comparison(submit(1).id, "none")


def test_a_start_without_the_results_shows_the_last_tables(boards, submit, tmp_path, monkeypatch):
    submit(1)
    keeper = Keeper(tmp_path / "last.json")
    known = Watch(boards, keeper=keeper).refresh()

    def gone():
        raise StoreError("the Hub did not answer")

    monkeypatch.setattr(boards.ranked.store, "renew", gone)
    seen = Watch(boards, keeper=keeper).refresh()
    assert seen.tables == known.tables
    assert seen.records == {}
    assert seen.unreachable_since is not None
    keeper.keep(known.tables, "another version", known.made)
    assert all(rows == [] for rows in Watch(boards, keeper=keeper).refresh().tables.values())


def test_the_last_tables_survive_on_disk(boards, submit, tmp_path):
    submit(1)
    keeper = Keeper(tmp_path / "deep" / "last.json")
    assert keeper.last() is None
    seen = Watch(boards, keeper=keeper).refresh()
    last = keeper.last()
    assert last.tables == seen.tables
    assert (last.made, last.data) == (seen.made, "1.2.0 · 5e2c5e2c5e")


def test_damaged_or_unwritable_last_tables_are_no_tables(tmp_path, caplog):
    path = tmp_path / "last.json"
    path.write_text("{")
    assert Keeper(path).last() is None
    Keeper(path / "below a file").keep({}, "data", "2026-01-01T00:00:00+00:00")
    assert "could not be kept" in caplog.text
