"""Checks and measures of many masks at once, by columns of strings; nothing here loops over masks in Python.

Here and in `masks.runs` and `masks.dense`, `counts` is N strings, as an Arrow array or chunked array or as a list;
`heights` and `widths` are N integers each (Arrow, NumPy, list), or one for all rows; `max_pixels` is a limit below that
of the format; `threads` None takes every core. A function that needs faultless masks raises RleError for the first row
that is not; rows count from 0.
"""

from typing import Any

import numpy as np

from masks._columns import dimensions
from masks._rows import by_row, faultless, raise_first
from masks.reasons import MAX_PIXELS


def validate_batch(
    counts: Any,
    heights: Any,
    widths: Any,
    *,
    expected_heights: Any = None,
    expected_widths: Any = None,
    max_pixels: int = MAX_PIXELS,
    threads: int | None = None,
) -> np.ndarray:
    """The RleReason of every row -> int8 [N], 0 where the mask is faultless.

    expected_heights, expected_widths: the sizes of the images, where they are known. max_pixels: a limit below that of
    the format.
    """
    return _check(counts, (heights, widths), (expected_heights, expected_widths), max_pixels, threads)[0]


def area_batch(
    counts: Any, heights: Any, widths: Any, *, max_pixels: int = MAX_PIXELS, threads: int | None = None
) -> np.ndarray:
    """Foreground pixels of every row -> int64 [N]."""
    reasons, areas = _check(counts, (heights, widths), (None, None), max_pixels, threads)
    raise_first(reasons, counts, heights, widths, "mask", max_pixels)
    return areas


def bounding_box_batch(
    counts: Any, heights: Any, widths: Any, *, max_pixels: int = MAX_PIXELS, threads: int | None = None
) -> np.ndarray:
    """x, y, width and height of every row's bounding box in pixels -> int64 [N, 4], all 0 where a mask is empty."""
    from masks import _kernels

    boxes = np.zeros((len(counts), 4), np.int64)
    faultless(_kernels.box_rows, counts, (heights, widths), max_pixels, threads, boxes)
    return boxes


def _check(
    counts: Any, sizes: tuple[Any, Any], expected: tuple[Any, Any], max_pixels: int, threads: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """-> reasons int8 [N], areas int64 [N]."""
    from masks import _kernels

    rows = len(counts)
    expected = [
        np.full(rows, _kernels.NO_SIZE, np.int64) if edges is None else dimensions(edges, rows) for edges in expected
    ]
    areas = np.zeros(rows, np.int64)
    return by_row(_kernels.check_rows, counts, sizes, max_pixels, threads, areas, *expected), areas
