"""Decoding strings to masks and encoding masks as strings, by other libraries.

They hold masks in column-major order. What asks for bool [N, H, W] in row-major order, as images and tensors are, pays
for turning them; the rows "as it comes" and "column-major" leave that out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

import numpy as np
import pyarrow as pa

from benchmarks.pairs import make_pairs
from benchmarks.peers import Peer, hotcoco, in_threads, pycocotools
from masks import decode


@dataclass(frozen=True)
class Stack:
    """N masks of one size, as strings and as pixels."""

    counts: pa.StringArray  # [N]
    size: int  # pixels along both edges

    def __len__(self) -> int:
        return len(self.counts)

    @cached_property
    def rles(self) -> list[dict]:
        """As pycocotools and hotcoco take them."""
        return [{"size": [self.size, self.size], "counts": counts.encode()} for counts in self.counts.to_pylist()]

    @cached_property
    def pixels(self) -> np.ndarray:
        """bool [N, H, W], row-major."""
        return np.stack([decode(rle) for rle in self.rles]).copy(order="C")

    @cached_property
    def columns(self) -> list[np.ndarray]:
        """N times uint8 [H, W], column-major."""
        return [np.asfortranarray(mask) for mask in self.pixels.view(np.uint8)]


def make_stack(count: int, size: int, seed: int = 0) -> Stack:
    """`count` true masks of size x size pixels."""
    return Stack(make_pairs(count, seed, sizes=(size,)).truth, size)


def _decode(library: ModuleType, stack: Stack, threads: int) -> dict[str, np.ndarray]:
    pixels = np.empty((len(stack), stack.size, stack.size), bool)

    def part(rows: slice) -> list:
        for mask, rle in zip(pixels[rows], stack.rles[rows], strict=True):
            mask[...] = library.decode(rle)
        return []

    in_threads(part, len(stack), threads)
    return {"pixels": pixels}


def _decode_as_it_comes(library: ModuleType, stack: Stack, threads: int) -> dict[str, list[np.ndarray]]:
    def part(rows: slice) -> list[np.ndarray]:
        return [library.decode(rle) for rle in stack.rles[rows]]

    return {"pixels": in_threads(part, len(stack), threads)}


def _encode(library: ModuleType, masks: Sequence[np.ndarray], threads: int) -> dict[str, list[bytes]]:
    def part(rows: slice) -> list[bytes]:
        return [library.encode(mask)["counts"] for mask in masks[rows]]

    return {"strings": in_threads(part, len(masks), threads)}


def _turn_and_encode(library: ModuleType, masks: np.ndarray, threads: int) -> dict[str, list[bytes]]:
    def part(rows: slice) -> list[bytes]:
        return [library.encode(np.asfortranarray(mask))["counts"] for mask in masks[rows].view(np.uint8)]

    return {"strings": in_threads(part, len(masks), threads)}


HOTCOCO, PYCOCOTOOLS = ("hotcoco",), ("pycocotools",)
DECODERS = [
    Peer("pycocotools decode loop", PYCOCOTOOLS, lambda *work: _decode(pycocotools(), *work), target=5),
    Peer("pycocotools, as it comes", PYCOCOTOOLS, lambda *work: _decode_as_it_comes(pycocotools(), *work)),
    Peer("hotcoco decode loop", HOTCOCO, lambda *work: _decode(hotcoco(), *work)),
    Peer("hotcoco, as it comes", HOTCOCO, lambda *work: _decode_as_it_comes(hotcoco(), *work)),
]
ENCODERS = [
    Peer("pycocotools encode loop", PYCOCOTOOLS, lambda s, t: _turn_and_encode(pycocotools(), s.pixels, t), target=5),
    Peer("pycocotools, column-major", PYCOCOTOOLS, lambda s, t: _encode(pycocotools(), s.columns, t)),
    # It takes any memory order.
    Peer("hotcoco encode loop", HOTCOCO, lambda s, t: _encode(hotcoco(), s.pixels, t)),
    Peer("hotcoco, column-major", HOTCOCO, lambda s, t: _encode(hotcoco(), s.columns, t)),
]
