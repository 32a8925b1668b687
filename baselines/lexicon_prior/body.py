"""The outline of the body in a slice: the frame in which prior maps are learned and placed."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

# The outline is found on a coarser slice of about this many pixels on its short side: its box needs no more.
COARSE = 128
LEVELS = 64
# What is smaller than this share of the largest part is no part of the body but a table, a wire, noise.
LEAST_PART = 0.15


@dataclass(frozen=True, eq=False)
class Body:
    """`outline` is bool [H, W] without holes; the box around it starts at (top, left) and is [height, width] pixels."""

    outline: np.ndarray
    top: int
    left: int
    height: int
    width: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Indexes the box in an array [H, W]."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def to_box(self, row: float, column: float) -> tuple[float, float]:
        """Pixel coordinates to box coordinates, 0 to 1 from top to bottom and from left to right."""
        return (row + 0.5 - self.top) / self.height, (column + 0.5 - self.left) / self.width


def find_body(grey: np.ndarray) -> Body:
    """The body in a uint8 slice [H, W]: the large parts above half of Otsu's threshold, holes filled.

    Half, because Otsu parts bone and contrast from soft tissue as readily as tissue from air, and air is near 0 either
    way; parts, because two legs are one body. A slice in which no part is found is all body.
    """
    step = max(1, min(grey.shape) // COARSE)
    coarse = ndimage.median_filter(grey[::step, ::step], 3)
    # Opened, so that the table and what touches the skin come off.
    side = max(1, min(coarse.shape) // 32)
    parts, n = ndimage.label(ndimage.binary_opening(coarse > otsu(coarse) / 2, np.ones((side, side), dtype=bool)))
    if n == 0:
        return Body(np.ones(grey.shape, dtype=bool), 0, 0, *grey.shape)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    filled = ndimage.binary_fill_holes(np.isin(parts, np.flatnonzero(sizes >= sizes.max() * LEAST_PART)))
    outline = filled.repeat(step, axis=0).repeat(step, axis=1)[: grey.shape[0], : grey.shape[1]]
    rows, columns = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return Body(outline, top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)


def otsu(grey: np.ndarray) -> float:
    """Otsu's threshold (IEEE Trans. SMC 9(1), 1979): the grey value that parts a slice with the least variance."""
    counts, edges = np.histogram(grey, bins=LEVELS, range=(0, 256))
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    total_below = np.cumsum(counts * centres)[:-1]
    total_above = (counts * centres).sum() - total_below
    # A split that leaves one side empty parts nothing.
    gap = total_below / np.maximum(below, 1) - total_above / np.maximum(above, 1)
    return float(edges[1:-1][(below * above * gap**2).argmax()])
