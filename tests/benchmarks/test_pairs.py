"""The pairs that are measured with: always the same, as many as asked for, and like what models predict."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from benchmarks.pairs import boundary, boundary_lengths, make_pairs
from masks import area_batch, decode, dice, overlap_counts, validate_batch


@pytest.fixture(scope="module")
def smooth():
    return make_pairs(400)


@pytest.fixture(scope="module")
def noisy():
    return make_pairs(400, noisy=True)


def _strings(pairs):
    return [*zip(pairs.pred.to_pylist(), pairs.truth.to_pylist(), strict=True)]


def test_the_same_seed_gives_the_same_pairs_however_many_and_another_seed_others(smooth):
    fewer = make_pairs(5)
    assert _strings(fewer) == _strings(smooth)[:5]
    assert fewer.spacing.tolist() == smooth.spacing[:5].tolist()
    assert not set(_strings(make_pairs(5, seed=1))) & set(_strings(smooth))


@pytest.mark.parametrize("kind", ["smooth", "noisy"])
def test_every_string_is_valid_and_no_true_mask_is_empty(kind, request):
    pairs = request.getfixturevalue(kind)
    for side in (pairs.pred, pairs.truth):
        assert not validate_batch(side, pairs.heights, pairs.widths).any()
    assert area_batch(pairs.truth, pairs.heights, pairs.widths).min() > 0
    assert 0 < np.count_nonzero(area_batch(pairs.pred, pairs.heights, pairs.widths) == 0) < 20
    assert min(pairs.heights.min(), pairs.widths.min()) >= 256
    assert max(pairs.heights.max(), pairs.widths.max()) <= 512
    assert 0.5 <= pairs.spacing.min() <= pairs.spacing.max() <= 1.2


def test_strings_have_the_length_of_real_ones_and_noise_doubles_it(smooth, noisy):
    lengths = [pairs.characters / (2 * len(pairs)) for pairs in (smooth, noisy)]
    assert 360 < lengths[0] < 440
    assert 1.8 < lengths[1] / lengths[0] < 2.2
    assert smooth.characters == sum(len(text) for pair in _strings(smooth) for text in pair)


@pytest.mark.parametrize("kind", ["smooth", "noisy"])
def test_most_predictions_are_decent_and_some_are_poor(kind, request):
    pairs = request.getfixturevalue(kind)
    scores = dice(*overlap_counts(pairs.pred, pairs.truth, pairs.heights, pairs.widths))
    assert np.mean((scores > 0.5) & (scores < 0.98)) > 0.9
    assert 0.8 < np.median(scores) < 0.95
    assert 0.01 < np.mean(scores < 0.5) < 0.1


def test_images_can_be_of_one_size():
    pairs = make_pairs(3, sizes=(64,))
    assert pairs.heights.tolist() == pairs.widths.tolist() == [64] * 3


def test_boundary_is_what_an_erosion_removes_at_the_edge_of_the_image_too(smooth):
    few = smooth.spread(20)
    masks = [decode(rle) for side in few.rles for rle in side]
    assert any(mask[0].any() or mask[:, 0].any() for mask in masks)
    for mask in masks:
        assert np.array_equal(boundary(mask), mask & ~binary_erosion(mask))
    assert boundary_lengths(few).tolist() == [np.count_nonzero(boundary(mask)) for mask in masks]


def test_repeated_pairs_come_equally_often_and_stay_together(smooth):
    few = smooth.spread(10)
    many = few.repeated(25)
    drawn = [_strings(few).index(pair) for pair in _strings(many)]
    assert sorted(np.bincount(drawn).tolist()) == [2] * 5 + [3] * 5
    for name in ("heights", "widths", "spacing"):
        assert np.array_equal(getattr(many, name), getattr(few, name)[drawn])
    assert _strings(few.repeated(25)) == _strings(many)


def test_a_spread_takes_pairs_from_end_to_end(smooth):
    assert len(smooth.spread(1000)) == 400
    assert _strings(smooth.spread(4)) == _strings(smooth)[::100]


def test_stretched_pairs_have_unequal_spacing(smooth):
    assert np.allclose(smooth.stretched(1.25).spacing, smooth.spacing * [1, 1.25])
