"""What `encode` takes for a mask."""

import numpy as np
import pytest

import masks
from masks import RleError, RleReason

MASK = np.array([[0, 1, 1], [0, 0, 1]])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.int64, np.uint16])
def test_any_nonzero_value_is_foreground(dtype):
    expected = {"size": [2, 3], "counts": "2111"}  # runs 2 1 1 2, the last stored as 2 - 1
    assert masks.encode(MASK.astype(dtype)) == expected
    assert masks.encode((MASK * np.array([[1, 2, 3], [4, 5, 127]])).astype(dtype)) == expected
    assert masks.encode((MASK * 255).astype(np.uint8)) == expected


def test_memory_order_does_not_matter():
    expected = masks.encode(MASK)
    wide = np.zeros((4, 6), int)
    wide[::2, ::2] = MASK
    for same in (np.asfortranarray(MASK), wide[::2, ::2], MASK[::-1][::-1], MASK.tolist()):
        assert masks.encode(same) == expected


def test_the_size_is_of_plain_integers():
    rle = masks.encode(MASK)
    assert [type(edge) for edge in rle["size"]] == [int, int]
    assert type(rle["counts"]) is str


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (4,), (4, 4, 1), ()])
def test_a_shape_that_is_no_mask(shape):
    with pytest.raises(RleError, match=r"but \[height, width\] was expected") as error:
        masks.encode(np.zeros(shape, bool))
    assert error.value.reason is RleReason.BAD_SIZE


def test_a_mask_of_more_pixels_than_the_format_counts():
    with pytest.raises(RleError, match="size is 32768 x 16384, but at most 536870911") as error:
        masks.encode(np.broadcast_to(np.zeros(1, bool), (32768, 16384)))
    assert error.value.reason is RleReason.TOO_MANY_PIXELS


def test_probabilities_are_not_taken_for_a_mask():
    with pytest.raises(TypeError, match="the mask holds float32, but bool or integers were expected"):
        masks.encode(MASK.astype(np.float32) * 0.1)
