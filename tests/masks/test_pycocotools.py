"""The same strings, masks, areas, boxes and overlaps as pycocotools, on masks that it can be trusted with."""

import numpy as np
import pytest
from pycocotools import mask as coco

import masks
from tests.masks.drawing import random_pairs

# pycocotools and NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def check_pairs(pairs):
    """Codec by codec for every mask, then all overlaps as one batch."""
    strings, sizes, expected, expected_iou = ([], []), [], [], []
    for pair in pairs:
        rles = [coco.encode(np.asfortranarray(mask, np.uint8)) for mask in pair]
        for mask, rle, column in zip(pair, rles, strings, strict=True):
            ours = masks.encode(mask)
            assert ours == {"size": rle["size"], "counts": rle["counts"].decode()}
            np.testing.assert_array_equal(masks.decode(ours), coco.decode(rle))
            assert masks.area(ours) == coco.area(rle)
            np.testing.assert_array_equal(masks.bounding_box(ours), coco.toBbox(rle))
            column.append(ours["counts"])
        sizes.append(rles[0]["size"])
        expected.append([coco.area(coco.merge(rles, intersect=True)), coco.area(rles[0]), coco.area(rles[1])])
        expected_iou.append(coco.iou(rles[:1], rles[1:], [0])[0, 0])
    heights, widths = np.array(sizes).T
    counts = masks.overlap_counts(*strings, heights, widths)
    np.testing.assert_array_equal(np.transpose(counts), expected)
    np.testing.assert_array_equal(masks.area_batch(strings[0], heights, widths), counts[1])
    # pycocotools gives two empty masks no overlap.
    either = np.add(*np.array(expected).T[1:]) > 0
    np.testing.assert_allclose(masks.iou(*counts)[either], np.array(expected_iou)[either], rtol=1e-12)
    assert (masks.iou(*counts)[~either] == 1).all()


def test_small_masks():
    rng = np.random.default_rng(1)
    check_pairs(random_pairs(2, rng.integers(1, 48, (4000, 2)).tolist()))


@pytest.mark.parametrize("side", [0, 1], ids=["1 x N", "N x 1"])
def test_lines(side):
    lengths = np.random.default_rng(3).integers(1, 3000, 150)
    sizes = np.ones((lengths.size, 2), int)
    sizes[:, 1 - side] = lengths
    check_pairs(random_pairs(4, sizes.tolist()))


def test_large_masks():
    sizes = [[256, 256], [320, 256], [512, 512], [511, 700], [1024, 1024], [1000, 1024]] * 3
    check_pairs(random_pairs(5, sizes))
