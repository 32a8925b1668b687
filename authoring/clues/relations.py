"""Clues about the relation to another structure: beside it, on its side, of its size, touching, inside, around it."""

from dataclasses import dataclass

import numpy as np

from authoring.anatomy.structures import ancestors, structures
from authoring.clues.base import LARGER, OTHER_SHARE, SURE_SHARE, Clue, History, Whose, in_image
from authoring.clues.referents import Earlier, Referent
from authoring.scene import Scene, SceneStructure

#: A structure is beside another only if it lies beyond this share of the other's pixels.
BEYOND = 0.9
#: Two structures touch when at least this many of one's pixels are next to the other, and are apart from this many
#: pixels on. Between the two is doubt: thin fat between organs cannot be seen.
TOUCHING_PX, APART_PX = 12, 12
#: A side of the image is told of two structures only if both keep this share of its width away from the middle.
OFF_MIDDLE = 0.03
#: Shares of the surroundings that make one structure surround another, or surely not.
AROUND, NOT_AROUND = 0.9, 0.4
#: Shares of a structure's pixels that make it lie inside another, or surely not.
INSIDE, NOT_INSIDE = 0.95, 0.3


class _Relation(Clue):
    """A clue about one other structure of the slice, `to`."""

    to: Referent

    def references(self, history: History) -> tuple[int, ...]:
        return self.to.references()

    def rests_on(self, scene: Scene, history: History):
        return (self.to.resolve(scene, history),)


@dataclass(frozen=True)
class Beside(_Relation):
    """To the left or right of it, above or below it in the image; or to the patient's left or right of it, in front of
    it or behind it, nearer the head or the feet."""

    to: Referent
    direction: str
    whose: Whose
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        if structure.id == other.id:
            return False
        direction = self.direction if self.whose == "image" else in_image(scene, self.direction)
        if direction is None:
            return None
        axis = "column" if direction in ("left", "right") else "row"
        towards_end = direction in ("right", "below")
        edge = other.quantile(axis, BEYOND if towards_end else 1 - BEYOND)
        middle = other.centroid[1 if axis == "column" else 0]
        beyond_edge, beyond_middle = structure.share_beyond(axis, edge), structure.share_beyond(axis, middle)
        if not towards_end:
            beyond_edge, beyond_middle = 1 - beyond_edge, 1 - beyond_middle
        return True if beyond_edge >= SURE_SHARE else False if beyond_middle <= OTHER_SHARE else None


@dataclass(frozen=True)
class SameSideAs(_Relation):
    """On the same side of the image, or on the opposite one."""

    to: Referent
    same: bool
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        where = _image_side(scene, other)
        if where is None:
            return None
        if structure.id == other.id:
            return False
        side = _image_side(scene, structure)
        return None if side is None else (side == where) == self.same


@dataclass(frozen=True)
class SizeAgainst(_Relation):
    """Larger or smaller in area."""

    to: Referent
    larger: bool
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        if structure.id == other.id:
            return False
        ratio = structure.area / other.area
        if not self.larger:
            ratio = 1 / ratio
        return True if ratio >= LARGER else False if ratio <= 1 / LARGER else None


@dataclass(frozen=True)
class Touching(_Relation):
    """Bordering on it directly, or not touching it."""

    to: Referent
    touching: bool
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        if structure.id == other.id or (structure.mask & other.mask).any():
            # A part neither borders on its whole nor is apart from it.
            return None
        gaps = other.distance[structure.mask]
        touches = (
            True if np.count_nonzero(gaps < 1.5) >= TOUCHING_PX else False if float(gaps.min()) >= APART_PX else None
        )
        return None if touches is None else touches == self.touching


@dataclass(frozen=True)
class Inside(_Relation):
    """Lying within it."""

    to: Referent
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        if structure.id == other.id:
            return False
        if float(other.filled[structure.mask].mean()) >= INSIDE:
            return True
        # In a bay, or behind a gap in the wall, is neither inside nor outside for sure.
        return False if float(other.nearly_filled[structure.mask].mean()) <= NOT_INSIDE else None


@dataclass(frozen=True)
class Around(_Relation):
    """Surrounding it: what lies just outside it is part of the wanted structure on all sides."""

    to: Referent
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        if structure.id == other.id or not other.ring.any():
            return False
        if other.touches_border:
            return None
        share = float(structure.mask[other.ring].mean())
        return True if share >= AROUND else False if share <= NOT_AROUND else None


@dataclass(frozen=True)
class PartOf(_Relation):
    """A part of it by anatomy, such as a tumour of an organ."""

    to: Earlier

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        return other.is_labelled and other.id in ancestors(structure.id)


@dataclass(frozen=True)
class CounterpartOf(_Relation):
    """The same structure of the body's other side."""

    to: Earlier

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        anatomy = structures()[structure.id]
        # Two growths, one on each side, are no pair.
        return anatomy.pair == other.id and not anatomy.lesion


@dataclass(frozen=True)
class OtherThan(_Relation):
    """Any structure but this one."""

    to: Earlier

    def holds(self, scene, rests_on, structure):
        (other,) = rests_on
        return structure.id != other.id


def _image_side(scene: Scene, structure: SceneStructure) -> str | None:
    """The side of the image on which a structure surely lies."""
    middle, off = (scene.shape[1] - 1) / 2, OFF_MIDDLE * scene.shape[1]
    if structure.share_beyond("column", middle + off) >= SURE_SHARE:
        return "right"
    return "left" if structure.share_beyond("column", middle - off) <= OTHER_SHARE else None
