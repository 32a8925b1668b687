"""A released image as its annotation gives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pycocotools import mask as coco
from scipy.ndimage import label

from release import Annotation, Turn
from tests.authoring.reading.shapes import Shape

OPPOSITE = {"R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S"}
LETTERS = {"right": "R", "left": "L", "front": "A", "behind": "P", "head": "S", "feet": "I"}


def decoded(mask) -> np.ndarray:
    """The pixels of a mask of the release: bool [rows, columns]."""
    return coco.decode({"size": mask.size, "counts": mask.counts}).astype(bool)


@dataclass(frozen=True, eq=False)
class Picture:
    """`annotation`, its labelled structures as `shapes` by name, and the grey values [rows, columns] uint8."""

    annotation: Annotation
    shapes: Mapping[str, Shape]
    grey: np.ndarray

    @classmethod
    def of(cls, annotation: Annotation, grey: np.ndarray) -> "Picture":
        return cls(annotation, {part.id: Shape(part.id, decoded(part.mask)) for part in annotation.structures}, grey)

    def shape_of(self, turn: Turn) -> Shape:
        """What a segmentation turn segmented: a labelled structure or a region."""
        return self.shapes.get(turn.target) or Shape(None, decoded(turn.mask))

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of the middle of the image."""
        return (self.annotation.height - 1) / 2, (self.annotation.width - 1) / 2

    @cached_property
    def body_middle(self) -> float:
        """The column of the centroid of the largest bright thing in the image with all that it encloses."""
        pieces, _ = label(self.grey > self.grey.max() / 10)
        body = Shape(None, pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))
        return Shape(None, body.filled).centre[1]

    def in_image(self, direction: str) -> str | None:
        """Where in the image a direction of the patient points; None for towards the viewer or away."""
        edges, letter = self.annotation.edges, LETTERS[direction]
        for edge, near, far in ((edges.left, "left", "right"), (edges.top, "above", "below")):
            if letter in (edge, OPPOSITE[edge]):
                return near if letter == edge else far
        return None

    def half(self, name: str) -> np.ndarray:
        """A half of the image: bool [rows, columns]; a middle row or column counts as upper or left."""
        rows, columns = np.indices((self.annotation.height, self.annotation.width))
        lower, right = rows > self.middle[0], columns > self.middle[1]
        return {"left": ~right, "right": right, "upper": ~lower, "lower": lower}[name]
