"""Boundary distances against all pairs of boundary pixels, compared one with another by NumPy."""

import numpy as np
import pytest
import torch

import masks
from masks._columns import columns

pytest.importorskip("triton")

from masks._gpu import boundary, nearest

LIMITS = [0.0, 1.0, 2.0, 2.5, 7.0]
SPACINGS = [(1.0, 1.0), (0.5, 3.0), (0.7, 0.7), (2.0, 0.1)]


def outline(mask):
    """Places of the pixels that have a neighbour which is not of the mask, [P, 2]."""
    around = np.pad(mask, 1)
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return np.argwhere(mask & ~inside)


def expected(pred, truth, spacing, limits):
    ones, others = outline(pred) * spacing, outline(truth) * spacing
    if not len(ones) or not len(others):
        alike = len(ones) == len(others)
        return [0 if alike else np.hypot(*(pred.shape * np.array(spacing)))] * 3 + [float(alike)] * len(limits)
    between = np.sqrt(((ones[:, None] - others[None]) ** 2).sum(axis=2))
    ways = between.min(axis=1), between.min(axis=0)
    both = np.concatenate(ways)
    hd95 = max(np.percentile(way, 95) for way in ways)
    return [hd95, both.max(), both.mean(), *((both <= limit).mean() for limit in limits)]


def measured(pairs, spacings, device, limits=LIMITS):
    """-> (results [N, 3 + T], done [N])"""
    sides = [next(columns([masks.encode(mask)["counts"] for mask in side])) for side in zip(*pairs, strict=True)]
    sizes = tuple(np.array([pred.shape[axis] for pred, _ in pairs]) for axis in (0, 1))
    return boundary.boundary_rows(*sides, sizes, np.array(spacings, float), np.array(limits), device)


def assert_as_expected(pairs, spacings, device):
    # A hair above: 2.5 and 7 are met by sums of squares whose root may be rounded either way.
    limits = np.array(LIMITS) * (1 + 1e-6)
    results, done = measured(pairs, spacings, device, limits)
    assert done.all()
    wanted = [expected(*pair, spacing, limits) for pair, spacing in zip(pairs, spacings, strict=True)]
    np.testing.assert_allclose(results, wanted, rtol=1e-12, atol=1e-12)


def ellipse(rng, height, width):
    row, column = np.ogrid[:height, :width]
    down, across = (row - rng.uniform(0, height)) / height, (column - rng.uniform(0, width)) / width
    return (down / rng.uniform(0.05, 0.6)) ** 2 + (across / rng.uniform(0.05, 0.6)) ** 2 <= 1


def shapes(rng, height, width):
    grid = np.indices((height, width))
    return [
        np.zeros((height, width), bool),
        np.ones((height, width), bool),
        grid.sum(axis=0) == 0,
        grid.sum(axis=0) == height + width - 2,
        grid[0] == height // 2,
        grid[1] == width // 2,
        grid.sum(axis=0) % 2 == 0,
        rng.random((height, width)) < 0.5,
        ellipse(rng, height, width),
    ]


def random_pairs(rng, number, most):
    for _ in range(number):
        size = rng.integers(1, most, 2)
        yield tuple(ellipse(rng, *size) if rng.random() < 0.7 else rng.random(size) < rng.random() for _ in "12")


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 12), (12, 1), (9, 11)])
def test_shapes(height, width, device):
    kinds = shapes(np.random.default_rng(1), height, width)
    pairs = [(pred, truth) for pred in kinds for truth in kinds]
    assert_as_expected(pairs, [SPACINGS[index % 4] for index in range(len(pairs))], device)


def test_mixed_sizes(device):
    pairs = list(random_pairs(np.random.default_rng(2), 120, 34))
    assert_as_expected(pairs, [SPACINGS[index % 4] for index in range(len(pairs))], device)


def test_boundaries_of_many_tiles(device, monkeypatch):
    # Tiles so small that every loop of the kernels goes round several times, also beyond either end of a list.
    monkeypatch.setattr(nearest, "TILE_INTERPRETED", {"queries": 64, "targets": 32})
    monkeypatch.setattr(nearest, "BLOCK_INTERPRETED", {"width": 2, "length": 64})
    rng = np.random.default_rng(3)
    noise = [rng.random((24, 30)) < chance for chance in (0.4, 0.6)]
    far = np.zeros((24, 80), bool), np.zeros((24, 80), bool)
    far[0][:, :20], far[1][:, 60:] = noise[0][:, :20], noise[1][:, :20]
    ring = ellipse(np.random.default_rng(4), 50, 50)
    assert_as_expected([noise, noise[::-1], far, far[::-1], (ring, ring.T)], [(1.0, 1.0)] * 5, device)


