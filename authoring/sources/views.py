"""From voxels to the 8-bit grey pictures that a reader sees."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

#: MR intensities have no unit: these percentiles of the non-background voxels become black and white.
MR_PERCENTILES = (1.0, 99.8)

Grey = Callable[[np.ndarray], np.ndarray]


def windowed(level: float, width: float) -> Grey:
    """A function from Hounsfield units to grey values 0..255 (uint8, same shape): `level` +/- half of `width`."""
    return lambda hounsfield: _grey(hounsfield, level - width / 2, width)


def as_stored(volume: np.ndarray) -> Grey:
    """A function that leaves 8-bit grey values as they are; others are normalised."""
    return (lambda grey: np.round(grey).astype(np.uint8)) if volume.dtype == np.uint8 else normalised(volume)


def normalised(volume: np.ndarray) -> Grey:
    """A function from intensities to grey values 0..255 (uint8, same shape) between two percentiles of those voxels of
    the whole `volume` that are above its background."""
    foreground = volume[volume > volume.min()]
    if foreground.size == 0:
        return lambda voxels: np.zeros(voxels.shape, np.uint8)
    low, high = np.percentile(foreground, MR_PERCENTILES)
    return lambda voxels: _grey(voxels, low, max(high - low, 1e-6))


def _grey(voxels: np.ndarray, black: float, span: float) -> np.ndarray:
    scaled = (voxels.astype(np.float32) - black) / span
    return np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


def body_columns(grey: np.ndarray, smallest: float = 1.0) -> tuple[int, int]:
    """First and last column of the body in a slice [rows, columns]: of the largest bright component and of those that
    have at least the share `smallest` of its size.

    An empty picture gives the whole width.
    """
    components, count = ndimage.label(ndimage.binary_opening(grey > 0.1 * grey.max()))
    if count == 0:
        return 0, grey.shape[1] - 1
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    large = np.flatnonzero(sizes >= smallest * sizes.max())
    columns = np.flatnonzero(np.isin(components, large).any(axis=0))
    return int(columns[0]), int(columns[-1])
