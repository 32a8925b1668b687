"""Distances between the boundaries of pairs of masks, from their RLE strings."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from masks._pairs import Pairs, by_pair
from masks._threads import in_blocks
from masks.devices import chosen_device
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
    spacings, limits = _spacings(spacing, len(pred)), _limits(tolerances)
    place = chosen_device(device, len(pred))
    results = np.zeros((len(pred), 3 + len(limits)))

    def measure(pairs: Pairs, part: slice, reasons: np.ndarray, results: np.ndarray) -> None:
        arguments = pairs, spacings[part], limits, threads, reasons, results
        if place == "cpu":
            _on_cpu(*arguments)
        else:
            _on_device(place, *arguments)

    by_pair(measure, pred, truth, heights, widths, max_pixels, results)
    return BoundaryDistances(*np.ascontiguousarray(results[:, :3].T), np.ascontiguousarray(results[:, 3:]))


def _on_cpu(
    pairs: Pairs,
    spacings: np.ndarray,
    limits: np.ndarray,
    threads: int | None,
    reasons: np.ndarray,
    results: np.ndarray,
) -> None:
    from masks import _kernels

    # Distances in columns, up to the diagonal of the largest image and one more; images that are refused do not count.
    heights, widths = (edges.astype(np.float64) for edges in pairs.sizes)
    diagonals = np.hypot(heights * spacings[:, 0] / spacings[:, 1], widths)
    longest = np.ceil(np.max(diagonals, where=heights * widths <= pairs.max_pixels, initial=0))
    kind = np.empty(0, np.uint16 if longest + 1 <= np.iinfo(np.uint16).max else np.int64)

    def work(first: int, last: int) -> None:
        _kernels.surface_rows(*pairs, spacings, limits, kind, first, last, reasons, results)

    in_blocks(len(reasons), threads, work, FEW_PAIRS)


def _on_device(
    device: str,
    pairs: Pairs,
    spacings: np.ndarray,
    limits: np.ndarray,
    threads: int | None,
    reasons: np.ndarray,
    results: np.ndarray,
) -> None:
    from masks._gpu.boundary import boundary_rows
    from masks._gpu.overlap import overlap_rows
    from masks._gpu.pieces import stretches

    _, faultless = overlap_rows(*pairs, device)
    if faultless.all():
        results[:], done = boundary_rows(*pairs[:3], spacings, limits, device)
    else:
        done = np.zeros(len(reasons), bool)  # the CPU says what is wrong
    for first, last in stretches(~done):
        part = slice(first, last)
        _on_cpu(pairs.rows(first, last), spacings[part], limits, threads, reasons[part], results[part])


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
