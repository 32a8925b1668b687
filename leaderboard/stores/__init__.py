"""Where submissions and records live. Any store that keeps these promises can stand behind the leaderboard."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leaderboard.problems import ValidationReport
from leaderboard.records import AuditLine, Quota, Record, Submission


@dataclass(frozen=True)
class RecordKey:
    """Which result a record holds."""

    id: str
    submission: str
    split: str
    digest: str  # of the data
    scorer_version: str

    @property
    def basis(self) -> tuple[str, str, str]:
        """What makes results comparable: split, digest of the data, version of the scorer."""
        return self.split, self.digest, self.scorer_version


class Store(Protocol):
    """Keeps submissions, their records and what is private about both.

    Every method is safe for callers in parallel threads and processes, and all or nothing: a process that is killed
    leaves the store as it was before or after the call. What a method returned stays true for ever, but for a
    submission's state.
    """

    def admit(self, submission: Submission, raw: Path, quota: Quota) -> Submission:
        """Keep the submission, pending, and privately the bytes of the file at `raw`; the submission as kept.

        When one of this id is there already, that one is returned and nothing changes, but for one that gives way
        (Submission.gives_way). Raises QuotaExceeded when the user's submissions to this split that count use the quota
        up, and StoreError when the bytes of `raw` are not those the submission speaks of.
        """

    def begin(self, submission_id: str) -> Submission:
        """Count a try to score it; the submission. Raises SubmissionNotFound."""

    def give_back(self, submission_id: str) -> Submission:
        """Take a try back that ended for a reason of this computer's; the submission. Raises SubmissionNotFound."""

    def finish(self, record: Record, companion: bytes, at: str) -> Record:
        """Keep a record and its private companion; a pending submission becomes scored at the moment `at`.

        `attempts` is set here, where nobody can come in between: how many of the user's submissions of this model to
        this split are scored by now; a further record of a submission takes that of its first. When a record of this id
        is there already, that one is returned and nothing changes. Raises SubmissionNotFound, and StoreError when the
        submission was refused or deleted meanwhile.
        """

    def refuse(self, submission_id: str, reason: str, report: ValidationReport | None = None) -> Submission:
        """A pending submission becomes refused and loses its file; any other stays as it is. The submission.

        Raises SubmissionNotFound.
        """

    def change(self, line: AuditLine) -> Submission:
        """Do what the line says to its submission and keep the line; the submission as it is now.

        The states are those of Submission.changed. A deleted submission's records and companions go, and its raw file
        unless another submission has the same. What is done already stays done, without a second line. Raises
        StoreError where the state does not allow the action, and SubmissionNotFound.
        """

    def submission(self, submission_id: str) -> Submission | None:
        """The submission of this id, or None."""

    def submissions(self) -> list[Submission]:
        """All submissions, oldest first (by `created`, then id)."""

    def record(self, record_id: str) -> Record | None:
        """The record of this id, or None; also that of a withdrawn submission."""

    def record_keys(self) -> list[RecordKey]:
        """The keys of all records, oldest submission first."""

    def companion(self, record_id: str) -> bytes:
        """The private companion of a record. Raises RecordNotFound."""

    def raw(self, submission_id: str) -> Path:
        """A private copy of a submission's file, not to be changed. Raises SubmissionNotFound, also without a file."""

    def audit(self) -> list[AuditLine]:
        """Every audit line, oldest first."""

    def working(self, submission_id: str) -> AbstractContextManager[bool]:
        """True inside for the one who may score it now; False when another on this computer is at it.

        A process that is killed gives it up at once.
        """

    def renew(self) -> None:
        """Make what is read next as new as this moment, where reading may be behind. Raises StoreError."""

    def version(self) -> str:
        """Another text after every change that a table could show; the same text means that nothing changed."""

    def derived(self, key: str) -> bytes | None:
        """Bytes kept under `key`, or None: a cache of what follows from records, which may be emptied at any time."""

    def keep_derived(self, key: str, value: bytes, version: str) -> None:
        """Keep bytes for `derived`, unless the store has another version by now."""
