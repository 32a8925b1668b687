"""Fingerprints of scans: the same scan is found again in another source or under another name.

A scan is fingerprinted by a coarse thumbnail of every axial slice, of which the fine contrasts count: where a cell is
brighter or darker than those around it. Whole thumbnails would not do, as two heads in the same frame look much alike.

Found is a scan that was written anew: in another format or data type, with other numbers for the same grey (a scaled
or shifted scale, 8 bits), with its axes stored in another order, turned or mirrored, with another pixel size in the
same field of view, and cut to part of its slices, or with more of them. A scan drawn anew with slices of another
thickness is often found, but not always. Not found is one whose field of view was cut or padded, whose grey values
were clipped to a narrow window, which has less than half of the shorter scan's slices in common with the other, another
acquisition of the same patient, and one of which fewer than MIN_SLICES slices show anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.stats import rankdata

from authoring.sources.volumes import Volume

#: Thumbnails have so many rows and columns.
SIDE = 32
#: How far around it, in cells, a cell is compared with others.
AROUND = 1.0
#: Median correlation of the thumbnails of two scans, slice by slice, from which they are the same scan. Exact copies
#: come to 0.99 and more, scans of two people, brains in one frame among them, to less than 0.4.
SAME = 0.85
#: Scans that have fewer slices in common are not compared.
MIN_SLICES = 3
#: A thumbnail with less than this share of cells that stand out from its background shows nothing.
MIN_CONTENT = 0.05
#: One slice in so many is looked up first: most pairs of scans have not one slice in common.
PROBE = 3


@dataclass(frozen=True)
class Fingerprint:
    """Standardised thumbnails [slices, SIDE * SIDE] of the axial slices that show something, the index of each such
    slice, and the distance between slices in millimetres."""

    thumbnails: np.ndarray
    indices: np.ndarray
    thickness_mm: float


def fingerprint(volume: Volume) -> Fingerprint:
    """The fingerprint of a scan; empty slices are left out."""
    kept, thumbnails = [], []
    for index, section in enumerate(volume.voxels):
        cells = _cells(section)
        if np.mean(cells != np.median(cells)) >= MIN_CONTENT and np.ptp(cells) > 0:
            kept.append(index)
            thumbnails.append(_contrasts(cells))
    shape = (len(kept), SIDE * SIDE)
    return Fingerprint(np.array(thumbnails, np.float32).reshape(shape), np.array(kept, int), volume.spacing_mm[0])


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """How alike two scans are at the best fit of their slices: the median correlation of their thumbnails, at most 1.

    0 where fewer than MIN_SLICES slices overlap, and where not one slice looks the same.
    """
    if min(len(one.indices), len(other.indices)) < MIN_SLICES:
        return 0.0
    probes = one.thumbnails[:: PROBE if len(one.indices) > PROBE * MIN_SLICES else 1]
    turns = (turned for turned in turned(other.thumbnails) if (probes @ turned.T).max() >= SAME)
    return max((_best_fit(one, other, turned) for turned in turns), default=0.0)


def _cells(section: np.ndarray) -> np.ndarray:
    """Mean brightness of a slice in SIDE x SIDE cells."""
    finite = np.nan_to_num(np.ascontiguousarray(section, np.float32), posinf=0, neginf=0)
    return np.asarray(Image.fromarray(finite).resize((SIDE, SIDE), Image.Resampling.BOX))


def _contrasts(cells: np.ndarray) -> np.ndarray:
    """By how many ranks each cell is brighter than those around it, with mean 0 and length 1: [SIDE * SIDE]."""
    ranks = rankdata(cells).reshape(cells.shape)
    contrast = (ranks - ndimage.gaussian_filter(ranks, AROUND)).ravel()
    contrast -= contrast.mean()
    return contrast / np.linalg.norm(contrast)


def turned(thumbnails: np.ndarray) -> Iterator[np.ndarray]:
    """The thumbnails in each of the eight ways in which a square can lie."""
    squares = thumbnails.reshape(-1, SIDE, SIDE)
    for mirrored in (squares, squares[:, :, ::-1]):
        for quarter in range(4):
            yield np.rot90(mirrored, quarter, axes=(1, 2)).reshape(thumbnails.shape)


def _best_fit(one: Fingerprint, other: Fingerprint, thumbnails: np.ndarray) -> float:
    """The best median correlation over all shifts of one scan's slices along the other's, in both directions.

    `thumbnails` are those of `other`, turned.
    """
    table, coarse, fine = one.thumbnails @ thumbnails.T, one, other
    if one.thickness_mm < other.thickness_mm:
        table, coarse, fine = table.T, other, one
    ratio = coarse.thickness_mm / fine.thickness_mm
    # Where in the finer scan each slice of the coarser one lies, but for a shift.
    places = np.round((coarse.indices - coarse.indices[0]) * ratio).astype(int)
    column = np.full(fine.indices[-1] + 1, -1)
    column[fine.indices] = np.arange(len(fine.indices))
    needed = max(MIN_SLICES, int(min(len(coarse.indices), len(fine.indices) / ratio) / 2))
    return max(_best_shift(table, way, column, needed) for way in (places, -places))


def _best_shift(table: np.ndarray, places: np.ndarray, column: np.ndarray, needed: int) -> float:
    best = 0.0
    for shift in range(-int(places.max()), len(column) - int(places.min())):
        at = places + shift
        rows = np.flatnonzero((at >= 0) & (at < len(column)))
        rows = rows[column[at[rows]] >= 0]
        if len(rows) >= needed:
            best = max(best, float(np.median(table[rows, column[at[rows]]])))
    return best
