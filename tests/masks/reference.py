"""What `masks` computes, done in the plainest way: Python integers, whole pixel grids and all pairs of pixels.

It takes nothing from the package but the names of the reasons and the limit of pixels.
"""

import re
from functools import lru_cache

import numpy as np
from scipy.ndimage import distance_transform_edt

from masks import MAX_PIXELS, RleReason

# Characters that announce another one, and one that does not.
VALUE = re.compile(rb"[P-o]*[0-O]")
BAD_CHARACTER = re.compile(rb"[^0-o]")
MAX_CHARACTERS = 6
PAIRS_AT_ONCE = 1 << 22

# ---- strings


@lru_cache(maxsize=1 << 16)
def number(characters):
    """The signed number that a value stands for: groups of five bits, low ones first; the top bit is the sign."""
    groups = [(character - 48) % 32 for character in characters]
    unsigned = sum(group << (5 * place) for place, group in enumerate(groups))
    return unsigned - (1 << (5 * len(groups))) if groups[-1] >= 16 else unsigned


@lru_cache(maxsize=1 << 16)
def value(number):
    """The shortest characters for a signed number."""
    length = 1
    while not -(1 << (5 * length - 1)) <= number < 1 << (5 * length - 1):
        length += 1
    groups = [(number >> (5 * place)) % 32 for place in range(length)]
    return bytes([48 + 32 + group for group in groups[:-1]] + [48 + groups[-1]])


def text_of(runs):
    """Run lengths, or anything else, as the characters that stand for them."""
    return b"".join(value(run - runs[index - 2] if index > 2 else run) for index, run in enumerate(runs))


def is_edge(edge):
    return isinstance(edge, int | np.integer) and not isinstance(edge, bool) and edge > 0


def parse(text, height, width, expected=None, max_pixels=MAX_PIXELS):
    """-> (RleReason, run lengths or None) of a str or bytes for a mask of height x width."""
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if not isinstance(text, bytes):
        return RleReason.NOT_TEXT, None
    if not (is_edge(height) and is_edge(width)):
        return RleReason.BAD_SIZE, None
    if expected is not None and (height, width) != tuple(expected):
        return RleReason.UNEXPECTED_SIZE, None
    pixels = int(height) * int(width)
    if pixels > max_pixels or pixels > MAX_PIXELS:
        return RleReason.TOO_MANY_PIXELS, None
    if not text:
        return RleReason.EMPTY, None
    if BAD_CHARACTER.search(text):
        return RleReason.BAD_CHARACTER, None
    if text[-1] - 48 >= 32:
        return RleReason.TRAILING_CONTINUATION, None
    values = VALUE.findall(text)
    if max(map(len, values)) > MAX_CHARACTERS:
        return RleReason.TOO_MANY_GROUPS, None
    numbers = [number(characters) for characters in values]
    if [value(number) for number in numbers] != values:
        return RleReason.OVERLONG, None
    runs = numbers[:3]
    for difference in numbers[3:]:
        runs.append(difference + runs[-2])
    if min(runs) < 0:
        return RleReason.NEGATIVE_COUNT, None
    if len(runs) > pixels + 1:
        return RleReason.TOO_MANY_RUNS, None
    if sum(runs) < pixels:
        return RleReason.SUM_BELOW, None
    if sum(runs) > pixels:
        return RleReason.SUM_ABOVE, None
    return RleReason.OK, runs


# ---- pixels


def mask_of(runs, height, width):
    """-> bool [height, width]: runs go down the columns, the first one of background."""
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height).T


def runs_of(mask):
    """Lengths of the runs down the columns, background first and perhaps of length 0, no other of length 0."""
    pixels = np.asarray(mask, bool).T.ravel()
    starts = [place for place in range(len(pixels)) if pixels[place] != (pixels[place - 1] if place else False)]
    return [stop - start for start, stop in zip([0, *starts], [*starts, len(pixels)], strict=True)]


def string_of(mask):
    return text_of(runs_of(mask)).decode()


def box_of(mask):
    """-> x, y, width, height."""
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return 0, 0, 0, 0
    x, y = int(columns.min()), int(rows.min())
    return x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1


def overlap_of(pred, truth):
    """-> pixels of both, of pred, of truth."""
    return int((pred & truth).sum()), int(pred.sum()), int(truth.sum())


# ---- boundaries


def boundary_of(mask):
    """The foreground pixels with one of four neighbours outside the mask or outside the image."""
    padded = np.pad(mask, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inside


def distances(pred, truth, spacing):
    """Distances of the boundary pixels of each mask to the nearest of the other, from all pairs -> two float64 [n]."""
    one, other = (np.argwhere(boundary_of(mask)) * np.asarray(spacing, np.float64) for mask in (pred, truth))
    return _nearest(one, other), _nearest(other, one)


def _nearest(points, targets):
    step = max(PAIRS_AT_ONCE // len(targets), 1)
    parts = [points[start : start + step, None] - targets for start in range(0, len(points), step)]
    return np.sqrt(np.concatenate([(part**2).sum(axis=2).min(axis=1) for part in parts]))


def distances_by_transform(pred, truth, spacing):
    """The same by the distance transform of SciPy, for masks of too many pixels to take all pairs."""
    one, other = boundary_of(pred), boundary_of(truth)
    return tuple(distance_transform_edt(~to, sampling=spacing)[of] for of, to in ((one, other), (other, one)))


def measures(pred, truth, spacing=(1, 1), tolerances=(2.0,), distances=distances):
    """-> HD95, Hausdorff distance, ASSD, [NSD for every tolerance]."""
    if not pred.any() and not truth.any():
        return 0.0, 0.0, 0.0, [1.0] * len(tolerances)
    if not pred.any() or not truth.any():
        diagonal = float(np.hypot(*np.multiply(pred.shape, spacing)))
        return diagonal, diagonal, diagonal, [0.0] * len(tolerances)
    sides = distances(pred, truth, spacing)
    pooled = np.concatenate(sides)
    hd95 = max(float(np.percentile(side, 95, method="linear")) for side in sides)
    nsd = [float((pooled <= tolerance * (1 + 1e-6)).mean()) for tolerance in tolerances]
    return hd95, float(pooled.max()), float(pooled.mean()), nsd
