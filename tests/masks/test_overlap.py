"""Overlap counts derived by hand and by the reference, and the scores that follow from them."""

import numpy as np
import pytest
from hypothesis import given, settings

import masks
from tests.masks import drawing, reference

# Two masks of 4 x 5 pixels and what they share:
#
#   pred       truth      both
#   . # # . .  . . # # .  . . # . .
#   . # # . .  . . # # .  . . # . .
#   . # # . .  . . . . .  . . . . .
#   . . . . #  . . . . #  . . . . #
PRED = np.array([[0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 1]])
TRUTH = np.array([[0, 0, 1, 1, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1]])
EMPTY, FULL = np.zeros((4, 5), int), np.ones((4, 5), int)


def counts_of(*arrays):
    return [masks.encode(array)["counts"] for array in arrays]


def test_runs_of_the_drawing():
    # Runs 4 3 1 3 8 1 and 8 2 2 2 5 1, stored from the fourth on as the difference to the run before the last:
    # 3 - 3, 8 - 1, 1 - 3 and 2 - 2, 5 - 2, 1 - 2. "N" is -2 and "O" is -1.
    assert counts_of(PRED, TRUTH) == ["43107N", "82203O"]


def test_counts_of_the_drawing():
    both, pred, truth = masks.overlap_counts(counts_of(PRED), counts_of(TRUTH), [4], [5])
    assert (both.tolist(), pred.tolist(), truth.tolist()) == ([3], [7], [5])
    assert both.dtype == pred.dtype == truth.dtype == np.int64
    assert masks.dice(both, pred, truth).tolist() == [6 / 12]
    assert masks.iou(both, pred, truth).tolist() == [3 / 9]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (EMPTY, EMPTY, (0, 0, 0)),
        (EMPTY, FULL, (0, 0, 20)),
        (FULL, EMPTY, (0, 20, 0)),
        (FULL, FULL, (20, 20, 20)),
        (PRED, EMPTY, (0, 7, 0)),
        (EMPTY, PRED, (0, 0, 7)),
        (PRED, FULL, (7, 7, 20)),
        (PRED, 1 - PRED, (0, 7, 13)),
    ],
    ids=["both empty", "empty pred", "empty truth", "both full", "no truth", "no pred", "inside", "complement"],
)
def test_counts_of_extremes(one, other, expected):
    counts = masks.overlap_counts(counts_of(one), counts_of(other), 4, 5)
    assert tuple(int(count[0]) for count in counts) == expected


def test_scores_of_empty_masks():
    counts = np.array([0, 0, 0]), np.array([0, 7, 0]), np.array([0, 0, 5])
    assert masks.dice(*counts).tolist() == [1, 0, 0]
    assert masks.iou(*counts).tolist() == [1, 0, 0]


@given(drawing.drawn_masks(count=2))
@settings(max_examples=300, deadline=None)
def test_overlap_is_that_of_the_pixels_symmetric_and_bounded(case):
    one, other = counts_of(*case)
    size = case[0].shape
    both, area, other_area = masks.overlap_counts([one], [other], *size)
    assert (both[0], area[0], other_area[0]) == reference.overlap_of(*case)
    assert masks.overlap_counts([other], [one], *size)[0] == both
    assert masks.overlap_counts([one], [one], *size)[0] == area
    assert 0 <= masks.iou(both, area, other_area)[0] <= masks.dice(both, area, other_area)[0] <= 1


def test_a_batch_of_many_sizes():
    sizes = np.random.default_rng(1).integers(1, 90, (600, 2))
    pairs = drawing.random_pairs(2, sizes)
    pred, truth = (counts_of(*side) for side in zip(*pairs, strict=True))
    counts = masks.overlap_counts(pred, truth, *sizes.T)
    np.testing.assert_array_equal(np.transpose(counts), [reference.overlap_of(*pair) for pair in pairs])


def padded(rng, mask):
    """The same mask with pairs of runs of no length put in anywhere."""
    runs = reference.runs_of(mask)
    for _ in range(int(min(rng.integers(1, 9), (mask.size + 1 - len(runs)) // 2))):
        at = int(rng.integers(len(runs) + 1))
        runs[at:at] = [0, 0]
    return reference.text_of(runs).decode()


def test_runs_of_no_length_change_nothing():
    rng = np.random.default_rng(6)
    pairs = drawing.random_pairs(7, rng.integers(2, 30, (500, 2)))
    sizes = np.transpose([pair[0].shape for pair in pairs])
    plain = [counts_of(*side) for side in zip(*pairs, strict=True)]
    texts = [[padded(rng, mask) for mask in side] for side in zip(*pairs, strict=True)]
    assert np.mean(np.array(texts) != np.array(plain)) > 0.8
    for function in (masks.overlap_counts, masks.boundary_distances):
        for found, expected in zip(function(*texts, *sizes), function(*plain, *sizes), strict=True):
            np.testing.assert_array_equal(found, expected)
    for side, (found, expected) in enumerate(zip(texts, plain, strict=True)):
        np.testing.assert_array_equal(
            masks.bounding_box_batch(found, *sizes), masks.bounding_box_batch(expected, *sizes)
        )
        for text, pair in zip(found, pairs, strict=True):
            np.testing.assert_array_equal(masks.decode({"size": pair[side].shape, "counts": text}), pair[side])


def test_the_sides_must_have_as_many_rows():
    with pytest.raises(ValueError, match="2 predicted masks, but 1 true ones"):
        masks.overlap_counts(["23;"] * 2, ["23;"], 4, 4)
    with pytest.raises(ValueError, match=r"shape \[3\], but \[2\] was expected"):
        masks.overlap_counts(["23;"] * 2, ["23;"] * 2, [4, 4, 4], 4)


def test_a_bad_row_is_named_with_its_side():
    with pytest.raises(masks.RleError, match=r"^true mask 1: counts add up to 15, but 4 x 4 = 16$"):
        masks.overlap_counts(["23;", "23;"], ["23;", "22;"], 4, 4)
    with pytest.raises(masks.RleError, match=r"^predicted mask 1: counts is empty"):
        masks.overlap_counts(["23;", ""], ["24;", "22;"], 4, 4)


def test_a_limit_of_pixels():
    with pytest.raises(masks.RleError, match=r"^predicted mask 0: size is 4 x 4, but at most 15 pixels were expected"):
        masks.overlap_counts(["23;"], ["23;"], 4, 4, max_pixels=15)
    assert masks.overlap_counts(["23;"], ["23;"], 4, 4, max_pixels=16)[0].tolist() == [3]
