"""Percentile intervals of means over the patient bootstrap, 95%."""

from __future__ import annotations

import numpy as np

from leaderboard.records import MIN_PATIENTS, Interval, Resampling
from leaderboard.statistics.resamples import has_every_region, totals_of
from leaderboard.statistics.sums import REGION, CellKey, Measure, PatientSums

TAILS = (0.025, 0.975)
_DIGITS = 6  # beyond these an interval of 2,000 resamples says nothing
_DRAW_DIGITS = 12  # below these two draws differ only by the rounding of their sums


def percentiles(draws: np.ndarray) -> np.ndarray:
    """float64 [N, 2]: the 2.5th and the 97.5th percentile of each row of draws [N, B], interpolated linearly.

    A NaN is a resample that is left out; a row of NaN alone stays NaN.
    """
    ordered = np.sort(draws, axis=1)  # NaN last
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
    place = np.multiply.outer(last, TAILS)
    low = place.astype(np.int64)
    below = np.take_along_axis(ordered, low, axis=1)
    above = np.take_along_axis(ordered, np.minimum(low + 1, last[:, None]), axis=1)
    return below + (above - below) * (place - low)


def intervals(draws: np.ndarray) -> list[tuple[float, float] | None]:
    """The 95% interval of each row of draws [N, B], rounded to six decimals; None for a row of NaN."""
    return [
        None if np.isnan(low) else (round(low, _DIGITS) + 0.0, round(high, _DIGITS) + 0.0)  # no -0.0
        for low, high in percentiles(draws).tolist()
    ]


def headline_draws(sums: PatientSums, resampling: Resampling, measure: Measure = "dice") -> np.ndarray | None:
    """float64 [B]: the headline of each resample; None where patients are too few (see `has_every_region`).

    The same resamples for every model, so draws of two models may be subtracted.
    """
    if not has_every_region(sums):
        return None
    regions, totals = sums.columns(REGION), totals_of(sums, resampling)
    means = getattr(totals, measure)[regions] / totals.n[regions]
    return np.minimum(np.round(means.mean(axis=0), _DRAW_DIGITS), 1.0)


def headline_interval(sums: PatientSums, resampling: Resampling, measure: Measure = "dice") -> Interval | None:
    """The 95% interval of the headline; None where patients are too few."""
    draws = headline_draws(sums, resampling, measure)
    return None if draws is None else intervals(draws[None])[0]


def cell_draws(sums: PatientSums, resampling: Resampling, columns: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Mean Dice and mean IoU of each resample in these cells, each float64 [C, B].

    NaN where a resample holds no patient of the cell.
    """
    totals = totals_of(sums, resampling)
    n = totals.n[columns]
    with np.errstate(invalid="ignore"):
        return totals.dice[columns] / n, totals.iou[columns] / n


def cell_intervals(
    sums: PatientSums, resampling: Resampling, *kinds: str
) -> dict[CellKey, tuple[Interval | None, Interval | None]]:
    """The 95% intervals of mean Dice and mean IoU of every cell (of these kinds) with at least ten patients."""
    kept = sums.columns(*kinds) if kinds else range(len(sums.cells))
    kept = [index for index in kept if sums.n_patients[index] >= MIN_PATIENTS]
    if not kept:
        return {}
    dice, iou = (intervals(np.minimum(draws, 1.0)) for draws in cell_draws(sums, resampling, kept))
    return {sums.cells[index]: pair for index, *pair in zip(kept, dice, iou, strict=True)}


def ciou_interval(sums: PatientSums, resampling: Resampling) -> Interval | None:
    """The 95% interval of the summed intersections over the summed unions; None below ten patients."""
    if len(sums.patients) < MIN_PATIENTS:
        return None
    *_, shared, union = totals_of(sums, resampling)
    return intervals(np.divide(shared, union, out=np.ones_like(shared), where=union > 0)[None])[0]
