"""The strict COCO RLE codec: check, explain, encode, decode, measure.

The format: runs in column-major order, background first. From index 3 on the stored value is count[i] - count[i - 2].
Each value is cut into groups of five bits, low ones first; bit 0x20 says that another group follows, bit 0x10 of the
last group is the sign; 48 is added. Example: the counts [2, 3, 11] of a 4 x 4 mask are "23;".
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from masks._columns import columns, dimension, dimensions, encoded, is_arrow
from masks._messages import message, quote, too_many_pixels
from masks._threads import in_blocks
from masks.reasons import RleError, RleReason

# What a value of six groups of five bits, one of them the sign, can count.
MAX_PIXELS = 2**29 - 1


def validate(
    counts: Any, size: Any, *, expected_size: Sequence[int] | None = None, max_pixels: int = MAX_PIXELS
) -> None:
    """Raise RleError unless `counts` (str or ASCII bytes) is a faultless mask of `size` [height, width].

    expected_size: the size of the image, where it is known. max_pixels: a limit below the 2**29 - 1 of the format.
    Takes time by the length of the string and no memory, whatever size is claimed.
    """
    _examine(counts, size, expected_size, max_pixels)


def explain(counts: Any, size: Any, *, expected_size: Sequence[int] | None = None, max_pixels: int = MAX_PIXELS) -> str:
    """What `validate` says of this mask ("counts add up to 17, but 4 x 4 = 16"); "" where nothing is wrong."""
    try:
        validate(counts, size, expected_size=expected_size, max_pixels=max_pixels)
    except RleError as error:
        return str(error)
    return ""


def rle_dict(counts: str | bytes, size: Sequence[int]) -> dict:
    """A checked mask as JSON, Arrow and pycocotools take it: {"size": [height, width], "counts": str}.

    Raises RleError as `validate` does.
    """
    text, _ = _examine(counts, size, None, MAX_PIXELS)
    return {"size": [int(edge) for edge in size], "counts": text.decode("ascii")}


def encode(mask: np.ndarray) -> dict:
    """A bool or integer array [H, W], any nonzero value foreground -> {"size": [H, W], "counts": str}.

    Raises RleError for a shape that is no mask, TypeError for fractions, which may be probabilities.
    """
    from masks import _kernels

    mask = np.asarray(mask)
    if mask.dtype.kind not in "biu":
        raise TypeError(f"the mask holds {mask.dtype}, but bool or integers were expected: threshold it first")
    if mask.ndim != 2 or mask.size == 0:
        raise RleError(RleReason.BAD_SIZE, f"the mask has shape {list(mask.shape)}, but [height, width] was expected")
    if mask.size > MAX_PIXELS:
        raise RleError(RleReason.TOO_MANY_PIXELS, too_many_pixels(*mask.shape, MAX_PIXELS))
    pixels = mask.ravel(order="F") != 0
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    # A second 0 makes the empty background run that stands before a foreground of the first pixel.
    edges = np.concatenate(([0, 0] if pixels[0] else [0], changes, [pixels.size]))
    runs = np.diff(edges)
    text = np.empty(_kernels.MAX_GROUPS * runs.size, np.uint8)
    length = _kernels.write(runs, text)
    return {"size": list(mask.shape), "counts": text[:length].tobytes().decode("ascii")}


def decode(rle: Mapping, *, expected_size: Sequence[int] | None = None, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """{"size": [H, W], "counts"} -> bool [H, W], in column-major memory order as the format has it.

    Raises RleError as `validate` does, before any memory is taken.
    """
    from masks import _kernels

    counts, size = _parts(rle)
    text, _ = _examine(counts, size, expected_size, max_pixels)
    height, width = (int(edge) for edge in size)
    pixels = np.zeros(height * width, np.uint8)
    _kernels.fill(np.frombuffer(text, np.uint8), len(text), pixels)
    return pixels.view(bool).reshape(width, height).T


def area(rle: Mapping) -> int:
    """Foreground pixels of {"size": [H, W], "counts"}. Raises RleError as `validate` does."""
    counts, size = _parts(rle)
    return _examine(counts, size, None, MAX_PIXELS)[1]


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

    counts: N strings, as an Arrow array or chunked array (no Python loop over its rows) or as a list. heights, widths,
    and those expected of them where they are known: N integers each (Arrow, NumPy, list), or one for all rows.
    threads: None for every core.
    """
    expected = (expected_heights, expected_widths)
    return _examine_rows(counts, (heights, widths), expected, max_pixels, threads)[0]


