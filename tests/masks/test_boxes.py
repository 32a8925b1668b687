"""Bounding boxes, in the order of COCO."""

import numpy as np
import pytest
from hypothesis import given, settings
from pycocotools import mask as coco

import masks
from masks import RleError, RleReason
from tests.masks import drawing, reference


def test_boxes_by_hand():
    mask = np.zeros((6, 9), bool)
    mask[2:4, 5] = mask[3, 5:8] = True
    assert masks.bounding_box(masks.encode(mask)) == (5, 2, 3, 2)
    assert masks.bounding_box({"size": [4, 4], "counts": "23;"}) == (0, 0, 2, 4)  # goes on in the next column
    assert [type(edge) for edge in masks.bounding_box(masks.encode(mask))] == [int] * 4


@pytest.mark.parametrize(
    ("counts", "size"), [("`0", [4, 4]), ("`000", [4, 4]), ("4000<", [4, 4]), ("1", [1, 1])], ids=str
)
def test_an_empty_mask_has_no_box(counts, size):
    assert masks.bounding_box({"size": size, "counts": counts}) == (0, 0, 0, 0)


@given(drawing.drawn_masks(most=40))
@settings(max_examples=400, deadline=None)
def test_the_box_is_that_of_the_pixels(case):
    (mask,) = case
    assert masks.bounding_box(masks.encode(mask)) == reference.box_of(mask)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_batch_of_many_sizes_has_the_boxes_of_pycocotools():
    rng = np.random.default_rng(3)
    drawn = [drawing.random_mask(rng, *size) for size in rng.integers(1, 70, (1500, 2))]
    rles = [coco.encode(np.asfortranarray(mask, np.uint8)) for mask in drawn]
    texts = [rle["counts"].decode() for rle in rles]
    sizes = np.transpose([rle["size"] for rle in rles])
    for threads in (1, 2, 8):
        boxes = masks.bounding_box_batch(texts, *sizes, threads=threads)
        assert boxes.dtype == np.int64 and boxes.shape == (1500, 4)
        np.testing.assert_array_equal(boxes, coco.toBbox(rles))


def test_boxes_of_a_mask_too_large_to_be_drawn():
    size = [16_384, 32_767]
    runs = [5 * 16_384 + 3, 7, 30_000 * 16_384 - 7 - 3, 1]
    rle = masks.from_runs([*runs, size[0] * size[1] - sum(runs)], size)
    assert masks.bounding_box(rle) == (5, 0, 30_001, 10)


def test_no_rows_bad_rows_and_limits():
    assert masks.bounding_box_batch([], [], []).shape == (0, 4)
    with pytest.raises(RleError, match=r"^mask 1: counts add up to 17, but 4 x 4 = 16$"):
        masks.bounding_box_batch(["23;", "24;"], 4, 4)
    with pytest.raises(RleError) as error:
        masks.bounding_box_batch(["23;"], 4, 4, max_pixels=15)
    assert error.value.reason is RleReason.TOO_MANY_PIXELS
    with pytest.raises(RleError, match="counts is None"):
        masks.bounding_box({"size": [4, 4]})
