"""What the private repository says at one commit: every submission with what belongs to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from leaderboard.errors import QuotaExceeded, SubmissionNotFound
from leaderboard.records import Allowance, Quota, Submission, model_key
from leaderboard.stores._local import checked_id
from leaderboard.stores.hub.listing import Listing
from leaderboard.stores.hub.repository import git_id

SUBMISSIONS = "submissions"
RESULTS = "results"
AUDIT = "audit"
LATEST = "latest.txt"

_HUB_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


def user_folder(user: str) -> str:
    """The name itself where it could be a user's on the Hub, else a digest behind "~", which no such name has."""
    if _HUB_NAME.fullmatch(user):
        return user
    return "~" + hashlib.sha256(user.encode()).hexdigest()[:16]


def submission_path(submission: Submission) -> str:
    """Where its Entry stands."""
    return f"{SUBMISSIONS}/{user_folder(submission.user)}/{checked_id(submission.id)}.json"


def result_path(user: str, record_id: str) -> str:
    """Where a record stands, in both repositories."""
    return f"{RESULTS}/{user_folder(user)}/{checked_id(record_id)}.json"


def companion_path(record_id: str) -> str:
    return f"companions/{record_id}.npz"


def raw_path(sha256: str) -> str:
    return f"raw/{sha256}"


class KeptRecord(BaseModel):
    """A record that a submission has, without its scores."""

    model_config = ConfigDict(frozen=True)

    id: str
    split: str
    data_digest: str
    scorer_version: str
    git_id: str  # of the file that holds it
    companion_sha256: str


class Entry(BaseModel):
    """A submission and what belongs to it: one file, rewritten with every change.

    attempts: that of its first record. retracted: paths that the public repository must not have any more; they are
    kept for ever, for whoever has yet to remove them.
    """

    model_config = ConfigDict(frozen=True)

    submission: Submission
    attempts: int | None = None
    records: tuple[KeptRecord, ...] = ()
    retracted: tuple[str, ...] = ()

    @classmethod
    def from_bytes(cls, content: bytes) -> Entry:
        return cls.model_validate_json(content)

    def to_bytes(self) -> bytes:
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1).encode() + b"\n"

    def result_paths(self) -> list[str]:
        """Where its records stand."""
        return [result_path(self.submission.user, record.id) for record in self.records]


@dataclass(frozen=True)
class Change:
    """One commit to the private repository: an entry, and files beside it written or removed.

    fetched: contents that will be asked for again, by the digest under which that is done.
    """

    entry: Entry
    files: Mapping[str, bytes | Path] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    fetched: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """All entries at one commit, by path."""

    listing: Listing
    entries: Mapping[str, Entry]

    @property
    def head(self) -> str:
        return self.listing.head

    def after(self, change: Change) -> State:
        """What it will be with a change that is still to be committed."""
        path = submission_path(change.entry.submission)
        listing = self.listing.after({path: git_id(change.entry.to_bytes())}, change.removed)
        return State(listing, {**self.entries, path: change.entry})

    def at(self, head: str) -> State:
        """The same under the commit that it became."""
        return State(replace(self.listing, head=head), self.entries)

    @cached_property
    def by_submission(self) -> dict[str, Entry]:
        return {entry.submission.id: entry for entry in self.entries.values()}

    @cached_property
    def by_record(self) -> dict[str, tuple[Entry, KeptRecord]]:
        return {record.id: (entry, record) for entry in self.entries.values() for record in entry.records}

    @cached_property
    def oldest_first(self) -> list[Entry]:
        return sorted(self.entries.values(), key=lambda entry: (entry.submission.created, entry.submission.id))

    @cached_property
    def published(self) -> dict[str, str]:
        """What the public repository is to have: the git id of each record, by path."""
        return {
            result_path(entry.submission.user, record.id): record.git_id for entry, record in self.by_record.values()
        }

    @cached_property
    def retracted(self) -> frozenset[str]:
        """What the public repository is not to have."""
        return frozenset(path for entry in self.entries.values() for path in entry.retracted)

    @cached_property
    def generation(self) -> str:
        """Another text whenever something was deleted."""
        return hashlib.sha256("\n".join(sorted(self.retracted)).encode()).hexdigest()[:16]

    @cached_property
    def digests(self) -> set[str]:
        """Digests of every file that reading this state may need, but for submitted files and audit lines."""
        records = [record for _, record in self.by_record.values()]
        return {*self.listing.files.values()} | {item for r in records for item in (r.git_id, r.companion_sha256)}

    @cached_property
    def raw_files(self) -> set[str]:
        """SHA-256 of every submitted file that is kept."""
        submissions = (entry.submission for entry in self.entries.values())
        return {item.file_sha256 for item in submissions if item.has_file}

    def existing(self, submission_id: str) -> Entry:
        """The entry of a submission. Raises SubmissionNotFound."""
        entry = self.by_submission.get(submission_id)
        if entry is None:
            raise SubmissionNotFound(f"no submission {submission_id[:80]!r} on the Hub")
        return entry

    def check_quota(self, submission: Submission, quota: Quota) -> None:
        """Raises QuotaExceeded when the user's other submissions to the split use the quota up."""
        key = (submission.user, submission.split)
        others = self._others(submission.id)
        created = [item.created for item in others if (item.user, item.split) == key and item.counts]
        allowance = Allowance.after(created, quota, submission.created)
        if allowance.remaining == 0:
            raise QuotaExceeded(submission.user, allowance)

    def attempts(self, submission: Submission) -> int:
        """How many submissions of its user's model to its split are scored when it is too."""
        scored = [item for item in self._others(submission.id) if item.scored is not None]
        keys = [(item.user, item.split, model_key(item.meta.model)) for item in scored]
        return 1 + keys.count((submission.user, submission.split, model_key(submission.meta.model)))

    def needs_raw(self, sha256: str, but: str) -> bool:
        """Whether a submission other than `but` keeps the file."""
        return any(item.file_sha256 == sha256 and item.has_file for item in self._others(but))

    def _others(self, submission_id: str) -> list[Submission]:
        return [entry.submission for entry in self.entries.values() if entry.submission.id != submission_id]
