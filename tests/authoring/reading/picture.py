"""A released image as its annotation gives it, and plain comparisons of its masks.

Masks are bool [rows, columns]; rows count from the top, columns from the left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pycocotools import mask as coco
from scipy.ndimage import distance_transform_edt, label

from release import Annotation

OPPOSITE = {"R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S"}
LETTERS = {"right": "R", "left": "L", "front": "A", "behind": "P", "head": "S", "feet": "I"}
#: Which way along which axis (0 rows, 1 columns) each direction of the image goes.
STEPS = {"left": (1, -1), "right": (1, 1), "above": (0, -1), "below": (0, 1)}


def decoded(mask) -> np.ndarray:
    """The pixels of a mask of the release."""
    return coco.decode({"size": mask.size, "counts": mask.counts}).astype(bool)


@dataclass(frozen=True)
class Picture:
    """`annotation`, its labelled structures' `masks`, and the grey values [rows, columns] uint8."""

    annotation: Annotation
    masks: Mapping[str, np.ndarray]
    grey: np.ndarray

    @classmethod
    def of(cls, annotation: Annotation, grey: np.ndarray) -> "Picture":
        return cls(annotation, {part.id: decoded(part.mask) for part in annotation.structures}, grey)

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of the middle of the image."""
        return (self.annotation.height - 1) / 2, (self.annotation.width - 1) / 2

    @cached_property
    def body_middle(self) -> float:
        """The column halfway between the outermost columns of the largest bright thing in the image."""
        pieces, _ = label(self.grey > self.grey.max() / 10)
        largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:])
        columns = np.flatnonzero((pieces == largest).any(axis=0))
        return (columns[0] + columns[-1]) / 2

    def in_image(self, direction: str) -> str | None:
        """Where in the image a direction of the patient points; None for towards the viewer or away."""
        edges, letter = self.annotation.edges, LETTERS[direction]
        for edge, near, far in ((edges.left, "left", "right"), (edges.top, "above", "below")):
            if letter in (edge, OPPOSITE[edge]):
                return near if letter == edge else far
        return None

    def half(self, name: str) -> np.ndarray:
        """A half of the image; a middle row or column counts as upper or left."""
        rows, columns = np.indices((self.annotation.height, self.annotation.width))
        lower, right = rows > self.middle[0], columns > self.middle[1]
        return {"left": ~right, "right": right, "upper": ~lower, "lower": lower}[name]


def centre(mask: np.ndarray) -> np.ndarray:
    """Row and column of the centroid."""
    return np.argwhere(mask).mean(axis=0)


def beyond(mask: np.ndarray, place: float, direction: str) -> bool:
    """Whether the centroid lies beyond a row or column, going in a direction of the image."""
    axis, sign = STEPS[direction]
    return sign * (centre(mask)[axis] - place) > 0


def beside(mask: np.ndarray, other: np.ndarray, direction: str) -> bool:
    """Whether one centroid lies beyond another, going in a direction of the image."""
    return beyond(mask, centre(other)[STEPS[direction][0]], direction)


def gap(mask: np.ndarray, other: np.ndarray) -> float:
    """Distance in pixels between the closest pixels of two masks, 0 where they overlap."""
    return float(distance_transform_edt(~other)[mask].min())


def centre_distance(mask: np.ndarray, other: np.ndarray) -> float:
    """Distance in pixels between two centroids."""
    return float(np.hypot(*(centre(mask) - centre(other))))


def touches(mask: np.ndarray, other: np.ndarray) -> bool:
    """Whether some pixel of one is a pixel of the other or one of its eight neighbours."""
    return gap(mask, other) < 1.5


def without_holes(mask: np.ndarray) -> np.ndarray:
    """A mask with all that cannot be reached from outside without crossing it."""
    outside, _ = label(np.pad(~mask, 1, constant_values=True))
    return (outside != outside[0, 0])[1:-1, 1:-1]


def inside(mask: np.ndarray, other: np.ndarray) -> bool:
    """Whether most of a mask lies within another and its holes."""
    return bool(without_holes(other)[mask].mean() > 0.5)


def around(mask: np.ndarray, other: np.ndarray) -> bool:
    """Whether a mask holds most of the pixels next to another and its holes."""
    filled = without_holes(other)
    near = (distance_transform_edt(~filled) < 1.5) & ~filled
    return bool(near.any() and mask[near].mean() > 0.5)


def largest_piece(mask: np.ndarray) -> np.ndarray:
    """The largest of the pieces of a mask; pixels that meet at a corner belong together."""
    pieces, _ = label(mask, structure=np.ones((3, 3)))
    return pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
