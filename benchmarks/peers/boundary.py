"""HD95 and NSD of pairs of RLE strings by the distance transforms of other libraries.

OpenCV, edt and SciPy compute no such scores: what stands here is the usual way to get them, kept as fast as it goes.
Each pair is decoded, cut to the bounding box of both masks and searched by one distance transform a mask. MONAI is
called as its documentation has it.

pycocotools decodes to column-major arrays; their transposes are row-major, which all of these libraries read without a
copy, so everything below sees columns as rows and takes the spacing the other way round.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.pairs import Pairs, boundary
from benchmarks.peers import Peer, in_threads, pycocotools

TOLERANCE_MM = 2.0
# Rounding must not decide whether 2 mm is within 2 mm; `masks.boundary_distances` allows for as much.
WITHIN_MM = TOLERANCE_MM * (1 + 1e-6)

Mask = np.ndarray
Edges = Callable[[Mask], Mask]  # uint8 mask -> uint8 mask of its boundary
# (1 where the target is not, where to measure, spacing) -> distances to the target in mm
Distances = Callable[[Mask, Mask, np.ndarray], np.ndarray]


def _scores(pred: dict, truth: dict, spacing: np.ndarray, edges: Edges, distances: Distances) -> tuple[float, float]:
    """HD95 in mm and NSD of two masks that are not empty; spacing: of the transposed masks."""
    coco = pycocotools()
    boxes = np.array([coco.toBbox(pred), coco.toBbox(truth)]).astype(int)
    (left, top), (right, bottom) = boxes[:, :2].min(0), (boxes[:, :2] + boxes[:, 2:]).max(0)
    pred_edge, truth_edge = (edges(coco.decode(rle).T[left:right, top:bottom]) for rle in (pred, truth))
    to_truth = distances(1 - truth_edge, pred_edge.view(bool), spacing)
    to_pred = distances(1 - pred_edge, truth_edge.view(bool), spacing)
    within = np.count_nonzero(to_truth <= WITHIN_MM) + np.count_nonzero(to_pred <= WITHIN_MM)
    return max(_percentile_95(to_truth), _percentile_95(to_pred)), within / (to_truth.size + to_pred.size)


def _percentile_95(values: np.ndarray) -> float:
    """As np.percentile(values, 95), without what makes that slow on short arrays."""
    place = 0.95 * (values.size - 1)
    low = int(place)
    high = min(low + 1, values.size - 1)
    values = np.partition(values, (low, high))
    return float(values[low] + (place - low) * (values[high] - values[low]))


def _by_distance_transform(pairs: Pairs, threads: int, edges: Edges, distances: Distances) -> dict[str, np.ndarray]:
    def scores(rows: slice) -> list[tuple[float, float]]:
        preds, truths = (side[rows] for side in pairs.rles)
        spacings = pairs.spacing[rows, ::-1]
        return [
            _scores(*pair, edges, distances) for pair in zip(preds, truths, np.ascontiguousarray(spacings), strict=True)
        ]

    hd95, nsd = np.array(in_threads(scores, len(pairs), threads), np.float64).reshape(-1, 2).T
    return {"hd95": hd95, "nsd": nsd}


def opencv(pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    import cv2

    # Pairs in two threads go faster than one pair after another with two threads of its own.
    cv2.setNumThreads(1)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))

    def edges(mask: Mask) -> Mask:
        return mask - cv2.erode(mask, cross, borderType=cv2.BORDER_CONSTANT, borderValue=0)

    def distances(elsewhere: Mask, at: Mask, spacing: np.ndarray) -> np.ndarray:
        return cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[at] * spacing[0]

    return _by_distance_transform(pairs, threads, edges, distances)


def edt(pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    import edt

    def distances(elsewhere: Mask, at: Mask, spacing: np.ndarray) -> np.ndarray:
        return edt.edt(elsewhere, anisotropy=tuple(spacing.tolist()), black_border=False, parallel=1)[at]

    return _by_distance_transform(pairs, threads, _edges, distances)


def scipy(pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    from scipy.ndimage import distance_transform_edt

    def distances(elsewhere: Mask, at: Mask, spacing: np.ndarray) -> np.ndarray:
        return distance_transform_edt(elsewhere, spacing)[at]

    return _by_distance_transform(pairs, threads, _edges, distances)


def _edges(mask: Mask) -> Mask:
    return boundary(mask.view(bool)).view(np.uint8)


def monai(pairs: Pairs, threads: int) -> dict[str, np.ndarray]:
    import torch
    from monai.metrics import compute_hausdorff_distance, compute_surface_dice

    decode = pycocotools().decode
    torch.set_num_threads(1)
    options = {"include_background": True}
    hausdorff = partial(compute_hausdorff_distance, percentile=95, directed=False, **options)
    surface_dice = partial(compute_surface_dice, class_thresholds=[WITHIN_MM], **options)

    def scores(rows: slice) -> list[tuple[float, float]]:
        found = []
        for pred, truth, spacing in zip(*(side[rows] for side in pairs.rles), pairs.spacing[rows], strict=True):
            masks = [torch.from_numpy(decode(rle).T)[None, None] for rle in (pred, truth)]
            spacing = spacing[::-1].tolist()
            found.append((hausdorff(*masks, spacing=spacing).item(), surface_dice(*masks, spacing=spacing).item()))
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hd95, nsd = np.array(in_threads(scores, len(pairs), threads), np.float64).reshape(-1, 2).T
    return {"hd95": hd95, "nsd": nsd}


OPENCV = ("opencv-python-headless", "pycocotools")
PEERS = [
    Peer("OpenCV, cropped", OPENCV, opencv, at_most=300, isotropic=True, target=30),
    Peer("edt, cropped", ("edt", "pycocotools"), edt, at_most=300),
    Peer("SciPy, cropped", ("scipy", "pycocotools"), scipy, at_most=200),
    Peer("MONAI", ("monai", "pycocotools"), monai, at_most=60, target=100),
]
