"""Whether a model segments the same when the same turn is asked in English and in Chinese."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

import masks
from leaderboard.records import Agreement, Resampling
from leaderboard.statistics.intervals import cell_intervals
from leaderboard.statistics.sums import REGION, PatientSums
from leaderboard.truth import LANGUAGES, Labels, Truth
from leaderboard.validation import Predictions

_KIND = "dialogues"
_VALUES = ["all", "single", "multi"]
_BLOCK = 2**15  # pairs; fresh memory for all of them would cost more than counting them


def language_agreement(
    predictions: Predictions, truth: Truth, resampling: Resampling, device: Any = None
) -> dict[str, Agreement]:
    """Agreement over the turns with a row in both languages; empty when there is none.

    "single" and "multi" hold the turns whose dialogue is of that kind in both languages, "all" every turn.
    """
    places = _places(predictions, truth)
    if not places.size:
        return {}
    entry = predictions.entry[places]
    row = truth.entry_row[entry[0]]
    shared, *areas = _overlap(predictions.counts, places, truth.size[row], device)
    multi = truth.entry_length[entry] > 1
    groups = {_KIND: _groups(multi), REGION: (np.arange(len(row)), truth.region[row])}
    sums = PatientSums.of(
        truth.patient[row],
        truth.patient_ids,
        groups,
        dice=masks.dice(shared, *areas),
        iou=masks.iou(shared, *areas),
        intersection=shared,
        union=areas[0] + areas[1] - shared,
    )
    where, labels = groups[_KIND]
    both_empty = np.bincount(labels.code, (sum(areas) == 0)[where], len(_VALUES))
    bounds = cell_intervals(sums, resampling, _KIND)
    return {
        value: Agreement(
            n=int(sums.n[:, index].sum()),
            n_patients=int(sums.n_patients[index]),
            dice=sums.mean("dice", (_KIND, value)),
            dice_interval=bounds.get((_KIND, value), (None, None))[0],
            both_empty=int(both_empty[_VALUES.index(value)]),
        )
        for index, (kind, value) in enumerate(sums.cells)
        if kind == _KIND
    }


def _overlap(counts: pa.LargeStringArray, places: np.ndarray, size: np.ndarray, device: Any) -> np.ndarray:
    """int64 [3, N]: the pixels that both masks share, and of each. Strings are copied block by block."""
    found = np.empty((3, places.shape[1]), np.int64)
    for start in range(0, places.shape[1], _BLOCK):
        part = slice(start, start + _BLOCK)
        pairs = [counts.take(pa.array(side[part])) for side in places]
        found[:, part] = masks.overlap_counts(*pairs, *size[part].T, device=device)
    return found


def _places(predictions: Predictions, truth: Truth) -> np.ndarray:
    """int64 [2, N]: where the English and the Chinese row of each turn that has both stand in the predictions."""
    language = truth.entry_language[predictions.entry]
    sides = [np.flatnonzero(language == index) for index in range(len(LANGUAGES))]
    rows = [truth.entry_row[predictions.entry[side]] for side in sides]
    _, first, second = np.intersect1d(*rows, assume_unique=True, return_indices=True)
    return np.stack([sides[0][first], sides[1][second]])


def _groups(multi: np.ndarray) -> tuple[np.ndarray, Labels]:
    """multi: bool [2, N], whether a turn's dialogue has several segmentation turns in each language."""
    alike = np.flatnonzero(multi[0] == multi[1])
    everywhere = np.arange(multi.shape[1])
    code = np.concatenate([np.zeros(len(everywhere), np.int64), np.where(multi[0, alike], 2, 1)])
    return np.concatenate([everywhere, alike]), Labels(_VALUES, code)
