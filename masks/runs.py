"""Uncompressed counts: the lengths of runs in column-major order, background first; arguments as in `masks.batch`."""

from typing import TYPE_CHECKING, Any

import numpy as np

from masks._columns import dimensions, held, limit
from masks._messages import about_runs
from masks._rows import faultless, item, strings
from masks._threads import in_blocks
from masks.reasons import MAX_PIXELS, RleError, RleReason

if TYPE_CHECKING:
    import pyarrow as pa


def runs_batch(
    counts: Any, heights: Any, widths: Any, *, max_pixels: int = MAX_PIXELS, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Uncompressed counts of all rows -> int64 [total], int64 [N + 1]: row i is runs[offsets[i]:offsets[i + 1]].

    A run is a number of pixels in column-major order, the first one of background.
    """
    from masks import _kernels

    counts = held(counts)
    numbers = np.zeros(len(counts), np.int64)
    faultless(_kernels.run_rows, counts, (heights, widths), max_pixels, threads, numbers)
    offsets = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(numbers, out=offsets[1:])
    runs = np.empty(offsets[-1], np.int64)
    faultless(
        lambda *arguments: _kernels.length_rows(*arguments, runs),
        counts,
        (heights, widths),
        max_pixels,
        threads,
        offsets[:-1],
    )
    return runs, offsets


def from_runs_batch(
    runs: Any,
    offsets: Any,
    heights: Any,
    widths: Any,
    *,
    max_pixels: int = MAX_PIXELS,
    threads: int | None = None,
) -> "pa.StringArray":
    """Uncompressed counts as `runs_batch` gives them -> N strings.

    Raises RleError for the first row that is no mask, TypeError and ValueError for runs that are no integers and for
    offsets that do not lie in them.
    """
    pieces, reasons = written(runs, offsets, (heights, widths), max_pixels, threads)
    bad = np.flatnonzero(reasons)
    if bad.size:
        row = int(bad[0])
        lengths = np.asarray(runs)[int(offsets[row]) : int(offsets[row + 1])]
        size = [item(heights, row), item(widths, row)]
        reason = RleReason(int(reasons[row]))
        raise RleError(reason, f"mask {row}: {about_runs(reason, lengths, size, limit(max_pixels))}")
    return strings(pieces)


def written(
    runs: Any, offsets: Any, sizes: tuple[Any, Any], max_pixels: int, threads: int | None
) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Uncompressed counts -> strings in blocks of (bytes uint8, length of each), reasons int8 [N].

    The strings are of meaning only where all reasons are OK.
    """
    from masks import _kernels

    runs, offsets = _integers(runs, "runs"), _integers(offsets, "offsets")
    if not offsets.size:
        raise ValueError("offsets are empty, but one more than there are masks was expected")
    least = np.concatenate([[0], offsets[:-1]])
    bad = np.flatnonzero((offsets < least) | (offsets > runs.size))
    if bad.size:
        place = int(bad[0])
        found = f"offsets[{place}] is {offsets[place]}"
        raise ValueError(f"{found}, but {least[place]} to {runs.size}, the number of runs, was expected")
    rows = len(offsets) - 1
    sizes = tuple(dimensions(edges, rows) for edges in sizes)
    reasons = np.zeros(rows, np.int8)

    def write(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        _kernels.check_lengths(runs, offsets, sizes, limit(max_pixels), first, last, reasons)
        return _kernels.write_rows(runs, offsets, first, last, reasons)

    return in_blocks(rows, threads, write), reasons


def _integers(values: Any, name: str) -> np.ndarray:
    """-> int64, one axis."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} have shape {list(array.shape)}, but one axis was expected")
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} hold {array.dtype}, but integers were expected")
    if array.dtype == np.uint64:  # what does not fit into int64 is no count either way
        array = np.minimum(array, np.uint64(np.iinfo(np.int64).max))
    return array.astype(np.int64)
