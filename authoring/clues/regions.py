"""Regions made of what was segmented before: refinements of an earlier mask, each with exactly one result."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

import numpy as np

from authoring.clues.base import LARGER, History
from authoring.scene import MIN_AREA_PX, Scene, SceneStructure

#: A refinement must change its mask by at least this share of it, or a model that repeats the old one would be right;
#: and it must leave as much, or a sliver would be asked for.
CHANGE = 0.15


class Region(ABC):
    """A region that a question makes of earlier segmentations. `facet` is the reasoning that it takes beside them."""

    facet: ClassVar[Literal["spatial"] | None] = None

    @abstractmethod
    def references(self, history: History) -> tuple[int, ...]:
        """The earlier segmentations it is made of, 1 for the first."""

    def result(self, scene: Scene, history: History) -> SceneStructure | None:
        """What `make` gives, made once for each scene."""
        key = (self, *(history[ordinal - 1].id for ordinal in self.references(history)))
        if key not in scene.verdicts:
            scene.verdicts[key] = self.make(scene, history)
        return scene.verdicts[key]

    @abstractmethod
    def make(self, scene: Scene, history: History) -> SceneStructure | None:
        """The region, or None where there is none, where it is in doubt, or where it is hardly a change."""

    def record(self) -> dict:
        """The region as plain data, for the release's account of how a question came about."""
        return {"region": type(self).__name__, **{field.name: getattr(self, field.name) for field in fields(self)}}


@dataclass(frozen=True)
class RestOf(Region):
    """What is left of one segmentation when another, which lies in it, is taken away."""

    whole: int
    part: int

    def references(self, history):
        return (self.whole, self.part)

    def make(self, scene, history):
        whole, part = history[self.whole - 1], history[self.part - 1]
        if whole.id == part.id or np.mean(whole.mask[part.mask]) < 0.99:
            return None
        return _region(f"{whole.id} without {part.id}", whole.mask & ~part.mask, (whole, part), whole)


@dataclass(frozen=True)
class Together(Region):
    """Two segmentations as one."""

    first: int
    second: int

    def references(self, history):
        return (self.first, self.second)

    def make(self, scene, history):
        first, second = history[self.first - 1], history[self.second - 1]
        larger = max(first, second, key=lambda item: item.area)
        if (first.mask & second.mask).any():
            return None
        return _region(f"{first.id} and {second.id}", first.mask | second.mask, (first, second), larger)


@dataclass(frozen=True)
class LargestPiece(Region):
    """The largest connected piece of a segmentation that has several."""

    of: int
    facet = "spatial"

    def references(self, history):
        return (self.of,)

    def make(self, scene, history):
        of = history[self.of - 1]
        sizes = [int(piece.sum()) for piece in of.pieces]
        if len(sizes) < 2 or sizes[1] < MIN_AREA_PX or sizes[0] < LARGER * sizes[1] or not of.largest_piece_is_clear:
            return None
        return _region(f"{of.id}, largest piece", of.pieces[0], (of,), of)


@dataclass(frozen=True)
class PartInHalf(Region):
    """The part of a segmentation that lies in one half of the image. In an image of odd size the middle row belongs to
    the upper half, the middle column to the left one."""

    of: int
    half: Literal["left", "right", "upper", "lower"]
    facet = "spatial"

    def references(self, history):
        return (self.of,)

    def make(self, scene, history):
        of = history[self.of - 1]
        rows, columns = (np.arange(size) > (size - 1) / 2 for size in scene.shape)
        inside = {"left": ~columns, "right": columns, "upper": ~rows[:, None], "lower": rows[:, None]}[self.half]
        return _region(f"{of.id}, {self.half} half of the image", of.mask & inside, (of,), of)


def _region(name: str, mask: np.ndarray, parts: tuple[SceneStructure, ...], before: SceneStructure):
    """The measured region; None where it is hardly anything of what was segmented `before`, or hardly differs."""
    left, changed = np.count_nonzero(mask), np.count_nonzero(mask ^ before.mask)
    if min(left, changed) < CHANGE * before.area:
        return None
    region = SceneStructure.of(name, mask, tuple(part.id for part in parts))
    return region if region.thick_enough else None
