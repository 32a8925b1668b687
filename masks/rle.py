"""The strict COCO RLE codec for one mask.

The format: runs in column-major order, background first. From index 3 on the stored value is count[i] - count[i - 2].
Each value is cut into groups of five bits, low ones first; bit 0x20 says that another group follows, bit 0x10 of the
last group is the sign; 48 is added. Example: the counts [2, 3, 11] of a 4 x 4 mask are "23;".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from masks._checking import examine, two
from masks._messages import about_runs, quote
from masks.batch import bounding_box_batch
from masks.dense import decode_batch, encoded_blocks
from masks.reasons import MAX_PIXELS, RleError, RleReason
from masks.runs import runs_batch, written


def validate(
    counts: Any, size: Any, *, expected_size: Sequence[int] | None = None, max_pixels: int = MAX_PIXELS
) -> None:
    """Raise RleError unless `counts` (str or ASCII bytes) is a faultless mask of `size` [height, width].

    expected_size: the size of the image, where it is known. max_pixels: a limit below the 2**29 - 1 of the format.
    Takes time by the length of the string and no memory, whatever size is claimed.
    """
    examine(counts, size, expected_size, max_pixels)


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
    text, _ = examine(counts, size, None, MAX_PIXELS)
    return {"size": [int(edge) for edge in size], "counts": text.decode("ascii")}


def encode(mask: np.ndarray) -> dict:
    """A bool or integer array [H, W], any nonzero value foreground -> {"size": [H, W], "counts": str}.

    Raises RleError for a shape that is no mask, TypeError for fractions, which may be probabilities.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.size == 0:
        raise RleError(RleReason.BAD_SIZE, f"the mask has shape {list(mask.shape)}, but [height, width] was expected")
    ((text, _),) = encoded_blocks(mask[None], 1)
    return {"size": list(mask.shape), "counts": text.tobytes().decode("ascii")}


def decode(rle: Mapping, *, expected_size: Sequence[int] | None = None, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """{"size": [H, W], "counts"} -> bool [H, W].

    Raises RleError as `validate` does, before any memory is taken.
    """
    counts, size = _parts(rle)
    text, _ = examine(counts, size, expected_size, max_pixels)
    return decode_batch([text], *(int(edge) for edge in size), threads=1)[0]


def area(rle: Mapping) -> int:
    """Foreground pixels of {"size": [H, W], "counts"}. Raises RleError as `validate` does."""
    counts, size = _parts(rle)
    return examine(counts, size, None, MAX_PIXELS)[1]


def bounding_box(rle: Mapping) -> tuple[int, int, int, int]:
    """x, y, width and height in pixels of the smallest box around {"size": [H, W], "counts"}; all 0 for an empty mask.

    The order and the meaning are those of COCO's boxes. Raises RleError as `validate` does.
    """
    counts, size = _parts(rle)
    text, _ = examine(counts, size, None, MAX_PIXELS)
    return tuple(bounding_box_batch([text], *(int(edge) for edge in size))[0].tolist())


def runs(rle: Mapping) -> np.ndarray:
    """Uncompressed counts of {"size": [H, W], "counts"}: lengths of the runs, background first -> int64 [runs].

    Raises RleError as `validate` does.
    """
    counts, size = _parts(rle)
    text, _ = examine(counts, size, None, MAX_PIXELS)
    return runs_batch([text], *(int(edge) for edge in size))[0]


def from_runs(runs: Sequence[int], size: Sequence[int]) -> dict:
    """Uncompressed counts of a mask of `size` [height, width] -> {"size": [height, width], "counts": str}.

    Raises RleError unless the counts are 0 or more, add up to height * width and are no more than that and one.
    """
    height, width = two(size)
    ((text, _),), reasons = written(runs, [0, len(runs)], (height, width), MAX_PIXELS, 1)
    reason = RleReason(int(reasons[0]))
    if reason is not RleReason.OK:
        raise RleError(reason, about_runs(reason, runs, size, MAX_PIXELS))
    return {"size": [height, width], "counts": text.tobytes().decode("ascii")}


def _parts(rle: Any) -> tuple[Any, Any]:
    if not isinstance(rle, Mapping):
        raise RleError(RleReason.NOT_TEXT, f"the mask is {quote(rle)}, but a dict with size and counts was expected")
    return rle.get("counts"), rle.get("size")
