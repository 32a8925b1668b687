"""From voxels to the 8-bit grey pictures that a reader sees."""

import numpy as np
from scipy import ndimage

#: MR intensities have no unit: these percentiles of the non-background voxels become black and white.
MR_PERCENTILES = (1.0, 99.0)


def window_ct(hounsfield: np.ndarray, level: float, width: float) -> np.ndarray:
    """Grey values 0..255 (uint8, same shape) of the CT window `level` +/- `width` / 2 in Hounsfield units."""
    scaled = (hounsfield.astype(np.float32) - (level - width / 2)) / width
    return np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


def normalise_mr(voxels: np.ndarray) -> np.ndarray:
    """Grey values 0..255 (uint8, same shape) between two percentiles of the voxels above the background."""
    voxels = voxels.astype(np.float32)
    foreground = voxels[voxels > voxels.min()]
    if foreground.size == 0:
        return np.zeros(voxels.shape, np.uint8)
    low, high = np.percentile(foreground, MR_PERCENTILES)
    scaled = (voxels - low) / max(high - low, 1e-6)
    return np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


def body_columns(grey: np.ndarray) -> tuple[int, int]:
    """First and last column of the body in a slice [rows, columns]: the largest bright component.

    An empty picture gives the whole width.
    """
    components, count = ndimage.label(ndimage.binary_opening(grey > 0.1 * grey.max()))
    if count == 0:
        return 0, grey.shape[1] - 1
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    columns = np.flatnonzero((components == sizes.argmax()).any(axis=0))
    return int(columns[0]), int(columns[-1])
