"""From a kept submission to its result: validate the kept file, score it, keep the record and its companion."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leaderboard.errors import StoreError
from leaderboard.files import Limits
from leaderboard.problems import ValidationReport
from leaderboard.records import MIN_PATIENTS, DatasetRef, PredictionCounts, Record, Resampling, Submission
from leaderboard.scoring import SCORER_VERSION, Scored, hide_small, hide_small_agreement, score_predictions
from leaderboard.statistics.companion import Companion
from leaderboard.stores import Store
from leaderboard.truth import Truth
from leaderboard.validation import read_submission

MAX_TRIES = 3
#: What scoring one submission goes through, told to whoever waits.
CHECKING, SCORING, RANKING = "checking", "scoring", "ranking"
Progress = Callable[[str], object]
_MAY_BE_AT_WORK = timedelta(minutes=30)  # after this no other computer is still scoring
INTERRUPTED = (
    f"its scoring was interrupted {MAX_TRIES} times; please tell the maintainers. It does not count, and sending the "
    "same file again tries again"
)
BREAKS_RULES = "the file breaks rules"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rescored:
    """What became of one submission when it was scored again: a record, or the reason why there is none."""

    submission: str
    record: Record | None
    reason: str | None = None


def untold(stage: str) -> None:
    """Progress that nobody waits for."""


class Scorer:
    """Scores the submissions of one store on one truth. `min_patients` and `device`: see Leaderboard."""

    def __init__(
        self,
        truth: Truth,
        store: Store,
        limits: Limits,
        resampling: Resampling,
        boundary: bool,
        min_patients: int | None,
        device: str | None = None,
    ):
        self.truth = truth
        self.store = store
        self.limits = limits
        self.resampling = resampling
        self.boundary = boundary
        self.device = device
        if min_patients is None:
            min_patients = MIN_PATIENTS if truth.n_patients >= MIN_PATIENTS else 0
        self.min_patients = min_patients

    @property
    def key(self) -> tuple[str, str, str]:
        """RecordKey.basis of its results."""
        return self.truth.split, self.truth.digest, SCORER_VERSION

    def record_id(self, submission: Submission) -> str:
        """The id that the submission's record on this data by this scorer has, if there is one."""
        return hashlib.sha256("\n".join((submission.id, *self.key)).encode()).hexdigest()[:16]

    def settle(self, submission_id: str, at: str, progress: Progress = untold) -> Submission:
        """Score a pending submission, whoever calls holds `Store.working`; it ends scored or refused.

        A file that has ended its process again and again is refused, so that it cannot do so at every start; but it
        stays pending for as long as another computer may still be at it.
        """
        submission = self.store.submission(submission_id)
        if submission.state != "pending":
            return submission
        if submission.tries >= MAX_TRIES:
            if datetime.now(UTC) - datetime.fromisoformat(submission.begun) < _MAY_BE_AT_WORK:
                return submission
            return self.store.refuse(submission_id, INTERRUPTED)
        self.store.begin(submission_id)
        try:
            report, record, companion = self._result(submission, progress)
            if record is None:
                return self.store.refuse(submission_id, BREAKS_RULES, report)
            self.store.finish(record, companion, at)
        except (OSError, StoreError):  # a full disk or a lost connection, not the file
            self.store.give_back(submission_id)
            raise
        return self.store.submission(submission_id)

    def rescore(
        self, submissions: Sequence[Submission], at: str, progress: Callable[[int, int], object]
    ) -> list[Rescored]:
        """Score those again that have no record of this key."""
        done = {key.submission for key in self.store.record_keys() if key.basis == self.key}
        wanted = [item for item in submissions if item.state in ("scored", "withdrawn") and item.id not in done]
        results = []
        for number, submission in enumerate(wanted, start=1):
            results.append(self._rescored(submission, at))
            progress(number, len(wanted))
        return results

    def _rescored(self, submission: Submission, at: str) -> Rescored:
        try:
            with self.store.raw(submission.id).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != submission.file_sha256:
                    raise StoreError("the kept file has other bytes than were submitted")
            report, record, companion = self._result(submission)
            if record is None:
                return Rescored(submission.id, None, report.to_text())
            return Rescored(submission.id, self.store.finish(record, companion, at))
        except StoreError as error:  # deleted meanwhile
            return Rescored(submission.id, None, str(error))
        except Exception as error:  # one broken submission must not keep the others from their results
            log.exception("submission %s could not be scored again", submission.id)
            return Rescored(submission.id, None, f"{type(error).__name__}: {error}")

    def _result(
        self, submission: Submission, progress: Progress = untold
    ) -> tuple[ValidationReport, Record | None, bytes]:
        """The report on the kept file and, when it is faultless, record and companion."""
        progress(CHECKING)
        report, predictions = read_submission(
            self.store.raw(submission.id),
            self.truth,
            self.limits,
            also_accepted=frozenset({submission.dataset.digest}),
        )
        if not report.ok:
            return report, None, b""
        progress(SCORING)
        scored = score_predictions(
            predictions, self.truth, resampling=self.resampling, boundary=self.boundary, device=self.device
        )
        companion = Companion.of(scored, self.resampling).to_bytes()
        return report, self._record(submission, report, scored), companion

    def _record(self, submission: Submission, report: ValidationReport, scored: Scored) -> Record:
        empty = sum(score.overall.empty for score in scored.tracks.values())
        return Record(
            id=self.record_id(submission),
            submission=submission.id,
            created=submission.created,
            user=submission.user,
            meta=submission.meta,
            split=self.truth.split,
            dataset=DatasetRef(name=self.truth.name, version=self.truth.version, digest=self.truth.digest),
            scorer_version=SCORER_VERSION,
            device=scored.device,
            file_sha256=submission.file_sha256,
            counts=PredictionCounts(rows=report.rows, empty_predictions=empty),
            tracks={track: hide_small(score, self.min_patients) for track, score in scored.tracks.items()},
            agreement=hide_small_agreement(scored.agreement, self.min_patients),
            resampling=self.resampling,
        )
