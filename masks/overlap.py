"""Overlap of pairs of masks, counted from their RLE strings, and the scores that follow from the counts."""

from typing import Any

import numpy as np

from masks._pairs import Pairs, by_pair
from masks._threads import in_blocks
from masks.devices import chosen_device
from masks.reasons import MAX_PIXELS


def overlap_counts(
    pred: Any,
    truth: Any,
    heights: Any,
    widths: Any,
    *,
    max_pixels: int = MAX_PIXELS,
    device: Any = None,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels of |P and G|, |P| and |G| of N pairs -> three int64 [N].

    pred, truth: N strings each, as Arrow arrays or lists; heights, widths: the size of both masks of a pair, N integers
    each or one for all. Both strings of a pair are checked and counted as they are read, once; no pixel grid is made.
    Raises RleError for the first bad row, predictions first. max_pixels: a limit below that of the format.

    device: "cpu", "cuda", "cuda:1", or None for the quicker one of those that are ready; the counts are the same.
    threads: of the CPU, None for every core.
    """
    place = chosen_device(device, len(pred))
    counts = np.zeros((len(pred), 3), np.int64)

    def count(pairs: Pairs, part: slice, reasons: np.ndarray, counts: np.ndarray) -> None:
        if place != "cpu":
            from masks._gpu.overlap import overlap_rows

            counts[:], faultless = overlap_rows(*pairs, place)
            if faultless.all():
                return
        from masks import _kernels

        def work(first: int, last: int) -> None:
            _kernels.overlap_rows(*pairs, first, last, reasons, counts)

        in_blocks(len(reasons), threads, work)

    by_pair(count, pred, truth, heights, widths, max_pixels, counts)
    return tuple(np.ascontiguousarray(counts.T))


def dice(intersection: np.ndarray, pred_area: np.ndarray, truth_area: np.ndarray) -> np.ndarray:
    """2I / (P + G) of N pairs -> float64 [N] in 0 to 1: 1 if both masks are empty, 0 if one is."""
    return _ratio(2 * np.asarray(intersection), np.add(pred_area, truth_area))


def iou(intersection: np.ndarray, pred_area: np.ndarray, truth_area: np.ndarray) -> np.ndarray:
    """I / (P + G - I) of N pairs -> float64 [N] in 0 to 1: 1 if both masks are empty, 0 if one is."""
    return _ratio(np.asarray(intersection), np.add(pred_area, truth_area) - intersection)


def _ratio(shared: np.ndarray, size: np.ndarray) -> np.ndarray:
    shared = np.asarray(shared, np.float64)
    return np.divide(shared, size, out=np.ones_like(shared), where=np.asarray(size) > 0)
