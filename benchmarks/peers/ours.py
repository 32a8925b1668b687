"""`masks` itself in the form of its peers."""

from __future__ import annotations

from typing import Any

import numpy as np

import masks
from benchmarks.pairs import Pairs
from benchmarks.peers import Peer
from benchmarks.peers.boundary import TOLERANCE_MM
from benchmarks.peers.codec import Stack


def overlap(pairs: Pairs, threads: int | None, device: str = "cpu") -> dict[str, np.ndarray]:
    counts = masks.overlap_counts(pairs.pred, pairs.truth, pairs.heights, pairs.widths, device=device, threads=threads)
    return {"counts": np.stack(counts, 1), "dice": masks.dice(*counts), "iou": masks.iou(*counts)}


def boundary(pairs: Pairs, threads: int | None, device: str = "cpu") -> dict[str, np.ndarray]:
    texts, sizes = (pairs.pred, pairs.truth), (pairs.heights, pairs.widths)
    found = masks.boundary_distances(
        *texts, *sizes, pairs.spacing, tolerances=(TOLERANCE_MM,), device=device, threads=threads
    )
    return {"hd95": found.hd95, "nsd": found.nsd[:, 0]}


def decode(stack: Stack, threads: int) -> dict[str, np.ndarray]:
    return {"pixels": masks.decode_batch(stack.counts, stack.size, stack.size, threads=threads)}


def encode(stack: Stack, threads: int) -> dict[str, Any]:
    return {"strings": masks.encode_batch(stack.pixels, threads=threads)}


OVERLAP, BOUNDARY, DECODE, ENCODE = (Peer("masks", (), run) for run in (overlap, boundary, decode, encode))
