"""Records in one SQLite file, the submitted files beside it in a folder that only this user may read."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from leaderboard.errors import RecordNotFound, StoreError
from leaderboard.records import Record, model_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT NOT NULL UNIQUE,
    user    TEXT NOT NULL,
    model   TEXT NOT NULL,
    split   TEXT NOT NULL,
    json    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS records_by_model ON records (user, model, split);
CREATE TRIGGER IF NOT EXISTS records_are_not_changed BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'records are immutable'); END;
CREATE TRIGGER IF NOT EXISTS records_are_not_removed BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'records are immutable'); END;
"""
_WAIT_SECONDS = 30
_CHUNK = 2**20


class SqliteStore:
    """A Store in the file `path` (made when it is not there) and the folder `<path>.files`."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.files = self.path.with_name(f"{self.path.name}.files")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}; expected a leaderboard's SQLite file") from None
        self.files.mkdir(mode=0o700, exist_ok=True)

    def _prepare(self) -> None:
        # SQLite's own waiting does not cover the change to WAL, and two processes may open a new store at once.
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                with self._connection() as connection:
                    # WAL: readers never wait for a writer.
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(_SCHEMA)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def add(self, record: Record, raw: Path) -> Record:
        """See Store.add. The file is kept before the record: a record without its file cannot come about."""
        self._keep_file(Path(raw), record.file_sha256)
        model = model_key(record.meta.model)
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                first = self._select(connection, record.id)
                if first is not None:
                    return first
                query = "SELECT COUNT(*) FROM records WHERE user = ? AND model = ? AND split = ?"
                (before,) = connection.execute(query, (record.user, model, record.split)).fetchone()
                record = record.model_copy(update={"attempts": before + 1})
                connection.execute(
                    "INSERT INTO records (id, user, model, split, json) VALUES (?, ?, ?, ?, ?)",
                    (record.id, record.user, model, record.split, record.model_dump_json()),
                )
        return record

    def find(self, record_id: str) -> Record | None:
        """See Store.find."""
        with self._connection() as connection:
            return self._select(connection, record_id)

    def records(self) -> list[Record]:
        """See Store.records."""
        with self._connection() as connection:
            rows = connection.execute("SELECT json FROM records ORDER BY number").fetchall()
        return [Record.model_validate_json(text) for (text,) in rows]

    def raw(self, record_id: str) -> Path:
        """See Store.raw."""
        record = self.find(record_id)
        if record is None:
            raise RecordNotFound(f"no record {record_id!r} in {self.path}")
        return self.files / record.file_sha256

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        # One connection a call: threads share nothing. isolation_level None leaves BEGIN to us.
        with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            yield connection

    def _select(self, connection: sqlite3.Connection, record_id: str) -> Record | None:
        row = connection.execute("SELECT json FROM records WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else Record.model_validate_json(row[0])

    def _keep_file(self, raw: Path, sha256: str) -> None:
        """Copy to `<files>/<sha256>`, written beside and renamed; the copy is what was scored or it is not kept."""
        target = self.files / sha256
        if target.exists():
            return
        handle, name = tempfile.mkstemp(dir=self.files)  # readable by this user only
        try:
            digest = hashlib.sha256()
            with os.fdopen(handle, "wb") as out, raw.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
            if digest.hexdigest() != sha256:
                raise StoreError(f"{raw.name} changed while it was scored: sha256 {digest.hexdigest()}, not {sha256}")
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
