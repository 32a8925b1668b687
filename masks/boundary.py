"""Distances between the boundaries of pairs of masks, from their RLE strings."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from masks._columns import Column, aligned, columns, dimensions, limit
from masks._devices import chosen
from masks._rows import raise_first
from masks._threads import in_blocks
from masks.reasons import MAX_PIXELS

# Spacings are often stored as float32: within this share above a tolerance, rounding alone has put a distance.
ROUNDING = 1e-6
# Millimetres or pixels: outside, squares and sums of distances would not be exact any more.
SPACINGS = 1e-4, 1e4
# Rows that take as long as starting a thread.
FEW_PAIRS = 32


class BoundaryDistances(NamedTuple):
    """N pairs, in millimetres where their spacing is, else in pixels.

    hd95: float64 [N], the 95th percentile of the distances of each direction, the larger of the two.
    hd: float64 [N], the largest distance of both directions, the Hausdorff distance.
    assd: float64 [N], the mean of the distances of both directions, the average symmetric surface distance.
    nsd: float64 [N, T], the share of the pixels of both boundaries within each tolerance of the other, 0 to 1.
    """

    hd95: np.ndarray
    hd: np.ndarray
    assd: np.ndarray
    nsd: np.ndarray


def boundary_distances(
    pred: Any,
    truth: Any,
    heights: Any,
    widths: Any,
    spacing: Any = None,
    *,
    tolerances: Sequence[float] = (2.0,),
    max_pixels: int = MAX_PIXELS,
    device: Any = None,
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

    Raises RleError for the first bad row, predictions first, and ValueError for spacings outside 1e-4 to 1e4,
    tolerances that are negative or not finite, and either of another shape. device, threads, max_pixels: as for
    `overlap_counts`. Memory on the CPU, in each thread: seven bytes a pixel of the box around both masks and 24 a pixel
    of their boundaries.
    """
    rows = len(pred)
    if len(truth) != rows:
        raise ValueError(f"there are {rows} predicted masks, but {len(truth)} true ones")
    sizes = tuple(dimensions(edges, rows) for edges in (heights, widths))
    spacings, limits = _spacings(spacing, rows), _limits(tolerances)
    place = chosen(device, rows)
    reasons = np.zeros((rows, 2), np.int8)
    results = np.zeros((rows, 3 + len(limits)))
    done = 0
    for one, other in aligned(columns(pred), columns(truth)):
        part = slice(done, done + len(one.valid))
        done = part.stop
        pairs = Pairs(one, other, tuple(edges[part] for edges in sizes), limit(max_pixels), spacings[part], limits)
        measure = _on_cpu if place == "cpu" else partial(_on_device, place)
        measure(pairs, threads, reasons[part], results[part])
    raise_first(reasons[:, 0], pred, heights, widths, "predicted mask", max_pixels)
    raise_first(reasons[:, 1], truth, heights, widths, "true mask", max_pixels)
    return BoundaryDistances(*np.ascontiguousarray(results[:, :3].T), np.ascontiguousarray(results[:, 3:]))


class Pairs(NamedTuple):
    """What there is to measure, as the loops take it."""

    column: Column
    other_column: Column
    sizes: tuple[np.ndarray, np.ndarray]  # heights and widths, int64 [N] each
    max_pixels: int
    spacings: np.ndarray  # float64 [N, 2]
    limits: np.ndarray  # float64 [T]

    def rows(self, first: int, last: int) -> "Pairs":
        sizes = tuple(edges[first:last] for edges in self.sizes)
        columns = self.column.rows(first, last), self.other_column.rows(first, last)
        return Pairs(*columns, sizes, self.max_pixels, self.spacings[first:last], self.limits)


def _on_cpu(pairs: Pairs, threads: int | None, reasons: np.ndarray, results: np.ndarray) -> None:
    from masks import _kernels

    # Distances in columns, up to the diagonal of the largest image and one more; images that are refused do not count.
    heights, widths = (edges.astype(np.float64) for edges in pairs.sizes)
    diagonals = np.hypot(heights * pairs.spacings[:, 0] / pairs.spacings[:, 1], widths)
    longest = np.ceil(np.max(diagonals, where=heights * widths <= pairs.max_pixels, initial=0))
    kind = np.uint16 if longest + 1 <= np.iinfo(np.uint16).max else np.int64

    def work(first: int, last: int) -> None:
        _kernels.surface_rows(*pairs, np.empty(0, kind), first, last, reasons, results)

    in_blocks(len(reasons), threads, work, FEW_PAIRS)


def _on_device(device: str, pairs: Pairs, threads: int | None, reasons: np.ndarray, results: np.ndarray) -> None:
    from masks._gpu.boundary import boundary_rows
    from masks._gpu.overlap import overlap_rows
    from masks._gpu.pieces import stretches

    _, faultless = overlap_rows(*pairs[:4], device)
    if not faultless.all():
        _on_cpu(pairs, threads, reasons, results)  # which says what is wrong
        return
    results[:], done = boundary_rows(*pairs[:3], *pairs[4:], device)
    for first, last in stretches(~done):
        _on_cpu(pairs.rows(first, last), threads, reasons[first:last], results[first:last])


def _spacings(spacing: Any, rows: int) -> np.ndarray:
    """-> float64 [N, 2]."""
    if spacing is None:
        return np.ones((rows, 2))
    spacings = np.asarray(spacing, np.float64)
    if spacings.shape == (2,):
        spacings = np.tile(spacings, (rows, 1))
    if spacings.shape != (rows, 2):
        raise ValueError(f"spacing has shape {list(np.shape(spacing))}, but [2] or [{rows}, 2] was expected")
    bad = np.flatnonzero(~((spacings >= SPACINGS[0]) & (spacings <= SPACINGS[1])).all(axis=1))
    if bad.size:
        row = int(bad[0])
        expected = "two numbers from {:g} to {:g} were expected".format(*SPACINGS)
        place = "" if np.ndim(spacing) == 1 else f"row {row}: "
        raise ValueError(f"{place}the spacing is {spacings[row].tolist()}, but {expected}")
    return np.array(spacings, order="C")


def _limits(tolerances: Sequence[float]) -> np.ndarray:
    limits = np.asarray(tolerances, np.float64)
    if limits.ndim != 1 or not (np.isfinite(limits) & (limits >= 0)).all():
        raise ValueError(f"tolerances are {tolerances}, but a list of numbers from 0 was expected")
    return limits * (1 + ROUNDING)
