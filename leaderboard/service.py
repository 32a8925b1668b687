"""The one door to the leaderboard: validate, score, submit and read tables. Local and server scoring are this code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from leaderboard.errors import MetaError, RecordNotFound, SubmissionError, SubmissionRefused
from leaderboard.ranking import rank
from leaderboard.reading import Limits
from leaderboard.records import (
    TABLE_TURNS,
    TRACKS,
    UNRANKED_HISTORY,
    Cell,
    DatasetRef,
    PredictionCounts,
    Record,
    SubmissionMeta,
    TableRow,
    TrackScore,
    checked_user,
    model_key,
)
from leaderboard.report import ValidationReport
from leaderboard.scoring import SCORER_VERSION, score_submission
from leaderboard.stores import Store
from leaderboard.submission import read_submission
from leaderboard.truth import Truth

_CHUNK = 2**20


def validate_file(path: Path | str, truth: Truth | Path | str, limits: Limits | None = None) -> ValidationReport:
    """Every problem of a predictions file. Raises TruthError, or OSError when a file cannot be opened."""
    return read_submission(Path(path), _truth(truth), limits or Limits())[0]


def score_file(
    path: Path | str, truth: Truth | Path | str, limits: Limits | None = None
) -> tuple[ValidationReport, dict[str, TrackScore]]:
    """The report on a predictions file and its scores by track.

    A file whose only fault is missing rows is scored, each missing row as 0 and counted (`missing_predictions`), though
    its report is not ok; with any other fault there are no scores. Raises TruthError, or OSError for files that cannot
    be opened.
    """
    truth = _truth(truth)
    report, submission = read_submission(Path(path), truth, limits or Limits())
    return report, {} if submission is None else score_submission(submission, truth)


class Leaderboard:
    """The submissions to one split. The table is derived from the records, never the other way round.

    min_patients: strata and curve points of fewer patients lose their scores in the public record (their counts stay).
    """

    def __init__(
        self,
        truth: Truth | Path | str,
        store: Store,
        *,
        limits: Limits | None = None,
        min_patients: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        self.truth = _truth(truth)
        self.store = store
        self.limits = limits or Limits()
        self.min_patients = min_patients
        self._now = now

    def tracks(self) -> list[str]:
        """Ids of the tracks that this split has turns for."""
        return self.truth.tracks

    def validate(self, path: Path | str) -> ValidationReport:
        """Every problem of a predictions file; nothing is kept."""
        return validate_file(path, self.truth, self.limits)

    def submit(self, path: Path | str, meta: SubmissionMeta, user: str) -> Record:
        """Validate, score and keep a predictions file; the public record.

        The same file by the same user is answered with the first record. Raises SubmissionRefused (with the report),
        MetaError for a bad user name or a history that the split does not allow, OSError for a file that cannot be
        opened.
        """
        user = checked_user(user)
        path = Path(path)
        if self.truth.split == "test" and meta.history_mode in UNRANKED_HISTORY:
            raise MetaError(
                f"history_mode: {meta.history_mode!r} needs the truth; expected 'own' or 'none' on the test split"
            )
        if path.stat().st_size > self.limits.file_bytes:  # before anything reads it through
            raise SubmissionRefused(self.validate(path))
        sha256 = _sha256(path)
        record_id = self._record_id(user, sha256)
        first = self.store.find(record_id)
        if first is not None:
            return first
        report, submission = read_submission(path, self.truth, self.limits)
        if not report.ok:
            raise SubmissionRefused(report)
        scores = score_submission(submission, self.truth)
        record = Record(
            id=record_id,
            created=self._now().astimezone(UTC).isoformat(timespec="seconds"),
            user=user,
            meta=meta,
            split=self.truth.split,
            dataset=DatasetRef(name=self.truth.name, version=self.truth.version, digest=self.truth.digest),
            scorer_version=SCORER_VERSION,
            device="cpu",
            file_sha256=sha256,
            counts=PredictionCounts(
                rows=report.rows, empty_predictions=sum(score.empty_predictions for score in scores.values())
            ),
            tracks={track: hide_small(score, self.min_patients) for track, score in scores.items()},
            attempts=1,
        )
        return self.store.add(record, path)

    def earlier(self, path: Path | str, user: str) -> Record | None:
        """The record that the same file by the same user has already; `submit` would answer with it."""
        return self.store.find(self._record_id(checked_user(user), _sha256(Path(path))))

    def record(self, record_id: str) -> Record:
        """The record of this id. Raises RecordNotFound."""
        record = self.store.find(record_id)
        if record is None:
            raise RecordNotFound(f"no record {record_id!r}")
        return record

    def records(self) -> list[Record]:
        """All records of the store, oldest first: also those of other dataset versions and scorers."""
        return self.store.records()

    def table(self, track: str) -> list[TableRow]:
        """The ranked table of a track: one row for each user's model and history mode, its best submission.

        Only records of this very truth and scorer stand in it. Raises SubmissionError for an unknown track.
        """
        if track not in TRACKS:
            raise SubmissionError(f"track {track!r} is unknown; expected one of {', '.join(TRACKS)}")
        records = [record for record in self.store.records() if self._is_comparable(record)]
        attempts: dict[tuple[str, str], int] = {}
        best: dict[tuple[str, str, str], Record] = {}
        for record in records:
            user_model = (record.user, model_key(record.meta.model))
            attempts[user_model] = max(attempts.get(user_model, 0), record.attempts)
            if track in record.tracks:
                key = (*user_model, record.meta.history_mode)
                best[key] = max(best.get(key, record), record, key=lambda item: item.tracks[track].headline_dice or 0)
        return rank(_row(record, track, attempts[key[:2]]) for key, record in best.items())

    def _is_comparable(self, record: Record) -> bool:
        return (record.split, record.dataset.digest, record.scorer_version) == (
            self.truth.split,
            self.truth.digest,
            SCORER_VERSION,
        )

    def _record_id(self, user: str, file_sha256: str) -> str:
        """The same for the same user, file, truth and scorer, so that a repeated upload finds its first record."""
        parts = (user, file_sha256, self.truth.split, self.truth.digest, SCORER_VERSION)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def hide_small(score: TrackScore, min_patients: int) -> TrackScore:
    """The score without the dice and iou of strata and curve points of fewer patients; n and counts stay."""

    def hidden(group: dict[str, Cell]) -> dict[str, Cell]:
        return {
            value: cell if cell.n_patients >= min_patients else cell.model_copy(update={"dice": None, "iou": None})
            for value, cell in group.items()
        }

    return score.model_copy(
        update={
            "strata": {kind: hidden(group) for kind, group in score.strata.items()},
            "turn_curve": hidden(score.turn_curve),
            "fixed_cohort_curve": hidden(score.fixed_cohort_curve),
        }
    )


def _row(record: Record, track: str, attempts: int) -> TableRow:
    score = record.tracks[track]
    turns = {turn: score.turn_curve.get(turn) for turn in TABLE_TURNS}
    return TableRow(
        rank=None,
        model=record.meta.model,
        organisation=record.meta.organisation,
        user=record.user,
        link=record.meta.link,
        headline_dice=score.headline_dice,
        headline_iou=score.headline_iou,
        turn_weighted_dice=score.turn_weighted_dice,
        region_dice={region: cell.dice for region, cell in score.strata["region"].items()},
        turn_dice={turn: cell.dice if cell else None for turn, cell in turns.items()},
        n=score.n,
        n_patients=score.n_patients,
        n_empty=score.empty_predictions,
        attempts=attempts,
        history_mode=record.meta.history_mode,
        date=record.created[:10],
        record_id=record.id,
    )


def _truth(truth: Truth | Path | str) -> Truth:
    return truth if isinstance(truth, Truth) else Truth.load(truth)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
