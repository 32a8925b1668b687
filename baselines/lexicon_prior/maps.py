"""Prior maps: how often a structure lies where, on a fixed grid over the box around the body."""

import numpy as np

from baselines.lexicon_prior.body import Body

GRID = 64


def to_grid(rows: np.ndarray, columns: np.ndarray, body: Body) -> np.ndarray:
    """The share of each cell that the pixels (rows[i], columns[i]) cover, without those off the box: [GRID, GRID]."""
    down = np.floor((rows + 0.5 - body.top) / body.height * GRID).astype(int)
    across = np.floor((columns + 0.5 - body.left) / body.width * GRID).astype(int)
    inside = (down >= 0) & (down < GRID) & (across >= 0) & (across < GRID)
    counts = np.bincount(down[inside] * GRID + across[inside], minlength=GRID * GRID)
    return counts.reshape(GRID, GRID) * (GRID * GRID / (body.height * body.width))


def from_grid(cells: np.ndarray, body: Body) -> np.ndarray:
    """A map [GRID, GRID] laid over the body's box, bilinear: [body.height, body.width]."""
    return _weights(body.height) @ cells @ _weights(body.width).T


def _weights(length: int) -> np.ndarray:
    """Linear interpolation from GRID cells to `length` pixels as a matrix [length, GRID]."""
    position = np.clip((np.arange(length) + 0.5) / length * GRID - 0.5, 0, GRID - 1)
    lower = np.minimum(position.astype(int), GRID - 2)
    weights = np.zeros((length, GRID))
    at = np.arange(length)
    weights[at, lower] = 1 - (position - lower)
    weights[at, lower + 1] = position - lower
    return weights


def take_largest(values: np.ndarray, n: int) -> np.ndarray:
    """The mask of the `n` largest positive values of an array, the earlier in raster order where values are equal."""
    flat = values.ravel()
    chosen = np.zeros(flat.size, dtype=bool)
    n = min(n, int((flat > 0).sum()))
    if n > 0:
        limit = np.partition(flat, flat.size - n)[flat.size - n]
        chosen[flat > limit] = True
        ties = np.flatnonzero(flat == limit)
        chosen[ties[: n - int(chosen.sum())]] = True
    return chosen.reshape(values.shape)
