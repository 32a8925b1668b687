"""The patient bootstrap: how often each resample drew each patient, and sums over the resamples.

Patients are drawn within their main region (PatientSums.stratum), and a patient's turns stay together. Turns are never
drawn by themselves: those of one patient resemble each other, and intervals that ignore it are far too narrow. A
resample that happens to lack a region is drawn again: the mean over regions always exists.

Of a group of g patients each resample draws g - 1, with replacement, and each draw counts g / (g - 1) times (the
rescaling bootstrap for strata of Rao, Wu and Yue, Survey Methodology 18, 1992). Drawing g would make the variance too
small by (g - 1) / g, which matters in groups of a few patients.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from leaderboard.errors import ComparisonError
from leaderboard.records import MIN_PATIENTS, MIN_REGION_PATIENTS, Resampling
from leaderboard.statistics.sums import REGION, PatientSums

_DRAWN_AT_ONCE = 100  # resamples; part of what a seed means, as it decides the order of the draws
_REDRAWS = 500  # a handful of regions needs a dozen
_BLOCK_VALUES = 2**20  # counts of a block of resamples, as float64: 8 MiB


class Resamples(NamedTuple):
    """B resamples of P patients."""

    counts: np.ndarray  # uint8 or uint16 [B, P]: how often each resample drew each patient
    scale: np.ndarray  # float64 [P]: how often a draw counts


def resamples_of(sums: PatientSums, resampling: Resampling) -> Resamples:
    """The resamples of a track's patients.

    They follow from the seed and from how many turns each patient (sorted by id) has in which region, so they are the
    same for every model.
    """
    regions = sums.n[:, sums.columns(REGION)] > 0 if has_every_region(sums) else np.zeros((len(sums.patients), 0), bool)
    strata = sums.stratum.astype(np.int32).tobytes()
    return _resamples(resampling.seed, resampling.resamples, strata, regions.tobytes(), regions.shape[1])


def has_every_region(sums: PatientSums) -> bool:
    """Whether resamples hold every region: of ten patients in all, and three with turns in each region."""
    regions = sums.n_patients[sums.columns(REGION)]
    return len(sums.patients) >= MIN_PATIENTS and bool((regions >= MIN_REGION_PATIENTS).all())


class Totals(NamedTuple):
    """The sums of a track in each of B resamples."""

    n: np.ndarray  # float64 [C, B]
    dice: np.ndarray  # float64 [C, B]
    iou: np.ndarray  # float64 [C, B]
    intersection: np.ndarray  # float64 [B]
    union: np.ndarray  # float64 [B]


_TOTALS: WeakKeyDictionary[PatientSums, dict[Resampling, Totals]] = WeakKeyDictionary()


def totals_of(sums: PatientSums, resampling: Resampling) -> Totals:
    """All sums of a track in every resample: one product of matrices, made once for as long as `sums` lives."""
    made = _TOTALS.setdefault(sums, {})
    if resampling not in made:
        by_patient = (sums.intersection[:, None], sums.union[:, None])
        columns = np.concatenate([sums.n, sums.dice, sums.iou, *by_patient], axis=1)
        totals = np.ascontiguousarray(resampled(sums, resampling, columns).T)
        by_cell = totals[:-2].reshape(3, len(sums.cells), resampling.resamples)
        made[resampling] = Totals(*by_cell, totals[-2], totals[-1])
    return made[resampling]


def resampled(sums: PatientSums, resampling: Resampling, columns: np.ndarray) -> np.ndarray:
    """float64 [B, K]: the sums of each resample, from sums by patient [P, K]."""
    counts, scale = resamples_of(sums, resampling)
    scaled = columns * scale[:, None]
    totals = np.empty((len(counts), columns.shape[1]))
    step = max(1, _BLOCK_VALUES // counts.shape[1])
    for start in range(0, len(counts), step):
        part = slice(start, start + step)
        np.matmul(counts[part].astype(np.float64), scaled, out=totals[part])
    return totals


@lru_cache(maxsize=16)
def _resamples(seed: int, resamples: int, strata: bytes, wanted: bytes, regions: int) -> Resamples:
    """strata: int32 [P]. wanted: bool [P, regions], who has turns in the regions that each resample must hold."""
    groups = np.frombuffer(strata, np.int32)
    holds = np.frombuffer(wanted, bool).reshape(len(groups), regions).astype(np.float32)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    rng = np.random.default_rng(seed)
    blocks = []
    for start in range(0, resamples, _DRAWN_AT_ONCE):
        counts = _draw(rng, members, min(_DRAWN_AT_ONCE, resamples - start), len(groups))
        for _ in range(_REDRAWS):
            lacking = (counts.astype(np.float32) @ holds == 0).any(axis=1)
            if not lacking.any():
                break
            counts[lacking] = _draw(rng, members, np.count_nonzero(lacking), len(groups))
        else:
            raise ComparisonError(f"{regions} regions are too many for resamples that hold them all; expected a few")
        blocks.append(counts)
    counts = np.concatenate(blocks)
    counts = counts.astype(np.min_scalar_type(counts.max()))
    scale = np.ones(len(groups))
    for group in members:
        scale[group] = len(group) / _drawn(group)
    for array in (counts, scale):
        array.flags.writeable = False  # shared by all callers
    return Resamples(counts, scale)


def _drawn(group: np.ndarray) -> int:
    return max(1, len(group) - 1)


def _draw(rng: np.random.Generator, members: list[np.ndarray], resamples: int, patients: int) -> np.ndarray:
    """uint16 [resamples, patients]."""
    counts = np.empty((resamples, patients), np.uint16)
    for group in members:
        drawn = rng.integers(len(group), size=(resamples, _drawn(group)))
        drawn += np.arange(resamples)[:, None] * len(group)
        counts[:, group] = np.bincount(drawn.ravel(), minlength=resamples * len(group)).reshape(resamples, len(group))
    return counts
