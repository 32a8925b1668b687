"""The loops over all rows of a column, and what is said of the first row that is refused."""

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from masks._checking import examine
from masks._columns import columns, dimensions, is_arrow, limit
from masks._threads import in_blocks
from masks.reasons import MAX_PIXELS, RleError, RleReason

if TYPE_CHECKING:
    import pyarrow as pa


def by_row(
    kernel: Callable,
    counts: Any,
    sizes: tuple[Any, Any],
    max_pixels: int,
    threads: int | None,
    *results: np.ndarray,
    **least: int,
) -> np.ndarray:
    """Run kernel(column, sizes, max_pixels, first, last, reasons, *results) over all rows -> reasons int8 [N].

    `results` are arrays [N, ...], of which a kernel gets the rows of its column.
    """
    rows = len(counts)
    sizes = [dimensions(edges, rows) for edges in sizes]
    reasons = np.zeros(rows, np.int8)
    done = 0
    for column in columns(counts):
        part = slice(done, done + len(column.valid))
        done = part.stop
        edges = sizes[0][part], sizes[1][part]
        arrays = [array[part] for array in (reasons, *results)]

        def work(first: int, last: int, column=column, edges=edges, arrays=arrays) -> None:
            kernel(column, edges, limit(max_pixels), first, last, *arrays)

        if done > rows:
            break
        in_blocks(len(column.valid), threads, work, **least)
    if done != rows:
        raise ValueError(f"counts has a length of {rows}, but holds {done} rows or more")
    return reasons


def faultless(
    kernel: Callable,
    counts: Any,
    sizes: tuple[Any, Any],
    max_pixels: int,
    threads: int | None,
    *results: np.ndarray,
    **least: int,
) -> None:
    """`by_row` for a kernel of faultless masks; raises RleError for the first that is not."""
    reasons = by_row(kernel, counts, sizes, max_pixels, threads, *results, **least)
    raise_first(reasons, counts, *sizes, "mask", max_pixels)


def raise_first(
    reasons: np.ndarray, counts: Any, heights: Any, widths: Any, what: str, max_pixels: int = MAX_PIXELS
) -> None:
    """Raise RleError for the first row that has a reason; `what` stands before its number, which counts from 0."""
    bad = np.flatnonzero(reasons)
    if bad.size:
        row = int(bad[0])
        reason = RleReason(int(reasons[row]))
        problem = reason.name.lower().replace("_", " ")
        try:
            examine(item(counts, row), [item(heights, row), item(widths, row)], None, max_pixels)
        except RleError as error:
            reason, problem = error.reason, str(error)
        raise RleError(reason, f"{what} {row}: {problem}")


def strings(pieces: list[tuple[np.ndarray, np.ndarray]]) -> "pa.StringArray":
    """Pieces of (bytes, length of each string) as one Arrow array."""
    import pyarrow as pa

    lengths = np.concatenate([lengths for _, lengths in pieces])
    data = np.concatenate([data for data, _ in pieces])
    large = len(data) > np.iinfo(np.int32).max
    offsets = np.zeros(len(lengths) + 1, np.int64 if large else np.int32)
    np.cumsum(lengths, out=offsets[1:])
    kind = pa.LargeStringArray if large else pa.StringArray
    return kind.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))


def item(values: Any, row: int) -> Any:
    """Row `row` of what a batch function was given, for a message."""
    if isinstance(values, int | np.integer):
        return values if isinstance(values, bool) else int(values)
    if not is_arrow(values):
        item = next(islice(values, row, None))
        return item.item() if isinstance(item, np.generic) else item
    (column,) = (column for column in columns(values.slice(row, 1)) if len(column.valid))
    if not column.valid[0]:
        return values[row].as_py()
    text = column.text(0)
    # What is not UTF-8 still has to be shown.
    return None if text is None else text.decode(errors="surrogateescape")
