"""Scores of a validated submission: pixel counts first, every score from the counts.

Everything is summed in the order of the truth, so the order of a file's rows cannot change a digit.

Strata: region, modality, facet (a turn with several counts in each), system, segmentation_turn ("1" to "5", "6+"),
target_size where the pixel spacing is known, target_size_px elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

import masks
from leaderboard.records import HEADLINE_REGIONS, TRACKS, Cell, TrackScore
from leaderboard.submission import Submission
from leaderboard.truth import COHORT_TURNS, Labels, Truth

SCORER_VERSION = "1"

# A disc of 10 mm and one of 30 mm in mm²: below lies a small nodule, above a nodule is called a mass.
SIZE_LIMITS_MM2 = (np.pi * 5**2, np.pi * 15**2)
# Without a spacing: the limits of COCO, squares of 32 and of 96 pixels.
SIZE_LIMITS_PX = (32**2, 96**2)
SIZES = ("small", "medium", "large")

_LAST_TURN_ALONE = 5


@dataclass(frozen=True, eq=False)
class Measures:
    """Counts and scores of M entries, each array [M]; a missing row scores 0 and has no predicted pixel."""

    entry: np.ndarray
    intersection: np.ndarray
    union: np.ndarray
    dice: np.ndarray
    iou: np.ndarray
    empty: np.ndarray  # bool: a row with an empty mask
    missing: np.ndarray  # bool: no row
    patient: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Measures:
        return Measures(*(getattr(self, item.name)[chosen] for item in fields(self)))


def score_submission(submission: Submission, truth: Truth) -> dict[str, TrackScore]:
    """The scores of every track that the submission touches, in the order of TRACKS."""
    measures = measure(submission, truth)
    track = truth.entry_track[measures.entry]
    return {name: score_track(measures[track == TRACKS.index(name)], truth) for name in submission.tracks}


def measure(submission: Submission, truth: Truth) -> Measures:
    """Overlap counts and scores of every entry of the submission's tracks, in the order of the truth."""
    wanted = np.flatnonzero(np.isin(truth.entry_track, [TRACKS.index(name) for name in submission.tracks]))
    row = truth.entry_row[wanted]
    present = np.isin(wanted, submission.entry)
    intersection, predicted = np.zeros((2, len(wanted)), np.int64)
    true_area = truth.area_px[row]
    size = truth.size[row[present]]
    intersection[present], predicted[present], _ = masks.overlap_counts(
        submission.counts, truth.counts.take(row[present]), size[:, 0], size[:, 1]
    )
    return Measures(
        entry=wanted,
        intersection=intersection,
        union=predicted + true_area - intersection,
        # A missing row scores 0 even where the target is empty.
        dice=np.where(present, masks.dice(intersection, predicted, true_area), 0.0),
        iou=np.where(present, masks.iou(intersection, predicted, true_area), 0.0),
        empty=present & (predicted == 0),
        missing=~present,
        patient=truth.patient[row],
    )


def score_track(measures: Measures, truth: Truth) -> TrackScore:
    """All scores over the measures of one track."""
    entry = measures.entry
    strata = {kind: cells(labels, where, measures) for kind, (where, labels) in partition(entry, truth).items()}
    regions = list(strata["region"])
    ordinal = truth.entry_ordinal[entry]
    cohort = np.flatnonzero((truth.entry_length[entry] >= COHORT_TURNS) & (ordinal <= COHORT_TURNS))
    union = int(measures.union.sum())
    return TrackScore(
        headline_dice=_mean([strata["region"][region].dice for region in regions]),
        headline_iou=_mean([strata["region"][region].iou for region in regions]),
        turn_weighted_dice=_mean(measures.dice),
        turn_weighted_iou=_mean(measures.iou),
        ciou=(int(measures.intersection.sum()) / union if union else 1.0) if len(entry) else None,
        regions=regions,
        missing_regions=[region for region in HEADLINE_REGIONS if region not in regions],
        n=len(entry),
        n_dialogues=len(np.unique(truth.entry_dialogue[entry])),
        n_patients=len(np.unique(measures.patient)),
        empty_predictions=int(measures.empty.sum()),
        missing_predictions=int(measures.missing.sum()),
        strata=strata,
        turn_curve=cells(_numbers(ordinal), np.arange(len(entry)), measures),
        fixed_cohort_curve=cells(_numbers(ordinal[cohort]), cohort, measures),
    )


def partition(entry: np.ndarray, truth: Truth) -> dict[str, tuple[np.ndarray, Labels]]:
    """Stratum kind -> (positions in `entry`, label of each): the one place that says which turn counts where.

    Positions may repeat (a turn with two facets) or leave turns out (a target size without a spacing).
    """
    row = truth.entry_row[entry]
    everywhere = np.arange(len(entry))
    known = truth.has_spacing[row]
    return {
        "region": (everywhere, truth.region[row]),
        "modality": (everywhere, truth.modality[row]),
        "facet": _facets(row, truth),
        "system": (everywhere, truth.system[row]),
        "segmentation_turn": (everywhere, _turns(truth.entry_ordinal[entry])),
        "target_size": (everywhere[known], _sizes(truth.area_mm2[row[known]], SIZE_LIMITS_MM2)),
        "target_size_px": (everywhere[~known], _sizes(truth.area_px[row[~known]], SIZE_LIMITS_PX)),
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


def cells(labels: Labels, where: np.ndarray, measures: Measures) -> dict[str, Cell]:
    """One cell for each value that occurs, in the order of `labels.values`; labels stand beside measures[where]."""
    code, patient = labels.code, measures.patient[where]
    n = np.bincount(code, minlength=len(labels.values))
    sums = {
        name: np.bincount(code, getattr(measures, name)[where], minlength=len(labels.values))
        for name in ("dice", "iou", "empty", "missing")
    }
    has_patient = np.zeros((len(labels.values), patient.max(initial=0) + 1), bool)
    has_patient[code, patient] = True
    return {
        labels.values[i]: Cell(
            n=int(n[i]),
            n_patients=int(has_patient[i].sum()),
            dice=_share(sums["dice"][i] / n[i]),
            iou=_share(sums["iou"][i] / n[i]),
            empty=int(sums["empty"][i]),
            missing=int(sums["missing"][i]),
        )
        for i in np.flatnonzero(n)
    }


def _mean(values: np.ndarray | list[float]) -> float | None:
    return _share(np.mean(values)) if len(values) else None


def _share(value: float) -> float:
    return min(float(value), 1.0)  # a sum of ones may round to a digit above
