"""A scene: one displayed slice with its labelled structures and what can be measured of them.

Rows count from the top of the image, columns from its left edge. In the radiological view the patient's right lies at
the left edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from authoring.anatomy.structures import parts_of, structures
from authoring.sources.views import body_columns

#: A structure smaller than this, or nowhere this thick, is too small to be asked for (it still competes with others).
MIN_AREA_PX = 24
MIN_HALF_THICKNESS_PX = 1.5

#: Patient sides are named only where the row axis lies within this angle of the patient's left-right axis.
MAX_TILT_DEGREES = 20.0


@dataclass(frozen=True)
class SceneStructure:
    """One labelled structure of a slice: mask [rows, columns] bool, area in pixels, centroid (row, column)."""

    id: str
    mask: np.ndarray
    area: int
    centroid: tuple[float, float]
    rows: np.ndarray
    columns: np.ndarray

    @cached_property
    def distance(self) -> np.ndarray:
        """Distance in pixels from each pixel of the slice to the structure: float [rows, columns], 0 inside."""
        return ndimage.distance_transform_edt(~self.mask)

    @classmethod
    def of(cls, structure: str, mask: np.ndarray) -> "SceneStructure":
        """Measures a mask that is not empty."""
        rows, columns = mask.sum(axis=1), mask.sum(axis=0)
        area = int(rows.sum())
        centroid = (
            float(rows @ np.arange(len(rows))) / area,
            float(columns @ np.arange(len(columns))) / area,
        )
        return cls(structure, mask, area, centroid, rows, columns)

    def share_beyond(self, axis: str, position: float) -> float:
        """Share of the structure's pixels with a row or column index above `position`; those at it count half."""
        profile = self.rows if axis == "row" else self.columns
        place = np.arange(len(profile))
        return float(profile[place > position].sum() + profile[place == position].sum() / 2) / self.area

    def quantile(self, axis: str, share: float) -> float:
        """The row or column index up to which `share` of the structure's pixels lie."""
        profile = self.rows if axis == "row" else self.columns
        return float(np.searchsorted(np.cumsum(profile), share * self.area))


@dataclass(frozen=True)
class Scene:
    """A slice: its labelled structures by id, which of them may be asked for, and which are labelled wherever they
    occur. `midline` is the column halfway across the body; `patient_sides` says whether the row axis runs along the
    patient's left-right axis closely enough to name the patient's sides."""

    shape: tuple[int, int]
    structures: Mapping[str, SceneStructure]
    askable: frozenset[str]
    exhaustive: frozenset[str]
    midline: float
    patient_sides: bool

    def crossed_pairs(self) -> list[str]:
        """The right members of pairs that lie on the wrong side of their left ones: a sign of faulty labels here."""
        return [
            right.id
            for right in self.structures.values()
            if structures()[right.id].side == "right"
            and (left := self.structures.get(structures()[right.id].pair)) is not None
            and right.centroid[1] > left.centroid[1]
        ]


def make_scene(
    grey: np.ndarray,
    masks: Mapping[str, np.ndarray],
    *,
    not_asked: frozenset[str] = frozenset(),
    exhaustive: frozenset[str] = frozenset(),
    tilt_degrees: float = 0.0,
) -> Scene:
    """Measures a slice: grey [rows, columns] uint8 and one bool mask [rows, columns] for each labelled structure.

    A parent's mask becomes the union with its labelled parts. Empty masks are left out.
    """
    whole = {name: _with_parts(name, masks) for name in masks}
    measured = {name: SceneStructure.of(name, mask) for name, mask in whole.items() if mask.any()}
    first, last = body_columns(grey)
    return Scene(
        shape=grey.shape,
        structures=measured,
        askable=frozenset(name for name, found in measured.items() if name not in not_asked and _large_enough(found)),
        exhaustive=exhaustive,
        midline=(first + last) / 2,
        patient_sides=tilt_degrees <= MAX_TILT_DEGREES,
    )


def _with_parts(name: str, masks: Mapping[str, np.ndarray]) -> np.ndarray:
    union = masks[name]
    for part in parts_of(name):
        if part in masks:
            union = union | _with_parts(part, masks)
    return union


def _large_enough(structure: SceneStructure) -> bool:
    if structure.area < MIN_AREA_PX:
        return False
    padded = np.pad(structure.mask, 1)
    return bool(ndimage.distance_transform_edt(padded).max() >= MIN_HALF_THICKNESS_PX)
