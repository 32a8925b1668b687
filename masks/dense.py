"""Pixels of many masks at once, for training code; arguments as in `masks.batch`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from masks._columns import columns, held
from masks._messages import quote, too_many_pixels
from masks._rows import faultless, strings
from masks._threads import in_blocks
from masks.devices import chosen_device
from masks.reasons import MAX_PIXELS, RleError, RleReason

if TYPE_CHECKING:
    import pyarrow as pa

# Pixels that take several times as long to read or write as starting a thread.
PIXELS_A_BLOCK = 1 << 23


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
    return strings([_kernels.write_rows(runs, offsets, 0, len(masks), np.zeros(len(masks), np.int8))])


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
    for name, edge in (("height", height), ("width", width)):
        if not isinstance(edge, int | np.integer):
            raise TypeError(f"the {name} is {quote(edge)}, but one integer was expected")
    if not len(counts) and (height <= 0 or width <= 0):
        raise RleError(RleReason.BAD_SIZE, f"size is {[height, width]}, but two positive integers were expected")
    if out is not None and not isinstance(out, np.ndarray):
        raise TypeError(f"out is a {type(out).__name__}, but a NumPy array was expected")
    counts = held(counts)
    numbers = np.zeros(len(counts), np.int64)
    faultless(_kernels.run_rows, counts, (height, width), max_pixels, threads, numbers)
    shape = (len(counts), int(height), int(width))
    if device is not None:
        device = chosen_device(device, len(counts))
        if out is not None:
            raise ValueError("out is an array: it goes without a device")
        if device != "cpu":
            from masks._gpu.dense import decode_columns

            return decode_columns(columns(counts), shape, device)
    if out is None:
        out = np.empty(shape, bool)
    elif out.dtype != bool or out.shape != shape or not out.flags.c_contiguous or not out.flags.writeable:
        order = "" if out.flags.c_contiguous else ", not C-contiguous"
        found = f"{out.dtype} {list(out.shape)}{order}" if out.flags.writeable else "read-only"
        raise ValueError(f"out is {found}, but a C-contiguous bool array {list(shape)} was expected")
    if len(counts):
        pixels = out.view(np.uint8).reshape(shape[0], -1)
        faultless(_kernels.paint_rows, counts, (height, width), max_pixels, threads, pixels, least=_few(height, width))
    if device is None:
        return out
    import torch

    return torch.from_numpy(out)


def check_masks(shape: Sequence[int], kind: str, fractions: bool) -> None:
    """Raise TypeError or RleError for an array that is no masks [N, H, W]."""
    if len(shape) != 3 or 0 in shape[1:]:
        found = f"the masks have shape {list(shape)}"
        raise RleError(RleReason.BAD_SIZE, f"{found}, but [masks, height, width] was expected")
    if fractions:
        raise TypeError(f"the mask holds {kind}, but bool or integers were expected: threshold it first")
    if shape[1] * shape[2] > MAX_PIXELS:
        raise RleError(RleReason.TOO_MANY_PIXELS, too_many_pixels(*shape[1:], MAX_PIXELS))


def encoded_blocks(masks: np.ndarray, threads: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """The strings of masks [N, H, W] in blocks of (bytes uint8, length of each string)."""
    from masks import _kernels

    check_masks(masks.shape, str(masks.dtype), masks.dtype.kind not in "biu")
    height, width = masks.shape[1:]
    in_order = abs(masks.strides[1]) < abs(masks.strides[2])
    masks = masks.transpose(0, 2, 1) if in_order else masks

    def encode(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        block = masks[first:last]
        pixels = np.ascontiguousarray(block if block.dtype == bool else block != 0)
        pixels = pixels.reshape(-1, height * width).view(np.uint8)
        pixels.flags.writeable = False  # always, so that a kernel is compiled once
        return _kernels.encode_rows(pixels, height, width, in_order)

    return in_blocks(len(masks), threads, encode, _few(height, width))


def _few(height: int, width: int) -> int:
    """Images that are not worth a thread of their own."""
    return -(-PIXELS_A_BLOCK // (height * width))
