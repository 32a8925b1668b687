"""The one door to the leaderboard: validate, score, submit and read tables. Local and server scoring are this code."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from leaderboard.comparing import Comparing
from leaderboard.errors import (
    MetaError,
    NotAllowed,
    QuotaExceeded,
    RecordNotFound,
    StoreError,
    SubmissionError,
    SubmissionNotFound,
    SubmissionRefused,
)
from leaderboard.files import Limits
from leaderboard.local import validate_file
from leaderboard.problems import ValidationReport
from leaderboard.records import (
    RANKED_SPLIT,
    TRACKS,
    Allowance,
    AuditLine,
    Comparison,
    DatasetRef,
    HistoryGap,
    Quota,
    Record,
    Resampling,
    Submission,
    SubmissionMeta,
    TableRow,
    checked_user,
    moment,
)
from leaderboard.records.meta import split_faults
from leaderboard.settling import RANKING, Progress, Rescored, Scorer, untold
from leaderboard.standings import Standings
from leaderboard.stores import Store
from leaderboard.truth import Truth

_POLL_SECONDS = 0.05

log = logging.getLogger(__name__)


class Leaderboard:
    """The submissions to one split. Tables are derived from the records, never the other way round.

    limits: what a predictions file may cost. quota: of each user on the test split. admins: user names of maintainers.
    min_patients: strata and curve points of fewer patients lose their scores in the public record (their counts stay);
    None: 10, or 0 for a split of fewer patients than that, which would show nothing at all. boundary: whether HD95 and
    NSD are measured. device: what counts pixels, "cpu" or "cuda"; None takes what is quickest (masks.chosen_device).
    """

    def __init__(
        self,
        truth: Truth | Path | str,
        store: Store,
        *,
        limits: Limits | None = None,
        quota: Quota | None = None,
        admins: Collection[str] = (),
        min_patients: int | None = None,
        resampling: Resampling | None = None,
        boundary: bool = True,
        device: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        self.truth = truth if isinstance(truth, Truth) else Truth.load(truth)
        self.store = store
        self.limits = limits or Limits()
        self.quota = quota or Quota()
        self.admins = frozenset(checked_user(name) for name in admins)
        self._now = now
        resampling = resampling or Resampling()
        self._scorer = Scorer(self.truth, store, self.limits, resampling, boundary, min_patients, device)
        self._standings = Standings(store, *self._scorer.key, self._scorer.resampling)
        self._comparing = Comparing(store, self._scorer.resampling, self._scorer.min_patients)

    def tracks(self) -> list[str]:
        """Ids of the tracks that this split has turns for."""
        return self.truth.tracks

    def validate(self, path: Path | str) -> ValidationReport:
        """Every problem of a predictions file; nothing is kept."""
        return validate_file(path, self.truth, self.limits)

    # Submitting

    def submit(self, path: Path | str, meta: SubmissionMeta, user: str) -> Record:
        """Enter a predictions file and score it; the public record.

        The same content by the same user is answered with the first result. Raises what `enter` raises,
        SubmissionRefused (with the report, or with the reason alone for one that was withdrawn or deleted), and
        StoreError for one that other computers may be scoring.
        """
        return self.result(self.settle(self.enter(path, meta, user).id))

    def result(self, submission: Submission) -> Record:
        """The record of a submission after `settle`. Raises SubmissionRefused as `submit` does, or StoreError."""
        if submission.state == "pending":
            raise StoreError(f"submission {submission.id} is kept and still to be scored; ask again in half an hour")
        if submission.state == "refused":
            raise SubmissionRefused(submission.report, None if submission.report else submission.reason)
        if submission.state in ("withdrawn", "deleted"):
            remedy = "it can be restored" if submission.state == "withdrawn" else "it cannot be sent again"
            reason = f"this file is submission {submission.id}, which was {submission.state}; {remedy}"
            raise SubmissionRefused(None, reason)
        return self.record(submission.id)

    def enter(self, path: Path | str, meta: SubmissionMeta, user: str) -> Submission:
        """Keep a predictions file, still to be scored; the submission, or the first one of the same content and user.

        Raises MetaError for a bad user name, a history that the split does not allow or a missing signature,
        QuotaExceeded, SubmissionRefused for a file over the limit, and OSError for one that cannot be opened.
        """
        user = checked_user(user)
        path = Path(path)
        self._check_meta(meta)
        size = path.stat().st_size
        if size > self.limits.file_bytes:  # before anything reads it through
            raise SubmissionRefused(self.validate(path))
        sha256 = _sha256(path)
        submission_id, first = self._same_content(user, sha256)
        if first is not None and not first.gives_way:
            return first
        now = self._moment()
        allowance = self._allowance(user, now)
        if allowance.remaining == 0:  # before the file is copied; the store decides again
            raise QuotaExceeded(user, allowance)
        submission = Submission(
            id=submission_id,
            user=user,
            meta=meta,
            split=self.truth.split,
            dataset=DatasetRef(name=self.truth.name, version=self.truth.version, digest=self.truth.digest),
            file_sha256=sha256,
            file_bytes=size,
            created=now,
        )
        return self.store.admit(submission, path, self._quota())

    def settle(self, submission_id: str, progress: Progress = untold) -> Submission:
        """Score a pending submission, waiting where another thread or process is at it; it ends scored or refused.

        progress: told CHECKING, SCORING and RANKING of `settling` as they begin.

        Raises SubmissionNotFound. When scoring itself fails the error is passed on and the submission stays pending:
        `resume` tries again, a few times. One that has failed a few times stays pending too, for half an hour, while
        another computer may be scoring it.
        """
        while (submission := self.submission(submission_id)).state == "pending":
            with self.store.working(submission_id) as is_mine:
                if is_mine:
                    submission = self._scorer.settle(submission_id, self._moment(), progress)
            if is_mine:
                progress(RANKING)
                self._refresh(submission.tracks)
                break
            time.sleep(_POLL_SECONDS)
        return submission

    def _refresh(self, tracks: Collection[str]) -> None:
        """Make tables now, so that who reads next need not wait."""
        try:
            self._standings.refresh(tracks)
        except Exception:  # what was scored is scored, whatever is wrong with other records
            log.exception("the tables of %s could not be made", ", ".join(tracks))

    def resume(self, progress: Callable[[int, int], object] = lambda done, total: None) -> list[Submission]:
        """Settle what was left pending by a process that died; the submissions settled.

        What others are scoring now is left to them. A submission whose scoring fails is logged and stays pending.
        """
        pending = [item.id for item in self.submissions() if item.state == "pending"]
        settled = []
        for done, submission_id in enumerate(pending, start=1):
            try:
                with self.store.working(submission_id) as is_mine:
                    if is_mine:
                        submission = self._scorer.settle(submission_id, self._moment())
                        settled += [submission] if submission.state != "pending" else []
            except Exception:  # one broken submission must not keep the others waiting
                log.exception("submission %s could not be scored", submission_id)
            progress(done, len(pending))
        self._refresh({track for item in settled for track in item.tracks})
        return settled

    def earlier(self, path: Path | str, user: str) -> Submission | None:
        """The submission with the same content by the same user; None when there is none or it was deleted."""
        return self._same_content(checked_user(user), _sha256(Path(path)))[1]

    def allowance(self, user: str) -> Allowance:
        """What a user may still submit."""
        return self._allowance(checked_user(user), self._moment())

    def _allowance(self, user: str, now: str) -> Allowance:
        return Allowance.after([item.created for item in self.submissions(user) if item.counts], self._quota(), now)

    # Reading

    def submission(self, submission_id: str) -> Submission:
        """The submission of this id. Raises SubmissionNotFound."""
        submission = self.store.submission(submission_id)
        if submission is None:
            raise SubmissionNotFound(f"no submission {submission_id!r}")
        return submission

    def submissions(self, user: str | None = None) -> list[Submission]:
        """The submissions to this split, of one user or of all, oldest first."""
        return [
            item for item in self.store.submissions() if item.split == self.truth.split and user in (None, item.user)
        ]

    def record(self, record_id: str) -> Record:
        """The record of this id, or that of a submission's id: on this board's data if it has one, else its latest.

        Raises RecordNotFound.
        """
        record = self.store.record(record_id)
        if record is None:
            keys = [key for key in self.store.record_keys() if key.submission == record_id]
            mine = [key for key in keys if key.basis == self._scorer.key]
            record = self.store.record((mine or keys)[-1].id) if keys else None
        if record is None:
            raise RecordNotFound(f"no record {record_id!r}; expected the id of a record or of a scored submission")
        return record

    def records(self) -> list[Record]:
        """All records of the store, oldest submission first: also those of other dataset versions and scorers."""
        found = (self.store.record(key.id) for key in self.store.record_keys())
        return [record for record in found if record is not None]

    def table(self, track: str) -> list[TableRow]:
        """The ranked table of a track: one row for each user's model and history mode.

        Only results on this very data by this scorer stand in it. Raises SubmissionError for an unknown track.
        """
        if track not in TRACKS:
            raise SubmissionError(f"track {track!r} is unknown; expected one of {', '.join(TRACKS)}")
        return self._standings.table(track)

    def audit(self) -> list[AuditLine]:
        """Every withdrawal, restoration, deletion and verification, oldest first."""
        return self.store.audit()

    # Comparing

    def compare(self, one: str, other: str) -> list[Comparison]:
        """Paired differences of two results (ids of records or submissions), one for each track that both have.

        Raises RecordNotFound, and ComparisonError for results of different data or scorers or without a common track.
        """
        return self._comparing.compare(self.record(one), self.record(other))

    def history_gaps(self) -> list[HistoryGap]:
        """What each model gains from the true history: true minus own history, of one user's model, by track.

        Only a split whose truth is public can have any.
        """
        shown = {track: self._standings.displayed(track) for track in self.tracks()}
        return self._comparing.history_gaps(shown)

    # What owners and maintainers do

    def withdraw(self, submission_id: str, by: str, reason: str = "") -> Submission:
        """Take a scored submission out of the tables; its owner or a maintainer may. Raises NotAllowed, StoreError."""
        return self._change("withdraw", submission_id, by, reason)

    def restore(self, submission_id: str, by: str, reason: str = "") -> Submission:
        """Undo a withdrawal; who withdrew or a maintainer may. Raises NotAllowed, StoreError."""
        closed_by = self.submission(submission_id).closed_by
        return self._change("restore", submission_id, by, reason, owner_may=closed_by == by)

    def delete(self, submission_id: str, by: str, reason: str = "") -> Submission:
        """Remove a submission's file, records and description; the owner or a maintainer may.

        It still counts for quota and attempts, and an audit line stays. Raises NotAllowed, StoreError.
        """
        return self._change("delete", submission_id, by, reason)

    def verify(self, submission_id: str, by: str, reason: str = "") -> Submission:
        """Say that a maintainer has run the model again with the same result. Raises NotAllowed, StoreError."""
        return self._change("verify", submission_id, by, reason, owner_may=False)

    def rescore(self, progress: Callable[[int, int], object] = lambda done, total: None) -> list[Rescored]:
        """Score the kept file of every scored or withdrawn submission that has no result on this data by this scorer.

        Earlier results stay. A file that does not fit this data keeps only those, and the reason is told.
        """
        results = self._scorer.rescore(self.submissions(), self._moment(), progress)
        self._refresh({track for result in results if result.record for track in result.record.tracks})
        return results

    def _change(self, action: str, submission_id: str, by: str, reason: str, owner_may: bool = True) -> Submission:
        by = checked_user(by)
        submission = self.submission(submission_id)
        if by not in self.admins and not (owner_may and by == submission.user):
            whose = "its owner's or a maintainer's" if owner_may else "a maintainer's"
            raise NotAllowed(f"{by} may not {action} submission {submission_id}: that is {whose}")
        return self.store.change(
            AuditLine.checked(
                at=self._moment(),
                by=by,
                action=action,
                submission=submission_id,
                user=submission.user,
                file_sha256=submission.file_sha256,
                reason=reason,
            )
        )

    def _check_meta(self, meta: SubmissionMeta) -> None:
        faults = split_faults(self.truth.split, meta.history_mode, meta.signed)
        if faults:
            raise MetaError(faults)

    def _same_content(self, user: str, sha256: str) -> tuple[str, Submission | None]:
        """The id of this content by this user, and the submission that has it; a deleted one keeps its own.

        The same for the same user, content and data, so that a repeated upload finds its first result.
        """
        for deleted in count():
            parts = [user, sha256, self.truth.split, self.truth.digest, *([str(deleted)] if deleted else [])]
            submission_id = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
            found = self.store.submission(submission_id)
            if found is None:
                return self._rescored(user, sha256) or (submission_id, None)
            # What its owner deleted may come again; what a maintainer deleted may not.
            if found.state != "deleted" or found.gives_way or found.closed_by != user:
                return submission_id, found

    def _rescored(self, user: str, sha256: str) -> tuple[str, Submission] | None:
        """The submission of this content that came on an earlier version of the data and has a result on this one."""
        for item in self.submissions(user):
            if (
                item.file_sha256 == sha256
                and item.has_file
                and self.store.record(self._scorer.record_id(item)) is not None
            ):
                return item.id, item
        return None

    def _quota(self) -> Quota:
        """Only answers to the test split are scarce."""
        return self.quota if self.truth.split == RANKED_SPLIT else Quota()

    def _moment(self) -> str:
        return moment(self._now())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