def area_batch(counts: Any, heights: Any, widths: Any, *, threads: int | None = None) -> np.ndarray:
    """Foreground pixels of every row -> int64 [N]; arguments as `validate_batch`.

    Raises RleError for the first bad row.
    """
    reasons, areas = _examine_rows(counts, (heights, widths), (None, None), MAX_PIXELS, threads)
    raise_first(reasons, counts, heights, widths, "mask")
    return areas


def raise_first(reasons: np.ndarray, counts: Any, heights: Any, widths: Any, what: str) -> None:
    """Raise RleError for the first row that has a reason; `what` stands before its number, which counts from 0."""
    bad = np.flatnonzero(reasons)
    if bad.size:
        row = int(bad[0])
        size = [_item(heights, row), _item(widths, row)]
        raise RleError(RleReason(int(reasons[row])), f"{what} {row}: {explain(_item(counts, row), size)}")


def _examine(counts: Any, size: Any, expected_size: Any, max_pixels: int) -> tuple[bytes, int]:
    """A single mask by the kernel of the batches -> (its text as bytes, its area); raises RleError."""
    from masks import _kernels

    text = encoded(counts)
    reason, pixels = _kernels.check(
        np.frombuffer(text or b"\0", np.uint8),
        0,
        len(text or b""),
        text is not None,
        *_two(size),
        *((_kernels.NO_SIZE, _kernels.NO_SIZE) if expected_size is None else _two(expected_size)),
        _limit(max_pixels),
    )
    if reason != _kernels.OK:
        reason = RleReason(reason)
        raise RleError(reason, message(reason, counts, text, size, expected_size, _limit(max_pixels)))
    return text, pixels


def _examine_rows(
    counts: Any, sizes: tuple[Any, Any], expected: tuple[Any, Any], max_pixels: int, threads: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """-> reasons int8 [N], areas int64 [N]."""
    from masks import _kernels

    rows = len(counts)
    sizes = tuple(dimensions(edges, rows) for edges in sizes)
    expected = tuple(
        np.full(rows, _kernels.NO_SIZE, np.int64) if edges is None else dimensions(edges, rows) for edges in expected
    )
    reasons = np.zeros(rows, np.int8)
    areas = np.zeros(rows, np.int64)
    done = 0
    for column in columns(counts):
        part = slice(done, done + len(column.valid))
        done = part.stop
        arguments = (column, tuple(e[part] for e in sizes), tuple(e[part] for e in expected), _limit(max_pixels))
        results = (reasons[part], areas[part])
        in_blocks(
            len(column.valid),
            threads,
            lambda first, last, a=arguments, r=results: _kernels.check_rows(*a, first, last, *r),
        )
    return reasons, areas


def _limit(max_pixels: int) -> int:
    return min(int(max_pixels), MAX_PIXELS)


def _two(size: Any) -> tuple[int, int]:
    """A size as the kernels take it: (0, 0) unless it is a sequence of two."""
    if isinstance(size, np.ndarray):
        size = size.tolist()
    if not isinstance(size, list | tuple) or len(size) != 2:
        return 0, 0
    return dimension(size[0]), dimension(size[1])


def _parts(rle: Any) -> tuple[Any, Any]:
    if not isinstance(rle, Mapping):
        raise RleError(RleReason.NOT_TEXT, f"the mask is {quote(rle)}, but a dict with size and counts was expected")
    return rle.get("counts"), rle.get("size")


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
