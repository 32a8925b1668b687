"""The same strings, masks, areas and overlaps as pycocotools, on masks that it can be trusted with."""

import numpy as np
import pytest
from pycocotools import mask as coco

import masks

# pycocotools and NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def ellipses(rng, height, width):
    rows, columns = np.mgrid[:height, :width]
    mask = np.zeros((height, width), bool)
    for _ in range(rng.integers(1, 4)):
        row, column = rng.random() * height, rng.random() * width
        tall, wide = (0.5 + rng.random() * edge / 2 for edge in (height, width))
        mask ^= ((rows - row) / tall) ** 2 + ((columns - column) / wide) ** 2 < 1
    return mask


def one_pixel(rng, height, width):
    mask = np.zeros((height, width), bool)
    mask[rng.integers(height), rng.integers(width)] = True
    return mask


KINDS = [
    ellipses,
    one_pixel,
    lambda rng, height, width: rng.random((height, width)) < rng.random(),
    lambda rng, height, width: np.zeros((height, width), bool),
    lambda rng, height, width: np.ones((height, width), bool),
    lambda rng, height, width: np.add.outer(np.arange(height), np.arange(width)) % 2 == rng.integers(2),
]


def random_pairs(seed, sizes):
    rng = np.random.default_rng(seed)
    for height, width in sizes:
        yield tuple(
            KINDS[rng.choice(len(KINDS), p=[0.4, 0.1, 0.3, 0.06, 0.06, 0.08])](rng, height, width) for _ in "12"
        )


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
