"""Scores summed by patient: every mean, interval and comparison of a track comes from these sums.

A patient's turns resemble each other, so the patient is what resampling draws and what a comparison pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from leaderboard.truth import Labels

OVERALL = ("overall", "all")  # the cell of all turns
REGION = "region"  # the kind of the cells that the headline averages

_STRATUM_PATIENTS = 3  # two patients drawn from each other say next to nothing about how patients differ

Measure = Literal["dice", "iou"]
CellKey = tuple[str, str]  # kind and value, as ("region", "chest")


@dataclass(frozen=True, eq=False)
class PatientSums:
    """Counts and sums of one track's turns by patient [P] and cell [C]. A turn may stand in several cells.

    patients: ids, sorted. n: turns; dice, iou: sums over them, each float64 [P, C]. intersection, union: pixels over
    all turns of a patient, float64 [P] (whole numbers, exact).
    """

    patients: tuple[str, ...]
    cells: tuple[CellKey, ...]
    n: np.ndarray
    dice: np.ndarray
    iou: np.ndarray
    intersection: np.ndarray
    union: np.ndarray

    @classmethod
    def of(
        cls,
        patient: np.ndarray,
        patient_ids: list[str],
        groups: Mapping[str, tuple[np.ndarray, Labels]],
        *,
        dice: np.ndarray,
        iou: np.ndarray,
        intersection: np.ndarray,
        union: np.ndarray,
    ) -> PatientSums:
        """Sums over M turns; every argument but the ids and the groups is [M].

        patient: index into `patient_ids`, which are sorted. groups: kind -> (turns that stand in it, the value of
        each); cells without a turn are left out.
        """
        present, code = np.unique(patient, return_inverse=True)
        tables = [
            _table(kind, where, labels, code, len(present), dice, iou) for kind, (where, labels) in groups.items()
        ]
        return cls(
            patients=tuple(patient_ids[index] for index in present),
            cells=tuple(key for keys, _ in tables for key in keys),
            **{
                name: np.concatenate([table[index] for _, table in tables], axis=1)
                for index, name in enumerate(("n", "dice", "iou"))
            },
            intersection=np.bincount(code, intersection, len(present)),
            union=np.bincount(code, union, len(present)),
        )

    @cached_property
    def column(self) -> dict[CellKey, int]:
        """Where each cell stands."""
        return {key: index for index, key in enumerate(self.cells)}

    @cached_property
    def n_patients(self) -> np.ndarray:
        """int64 [C]: the patients with a turn in each cell."""
        return np.count_nonzero(self.n, axis=0)

    def columns(self, *kinds: str) -> list[int]:
        """The places of the cells of these kinds, in the order of `cells`."""
        return [index for index, (kind, _) in enumerate(self.cells) if kind in kinds]

    def pick(self, cells: Sequence[CellKey]) -> PatientSums:
        """The sums of these cells alone, in this order."""
        kept = [self.column[key] for key in cells]
        return replace(
            self,
            cells=tuple(cells),
            n=self.n[:, kept],
            dice=self.dice[:, kept],
            iou=self.iou[:, kept],
        )

    def mean(self, measure: Measure, key: CellKey) -> float:
        """The mean over the turns of one cell, 0 to 1."""
        index = self.column[key]
        return float(getattr(self, measure)[:, index].sum() / self.n[:, index].sum())

    def headline(self, measure: Measure) -> float | None:
        """The unweighted mean over the regions of the mean over their turns; None without a turn."""
        means = [self.mean(measure, self.cells[index]) for index in self.columns(REGION)]
        return float(np.mean(means)) if means else None

    @cached_property
    def stratum(self) -> np.ndarray:
        """int64 [P]: which patients are drawn from each other: those with most of their turns in the same region.

        Regions with fewer than three such patients go together, and if that makes fewer than three with the largest.
        """
        main = self.n[:, self.columns(REGION)].argmax(axis=1)
        size = np.bincount(main)
        small = size[main] < _STRATUM_PATIENTS
        if small.any():
            main[small] = size.argmax() if small.sum() < _STRATUM_PATIENTS else len(size)
        return main


def _table(
    kind: str,
    where: np.ndarray,
    labels: Labels,
    patient: np.ndarray,
    patients: int,
    dice: np.ndarray,
    iou: np.ndarray,
) -> tuple[list[CellKey], list[np.ndarray]]:
    """The cells of one kind and their n, dice and iou, each [P, cells]."""
    width = len(labels.values)
    place = patient[where] * width + labels.code
    n = np.bincount(place, minlength=patients * width).reshape(patients, width)
    held = np.flatnonzero(n.any(axis=0))
    sums = [np.bincount(place, values[where], patients * width).reshape(patients, width) for values in (dice, iou)]
    keys = [(kind, labels.values[index]) for index in held]
    return keys, [table[:, held].astype(np.float64) for table in (n, *sums)]
