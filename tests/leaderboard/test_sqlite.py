"""Records stay as they were written, also when many are written at once."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from leaderboard import Leaderboard, RecordNotFound, SqliteStore, StoreError, SubmissionMeta


@pytest.fixture
def store(tmp_path):
    return SqliteStore(tmp_path / "leaderboard.sqlite")


@pytest.fixture
def record(truth, store, good):
    return Leaderboard(truth, store).submit(good, SubmissionMeta(model="net", history_mode="own"), "ann")


def test_a_record_outlives_its_store_object(store, record):
    again = SqliteStore(store.path)
    assert again.find(record.id) == record
    assert again.records() == [record]


def test_a_record_cannot_be_changed_in_memory_nor_in_the_file(store, record):
    with pytest.raises(ValidationError):
        record.user = "eve"
    store.find(record.id).tracks.clear()
    connection = sqlite3.connect(store.path)
    for statement in ("UPDATE records SET json = '{}'", "DELETE FROM records"):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            connection.execute(statement)
    connection.close()
    assert store.find(record.id) == record


def test_adding_a_record_again_changes_nothing(store, record, good):
    changed = record.model_copy(update={"created": "2030-01-01T00:00:00+00:00"})
    assert store.add(changed, good) == record
    assert store.records() == [record]


def test_a_file_that_changed_after_scoring_is_not_kept(store, record, make):
    other = make.file(b"something else")
    with pytest.raises(StoreError, match="changed"):
        store.add(record.model_copy(update={"id": "new", "file_sha256": "0" * 64}), other)
    assert store.find("new") is None
    assert [path.name for path in store.files.iterdir()] == [record.file_sha256]


def test_raw_files_are_private(store, record):
    assert stat.S_IMODE(store.files.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.raw(record.id).stat().st_mode) == 0o600
    with pytest.raises(RecordNotFound):
        store.raw("nope")


def test_it_writes_ahead(store):
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_file_that_is_no_store_is_refused(make):
    with pytest.raises(StoreError, match="SQLite"):
        SqliteStore(make.file(b"no database at all" * 100))


def test_many_may_open_a_new_store_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            opened = list(pool.map(SqliteStore, [tmp_path / f"{number}.sqlite"] * 8))
            assert all(item.records() == [] for item in opened)


def test_parallel_submissions_are_all_there(truth, store, make):
    """Three users and eight files each, from eight threads, each store object used by several of them."""
    files = [
        make.parquet([make.row("d1", "en", 1, pixels), *make.good[1:]], name=f"{pixels}.parquet") for pixels in range(8)
    ]
    stores = [store, SqliteStore(store.path)]

    def submit(job):
        number, (path, user) = job
        return Leaderboard(truth, stores[number % 2]).submit(
            path, SubmissionMeta(model="net", history_mode="own"), user
        )

    jobs = [(path, user) for path in files for user in ("ann", "bob", "eve")]
    with ThreadPoolExecutor(8) as pool:
        submitted = list(pool.map(submit, enumerate(jobs)))
    kept = store.records()
    assert {item.id for item in kept} == {item.id for item in submitted}
    assert len(kept) == 24
    for user in ("ann", "bob", "eve"):
        assert sorted(item.attempts for item in kept if item.user == user) == list(range(1, 9))


def test_the_same_file_from_many_threads_is_one_record(truth, store, good):
    board = Leaderboard(truth, store)
    with ThreadPoolExecutor(8) as pool:
        submitted = list(
            pool.map(lambda _: board.submit(good, SubmissionMeta(model="net", history_mode="own"), "ann"), range(16))
        )
    assert store.records() == [submitted[0]]
    assert all(item == submitted[0] for item in submitted)
