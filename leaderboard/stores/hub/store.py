"""The store itself: what each call reads, decides and commits."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from huggingface_hub import HfApi

from leaderboard.errors import RecordNotFound, StoreError, SubmissionNotFound
from leaderboard.problems import ValidationReport
from leaderboard.records import AuditLine, Quota, Record, Submission
from leaderboard.stores import RecordKey
from leaderboard.stores.hub.cache import Cache
from leaderboard.stores.hub.publishing import Publisher
from leaderboard.stores.hub.reader import Reader
from leaderboard.stores.hub.repository import Repository, git_id
from leaderboard.stores.hub.state import (
    AUDIT,
    Change,
    Entry,
    KeptRecord,
    State,
    companion_path,
    raw_path,
    result_path,
    submission_path,
)
from leaderboard.stores.hub.writing import Writer
from leaderboard.stores.retrying import Patience

_LARGE = 2**20  # bytes from which on a submitted file is sent ahead of its commit
_log = logging.getLogger(__name__)


class HubStore:
    """A Store in the dataset repositories `name` (public) and `<name>-private`, made when they are not there.

    name: "ORG/RESULTS". token: of a user who may write to both; None takes that of `hf auth login` or HF_TOKEN.
    endpoint: another Hub than huggingface.co. cache: a folder for what was fetched; ~/.cache/mturn-seg/hub by default.
    refresh_seconds: reading may be behind by so much; writing never is. deadline: seconds after which a
    call gives up on a busy or absent Hub with StoreError; the client's own retries may add some.
    """

    def __init__(
        self,
        name: str,
        *,
        token: str | None = None,
        endpoint: str | None = None,
        cache: Path | str | None = None,
        refresh_seconds: float = 5.0,
        deadline: float = 120.0,
    ):
        self.name = name
        self._deadline = deadline
        api = HfApi(endpoint=endpoint, token=token)
        self._cache = Cache(_cache_folder(cache, api.endpoint, name))
        self._private = Repository(api, f"{name}-private")
        self._reader = Reader(self._private, self._cache, refresh_seconds)
        public = Repository(api, name)
        self._publisher = Publisher(public, self._reader)
        self._writer = Writer(self._reader)
        patience = self._patience()
        public.open(False, patience)
        self._private.open(True, patience)
        state = self._reader.newest(patience)
        self._cache.sweep(state.digests, state.raw_files)
        self._publish_if_possible(state, patience)

    def admit(self, submission: Submission, raw: Path, quota: Quota) -> Submission:
        """See Store.admit. A large file is sent ahead, when the quota allows it by what is known then."""
        patience = self._patience()
        path = submission_path(submission)

        def decide(state: State) -> tuple[Submission, Change | None]:
            first = state.entries.get(path)
            if first is not None and not first.submission.gives_way:
                return first.submission, None
            state.check_quota(submission, quota)
            file = self._cache.keep_raw(Path(raw), submission.file_sha256)
            return submission, Change(Entry(submission=submission), {raw_path(submission.file_sha256): file})

        kept, change = decide(self._reader.newest(patience))
        if change is None:
            return kept
        if submission.file_bytes >= _LARGE:
            for place, file in change.files.items():
                self._private.upload(place, file, patience)
        return self._writer.write(f"admit {submission.id}", decide, patience)

    def begin(self, submission_id: str) -> Submission:
        """See Store.begin."""

        def decide(state: State) -> tuple[Submission, Change]:
            return _updated(state.existing(submission_id), lambda submission: submission.tried())

        return self._writer.write(f"begin {submission_id}", decide, self._patience())

    def give_back(self, submission_id: str) -> Submission:
        """See Store.give_back."""

        def decide(state: State) -> tuple[Submission, Change]:
            return _updated(state.existing(submission_id), lambda submission: submission.given_back())

        return self._writer.write(f"give back {submission_id}", decide, self._patience())

    def finish(self, record: Record, companion: bytes, at: str) -> Record:
        """See Store.finish."""
        patience = self._patience()

        def decide(state: State) -> tuple[Record, Change | None]:
            if record.id in state.by_record:
                return self._record(state, record.id, patience), None
            entry = state.existing(record.submission)
            submission = entry.submission.finished(at, record.tracks)
            attempts = entry.attempts or state.attempts(submission)
            kept = record.model_copy(update={"attempts": attempts})
            content = kept.model_dump_json().encode() + b"\n"
            held = KeptRecord(
                id=record.id,
                split=record.split,
                data_digest=record.dataset.digest,
                scorer_version=record.scorer_version,
                git_id=git_id(content),
                companion_sha256=hashlib.sha256(companion).hexdigest(),
            )
            changes = {"submission": submission, "attempts": attempts, "records": (*entry.records, held)}
            files = {result_path(submission.user, record.id): content, companion_path(record.id): companion}
            fetched = {held.git_id: content, held.companion_sha256: companion}
            return kept, Change(entry.model_copy(update=changes), files, fetched=fetched)

        kept = self._writer.write(f"finish {record.submission}", decide, patience)
        self._publish_if_possible(self._reader.recent(patience), patience)
        return kept

    def refuse(self, submission_id: str, reason: str, report: ValidationReport | None = None) -> Submission:
        """See Store.refuse."""

        def decide(state: State) -> tuple[Submission, Change | None]:
            entry = state.existing(submission_id)
            refused, change = _updated(entry, lambda submission: submission.refused(reason, report))
            if change is None:
                return refused, None
            return refused, Change(change.entry, removed=_raw_to_remove(state, refused))

        refused = self._writer.write(f"refuse {submission_id}", decide, self._patience())
        self._forget_raw(refused)
        return refused

    def change(self, line: AuditLine) -> Submission:
        """See Store.change. Raises StoreError also when a deleted record could not be removed from the public
        repository yet; the same call, and many another, tries again."""
        patience = self._patience()
        before = self._reader.newest(patience)

        def decide(state: State) -> tuple[Submission, Change | None]:
            entry = state.existing(line.submission)
            changed, change = _updated(entry, lambda submission: submission.changed(line))
            if change is None:
                return changed, None
            files = {self._audit_path(state, line, patience): line.model_dump_json().encode() + b"\n"}
            if changed.state != "deleted":
                return changed, Change(change.entry, files)
            paths = entry.result_paths()
            companions = [companion_path(record.id) for record in entry.records]
            removed = (*paths, *companions, *_raw_to_remove(state, entry.submission))
            retracted = tuple(dict.fromkeys((*entry.retracted, *paths)))
            return changed, Change(Entry(submission=changed, retracted=retracted), files, removed)

        changed = self._writer.write(f"{line.action} {line.submission}", decide, patience)
        if changed.state == "deleted":
            state = self._reader.newest(patience)
            self._cache.forget(before.digests - state.digests)
            self._forget_raw(changed)
            self._publisher.publish(state, patience)
        return changed

    def submission(self, submission_id: str) -> Submission | None:
        """See Store.submission."""
        state = self._reader.knowing(lambda state: submission_id in state.by_submission, self._patience())
        return state.existing(submission_id).submission if submission_id in state.by_submission else None

    def submissions(self) -> list[Submission]:
        """See Store.submissions."""
        return [entry.submission for entry in self._reader.recent(self._patience()).oldest_first]

    def record(self, record_id: str) -> Record | None:
        """See Store.record."""
        patience = self._patience()
        state = self._reader.knowing(lambda state: record_id in state.by_record, patience)
        return self._record(state, record_id, patience) if record_id in state.by_record else None

    def record_keys(self) -> list[RecordKey]:
        """See Store.record_keys. Fetches in parallel what is asked for next, one by one: records and companions."""
        patience = self._patience()
        state = self._reader.recent(patience)
        companions = [(companion_path(record.id), record.companion_sha256) for _, record in state.by_record.values()]
        self._reader.fetch(state, [*state.published.items(), *companions], patience)
        return [
            RecordKey(record.id, entry.submission.id, record.split, record.data_digest, record.scorer_version)
            for entry in state.oldest_first
            for record in entry.records
        ]

    def companion(self, record_id: str) -> bytes:
        """See Store.companion."""
        patience = self._patience()
        state = self._reader.knowing(lambda state: record_id in state.by_record, patience)
        if record_id not in state.by_record:
            raise RecordNotFound(f"no record {record_id[:80]!r} in {self.name}")
        _, record = state.by_record[record_id]
        return self._reader.blob(state, companion_path(record_id), record.companion_sha256, patience)

    def raw(self, submission_id: str) -> Path:
        """See Store.raw."""
        patience = self._patience()
        state = self._reader.knowing(lambda state: submission_id in state.by_submission, patience)
        submission = state.existing(submission_id).submission
        if not submission.has_file:
            raise SubmissionNotFound(f"submission {submission_id!r} was {submission.state}: its file is not kept")
        path, sha256 = raw_path(submission.file_sha256), submission.file_sha256
        return self._cache.raw(
            sha256, lambda target: self._private.download(path, state.head, sha256, target, patience)
        )

    def audit(self) -> list[AuditLine]:
        """See Store.audit."""
        patience = self._patience()
        state = self._reader.recent(patience)
        files = self._private.listing(AUDIT, state.head, patience, recursive=False).files
        lines = self._reader.blobs(state, sorted(files.items()), patience)
        return [AuditLine.model_validate_json(line) for line in lines]

    def working(self, submission_id: str) -> AbstractContextManager[bool]:
        """See Store.working."""
        return self._cache.working(submission_id)

    def renew(self) -> None:
        """See Store.renew."""
        self._reader.newest(self._patience())

    def version(self) -> str:
        """See Store.version."""
        return self._reader.recent(self._patience()).head

    def derived(self, key: str) -> bytes | None:
        """See Store.derived. Kept on this computer only."""
        return self._cache.derived(self._reader.recent(self._patience()).generation, key)

    def keep_derived(self, key: str, value: bytes, version: str) -> None:
        """See Store.keep_derived."""
        state = self._reader.recent(self._patience())
        if state.head == version:
            self._cache.keep_derived(state.generation, key, value)

    def _patience(self) -> Patience:
        return Patience(self._deadline)

    def _record(self, state: State, record_id: str, patience: Patience) -> Record:
        entry, record = state.by_record[record_id]
        path = result_path(entry.submission.user, record_id)
        return Record.model_validate_json(self._reader.blob(state, path, record.git_id, patience))

    def _audit_path(self, state: State, line: AuditLine, patience: Patience) -> str:
        number = len(self._private.listing(AUDIT, state.head, patience, recursive=False).files) + 1
        time = f"{datetime.fromisoformat(line.at):%Y%m%dT%H%M%SZ}"
        return f"{AUDIT}/{number:06d}-{time}-{line.action}-{line.submission}.json"

    def _publish_if_possible(self, state: State, patience: Patience) -> None:
        """Copy to the public repository; what fails is only logged, for the private one holds everything."""
        try:
            self._publisher.publish(state, patience)
        except StoreError as error:
            _log.warning("records are kept but not all are public yet; the next change tries again: %s", error)

    def _forget_raw(self, submission: Submission) -> None:
        """Remove this computer's copy of a file that is not kept any more."""
        if submission.file_sha256 not in self._reader.recent(self._patience()).raw_files:
            self._cache.forget((), [submission.file_sha256])


def _updated(entry: Entry, update: Callable[[Submission], Submission]) -> tuple[Submission, Change | None]:
    """The submission after an update, and the change that keeps it; None where it stays as it is."""
    after = update(entry.submission)
    return after, None if after is entry.submission else Change(entry.model_copy(update={"submission": after}))


def _raw_to_remove(state: State, submission: Submission) -> tuple[str, ...]:
    """The path of its file, when it is there and nobody else needs it."""
    sha256 = submission.file_sha256
    there = sha256 in state.raw_files and not state.needs_raw(sha256, but=submission.id)
    return (raw_path(sha256),) if there else ()


def _cache_folder(folder: Path | str | None, endpoint: str, name: str) -> Path:
    if folder is None:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(home, "mturn-seg", "hub")
    place = hashlib.sha256(endpoint.encode()).hexdigest()[:8]
    return Path(folder, f"{name.replace('/', '--')}-{place}")
