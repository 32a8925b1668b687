"""Check a predictions file against what a split asks for, every rule in one pass.

No message says anything about a true mask beyond its image's size, which is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from leaderboard.files import Limits, RawPredictions, read_predictions
from leaderboard.problems import Problem, ProblemCollector, ValidationReport, shorten
from leaderboard.records import TRACKS
from leaderboard.rules import MISSING_ROW, Rows, check_keys, check_masks, check_missing
from leaderboard.truth import LANGUAGES, Truth

_DIGEST_SHOWN = 80


@dataclass(frozen=True, eq=False)
class Predictions:
    """Usable predictions, sorted by entry of the truth; entries of `tracks` that are not listed have no row."""

    entry: np.ndarray  # int64 [M], index into the truth's entries, ascending and unique
    counts: pa.LargeStringArray  # [M]
    tracks: list[str]  # tracks that the file touches
    rows: int


def read_submission(
    path: Path, truth: Truth, limits: Limits, *, also_accepted: frozenset[str] = frozenset()
) -> tuple[ValidationReport, Predictions | None]:
    """Validate `path`. The submission is None unless every row is usable; missing rows alone leave it usable.

    also_accepted: digests besides the truth's own that the file may carry, for one that was made for data since
    corrected. Raises OSError when the file cannot be opened.
    """
    problems = ProblemCollector()
    raw = read_predictions(path, limits, problems)
    if raw is None:
        return _report(0, [], [], problems, []), None
    if raw.digest is not None and raw.digest != truth.digest and raw.digest not in also_accepted:
        # Every row would fail for the same reason, so nothing else is said.
        return _report(raw.rows, [], [], _wrong_dataset(raw.digest, truth), raw.notes), None
    notes = list(raw.notes)
    if raw.digest is None:
        notes.append("the file does not say which dataset it belongs to (no digest)")
    return _check(raw, truth, problems, notes)


def _wrong_dataset(digest: str, truth: Truth) -> ProblemCollector:
    problems = ProblemCollector()
    expected = f"{truth.digest} (version {truth.version}); run the model on that version"
    problems.add(Problem(kind="wrong_dataset", field="digest", value=shorten(digest, _DIGEST_SHOWN), expected=expected))
    return problems


def _check(
    raw: RawPredictions, truth: Truth, problems: ProblemCollector, notes: list[str]
) -> tuple[ValidationReport, Predictions | None]:
    rows = Rows(raw, truth, problems)
    if raw.has_keys:
        check_keys(rows)
    check_masks(rows)
    track = truth.entry_track[rows.entry[rows.located]]
    touched = np.unique(track)
    lacking = check_missing(rows, touched)
    unlocated = raw.rows - len(rows.located)
    if lacking and unlocated:
        notes.append(
            f"rows of the file that are for no turn asked for, as told above: {unlocated:,}; "
            f"a turn told as {MISSING_ROW} may be one that such a row was meant for"
        )
    incomplete = lacking | set(track[rows.faulty[rows.located]].tolist())
    complete = [TRACKS[index] for index in touched.tolist() if index not in incomplete]
    untouched = [name for name in truth.tracks if TRACKS.index(name) not in touched]
    if touched.size and untouched:
        notes.append(f"no rows for {', '.join(untouched)}: not scored")
    languages = [LANGUAGES[index] for index in np.unique(rows.language[rows.located]).tolist()]
    report = _report(raw.rows, complete, languages, problems, notes)
    usable = touched.size and problems.kinds <= {MISSING_ROW}
    return report, _predictions(rows, [TRACKS[index] for index in touched.tolist()]) if usable else None


def _predictions(rows: Rows, tracks: list[str]) -> Predictions:
    """The rows sorted by entry. Where nothing is wrong with them, every row is located and none stands there twice."""
    if (np.diff(rows.entry) > 0).all():  # as `mturn-seg run` writes them
        return Predictions(rows.entry, rows.raw.counts, tracks, rows.raw.rows)
    order = np.argsort(rows.entry, kind="stable")
    return Predictions(rows.entry[order], rows.raw.counts.take(pa.array(order)), tracks, rows.raw.rows)


def _report(
    rows: int, tracks: list[str], languages: list[str], problems: ProblemCollector, notes: list[str]
) -> ValidationReport:
    groups = problems.groups()
    return ValidationReport(
        ok=not groups, rows=rows, tracks=tracks, languages=languages, groups=groups, notes=list(notes)
    )
