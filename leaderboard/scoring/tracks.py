"""All scores of one track, from its measures."""

from __future__ import annotations

import numpy as np

from leaderboard.records import HEADLINE_REGIONS, Cell, Distances, Resampling, TrackScore
from leaderboard.scoring.measures import Measures
from leaderboard.scoring.partition import COHORT_CURVE, STRATA, TURN_CURVE, Groups, partition
from leaderboard.statistics.intervals import cell_intervals, ciou_interval, headline_interval
from leaderboard.statistics.sums import OVERALL, REGION, PatientSums
from leaderboard.truth import Labels, Truth


def score_track(measures: Measures, truth: Truth, resampling: Resampling) -> tuple[TrackScore, PatientSums]:
    """The scores over the measures of one track, and the sums by patient that they come from."""
    groups = partition(measures.entry, truth)
    sums = PatientSums.of(
        measures.patient,
        truth.patient_ids,
        groups,
        dice=measures.dice,
        iou=measures.iou,
        intersection=measures.intersection,
        union=measures.union,
    )
    cells = _cells(measures, groups, sums, resampling)
    regions = list(cells[REGION])
    shared, union = sums.intersection.sum(), sums.union.sum()
    score = TrackScore(
        headline_dice=sums.headline("dice"),
        headline_iou=sums.headline("iou"),
        headline_dice_interval=headline_interval(sums, resampling, "dice"),
        headline_iou_interval=headline_interval(sums, resampling, "iou"),
        overall=cells[OVERALL[0]][OVERALL[1]],
        ciou=float(shared / union) if union else 1.0,
        ciou_interval=ciou_interval(sums, resampling),
        regions=regions,
        missing_regions=[region for region in HEADLINE_REGIONS if region not in regions],
        n_dialogues=len(np.unique(truth.entry_dialogue[measures.entry])),
        strata={kind: cells[kind] for kind in STRATA},
        turn_curve=cells[TURN_CURVE],
        fixed_cohort_curve=cells[COHORT_CURVE],
    )
    return score, sums


def _cells(measures: Measures, groups: Groups, sums: PatientSums, resampling: Resampling) -> dict[str, dict[str, Cell]]:
    """Kind -> value -> cell; values without a turn have none."""
    bounds = cell_intervals(sums, resampling)
    cells: dict[str, dict[str, Cell]] = {kind: {} for kind in groups}
    counted = {kind: _counted(measures, where, labels) for kind, (where, labels) in groups.items()}
    for index, (kind, value) in enumerate(sums.cells):
        dice_interval, iou_interval = bounds.get((kind, value), (None, None))
        cells[kind][value] = Cell(
            n=int(sums.n[:, index].sum()),
            n_patients=int(sums.n_patients[index]),
            dice=sums.mean("dice", (kind, value)),
            iou=sums.mean("iou", (kind, value)),
            dice_interval=dice_interval,
            iou_interval=iou_interval,
            **counted[kind][value],
        )
    return cells


def _counted(measures: Measures, where: np.ndarray, labels: Labels) -> dict[str, dict[str, int | Distances | None]]:
    """Value -> what no interval is made of: counts of empty and missing rows, and the boundary distances."""
    width = len(labels.values)
    empty = np.bincount(labels.code, measures.empty[where], width)
    missing = np.bincount(labels.code, measures.missing[where], width)
    in_mm = measures.in_mm[where]
    mm = _distances(measures, where[in_mm], labels.code[in_mm], width)
    px = _distances(measures, where[~in_mm], labels.code[~in_mm], width)
    return {
        value: {"empty": int(empty[index]), "missing": int(missing[index]), "mm": mm[index], "px": px[index]}
        for index, value in enumerate(labels.values)
    }


def _distances(measures: Measures, where: np.ndarray, code: np.ndarray, width: int) -> list[Distances | None]:
    """Mean boundary distances of each value, over the turns of one unit."""
    if measures.hd95 is None or measures.nsd is None:
        return [None] * width
    n = np.bincount(code, minlength=width)
    hd95 = np.bincount(code, measures.hd95[where], width)
    nsd = np.bincount(code, measures.nsd[where], width)
    return [
        Distances(n=int(n[index]), hd95=hd95[index] / n[index], nsd=nsd[index] / n[index]) if n[index] else None
        for index in range(width)
    ]
