"""Plain comparisons of masks: centroids, areas, closest pixels, holes. Knows nothing of margins.

Masks are bool [rows, columns]; rows count from the top, columns from the left.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import distance_transform_edt, label

#: Which way along which axis (0 rows, 1 columns) each direction of the image goes.
STEPS = {"left": (1, -1), "right": (1, 1), "above": (0, -1), "below": (0, 1)}
EIGHT_NEIGHBOURS = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class Shape:
    """A labelled structure of a picture by its name, or a region of some (no name)."""

    name: str | None
    mask: np.ndarray

    @cached_property
    def area(self) -> int:
        """Pixels."""
        return int(self.mask.sum())

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Row and column of the centroid."""
        rows, columns = np.nonzero(self.mask)
        return float(rows.mean()), float(columns.mean())

    @cached_property
    def filled(self) -> np.ndarray:
        """The mask with all that cannot be reached from outside without crossing it."""
        outside, _ = label(np.pad(~self.mask, 1, constant_values=True))
        return (outside != outside[0, 0])[1:-1, 1:-1]

    @cached_property
    def rim(self) -> np.ndarray:
        """The pixels next to the mask and its holes, by side or corner."""
        return (distance_transform_edt(~self.filled) < 1.5) & ~self.filled

    @cached_property
    def distance(self) -> np.ndarray:
        """Distance in pixels from every pixel to the mask."""
        return distance_transform_edt(~self.mask)

    def beyond(self, place: float, direction: str) -> bool:
        """Whether the centroid lies beyond a row or column, going in a direction of the image."""
        axis, sign = STEPS[direction]
        return sign * (self.centre[axis] - place) > 0

    def beside(self, other: "Shape", direction: str) -> bool:
        """Whether the centroid lies beyond another one's, going in a direction of the image."""
        return self.beyond(other.centre[STEPS[direction][0]], direction)

    def gap(self, other: "Shape") -> float:
        """Distance in pixels between the closest pixels, 0 where the two overlap."""
        return float(other.distance[self.mask].min())

    def centre_distance(self, other: "Shape") -> float:
        """Distance in pixels between the centroids."""
        return float(np.hypot(self.centre[0] - other.centre[0], self.centre[1] - other.centre[1]))

    def touches(self, other: "Shape") -> bool:
        """Whether some pixel is a pixel of the other or one of its eight neighbours."""
        return self.gap(other) < 1.5

    def inside(self, other: "Shape") -> bool:
        """Whether most of it lies within another and its holes."""
        return bool(other.filled[self.mask].mean() > 0.5)

    def around(self, other: "Shape") -> bool:
        """Whether it holds most of the pixels next to another and its holes."""
        return bool(other.rim.any() and self.mask[other.rim].mean() > 0.5)

    def largest_pieces(self) -> list[np.ndarray]:
        """The largest of its pieces: one mask if pixels that meet at a corner belong together or not, else two."""
        found = [_largest(self.mask, None), _largest(self.mask, EIGHT_NEIGHBOURS)]
        return found[:1] if np.array_equal(*found) else found


def _largest(mask: np.ndarray, neighbours: np.ndarray | None) -> np.ndarray:
    pieces, _ = label(mask, structure=neighbours)
    return pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
