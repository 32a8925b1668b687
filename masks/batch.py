"""The codec for many masks at once, from and to columns of strings; nothing here loops over masks in Python.

Everywhere `counts` is N strings, as an Arrow array or chunked array or as a list; `heights` and `widths` are N integers
each (Arrow, NumPy, list), or one for all rows; `threads` None takes every core. A function that needs faultless masks
raises RleError for the first row that is not; rows count from 0.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from masks._checking import examine
from masks._columns import columns, dimensions, is_arrow, limit
from masks._messages import too_many_pixels
from masks._threads import in_blocks
from masks.reasons import MAX_PIXELS, RleError, RleReason

if TYPE_CHECKING:
    import pyarrow as pa

# Rows that take as long as starting a thread, where a row is an image and not a string.
FEW_IMAGES = 16


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
    _faultless(_kernels.box_rows, counts, (heights, widths), max_pixels, threads, boxes)
    return boxes


def runs_batch(
    counts: Any, heights: Any, widths: Any, *, max_pixels: int = MAX_PIXELS, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Uncompressed counts of all rows -> int64 [total], int64 [N + 1]: row i is runs[offsets[i]:offsets[i + 1]].

    A run is a number of pixels in column-major order, the first one of background.
    """
    from masks import _kernels

    numbers = np.zeros(len(counts), np.int64)
    _faultless(_kernels.run_rows, counts, (heights, widths), max_pixels, threads, numbers)
    offsets = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(numbers, out=offsets[1:])
    runs = np.empty(offsets[-1], np.int64)
    _faultless(
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
    """Uncompressed counts as `runs_batch` gives them -> N strings. Raises RleError as for any other mask."""
    counts = strings(written(np.asarray(runs), np.asarray(offsets), threads))
    area_batch(counts, heights, widths, max_pixels=max_pixels, threads=threads)
    return counts


def written(runs: np.ndarray, offsets: np.ndarray, threads: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run lengths as strings, in blocks of (bytes uint8, length of each), not yet checked for being masks.

    Raises RleError for a length that the format cannot hold.
    """
    from masks import _kernels

    if runs.dtype.kind not in "iu" or offsets.dtype.kind not in "iu":
        raise TypeError(f"runs and offsets hold {runs.dtype} and {offsets.dtype}, but integers were expected")
    if runs.ndim != 1 or offsets.ndim != 1 or not offsets.size or offsets[0] < 0 or offsets[-1] > runs.size:
        raise ValueError(f"offsets do not lie in the {runs.size} runs")
    if (offsets[1:] < offsets[:-1]).any():
        raise ValueError("offsets go backwards")
    runs, offsets = runs[offsets[0] : offsets[-1]], offsets.astype(np.int64) - int(offsets[0])
    outside = np.flatnonzero((runs < 0) | (runs > MAX_PIXELS))
    if outside.size:
        run, number = int(outside[0]), int(runs[outside[0]])
        row = int(np.searchsorted(offsets, run, "right")) - 1
        reason = RleReason.NEGATIVE_COUNT if number < 0 else RleReason.SUM_ABOVE
        place = f"mask {row}: run {run - int(offsets[row])} has a count of {number}"
        raise RleError(reason, f"{place}, but 0 to {MAX_PIXELS} was expected")
    runs = runs.astype(np.int64)
    return in_blocks(len(offsets) - 1, threads, lambda first, last: _kernels.write_rows(runs, offsets, first, last))


def encode_batch(masks: Any, *, threads: int | None = None) -> "pa.StringArray":
    """Masks [N, H, W], NumPy or torch on any device, bool or integers, any nonzero value foreground -> N strings.

    The size of each mask is that of the array. Raises RleError for a shape that is no masks, TypeError for fractions,
    which may be probabilities.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(masks, torch.Tensor):
        return strings(encoded_blocks(np.asarray(masks), threads))
    masks = masks.detach()
    if masks.device.type == "cpu" and not masks.is_floating_point():
        return strings(encoded_blocks(masks.numpy(), threads))
    from masks import _kernels
    from masks._gpu.dense import runs_of_masks

    check_masks(masks.shape, str(masks.dtype), masks.is_floating_point())
    runs, offsets = runs_of_masks(masks)
    return strings([_kernels.write_rows(runs, offsets, 0, len(masks))])


def decode_batch(
    counts: Any,
    height: int,
    width: int,
    *,
    max_pixels: int = MAX_PIXELS,
    out: np.ndarray | None = None,
    device: Any = None,
    threads: int | None = None,
) -> Any:
    """N strings of masks of one size -> bool [N, height, width], an array or, if a torch device is given, a tensor.

    out: a C-contiguous bool array of that shape to write into, which saves taking memory again and again.
    """
    from masks import _kernels

    # Strings before memory: what is no mask has no size that could be believed.
    numbers = np.zeros(len(counts), np.int64)
    _faultless(_kernels.run_rows, counts, (height, width), max_pixels, threads, numbers)
    shape = (len(counts), int(height), int(width))
    if device is not None:
        import torch

        if out is not None:
            raise ValueError("out is an array: it goes without a device")
        if torch.device(device).type != "cpu":
            from masks._gpu.dense import decode_columns

            return decode_columns(columns(counts), shape, device)
    if out is None:
        out = np.empty(shape, bool)
    elif out.dtype != bool or out.shape != shape or not out.flags.c_contiguous:
        raise ValueError(
            f"out is {out.dtype} {list(out.shape)}, but a C-contiguous bool array {list(shape)} was expected"
        )
    if len(counts):
        pixels = out.view(np.uint8).reshape(shape[0], -1)
        _faultless(_kernels.paint_rows, counts, (height, width), max_pixels, threads, pixels, least=FEW_IMAGES)
    return out if device is None else torch.from_numpy(out)


def check_masks(shape: Sequence[int], kind: str, fractions: bool) -> None:
    """Raise TypeError or RleError for an array that is no masks [N, H, W]."""
    if fractions:
        raise TypeError(f"the mask holds {kind}, but bool or integers were expected: threshold it first")
    if len(shape) != 3 or 0 in shape[1:]:
        found = f"the masks have shape {list(shape)}"
        raise RleError(RleReason.BAD_SIZE, f"{found}, but [masks, height, width] was expected")
    if shape[1] * shape[2] > MAX_PIXELS:
        raise RleError(RleReason.TOO_MANY_PIXELS, too_many_pixels(*shape[1:], MAX_PIXELS))


def encoded_blocks(masks: np.ndarray, threads: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """The strings of masks [N, H, W] in blocks of (bytes uint8, length of each string)."""
    from masks import _kernels

    check_masks(masks.shape, str(masks.dtype), masks.dtype.kind not in "biu")
    height, width = masks.shape[1:]

    def encode(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        block = masks[first:last]
        pixels = np.ascontiguousarray(block if block.dtype == bool else block != 0)
        return _kernels.encode_rows(pixels.reshape(-1, height * width).view(np.uint8), height, width)

    return in_blocks(len(masks), threads, encode, FEW_IMAGES)


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


def raise_first(
    reasons: np.ndarray, counts: Any, heights: Any, widths: Any, what: str, max_pixels: int = MAX_PIXELS
) -> None:
    """Raise RleError for the first row that has a reason; `what` stands before its number, which counts from 0."""
    bad = np.flatnonzero(reasons)
    if bad.size:
        row = int(bad[0])
        try:
            examine(_item(counts, row), [_item(heights, row), _item(widths, row)], None, max_pixels)
        except RleError as error:
            raise RleError(error.reason, f"{what} {row}: {error}") from None


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
    return _by_row(_kernels.check_rows, counts, sizes, max_pixels, threads, areas, *expected), areas


def _faultless(
    kernel: Callable,
    counts: Any,
    sizes: tuple[Any, Any],
    max_pixels: int,
    threads: int | None,
    *results: np.ndarray,
    **least: int,
) -> None:
    """`_by_row` for a kernel of faultless masks; raises RleError for the first that is not."""
    reasons = _by_row(kernel, counts, sizes, max_pixels, threads, *results, **least)
    raise_first(reasons, counts, *sizes, "mask", max_pixels)


def _by_row(
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

        in_blocks(len(column.valid), threads, work, **least)
    return reasons


def _item(values: Any, row: int) -> Any:
    """Row `row` of what a batch function was given, for a message."""
    if isinstance(values, int | np.integer):
        return int(values)
    if not is_arrow(values):
        item = next(islice(values, row, None))
        return item.item() if isinstance(item, np.generic) else item
    (column,) = (column for column in columns(values.slice(row, 1)) if len(column.valid))
    if not column.valid[0]:
        return values[row].as_py()
    text = column.text(0)
    # What is not UTF-8 still has to be shown.
    return None if text is None else text.decode(errors="surrogateescape")