def test_touching_runs_are_one_strip(device):
    # Background runs of no pixels, within a column and at its end, of the mask with the runs 1, 6, 9.
    whole = masks.from_runs([1, 6, 9], [4, 4])["counts"]
    texts = [masks.from_runs(runs, [4, 4])["counts"] for runs in ([1, 2, 0, 4, 9], [1, 3, 0, 3, 0, 0, 9])]
    sides = [next(columns(side)) for side in (texts, [whole] * 2)]
    sizes = (np.full(2, 4), np.full(2, 4))
    results, done = boundary.boundary_rows(*sides, sizes, np.ones((2, 2)), np.array([0.0]), device)
    assert done.all()
    assert results.tolist() == [[0, 0, 0, 1]] * 2


def test_numbers_of_a_drawing(device):
    pred, truth = np.zeros((4, 9), bool), np.zeros((4, 9), bool)
    pred[1, 1], truth[1, 4], truth[1, 8] = True, True, True
    # From the one pixel 3 columns to the nearer of the two; from those two, 3 and 7 columns back.
    results, _ = measured([(pred, truth)], [(1.0, 2.0)], device, [6.0, 14.0])
    np.testing.assert_allclose(results, [[6 + 0.95 * 8, 14, (6 + 6 + 14) / 3, 2 / 3, 1]], rtol=1e-15)


def test_pieces_of_any_size_give_the_same(device, monkeypatch):
    rng = np.random.default_rng(5)
    pairs = [*random_pairs(rng, 12, 14), (np.zeros((5, 6), bool),) * 2, (np.zeros((5, 6), bool), np.ones((5, 6), bool))]
    spacings = [SPACINGS[index % 4] for index in range(len(pairs))]
    whole, _ = measured(pairs, spacings, device)
    compared = []
    compare = boundary._compare
    monkeypatch.setattr(boundary, "_compare", lambda *arguments: compared.append(0) or compare(*arguments))
    for size in (1, 60_000):
        compared.clear()
        monkeypatch.setattr(boundary, "room", lambda _, size=size: size)
        results, done = measured(pairs, spacings, device)
        assert done.all()
        np.testing.assert_array_equal(results, whole)
        assert len(compared) == 14 if size == 1 else 1 < len(compared) < 14


def test_pairs_that_are_too_large_are_left_over(device, monkeypatch):
    pairs = [(np.ones((9, 9), bool),) * 2, (np.ones((3, 3), bool),) * 2, (np.ones((10, 9), bool),) * 2]
    monkeypatch.setattr(boundary, "MOST_PIXELS", 81)
    monkeypatch.setattr(boundary, "MOST_COMPARISONS", 32 * 32 - 1)
    results, done = measured(pairs, [(1, 1)] * 3, device)
    assert done.tolist() == [False, True, False]  # 32 boundary pixels each; 8; too many pixels
    assert np.isnan(results[[0, 2]]).all()
    assert results[1].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_no_rows_and_no_limits(device):
    (none,) = columns([])
    results, done = boundary.boundary_rows(
        none, none, (np.zeros(0, int),) * 2, np.ones((0, 2)), np.array(LIMITS), device
    )
    assert results.shape == (0, 8) and done.shape == (0,)
    results, _ = measured([(np.ones((3, 3), bool),) * 2], [(1, 1)], device, [])
    assert results.tolist() == [[0, 0, 0]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_many_pairs_on_a_device():
    rng = np.random.default_rng(6)
    pairs = [tuple(ellipse(rng, 200, 256) for _ in "12") for _ in range(40)]
    spacings = [SPACINGS[index % 4] for index in range(40)]
    assert_as_expected(pairs, spacings, "cuda")
    repeated = measured(pairs * 50, spacings * 50, "cuda")[0]
    np.testing.assert_array_equal(repeated, np.tile(measured(pairs, spacings, "cuda")[0], (50, 1)))
