"""Pairs of masks to measure with: organ-like shapes, and what a model might have predicted for them.

A shape is a closed outline whose radius is a short Fourier series of the angle, sometimes with a hole (a vessel, a
lumen) or a second part (kidneys, lobes). The prediction is the same outline moved, scaled and bent; how far is drawn
for each pair, so that most are good and some are poor. Noisy pairs have a ragged outline and specks besides, as a
threshold on probabilities leaves them, and strings about twice as long.

The same arguments give the same pairs, and pair i is the same however many are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw

from masks import decode, encode

# Lengths are in units of the shape's mean radius unless they say otherwise.
HARMONICS = np.arange(2, 8)
ANGLES = np.linspace(0, 2 * np.pi, 192, endpoint=False)
SIZES = (256, 288, 320, 384, 448, 512)
TWO_PARTS, HOLE, MISSED = 0.15, 0.15, 0.01
# Noise: how many of the pixels along a boundary flip, and the range of the number of specks.
FRAYED, SPECKS = 0.22, (2, 20)


@dataclass(frozen=True)
class Pairs:
    """N pairs; a string is the compressed RLE of a mask of heights[i] x widths[i] pixels."""

    pred: pa.StringArray  # [N]
    truth: pa.StringArray  # [N]
    heights: np.ndarray  # int64 [N]
    widths: np.ndarray  # int64 [N]
    spacing: np.ndarray  # float64 [N, 2]: row and column spacing in mm, the same along both

    def __len__(self) -> int:
        return len(self.heights)

    @cached_property
    def rles(self) -> tuple[list[dict], list[dict]]:
        """Predictions and truths as pycocotools and its kin take them: {"size": [H, W], "counts": bytes}."""
        sizes = np.stack([self.heights, self.widths], 1).tolist()
        return tuple(
            [{"size": size, "counts": counts.encode()} for size, counts in zip(sizes, side.to_pylist(), strict=True)]
            for side in (self.pred, self.truth)
        )

    @property
    def characters(self) -> int:
        """Length of all strings together."""
        return sum(len(side.buffers()[2] or b"") for side in (self.pred, self.truth))

    def take(self, rows: np.ndarray) -> Pairs:
        """The pairs at `rows`, in that order; a row may come more than once."""
        rows = np.asarray(rows)
        return Pairs(
            self.pred.take(pa.array(rows)),
            self.truth.take(pa.array(rows)),
            self.heights[rows],
            self.widths[rows],
            self.spacing[rows],
        )

    def spread(self, count: int) -> Pairs:
        """`count` of the pairs at most, evenly spread."""
        return self.take(np.arange(0, len(self), max(1, -(-len(self) // count))))

    def stretched(self, factor: float) -> Pairs:
        """The same pairs with columns `factor` times as far apart."""
        return replace(self, spacing=self.spacing * [1, factor])

    def repeated(self, count: int, seed: int = 0) -> Pairs:
        """`count` pairs: these again and again, each time in another order."""
        rng = np.random.default_rng((seed, count))
        rounds = -(-count // len(self))
        return self.take(np.concatenate([rng.permutation(len(self)) for _ in range(rounds)])[:count])


def make_pairs(count: int, seed: int = 0, *, noisy: bool = False, sizes: Sequence[int] = SIZES) -> Pairs:
    """`count` pairs of images whose edges are of `sizes` (pixels); every third image is not square.

    Pixel spacing is 0.5 to 1.2 mm and the same along rows and columns, as it is within a CT slice. One prediction in a
    hundred is empty; no true mask is.
    """
    strings: tuple[list[str], list[str]] = ([], [])
    shapes, spacings = [], []
    for index in range(count):
        rng = np.random.default_rng((seed, index, noisy))
        height, width = _image_size(rng, sizes)
        truth = random_shape(rng, min(height, width))
        severity = 0.11 * rng.lognormal(0, 0.75)
        masks = [draw_shape(shape, height, width) for shape in (predicted_shape(truth, severity, rng), truth)]
        if rng.random() < MISSED:
            masks[0][:] = False
        elif noisy:
            masks = [_with_specks(mask, rng) for mask in masks]
        for side, mask in zip(strings, masks, strict=True):
            side.append(encode(mask)["counts"])
        shapes.append((height, width))
        # What a DICOM header holds: a decimal string of few digits.
        spacings.append(round(float(rng.uniform(0.5, 1.2)), 3))
    heights, widths = np.array(shapes, np.int64).reshape(-1, 2).T.copy()
    spacing = np.repeat(np.array(spacings, np.float64)[:, None], 2, axis=1)
    return Pairs(*(pa.array(side, pa.string()) for side in strings), heights, widths, spacing)


def boundary(mask: np.ndarray) -> np.ndarray:
    """The pixels of a bool [H, W] that a 4-neighbour erosion removes; outside of the image is background."""
    padded = np.pad(mask, 1)
    return mask & ~(padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])


def boundary_lengths(pairs: Pairs) -> np.ndarray:
    """Pixels of the boundary of every prediction and then of every truth -> int64 [2N]."""
    return np.array([np.count_nonzero(boundary(decode(rle))) for side in pairs.rles for rle in side], np.int64)


@dataclass(frozen=True)
class Shape:
    """One part of a mask; `hole` and `other` are shapes too."""

    centre: np.ndarray  # row, column in pixels
    radii: np.ndarray  # along the two main axes, in pixels
    turned: float  # radians
    amplitudes: np.ndarray  # of HARMONICS
    phases: np.ndarray
    hole: Shape | None = None
    other: Shape | None = None

    def parts(self) -> Iterator[tuple[Shape, bool]]:
        """Each shape to draw with whether it is filled (or cut out), in order."""
        yield self, True
        if self.hole is not None:
            yield self.hole, False
        if self.other is not None:
            yield self.other, True

    def outline(self) -> np.ndarray:
        """Points (row, column) in pixels -> float [points, 2]."""
        waves = np.cos(HARMONICS[:, None] * ANGLES + self.phases[:, None])
        radius = np.maximum(1 + self.amplitudes @ waves, 0.15)
        along, across = self.radii[:, None] * radius * np.stack([np.sin(ANGLES), np.cos(ANGLES)])
        sine, cosine = np.sin(self.turned), np.cos(self.turned)
        return self.centre + np.stack([cosine * along + sine * across, cosine * across - sine * along], 1)


def _image_size(rng: np.random.Generator, sizes: Sequence[int]) -> tuple[int, int]:
    height, width = (int(edge) for edge in rng.choice(sizes, 2))
    return (height, width) if rng.random() < 1 / 3 else (height, height)


def random_shape(rng: np.random.Generator, edge: int) -> Shape:
    """A true shape in an image whose shorter edge has `edge` pixels."""
    radius = edge * float(np.clip(rng.lognormal(np.log(0.2), 0.42), 0.03, 0.4))
    main = _part(rng, radius, edge * rng.uniform(0.35, 0.65, 2))
    angle = rng.uniform(0, 2 * np.pi)
    direction = np.array([np.sin(angle), np.cos(angle)])
    if rng.random() < HOLE:
        inner = _part(rng, radius * rng.uniform(0.15, 0.35), main.centre + direction * radius * rng.uniform(0, 0.35))
        main = replace(main, hole=inner)
    if rng.random() < TWO_PARTS:
        smaller = rng.uniform(0.3, 0.8)
        apart = main.centre + direction * radius * (1.2 + smaller)
        main = replace(main, other=_part(rng, radius * smaller, np.clip(apart, 0.1 * edge, 0.9 * edge)))
    return main


def _part(rng: np.random.Generator, radius: float, centre: np.ndarray) -> Shape:
    longer = rng.uniform(1, 1.6)
    return Shape(
        centre=centre,
        radii=radius * np.array([longer, 1 / longer]) ** 0.5,
        turned=rng.uniform(0, np.pi),
        amplitudes=rng.normal(0, 0.45, len(HARMONICS)) / HARMONICS**1.5,
        phases=rng.uniform(0, 2 * np.pi, len(HARMONICS)),
    )


def predicted_shape(shape: Shape, severity: float, rng: np.random.Generator) -> Shape:
    """The shape as a model sees it: moved, scaled and bent by about `severity` of its radius."""
    seen = replace(
        shape,
        centre=shape.centre + rng.normal(0, severity, 2) * shape.radii.mean(),
        radii=shape.radii * np.exp(rng.normal(0, severity / 2, 2)),
        turned=shape.turned + rng.normal(0, severity / 2),
        amplitudes=shape.amplitudes + rng.normal(0, severity, len(HARMONICS)) / HARMONICS,
    )
    # Small structures are the ones that models leave out.
    hole = shape.hole and (predicted_shape(shape.hole, severity, rng) if rng.random() > 2 * severity else None)
    other = shape.other and (predicted_shape(shape.other, severity, rng) if rng.random() > severity else None)
    return replace(seen, hole=hole, other=other)


def draw_shape(shape: Shape, height: int, width: int) -> np.ndarray:
    """-> bool [H, W]"""
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    for part, filled in shape.parts():
        # Pillow takes x, then y.
        pen.polygon(part.outline()[:, ::-1].ravel().tolist(), fill=int(filled))
    mask = np.array(image).view(bool)
    if not mask.any():  # a shape that is smaller than a pixel, or was moved out of the image
        row, column = np.clip(shape.centre, 0, [height - 1, width - 1]).astype(int)
        mask[row, column] = True
    return mask


def _with_specks(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Flips pixels on both sides of the boundary, and squares of 1 to 3 pixels anywhere near the shape."""
    frayed = boundary(mask) | (_grown(mask) & ~mask)
    noisy = mask ^ (frayed & (rng.random(mask.shape) < FRAYED))
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    for _ in range(int(rng.integers(*SPECKS))):
        row = int(rng.integers(max(rows[0] - 20, 0), rows[-1] + 20))
        column = int(rng.integers(max(columns[0] - 20, 0), columns[-1] + 20))
        edge = int(rng.integers(1, 4))
        noisy[row : row + edge, column : column + edge] ^= True
    return noisy


def _grown(mask: np.ndarray) -> np.ndarray:
    """A bool [H, W] with the 4 neighbours of all its pixels."""
    padded = np.pad(mask, 1)
    return mask | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
