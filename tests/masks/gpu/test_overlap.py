"""Overlap by the kernel of the GPU against the public functions on the CPU, which have tests of their own."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

import masks
from masks import _kernels
from masks._columns import Column, columns, dimensions

pytest.importorskip("triton")

from masks._gpu import overlap
from masks._gpu.pieces import LONGEST

VECTORS = json.loads((Path(__file__).parents[1] / "vectors.json").read_text(encoding="utf-8"))


def column(texts):
    (found,) = columns(texts)
    return found


def assert_same(pred, truth, heights, widths, device, max_pixels=masks.MAX_PIXELS):
    """The pairs by `overlap_rows` are those of the CPU -> which are faultless, and their counts."""
    sizes = tuple(dimensions(edges, len(pred)) for edges in (heights, widths))
    counts, faultless = overlap.overlap_rows(column(pred), column(truth), sizes, max_pixels, device)
    reasons = [masks.validate_batch(side, heights, widths, max_pixels=max_pixels) for side in (pred, truth)]
    expected = ~np.any(reasons, axis=0)
    np.testing.assert_array_equal(faultless, expected)
    assert counts.dtype == np.int64 and counts.shape == (len(pred), 3)
    rows = np.flatnonzero(expected)
    good = [[side[row] for row in rows] for side in (pred, truth)]
    np.testing.assert_array_equal(
        counts[rows].T, masks.overlap_counts(*good, sizes[0][rows], sizes[1][rows], device="cpu")
    )
    return faultless, counts


def shapes(height, width, rng):
    grid = np.indices((height, width))
    yield np.zeros((height, width), bool)
    yield np.ones((height, width), bool)
    yield grid.sum(axis=0) == 0  # the first pixel
    yield grid.sum(axis=0) == height + width - 2  # the last pixel
    yield grid[0] == height // 2  # a row
    yield grid[1] == width // 2  # a column
    yield grid.sum(axis=0) % 2 == 0  # a checkerboard, the first pixel foreground
    yield grid.sum(axis=0) % 2 == 1
    yield rng.random((height, width)) < 0.5


def encoded(mask):
    return masks.encode(mask)["counts"]


def noise(rng, most):
    """Two masks of a random size -> their strings, height, width."""
    height, width = (int(edge) for edge in rng.integers(1, most, 2))
    return *(encoded(rng.random((height, width)) < rng.random() ** 3) for _ in "12"), height, width


def test_counts_of_the_example(device):
    faultless, counts = assert_same(["23;", "23;", "2003;"], ["2003;", "0`0", "`0"], 4, 4, device)
    assert faultless.all()
    assert counts.tolist() == [[3, 3, 3], [3, 3, 16], [0, 3, 0]]


def test_shapes_of_many_sizes(device):
    rng = np.random.default_rng(1)
    rows = []
    for height, width in [(1, 1), (1, 9), (9, 1), (2, 2), (5, 7), (12, 3)]:
        texts = [encoded(mask) for mask in shapes(height, width, rng)]
        rows += [(*pair, height, width) for pair in product(texts, repeat=2)]
    faultless, _ = assert_same(*zip(*rows, strict=True), device)
    assert len(rows) == 486 and faultless.all()


def test_values_of_six_characters(device):
    largest = 2**29 - 1
    texts = ["ooooo?", "0ooooo?", masks.from_runs([2**28, 2**28 - 1], [1, largest])["counts"]]
    pairs = list(product(texts, repeat=2))
    faultless, counts = assert_same(*zip(*pairs, strict=True), 1, largest, device)
    assert faultless.all()
    assert counts[4].tolist() == [largest] * 3 and counts[5].tolist() == [2**28 - 1, largest, 2**28 - 1]


def test_vectors_on_either_side(device):
    vectors = [vector for vector in VECTORS if isinstance(vector["size"], list) and len(vector["size"]) == 2]
    rows = []
    for vector in vectors:
        height, width = vector["size"]
        whole = masks.from_runs([height * width], [height, width])["counts"] if vector["reason"] == "OK" else "`0"
        rows += [(vector["counts"], whole, height, width), (whole, vector["counts"], height, width)]
    faultless, _ = assert_same(*zip(*rows, strict=True), device)
    valid = [vector["reason"] in ("OK", "UNEXPECTED_SIZE") for vector in vectors]
    assert faultless[::2].sum() >= 11 and not faultless[::2][~np.array(valid)].any()


def damaged(rng, text):
    characters = bytearray(text.encode())
    place = int(rng.integers(0, len(characters) + 1))
    replacement = bytes(rng.integers(46, 114, rng.integers(0, 3)).astype(np.uint8))
    characters[place : place + int(rng.integers(0, 3))] = replacement
    return characters.decode()


def test_damaged_texts(device):
    rng = np.random.default_rng(2)
    rows = []
    for kind in rng.choice(["pred", "truth", "whole"], 3000):
        pred, truth, height, width = noise(rng, 14)
        rows.append(
            (
                damaged(rng, pred) if kind == "pred" else pred,
                damaged(rng, truth) if kind == "truth" else truth,
                height,
                width,
            )
        )
    faultless, _ = assert_same(*zip(*rows, strict=True), device)
    assert 1000 < faultless.sum() < 2000


def test_a_single_fault_is_seen_whatever_the_other_side_is(device):
    # Runs of 16 pixels with one fault that leaves all else as it should be: negative, short, long, too many.
    bad = ["2O?", "231L;", "22;", "24;", "12000000000000000:", "P0", "23P", "2p;", "", "RPPPP03;", "2PPPPPP13", "@"]
    whole = ["23;", "`0", "0`0", "01" + "1" + "0" * 14, "2003;"]
    pairs = list(product(bad, whole)) + list(product(whole, bad)) + list(product(whole, whole))
    faultless, _ = assert_same(*zip(*pairs, strict=True), 4, 4, device)
    assert not faultless[: 2 * len(bad) * len(whole)].any() and faultless[2 * len(bad) * len(whole) :].all()


def test_sums_that_leave_32_bits(device):
    # Each run is 2**29 - 1 longer than the one before the last: whatever the sums wrap around to, a fault stays one.
    texts = ["ooooo?" * number for number in (2, 7, 8, 9, 15, 16, 17, 40)]
    faultless, _ = assert_same(texts, ["`0"] * len(texts), 4, 4, device)
    assert not faultless.any()


def test_a_limit_of_pixels(device):
    faultless, _ = assert_same(["23;", "1"], ["23;", "1"], [4, 1], [4, 1], device, max_pixels=15)
    assert faultless.tolist() == [False, True]


def test_pieces_of_any_size_give_the_same(device, monkeypatch):
    rng = np.random.default_rng(3)
    rows = [noise(rng, 7) for _ in range(24)]
    started = []
    count = overlap._count
    monkeypatch.setattr(overlap, "_count", lambda *arguments: started.append(0) or count(*arguments))
    whole = assert_same(*zip(*rows, strict=True), device)
    assert len(started) == 1
    for size in (1, 200, 500):
        started.clear()
        monkeypatch.setattr(overlap, "PIECE_BYTES", size)
        for found, expected in zip(assert_same(*zip(*rows, strict=True), device), whole, strict=True):
            np.testing.assert_array_equal(found, expected)
        assert len(started) == 24 if size == 1 else 2 < len(started) < 24


def test_strings_too_long_for_a_lane(device):
    rng = np.random.default_rng(4)
    large = [encoded(mask) for mask in (np.indices((300, 300)).sum(axis=0) % 2 == 0, rng.random((300, 300)) < 0.5)]
    assert min(map(len, large)) > LONGEST
    small = encoded(np.ones((300, 300), bool))
    pred, truth = [small, large[0], small, large[1], large[0]], [small, large[1], large[0], small, large[0][:-1]]
    faultless, _ = assert_same(pred, truth, 300, 300, device)
    assert faultless.tolist() == [True, True, True, True, False]


def test_offsets_are_never_followed_out_of_their_buffer(device):
    data = np.frombuffer(b"23;2003;0`0`0", np.uint8)
    far = 1 << 40
    offsets = np.array([0, 3, 8, 5, 11, far, 11, 13, -far, 13, 13, 3, 8], np.int64)
    valid = np.ones(len(offsets) - 1, bool)
    valid[-1] = False
    hostile = Column(data, offsets, valid)
    whole = column(["23;"] * len(valid))
    sizes = (np.full(len(valid), 4), np.full(len(valid), 4))
    for sides in ((hostile, whole), (whole, hostile), (hostile, hostile)):
        counts, faultless = overlap.overlap_rows(*sides, sizes, masks.MAX_PIXELS, device)
        reasons, expected = np.zeros((len(valid), 2), np.int8), np.zeros((len(valid), 3), np.int64)
        _kernels.overlap_rows(*sides, sizes, masks.MAX_PIXELS, 0, len(valid), reasons, expected)
        np.testing.assert_array_equal(faultless, ~reasons.any(axis=1))
        np.testing.assert_array_equal(counts[faultless], expected[faultless])
        assert 3 <= faultless.sum() < len(valid)


def test_no_rows(device):
    counts, faultless = overlap.overlap_rows(column([]), column([]), (np.zeros(0, int),) * 2, masks.MAX_PIXELS, device)
    assert counts.shape == (0, 3) and faultless.shape == (0,)


def pinned_copy(data):
    copy = torch.from_numpy(data.copy()).pin_memory().numpy()
    copy.flags.writeable = False
    return copy


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "pageable"])
def test_many_pairs_on_a_device(pinned, monkeypatch):
    rng = np.random.default_rng(5)
    texts = [encoded(rng.random((64, 64)) < chance) for chance in np.linspace(0, 0.2, 400)]
    sides = [column([texts[index] for index in rng.integers(0, 400, 50_000)]) for _ in "12"]
    if pinned:
        sides = [side._replace(data=pinned_copy(side.data)) for side in sides]
    sizes = (np.full(50_000, 64), np.full(50_000, 64))
    reasons, expected = np.zeros((50_000, 2), np.int8), np.zeros((50_000, 3), np.int64)
    _kernels.overlap_rows(*sides, sizes, masks.MAX_PIXELS, 0, 50_000, reasons, expected)
    for size in (32 << 20, 3 << 20, 100_000):
        monkeypatch.setattr(overlap, "PIECE_BYTES", size)
        counts, faultless = overlap.overlap_rows(*sides, sizes, masks.MAX_PIXELS, "cuda")
        assert faultless.all()
        np.testing.assert_array_equal(counts, expected)
