"""The work of an upload by pandas and pycocotools, timed. Each function is run in a process of its own."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.upload.peer import decode_counts, load_truth, merge_counts, process_upload
from benchmarks.upload.processes import UPLOADS, timed


def merged(truth: str, predictions: str, store: str) -> dict[str, Any]:
    """Masks are compared as strings."""
    loaded, loading = timed(lambda: load_truth(Path(truth)))
    seconds = []
    for number in range(UPLOADS):
        place = Path(f"{store}-{number}")
        record, spent = timed(lambda place=place: process_upload(Path(predictions), loaded, place))
        seconds.append(spent)
    return {"seconds": seconds, "loading": loading, "record": record}


def decoded(truth: str, predictions: str, store: str, at_most: int) -> dict[str, Any]:
    """Masks are decoded, `at_most` pairs of them in each comparison; their time stands for that of all."""
    loaded, loading = timed(lambda: load_truth(Path(truth)))
    seconds = []
    for number in range(UPLOADS):
        place, count = Path(f"{store}-{number}"), DecodeInPart(at_most)
        work = partial(process_upload, Path(predictions), loaded, place, count)
        record, spent = timed(work)
        seconds.append(spent - count.spent + count.charged)
    return {"seconds": seconds, "loading": loading, "record": record}


class DecodeInPart:
    """Counts all pairs of masks as strings, which is quick, and an evenly spread part of them decoded.

    spent: the seconds that this took. charged: those that decoding all of them would have taken. Raises RuntimeError
    when the two ways differ.
    """

    def __init__(self, at_most: int):
        self.at_most = at_most
        self.spent = self.charged = 0.0

    def __call__(self, preds: list[dict], others: list[dict]) -> np.ndarray:
        start = time.perf_counter()
        counts = merge_counts(preds, others)
        part = slice(None, None, max(1, -(-len(preds) // self.at_most)))
        found, seconds = timed(lambda: decode_counts(preds[part], others[part]))
        if (found != counts[part]).any():
            raise RuntimeError("pycocotools counts other pixels in decoded masks than in their strings")
        self.charged += seconds * len(preds) / max(1, len(found))
        self.spent += time.perf_counter() - start
        return counts
