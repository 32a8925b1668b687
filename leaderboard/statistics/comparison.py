"""Two results on the same data: paired differences with intervals, and a test over patients."""

from __future__ import annotations

from typing import get_args

import numpy as np
from scipy.stats import wilcoxon

from leaderboard.errors import ComparisonError
from leaderboard.records import MIN_PATIENTS, Comparison, Difference, Resampling
from leaderboard.statistics.intervals import cell_draws, headline_draws, intervals
from leaderboard.statistics.sums import OVERALL, Measure, PatientSums

_MEASURES = get_args(Measure)


def compare(
    a: PatientSums,
    b: PatientSums,
    track: str,
    names: tuple[str, str],
    resampling: Resampling = Resampling(),  # noqa: B008
) -> Comparison:
    """Every difference b - a of two results on one track, over the cells that both have.

    names: what the results are called. Raises ComparisonError when their patients or counts of turns differ: then they
    are not results on the same data.
    """
    a, b = _aligned(a, b, track, names)
    overall = a.column[OVERALL]
    return Comparison(
        track=track,
        a=names[0],
        b=names[1],
        n=int(a.n[:, overall].sum()),
        n_patients=len(a.patients),
        differences=[*_headlines(a, b, resampling), *_cells(a, b, resampling)],
        wilcoxon_p=_wilcoxon(a.dice[:, overall] / a.n[:, overall], b.dice[:, overall] / b.n[:, overall]),
        resampling=resampling,
    )


def _aligned(a: PatientSums, b: PatientSums, track: str, names: tuple[str, str]) -> tuple[PatientSums, PatientSums]:
    """Both with the cells that both have, overall first."""
    what = f"{names[0]} and {names[1]}, {track}"
    if a.patients != b.patients:
        raise ComparisonError(
            f"{what}: {len(a.patients)} and {len(b.patients)} patients, not the same ones; "
            "expected results on the same data"
        )
    both = sorted((key for key in a.cells if key in b.column), key=lambda key: key != OVERALL)
    a, b = a.pick(both), b.pick(both)
    differing = np.flatnonzero((a.n != b.n).any(axis=0))
    if differing.size:
        kind, value = both[differing[0]]
        counts = [int(sums.n[:, differing[0]].sum()) for sums in (a, b)]
        raise ComparisonError(
            f"{what}: the turns of {kind} {value} differ ({counts[0]} and {counts[1]} in all); "
            "expected results on the same data"
        )
    return a, b


def _headlines(a: PatientSums, b: PatientSums, resampling: Resampling) -> list[Difference]:
    found = []
    for measure in _MEASURES:
        draws = [headline_draws(sums, resampling, measure) for sums in (a, b)]
        first, second = a.headline(measure), b.headline(measure)
        found.append(
            Difference(
                kind="headline",
                value="all",
                measure=measure,
                n=int(a.n[:, a.column[OVERALL]].sum()),
                n_patients=len(a.patients),
                a=first,
                b=second,
                difference=second - first,
                interval=None if draws[0] is None else intervals((draws[1] - draws[0])[None])[0],
            )
        )
    return found


def _cells(a: PatientSums, b: PatientSums, resampling: Resampling) -> list[Difference]:
    kept = [index for index in range(len(a.cells)) if a.n_patients[index] >= MIN_PATIENTS]
    draws = zip(cell_draws(a, resampling, kept), cell_draws(b, resampling, kept), strict=True)
    bounds = {
        (measure, index): interval
        for measure, (first, second) in zip(_MEASURES, draws, strict=True)
        for index, interval in zip(kept, intervals(second - first), strict=True)
    }
    return [
        Difference(
            kind=key[0],
            value=key[1],
            measure=measure,
            n=int(a.n[:, index].sum()),
            n_patients=int(a.n_patients[index]),
            a=a.mean(measure, key),
            b=b.mean(measure, key),
            difference=b.mean(measure, key) - a.mean(measure, key),
            interval=bounds.get((measure, index)),
        )
        for index, key in enumerate(a.cells)
        for measure in _MEASURES
    ]


def _wilcoxon(a: np.ndarray, b: np.ndarray) -> float | None:
    """The p-value of the signed-rank test; patients without a difference are left out, as Wilcoxon did."""
    if len(a) < MIN_PATIENTS:
        return None
    if (a == b).all():
        return 1.0
    return min(float(wilcoxon(b - a, zero_method="wilcox").pvalue), 1.0)
