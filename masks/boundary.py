"""Distances between the boundaries of pairs of masks, from their RLE strings."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from masks._columns import aligned, columns, dimensions, limit
from masks._threads import in_blocks
from masks.batch import raise_first
from masks.reasons import MAX_PIXELS

# Spacings are often stored as float32: within this share above a tolerance, rounding alone has put a distance.
ROUNDING = 1e-6
# Rows that take as long as starting a thread.
FEW_PAIRS = 32


class BoundaryDistances(NamedTuple):
    """N pairs, in millimetres where their spacing is, else in pixels."""

    hd95: np.ndarray  # float64 [N]: 95th percentile of the distances of each direction, the larger of the two
    hd: np.ndarray  # float64 [N]: the largest distance, the Hausdorff distance
    assd: (
        np.ndarray
    )  # float64 [N]: the mean of the distances of both directions, the average symmetric surface distance
    nsd: np.ndarray  # float64 [N, T]: share of the pixels of both boundaries within each tolerance of the other, 0 to 1


def boundary_distances(
    pred: Any,
    truth: Any,
    heights: Any,
    widths: Any,
    spacing: Any = None,
    *,
    tolerances: Sequence[float] = (2.0,),
    max_pixels: int = MAX_PIXELS,
    threads: int | None = None,
) -> BoundaryDistances:
    """HD95, Hausdorff distance, ASSD and NSD of N pairs of masks.

    pred, truth, heights, widths: as for `overlap_counts`. spacing: the distance of rows and of columns in millimetres,
    one pair of numbers or [N, 2], or None for pixels. tolerances: of the NSD, in the same unit; their order is that of
    its columns.

    The boundary of a mask is its pixels that a 4-neighbour erosion removes, with the edge of the image counting as
    outside; distances are Euclidean, exact, between pixel centres, from each boundary pixel to the nearest one of the
    other mask. The percentile interpolates linearly and is taken of each direction alone. This is how MONAI,
    MetricsReloaded and torchmetrics define them; sub-voxel surfaces are something else.

    Both masks empty: 0, and an NSD of 1. One empty: the diagonal of the image, and an NSD of 0.

    Raises RleError for the first bad row, predictions first, and ValueError for spacings or tolerances that are not
    finite, not positive (a tolerance may be 0) or not of that shape. Memory: about nine bytes a pixel of the box around
    both masks, in each thread.
    """
    from masks import _kernels

    rows = len(pred)
    if len(truth) != rows:
        raise ValueError(f"there are {rows} predicted masks, but {len(truth)} true ones")
    sizes = tuple(dimensions(edges, rows) for edges in (heights, widths))
    spacings = _spacings(spacing, rows)
    limits = _limits(tolerances)
    narrow = rows == 0 or sizes[1].max() < np.iinfo(np.uint16).max
    kind = np.empty(0, np.uint16 if narrow else np.int64)
    reasons = np.zeros((rows, 2), np.int8)
    results = np.zeros((rows, 3 + len(limits)))
    done = 0
    for one, other in aligned(columns(pred), columns(truth)):
        part = slice(done, done + len(one.valid))
        done = part.stop
        arguments = (
            one, other, tuple(edges[part] for edges in sizes), limit(max_pixels), spacings[part], limits, kind
        )  # fmt: skip
        outputs = (reasons[part], results[part])

        def work(first: int, last: int, arguments=arguments, outputs=outputs) -> None:
            _kernels.surface_rows(*arguments, first, last, *outputs)

        in_blocks(len(one.valid), threads, work, FEW_PAIRS)
    raise_first(reasons[:, 0], pred, heights, widths, "predicted mask", max_pixels)
    raise_first(reasons[:, 1], truth, heights, widths, "true mask", max_pixels)
    return BoundaryDistances(*np.ascontiguousarray(results[:, :3].T), np.ascontiguousarray(results[:, 3:]))


def _spacings(spacing: Any, rows: int) -> np.ndarray:
    """-> float64 [N, 2]."""
    if spacing is None:
        return np.ones((rows, 2))
    spacings = np.asarray(spacing, np.float64)
    if spacings.shape == (2,):
        spacings = np.tile(spacings, (rows, 1))
    if spacings.shape != (rows, 2):
        raise ValueError(f"spacing has shape {list(np.shape(spacing))}, but [2] or [{rows}, 2] was expected")
    bad = np.flatnonzero(~(np.isfinite(spacings) & (spacings > 0)).all(axis=1))
    if bad.size:
        row = int(bad[0])
        raise ValueError(f"row {row}: the spacing is {spacings[row].tolist()}, but two positive numbers were expected")
    return np.ascontiguousarray(spacings)


def _limits(tolerances: Sequence[float]) -> np.ndarray:
    limits = np.asarray(tolerances, np.float64)
    if limits.ndim != 1 or not (np.isfinite(limits) & (limits >= 0)).all():
        raise ValueError(f"tolerances are {tolerances}, but a list of numbers from 0 was expected")
    return limits * (1 + ROUNDING)
