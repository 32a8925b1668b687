"""One mask, checked by the kernel of the columns; what everything that is not a column is checked by."""

from typing import Any

import numpy as np

from masks._columns import dimension, encoded, limit
from masks._messages import message, quote
from masks.reasons import RleError, RleReason


def examine(counts: Any, size: Any, expected_size: Any, max_pixels: int) -> tuple[bytes, int]:
    """A single mask by the kernel of the batches -> (its text as bytes, its area); raises RleError."""
    from masks import _kernels

    if expected_size is not None and 0 in two(expected_size):
        raise ValueError(f"expected_size is {quote(expected_size)}, but two positive integers were expected")
    text = encoded(counts)
    reason, pixels = _kernels.check(
        np.frombuffer(text or b"\0", np.uint8),
        0,
        len(text or b""),
        text is not None,
        *two(size),
        *((_kernels.NO_SIZE, _kernels.NO_SIZE) if expected_size is None else two(expected_size)),
        limit(max_pixels),
    )
    if reason != _kernels.OK:
        reason = RleReason(reason)
        raise RleError(reason, message(reason, counts, text, size, expected_size, limit(max_pixels)))
    return text, pixels


def two(size: Any) -> tuple[int, int]:
    """A size as the kernels take it: (0, 0) unless it is a sequence of two."""
    if isinstance(size, np.ndarray):
        size = size.tolist()
    if not isinstance(size, list | tuple) or len(size) != 2:
        return 0, 0
    return dimension(size[0]), dimension(size[1])
