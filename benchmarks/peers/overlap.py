"""Overlap of pairs of RLE strings by other libraries: IoU alone, or the three counts that Dice and IoU follow from."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from benchmarks.pairs import Pairs
from benchmarks.peers import Peer, hotcoco, in_threads, pycocotools

# `iou` compares all with all. A call costs so much that comparing 4 x 4 masks for the 4 on the diagonal can be faster
# than 4 calls; with more the masks compared in vain cost more than the calls saved.
BLOCK = 4


def _iou_by_pair(library: ModuleType, pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    preds, truths = pairs.rles
    iou, not_crowd = library.iou, [0]

    def part(rows: slice) -> list[float]:
        return [iou([pred], [truth], not_crowd).item() for pred, truth in zip(preds[rows], truths[rows], strict=True)]

    return {"iou": np.array(in_threads(part, len(pairs), threads))}


def _iou_by_block(library: ModuleType, pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    preds, truths = pairs.rles
    iou, not_crowd = library.iou, [0] * BLOCK

    def part(rows: slice) -> list[np.ndarray]:
        blocks = (slice(first, min(first + BLOCK, rows.stop)) for first in range(rows.start, rows.stop, BLOCK))
        return [iou(preds[b], truths[b], not_crowd[: b.stop - b.start]).diagonal() for b in blocks]

    return {"iou": np.concatenate(in_threads(part, len(pairs), threads))}


def _merge(library: ModuleType, pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    preds, truths = pairs.rles
    merge, area = library.merge, library.area

    def part(rows: slice) -> list[tuple[int, int, int]]:
        # One by one, because `area` of pycocotools overflows on a list of more than 255 under NumPy 2.
        return [
            (area(merge([pred, truth], True)), area(pred), area(truth))
            for pred, truth in zip(preds[rows], truths[rows], strict=True)
        ]

    return {"counts": np.array(in_threads(part, len(pairs), threads), np.int64)}


def _decode(pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    decode = pycocotools().decode

    def part(rows: slice) -> list[tuple[int, int, int]]:
        found = []
        for rles in zip(*(side[rows] for side in pairs.rles), strict=True):
            pred, truth = map(decode, rles)
            found.append(tuple(map(np.count_nonzero, (pred & truth, pred, truth))))
        return found

    return {"counts": np.array(in_threads(part, len(pairs), threads), np.int64)}


HOTCOCO, PYCOCOTOOLS = ("hotcoco",), ("pycocotools",)
PEERS = [
    Peer("hotcoco iou, pair by pair", HOTCOCO, lambda *work: _iou_by_pair(hotcoco(), *work), target=5),
    Peer("hotcoco iou, 4 x 4", HOTCOCO, lambda *work: _iou_by_block(hotcoco(), *work), target=5),
    Peer("hotcoco merge + area", HOTCOCO, lambda *work: _merge(hotcoco(), *work)),
    Peer("pycocotools iou, pair by pair", PYCOCOTOOLS, lambda *work: _iou_by_pair(pycocotools(), *work)),
    Peer("pycocotools iou, 4 x 4", PYCOCOTOOLS, lambda *work: _iou_by_block(pycocotools(), *work)),
    Peer("pycocotools merge + area", PYCOCOTOOLS, lambda *work: _merge(pycocotools(), *work), target=12),
    Peer("pycocotools decode, NumPy", PYCOCOTOOLS, _decode, at_most=500),
]
