"""Which turn counts where: the one place that says it, for means, intervals and comparisons alike.

Strata: region, modality, facet (a turn with several counts in each), system, segmentation_turn ("1" to "5", "6+"),
target_size where the pixel spacing is known, target_size_px elsewhere. Curves: every segmentation turn, over all
dialogues, and over the fixed cohort of long ones, so that a fall cannot hide behind the end of the harder dialogues.
"""

from __future__ import annotations

import numpy as np

from leaderboard.statistics.sums import OVERALL, REGION
from leaderboard.truth import COHORT_TURNS, Labels, Truth

STRATA = (REGION, "modality", "facet", "system", "segmentation_turn", "target_size", "target_size_px")
TURN_CURVE = "turn_curve"
COHORT_CURVE = "fixed_cohort_curve"

# A disc of 10 mm and one of 30 mm in mm²: below lies a small nodule, above a nodule is called a mass.
SIZE_LIMITS_MM2 = (np.pi * 5**2, np.pi * 15**2)
# Without a spacing: the limits of COCO, squares of 32 and of 96 pixels.
SIZE_LIMITS_PX = (32**2, 96**2)
SIZES = ("small", "medium", "large")

_LAST_TURN_ALONE = 5

Groups = dict[str, tuple[np.ndarray, Labels]]


def partition(entry: np.ndarray, truth: Truth) -> Groups:
    """Kind -> (positions in `entry`, the value of each), for entries of one track.

    Positions may repeat (a turn with two facets) or leave turns out (a target size without a spacing).
    """
    row = truth.entry_row[entry]
    everywhere = np.arange(len(entry))
    ordinal = truth.entry_ordinal[entry]
    known = truth.has_spacing[row]
    area = truth.area_px[row] * truth.spacing[row].prod(axis=1)
    cohort = np.flatnonzero((truth.entry_length[entry] >= COHORT_TURNS) & (ordinal <= COHORT_TURNS))
    kind, value = OVERALL
    return {
        kind: (everywhere, Labels([value], np.zeros(len(entry), np.int64))),
        REGION: (everywhere, truth.region[row]),
        "modality": (everywhere, truth.modality[row]),
        "facet": _facets(row, truth),
        "system": (everywhere, truth.system[row]),
        "segmentation_turn": (everywhere, _turns(ordinal)),
        "target_size": (everywhere[known], _sizes(area[known], SIZE_LIMITS_MM2)),
        "target_size_px": (everywhere[~known], _sizes(area[~known], SIZE_LIMITS_PX)),
        TURN_CURVE: (everywhere, _numbers(ordinal)),
        COHORT_CURVE: (cohort, _numbers(ordinal[cohort])),
    }


def _facets(row: np.ndarray, truth: Truth) -> tuple[np.ndarray, Labels]:
    """A track asks each segmentation turn at most once, so a turn stands at one position."""
    position = np.full(len(truth.size), -1)
    position[row] = np.arange(len(row))
    where = position[truth.facet_row]
    return where[where >= 0], truth.facet[where >= 0]


def _sizes(area: np.ndarray, limits: tuple[float, float]) -> Labels:
    """small below the first limit, large from the second on."""
    return Labels(list(SIZES), np.searchsorted(limits, area, side="right"))


def _turns(ordinal: np.ndarray) -> Labels:
    """Turns 1 to 5 alone, the later ones together."""
    alone = range(1, _LAST_TURN_ALONE + 1)
    return Labels([*map(str, alone), f"{_LAST_TURN_ALONE + 1}+"], np.minimum(ordinal - 1, _LAST_TURN_ALONE))


def _numbers(ordinal: np.ndarray) -> Labels:
    return Labels([str(number) for number in range(1, ordinal.max(initial=0) + 1)], ordinal - 1)
