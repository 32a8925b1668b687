"""Pixel counts, overlap scores and boundary distances of each turn: counts first, every score from the counts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

import masks
from leaderboard.records import NSD_TOLERANCE, TRACKS
from leaderboard.truth import Truth
from leaderboard.validation import Predictions


@dataclass(frozen=True, eq=False)
class Measures:
    """Counts and scores of M entries of the truth, each array [M].

    A missing row has no predicted pixel and the worst of every score, even where the target is empty. hd95 and nsd are
    None when boundaries were not measured.
    """

    entry: np.ndarray
    patient: np.ndarray
    intersection: np.ndarray
    union: np.ndarray
    dice: np.ndarray
    iou: np.ndarray
    empty: np.ndarray  # bool: a row with an empty mask
    missing: np.ndarray  # bool: no row
    in_mm: np.ndarray  # bool: the spacing is known, so hd95 is in millimetres, else in pixels
    hd95: np.ndarray | None = None
    nsd: np.ndarray | None = None

    def __getitem__(self, chosen: np.ndarray) -> Measures:
        arrays = {item.name: getattr(self, item.name) for item in fields(self)}
        return Measures(**{name: None if values is None else values[chosen] for name, values in arrays.items()})


def measure(predictions: Predictions, truth: Truth, *, boundary: bool = True, device: Any = None) -> Measures:
    """Counts and scores of every entry of the predictions' tracks, in the order of the truth.

    boundary: HD95 and NSD too, which take longer than all else. device: as for `masks.overlap_counts`.
    """
    wanted = np.isin(truth.entry_track, [TRACKS.index(name) for name in predictions.tracks])
    has_row = np.zeros(len(wanted), bool)
    has_row[predictions.entry] = True
    present, wanted = has_row[wanted], np.flatnonzero(wanted)
    rows = truth.entry_row[predictions.entry]
    complete = len(rows) == len(truth.entry_row)  # the usual upload: no string needs to be copied
    true = truth.entry_counts if complete else truth.counts.take(rows)
    pairs = _Pairs(predictions.counts, true, *truth.size[rows].T, device)
    measures = _overlap(pairs, wanted, present, truth)
    return _with_boundary(pairs, measures, truth) if boundary else measures


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Predicted and true masks of the entries that have a row, as `masks` takes them."""

    predicted: Any
    true: Any
    heights: np.ndarray
    widths: np.ndarray
    device: Any


def _overlap(pairs: _Pairs, entry: np.ndarray, present: np.ndarray, truth: Truth) -> Measures:
    row = truth.entry_row[entry]
    intersection, predicted = np.zeros((2, len(entry)), np.int64)
    true_area = truth.area_px[row]
    intersection[present], predicted[present], _ = masks.overlap_counts(
        pairs.predicted, pairs.true, pairs.heights, pairs.widths, device=pairs.device
    )
    return Measures(
        entry=entry,
        patient=truth.patient[row],
        intersection=intersection,
        union=predicted + true_area - intersection,
        dice=np.where(present, masks.dice(intersection, predicted, true_area), 0.0),
        iou=np.where(present, masks.iou(intersection, predicted, true_area), 0.0),
        empty=present & (predicted == 0),
        missing=~present,
        in_mm=truth.has_spacing[row],
    )


def _with_boundary(pairs: _Pairs, measures: Measures, truth: Truth) -> Measures:
    row, present = truth.entry_row[measures.entry], ~measures.missing
    hd95 = np.hypot(*(truth.size[row] * truth.spacing[row]).T)  # the diagonal, until a row says better
    nsd = np.zeros(len(row))
    distances = masks.boundary_distances(
        pairs.predicted,
        pairs.true,
        pairs.heights,
        pairs.widths,
        truth.spacing[row[present]],
        tolerances=(NSD_TOLERANCE,),
        device=pairs.device,
    )
    hd95[present], nsd[present] = distances.hd95, distances.nsd[:, 0]
    return replace(measures, hd95=hd95, nsd=nsd)
