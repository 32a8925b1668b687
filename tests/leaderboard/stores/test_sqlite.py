"""What is special about the store in one file."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from leaderboard import AuditLine, Leaderboard, SqliteStore, StoreError, SubmissionMeta
from leaderboard.stores._local import keep_file


@pytest.fixture
def store(tmp_path):
    return SqliteStore(tmp_path / "leaderboard.sqlite")


@pytest.fixture
def record(truth, store, good):
    return Leaderboard(truth, store).submit(good, SubmissionMeta(model="net", history_mode="own", signed="ann"), "ann")


def deletion_of(record):
    told = {"submission": record.submission, "user": "ann", "file_sha256": record.file_sha256}
    return AuditLine(at=record.created, by="ann", action="delete", **told)


def test_a_record_outlives_its_store_object(store, record):
    again = SqliteStore(store.path)
    assert again.record(record.id) == record
    assert [key.id for key in again.record_keys()] == [record.id]


def test_a_record_cannot_be_changed_in_memory_nor_in_the_file(store, record):
    with pytest.raises(ValidationError):
        record.user = "eve"
    store.record(record.id).tracks.clear()
    connection = sqlite3.connect(store.path)
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        connection.execute("UPDATE records SET json = '{}'")
    connection.close()
    assert store.record(record.id) == record


def test_an_audit_line_can_neither_be_changed_nor_removed(truth, store, record):
    Leaderboard(truth, store).withdraw(record.submission, "ann")
    connection = sqlite3.connect(store.path)
    for statement in ("UPDATE audit SET json = '{}'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            connection.execute(statement)
    connection.close()
    assert len(store.audit()) == 1


def test_raw_files_are_private(store, record):
    assert stat.S_IMODE(store.files.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.raw(record.submission).stat().st_mode) == 0o600


def test_it_writes_ahead(store):
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_file_that_is_no_store_is_refused(make):
    with pytest.raises(StoreError, match="SQLite"):
        SqliteStore(make.file(b"no database at all" * 100))


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE records (number INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="tables of format 0; expected 2"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_many_may_open_a_new_store_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            opened = list(pool.map(SqliteStore, [tmp_path / f"{number}.sqlite"] * 8))
            assert all(item.submissions() == [] for item in opened)


def test_what_a_killed_process_left_is_swept_when_it_is_old(store, record):
    kept = store.raw(record.submission)
    stray, young = store.files / ".incoming-stray", store.files / "f00d"
    for path in (stray, young):
        path.write_bytes(b"half")
    for path in (stray, kept):
        os.utime(path, (time.time() - 7200,) * 2)
    SqliteStore(store.path)
    assert (stray.exists(), young.exists(), kept.exists()) == (False, True, True)


def test_other_users_of_the_computer_cannot_read_it(store, record):
    for path in store.path.parent.glob("leaderboard.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_leftovers_of_refused_and_deleted_submissions_are_swept_too(truth, store, record):
    left = store.raw(record.submission)
    content = left.read_bytes()
    Leaderboard(truth, store).delete(record.submission, "ann")
    left.write_bytes(content)
    os.utime(left, (time.time() - 7200,) * 2)
    SqliteStore(store.path)
    assert not left.exists()


def test_a_leftover_that_is_wanted_again_is_not_swept(store, record, truth, good):
    stray = store.files / record.file_sha256
    Leaderboard(truth, store).delete(record.submission, "ann")
    stray.write_bytes(good.read_bytes())
    os.utime(stray, (time.time() - 7200,) * 2)
    keep_file(good, store.files, record.file_sha256)
    SqliteStore(store.path)
    assert stray.exists()


def test_a_deletion_cut_off_at_its_file_is_a_deletion(store, record, monkeypatch):
    """The file goes last: a submission must never stand there without its file."""
    file = store.raw(record.submission)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_drop_file", killed)
    with pytest.raises(KeyboardInterrupt):
        store.change(deletion_of(record))
    assert file.exists()
    assert store.submission(record.submission).state == "deleted"
    assert store.record(record.id) is None


def test_a_change_that_fails_leaves_nothing(store, record, monkeypatch):
    before = (store.submission(record.submission), store.version())

    def broken(*_):
        raise OSError("disk")

    monkeypatch.setattr(store, "_put", broken)
    with pytest.raises(OSError, match="disk"):
        store.change(deletion_of(record))
    assert (store.submission(record.submission), store.version()) == before
    assert store.audit() == []
    assert store.record(record.id) == record
