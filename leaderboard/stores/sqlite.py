"""Submissions and records in one SQLite file, submitted files in a folder beside it that only this user may read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from leaderboard.errors import QuotaExceeded, RecordNotFound, StoreError, SubmissionNotFound
from leaderboard.problems import ValidationReport
from leaderboard.records import Allowance, AuditLine, Quota, Record, Submission, model_key
from leaderboard.stores import RecordKey
from leaderboard.stores._local import keep_file, sweep, working_lock

_FORMAT = 2  # PRAGMA user_version of the tables below
_SCHEMA = """
CREATE TABLE IF NOT EXISTS submissions (
    id       TEXT PRIMARY KEY,
    user     TEXT NOT NULL,
    model    TEXT NOT NULL,
    split    TEXT NOT NULL,
    created  TEXT NOT NULL,
    state    TEXT NOT NULL,
    scored   TEXT,
    sha256   TEXT NOT NULL,
    json     TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS submissions_by_user ON submissions (user, split);
CREATE TABLE IF NOT EXISTS records (
    id          TEXT PRIMARY KEY,
    submission  TEXT NOT NULL REFERENCES submissions (id),
    split       TEXT NOT NULL,
    digest      TEXT NOT NULL,
    scorer      TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    json        TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS records_by_submission ON records (submission);
CREATE TABLE IF NOT EXISTS companions (
    record  TEXT PRIMARY KEY REFERENCES records (id) ON DELETE CASCADE,
    value   BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS audit (number INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS derived (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS changes (number INTEGER NOT NULL);
INSERT INTO changes SELECT 0 WHERE NOT EXISTS (SELECT * FROM changes);
CREATE TRIGGER IF NOT EXISTS records_are_not_changed BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'records are immutable'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit lines are immutable'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit lines are immutable'); END;
"""
_NEEDED = "SELECT sha256 FROM submissions WHERE state NOT IN ('refused', 'deleted')"  # raw files
_WAIT_SECONDS = 60


class SqliteStore:
    """A Store in the file `path` (made when it is not there) and the folder `<path>.files`."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.files = self.path.with_name(f"{self.path.name}.files")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Sums by patient are in it: SQLite gives the files beside it the same permissions.
        self.path.touch(mode=0o600)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}; expected a leaderboard's SQLite file") from None
        self.files.mkdir(mode=0o700, exist_ok=True)
        with self._writing() as connection:  # nobody is admitted meanwhile
            sweep(self.files, {sha256 for (sha256,) in connection.execute(_NEEDED)})

    def _prepare(self) -> None:
        # SQLite's own waiting does not cover the change to WAL, and two processes may open a new store at once.
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                with self._connection() as connection:
                    self._check_format(connection)
                    # WAL: readers never wait for a writer.
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _check_format(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")  # else another process may make the tables between the two questions
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        connection.execute("COMMIT")
        if tables and found != _FORMAT:
            raise StoreError(
                f"{self.path}: tables of format {found}; expected {_FORMAT}: move the file away and submit again"
            )

    def admit(self, submission: Submission, raw: Path, quota: Quota) -> Submission:
        """See Store.admit. The file is kept before the row: a submission without its file cannot come about."""
        while True:
            file = keep_file(Path(raw), self.files, submission.file_sha256)
            try:
                with self._writing() as connection:
                    first = self._find(connection, submission.id)
                    if first is not None and not first.gives_way:
                        return first
                    self._check_quota(connection, submission, quota)
                    if file.exists():  # else another process, out of quota, has just dropped the same file
                        return self._put(connection, submission)
            except QuotaExceeded:
                self._drop_file(submission.file_sha256)
                raise

    def _check_quota(self, connection: sqlite3.Connection, submission: Submission, quota: Quota) -> None:
        rows = connection.execute(
            "SELECT created FROM submissions "
            "WHERE user = ? AND split = ? AND id != ? AND (state = 'pending' OR scored IS NOT NULL)",
            (submission.user, submission.split, submission.id),
        )
        allowance = Allowance.after([created for (created,) in rows], quota, submission.created)
        if allowance.remaining == 0:
            raise QuotaExceeded(submission.user, allowance)

    def begin(self, submission_id: str) -> Submission:
        """See Store.begin."""
        with self._writing() as connection:
            return self._put(connection, self._existing(connection, submission_id).tried())

    def give_back(self, submission_id: str) -> Submission:
        """See Store.give_back."""
        with self._writing() as connection:
            return self._put(connection, self._existing(connection, submission_id).given_back())

    def finish(self, record: Record, companion: bytes, at: str) -> Record:
        """See Store.finish."""
        with self._writing() as connection:
            first = self._find_record(connection, record.id)
            if first is not None:
                return first
            submission = self._existing(connection, record.submission)
            finished = self._put(connection, submission.finished(at, record.tracks))
            record = record.model_copy(update={"attempts": self._attempts(connection, finished)})
            connection.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(record.id, record.submission, record.split, record.dataset.digest, record.scorer_version),
                    *(record.attempts, record.model_dump_json()),
                ),
            )
            connection.execute("INSERT INTO companions VALUES (?, ?)", (record.id, companion))
        return record

    def _attempts(self, connection: sqlite3.Connection, submission: Submission) -> int:
        query = "SELECT MIN(attempts) FROM records WHERE submission = ?"
        (first,) = connection.execute(query, (submission.id,)).fetchone()
        if first is not None:
            return first
        query = "SELECT COUNT(*) FROM submissions WHERE user = ? AND model = ? AND split = ? AND scored IS NOT NULL"
        values = (submission.user, model_key(submission.meta.model), submission.split)
        return connection.execute(query, values).fetchone()[0]

    def refuse(self, submission_id: str, reason: str, report: ValidationReport | None = None) -> Submission:
        """See Store.refuse."""
        with self._writing() as connection:
            before = self._existing(connection, submission_id)
            after = before.refused(reason, report)
            if after is not before:
                self._put(connection, after)
        if after is not before:
            self._drop_file(after.file_sha256)
        return after

    def change(self, line: AuditLine) -> Submission:
        """See Store.change."""
        with self._writing() as connection:
            before = self._existing(connection, line.submission)
            after = before.changed(line)
            if after is before:
                return before
            self._put(connection, after)
            connection.execute("INSERT INTO audit (json) VALUES (?)", (line.model_dump_json(),))
            if after.state == "deleted":
                connection.execute("DELETE FROM records WHERE submission = ?", (after.id,))
                connection.execute("DELETE FROM derived")
        if after.state == "deleted":
            self._drop_file(after.file_sha256)
        return after

    def submission(self, submission_id: str) -> Submission | None:
        """See Store.submission."""
        with self._connection() as connection:
            return self._find(connection, submission_id)

    def submissions(self) -> list[Submission]:
        """See Store.submissions."""
        with self._connection() as connection:
            rows = connection.execute("SELECT json FROM submissions ORDER BY created, id").fetchall()
        return [Submission.model_validate_json(text) for (text,) in rows]

    def record(self, record_id: str) -> Record | None:
        """See Store.record."""
        with self._connection() as connection:
            return self._find_record(connection, record_id)

    def record_keys(self) -> list[RecordKey]:
        """See Store.record_keys."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT records.id, submission, records.split, digest, scorer FROM records "
                "JOIN submissions ON submissions.id = submission ORDER BY created, submission, records.rowid"
            ).fetchall()
        return [RecordKey(*row) for row in rows]

    def companion(self, record_id: str) -> bytes:
        """See Store.companion."""
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM companions WHERE record = ?", (record_id,)).fetchone()
        if row is None:
            raise RecordNotFound(f"no record {record_id!r} in {self.path}")
        return row[0]

    def raw(self, submission_id: str) -> Path:
        """See Store.raw."""
        with self._connection() as connection:
            submission = self._existing(connection, submission_id)
        if not submission.has_file:
            raise SubmissionNotFound(f"submission {submission_id!r} was {submission.state}: its file is not kept")
        return self.files / submission.file_sha256

    def audit(self) -> list[AuditLine]:
        """See Store.audit."""
        with self._connection() as connection:
            rows = connection.execute("SELECT json FROM audit ORDER BY number").fetchall()
        return [AuditLine.model_validate_json(text) for (text,) in rows]

    def working(self, submission_id: str) -> AbstractContextManager[bool]:
        """See Store.working."""
        return working_lock(self.files / "locks", submission_id)

    def renew(self) -> None:
        """See Store.renew: reading is never behind."""

    def version(self) -> str:
        """See Store.version."""
        with self._connection() as connection:
            return str(connection.execute("SELECT number FROM changes").fetchone()[0])

    def derived(self, key: str) -> bytes | None:
        """See Store.derived."""
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM derived WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def keep_derived(self, key: str, value: bytes, version: str) -> None:
        """See Store.keep_derived."""
        query = "INSERT OR REPLACE INTO derived SELECT ?, ? FROM changes WHERE number = ?"
        with self._connection() as connection:
            connection.execute(query, (key, value, int(version)))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        # One connection a call: threads share nothing. isolation_level None leaves BEGIN to us.
        with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody comes between; an error inside undoes all of it."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                before = connection.total_changes
                yield connection
                if connection.total_changes != before:
                    connection.execute("UPDATE changes SET number = number + 1")

    def _find(self, connection: sqlite3.Connection, submission_id: str) -> Submission | None:
        row = connection.execute("SELECT json FROM submissions WHERE id = ?", (submission_id,)).fetchone()
        return None if row is None else Submission.model_validate_json(row[0])

    def _existing(self, connection: sqlite3.Connection, submission_id: str) -> Submission:
        submission = self._find(connection, submission_id)
        if submission is None:
            raise SubmissionNotFound(f"no submission {submission_id!r} in {self.path}")
        return submission

    def _find_record(self, connection: sqlite3.Connection, record_id: str) -> Record | None:
        row = connection.execute("SELECT json FROM records WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else Record.model_validate_json(row[0])

    def _put(self, connection: sqlite3.Connection, item: Submission) -> Submission:
        connection.execute(
            "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "model = excluded.model, created = excluded.created, state = excluded.state, scored = excluded.scored, "
            "json = excluded.json",
            (
                *(item.id, item.user, model_key(item.meta.model), item.split, item.created),
                *(item.state, item.scored, item.file_sha256, item.model_dump_json()),
            ),
        )
        return item

    def _drop_file(self, sha256: str) -> None:
        """Remove a raw file unless a submission needs it.

        Always after the change that made it needless: were the process killed in between, the file would be swept
        later, where the other way round a submission would have lost its file.
        """
        with self._writing() as connection:
            if (sha256,) not in connection.execute(f"{_NEEDED} AND sha256 = ?", (sha256,)).fetchall():
                (self.files / sha256).unlink(missing_ok=True)
