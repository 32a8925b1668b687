"""Validating, scoring and comparing files without a store: what a participant does, by the code of the leaderboard."""

from __future__ import annotations

from pathlib import Path

from leaderboard.errors import ComparisonError, SubmissionRefused
from leaderboard.files import Limits
from leaderboard.problems import ValidationReport
from leaderboard.records import Comparison, Resampling
from leaderboard.scoring import Scored, score_predictions
from leaderboard.statistics.comparison import compare
from leaderboard.truth import Truth
from leaderboard.validation import read_submission


def validate_file(path: Path | str, truth: Truth | Path | str, limits: Limits | None = None) -> ValidationReport:
    """Every problem of a predictions file. Raises TruthError, or OSError when a file cannot be opened."""
    return read_submission(Path(path), _truth(truth), limits or Limits())[0]


def score_file(
    path: Path | str,
    truth: Truth | Path | str,
    limits: Limits | None = None,
    *,
    resampling: Resampling | None = None,
    boundary: bool = True,
) -> tuple[ValidationReport, Scored | None]:
    """The report on a predictions file and its scores.

    A file whose only fault is missing rows is scored, each missing row as 0 and counted (`Cell.missing`), though its
    report is not ok; with any other fault there are no scores. Raises TruthError, or OSError for files that cannot be
    opened.
    """
    truth = _truth(truth)
    report, predictions = read_submission(Path(path), truth, limits or Limits())
    if predictions is None:
        return report, None
    return report, score_predictions(predictions, truth, resampling=resampling or Resampling(), boundary=boundary)


def compare_files(
    one: Path | str,
    other: Path | str,
    truth: Truth | Path | str,
    *,
    limits: Limits | None = None,
    resampling: Resampling | None = None,
) -> list[Comparison]:
    """Paired differences of two predictions files, one comparison for each track that both have.

    Raises SubmissionRefused for a file that breaks rules, ComparisonError when no track is common, TruthError, OSError.
    """
    truth = _truth(truth)
    resampling = resampling or Resampling()
    scored = []
    for path in (one, other):
        report, result = score_file(path, truth, limits, resampling=resampling, boundary=False)
        if not report.ok:
            raise SubmissionRefused(report, f"{path}: {report.to_text()}")
        scored.append(result)
    tracks = [track for track in scored[0].sums if track in scored[1].sums]
    if not tracks:
        raise ComparisonError(f"{one} and {other} have no track in common")
    names = _names(Path(one), Path(other))
    return [compare(*(item.sums[track] for item in scored), track, names, resampling) for track in tracks]


def _names(one: Path, other: Path) -> tuple[str, str]:
    """What to call two files: their stems, or as much of their paths as tells them apart."""
    return (one.stem, other.stem) if one.stem != other.stem else (str(one), str(other))


def _truth(truth: Truth | Path | str) -> Truth:
    return truth if isinstance(truth, Truth) else Truth.load(truth)
