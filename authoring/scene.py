"""A scene: one displayed slice with its labelled structures and what can be measured of them.

Rows count from the top of the image, columns from its left edge. In the radiological view the patient's right lies at
the left edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from authoring.anatomy.structures import parts_of, structures
from authoring.errors import OrientationError
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
        """Share of the structure's pixels whose row or column index is greater than `position`."""
        profile = self.rows if axis == "row" else self.columns
        return float(profile[int(np.floor(position)) + 1 :].sum()) / self.area if position >= 0 else 1.0


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

    def __post_init__(self) -> None:
        for structure in self.structures.values():
            self._check_side(structure)

    def _check_side(self, structure: SceneStructure) -> None:
        """A pair whose right member lies further to the patient's left betrays a wrong orientation."""
        pair = structures()[structure.id].pair
        if not (self.patient_sides and pair in self.structures and structures()[structure.id].side == "right"):
            return
        other = self.structures[pair]
        if structure.centroid[1] > other.centroid[1]:
            raise OrientationError(
                f"{structure.id} has its centroid at column {structure.centroid[1]:.0f} and {pair} at column "
                f"{other.centroid[1]:.0f}; expected the patient's right at the left of the image"
            )


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
    Raises OrientationError where left and right of the labels contradict the view.
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
