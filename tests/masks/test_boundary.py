"""Boundary distances derived by hand: which pixels count, the percentile, tolerances, empty masks, wrong arguments."""

import numpy as np
import pyarrow as pa
import pytest

import masks
from masks import RleError, RleReason
from tests.masks import reference


def drawn(*rows):
    return np.array([[character == "#" for character in row.split()] for row in rows])


def text(mask):
    return masks.encode(mask)["counts"]


def distances(pred, truth, *spacing, **options):
    """-> HD95, HD, ASSD, [NSD for every tolerance] of one pair."""
    found = masks.boundary_distances([text(pred)], [text(truth)], *pred.shape, *spacing, **options)
    return float(found.hd95[0]), float(found.hd[0]), float(found.assd[0]), found.nsd[0].tolist()


def pixel(row, column, size=(10, 10)):
    mask = np.zeros(size, bool)
    mask[row, column] = True
    return mask


def row_of(length, width=100):
    mask = np.zeros((3, width), bool)
    mask[1, :length] = True
    return mask


def test_two_pixels():
    assert distances(pixel(1, 2), pixel(4, 6)) == (5, 5, 5, [0])
    assert distances(pixel(1, 2), pixel(4, 6), (2, 2)) == (10, 10, 10, [0])
    # 3 rows of 4 mm and 4 columns of 1.25 mm: 12 and 5.
    assert distances(pixel(1, 2), pixel(4, 6), (4, 1.25)) == (13, 13, 13, [0])
    assert distances(pixel(4, 6), pixel(1, 2), (4, 1.25), tolerances=(12.9, 13, 20)) == (13, 13, 13, [0, 1, 1])


def test_the_inside_of_a_mask_is_no_boundary():
    full = np.ones((5, 7), bool)
    ring = reference.boundary_of(full)
    assert ring.sum() == 20
    assert distances(full, ring) == (0, 0, 0, [1])
    # The middle of the boundary of the full mask is three rows and one column away from its edge.
    *_, nsd = distances(full, pixel(2, 3, (5, 7)), tolerances=(0, 1.9, 2, 9))
    assert nsd == [0, 0, (2 + 1) / 21, 1]


def test_a_hole_has_a_boundary_and_a_corner_has_none():
    # A neighbour across a corner is none: the pixel in the middle of a plus is inside.
    plus = drawn(". # .", "# # #", ". # .")
    assert distances(plus, drawn(". # .", "# . #", ". # .")) == (0, 0, 0, [1])
    corner_missing = drawn("# # #", "# # #", "# # .")
    middle = pixel(1, 1, (3, 3))
    # Its middle has four neighbours still, so 7 boundary pixels lie around it: 4 beside it, 3 across a corner.
    hd95, hd, assd, nsd = distances(corner_missing, middle, tolerances=(1, 1.5))
    assert hd == hd95 == np.sqrt(2)
    assert assd == pytest.approx((4 + 3 * np.sqrt(2) + 1) / 8, rel=1e-15)
    assert nsd == [5 / 8, 1]
    square, hollow = np.ones((7, 7), bool), np.ones((7, 7), bool)
    hollow[3, 3] = False
    # The hole adds its four neighbours to the boundary, each two pixels from the edge of the image.
    assert distances(hollow, square, tolerances=(1, 2)) == (2, 2, 8 / 52, [48 / 52, 1])


def test_the_edge_of_the_image_is_outside():
    full = np.ones((4, 4), bool)
    assert distances(full, pixel(3, 3, (4, 4)))[1] == np.hypot(3, 3)
    line = np.ones((1, 6), bool)
    assert distances(line, pixel(0, 0, (1, 6)), tolerances=(0, 2)) == (4.75, 5, 15 / 7, [2 / 7, 4 / 7])


def test_the_percentile_interpolates_and_is_taken_of_each_direction():
    # Distances 0 to 20: the 95th percentile is the value of rank 19 exactly. The other direction is 0.
    assert distances(row_of(21), row_of(1)) == (19, 20, 210 / 22, [4 / 22])
    # 0 to 10: rank 9.5.
    assert distances(row_of(11), row_of(1)) == (9.5, 10, 55 / 12, [4 / 12])
    # Of both directions pooled it would be rank 10.45 of 0, 0, 1, ..., 10.
    assert distances(row_of(1), row_of(11))[0] == 9.5
    # 0 twice and 6 twenty times, so that the rank falls on values that are the same.
    assert distances(row_of(3), row_of(3))[0] == 0
    # Ranks between 0, 1 and 98, 99: 0.95 * 99 = 94.05.
    assert distances(row_of(100), row_of(1))[0] == pytest.approx(94.05, rel=1e-14)


def test_a_distance_of_the_tolerance_is_within_whatever_rounding_did():
    # Three rows of a spacing stored in four bytes are 2.1000001 mm, and twenty of 0.1 mm 2.00000003.
    assert distances(pixel(0, 0), pixel(3, 0), (np.float32(0.7), 1), tolerances=(2.1,))[3] == [1]
    assert distances(row_of(1), row_of(21), (1, np.float32(0.1)), tolerances=(2.0,))[3] == [1]
    assert 20 * float(np.float32(0.1)) > 2.0
    # That is no tolerance for distances that are larger.
    assert distances(pixel(0, 0), pixel(3, 0), (0.7, 1), tolerances=(2.1 * (1 - 2e-6), 2.0999))[3] == [0, 0]
    assert distances(pixel(0, 0), pixel(0, 0), tolerances=(0,))[3] == [1]
    assert distances(pixel(0, 0), pixel(0, 1), tolerances=(0, 0.999, 1))[3] == [0, 0, 1]


@pytest.mark.parametrize(("spacing", "diagonal"), [((1, 1), 50), ((0.5, 3.0), np.hypot(15, 120)), ((2, 2), 100)])
def test_empty_masks(spacing, diagonal):
    empty, some = np.zeros((30, 40), bool), pixel(29, 39, (30, 40))
    options = {"tolerances": (0.0, 2.0, 1e9)}
    assert distances(empty, empty, spacing, **options) == (0, 0, 0, [1, 1, 1])
    assert distances(empty, some, spacing, **options) == (diagonal,) * 3 + ([0, 0, 0],)
    assert distances(some, empty, spacing, **options) == (diagonal,) * 3 + ([0, 0, 0],)


def test_an_empty_mask_of_runs_of_no_length():
    found = masks.boundary_distances(["`0"], ["4000<"], 4, 4)
    assert (found.hd95.tolist(), found.nsd.tolist()) == ([0], [[1]])


def test_arrays_that_come_back():
    one, other = text(pixel(1, 2)), text(pixel(4, 6))
    found = masks.boundary_distances([one] * 3, [other] * 3, 10, 10, tolerances=(1, 5))
    assert isinstance(found, masks.BoundaryDistances)
    assert found._fields == ("hd95", "hd", "assd", "nsd")
    assert [array.shape for array in found] == [(3,), (3,), (3,), (3, 2)]
    assert all(array.dtype == np.float64 and array.flags.c_contiguous for array in found)
    assert masks.boundary_distances([one], [other], 10, 10, tolerances=()).nsd.shape == (1, 0)
    assert [array.shape for array in masks.boundary_distances([], [], [], [])] == [(0,), (0,), (0,), (0, 1)]
    assert [len(array) for array in masks.boundary_distances([], [], [], [], np.zeros((0, 2)))] == [0] * 4


def test_a_spacing_for_all_or_for_each():
    one, other = [text(pixel(1, 2))] * 3, [text(pixel(4, 6))] * 3
    each = [[1, 1], [2, 2], [4, 1.25]]
    for kind in (list, tuple, np.array, lambda rows: np.array(rows, np.float32), lambda rows: np.array(rows, ">f8")):
        assert masks.boundary_distances(one, other, 10, 10, kind(each)).hd.tolist() == [5, 10, 13]
    assert masks.boundary_distances(one, other, 10, 10, np.asfortranarray(each)).hd.tolist() == [5, 10, 13]
    for pair in ((4, 1.25), [4, 1.25], np.array([4, 1.25], np.float32)):
        assert masks.boundary_distances(one, other, 10, 10, pair).hd.tolist() == [13] * 3
    assert masks.boundary_distances(one, other, 10, 10, None).hd.tolist() == [5] * 3
    # Two pairs of numbers for two pairs of masks.
    assert masks.boundary_distances(one[:2], other[:2], 10, 10, [[1, 1], [2, 2]]).hd.tolist() == [5, 10]


def test_columns_of_arrow_in_chunks_that_do_not_meet():
    masks_of_rows = [pixel(row, 9 - row) for row in range(10)]
    pred = pa.chunked_array([[text(mask) for mask in masks_of_rows[:3]], [text(mask) for mask in masks_of_rows[3:]]])
    truth = pa.chunked_array([pa.array([text(pixel(0, 9))] * 8), pa.array([text(pixel(0, 9))] * 2)])
    spacing = np.array([[1, row + 1] for row in range(10)])
    found = masks.boundary_distances(pred, truth, pa.array([10] * 10), pa.array([10] * 10), spacing)
    assert found.hd.tolist() == [np.hypot(row, row * (row + 1)) for row in range(10)]


@pytest.mark.parametrize("bad", [0, -1, 0.9e-4, 1.1e4, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", [0, 1])
def test_spacings_must_be_numbers_that_lengths_have(bad, side):
    spacing = np.ones((3, 2))
    spacing[1, side] = bad
    expected = r"^row 1: the spacing is \[.*\], but two numbers from 0.0001 to 10000 were expected$"
    with pytest.raises(ValueError, match=expected):
        masks.boundary_distances(["23;"] * 3, ["23;"] * 3, 4, 4, spacing)


@pytest.mark.parametrize("spacing", [1.0, [1], [1, 1, 1], [[1, 1]], np.ones((3, 3)), np.ones((2, 3))], ids=str)
def test_spacings_of_another_shape(spacing):
    with pytest.raises(ValueError, match=r"spacing has shape .*, but \[2\] or \[3, 2\] was expected"):
        masks.boundary_distances(["23;"] * 3, ["23;"] * 3, 4, 4, spacing)


@pytest.mark.parametrize("tolerances", [2.0, [-1], [1, np.nan], [np.inf], [[1, 2]]], ids=str)
def test_tolerances_must_be_a_list_of_numbers_from_0(tolerances):
    with pytest.raises(ValueError, match="but a list of numbers from 0 was expected"):
        masks.boundary_distances(["23;"], ["23;"], 4, 4, tolerances=tolerances)


def test_bad_rows_are_named_predictions_first():
    with pytest.raises(RleError, match=r"^true mask 1: counts add up to 15, but 4 x 4 = 16$"):
        masks.boundary_distances(["23;", "23;"], ["23;", "22;"], 4, 4)
    with pytest.raises(RleError, match=r"^predicted mask 1: counts is empty"):
        masks.boundary_distances(["23;", ""], ["24;", "22;"], 4, 4)
    with pytest.raises(ValueError, match="2 predicted masks, but 1 true ones"):
        masks.boundary_distances(["23;"] * 2, ["23;"], 4, 4)


def test_a_limit_of_pixels():
    with pytest.raises(RleError, match="size is 4 x 4, but at most 15 pixels were expected") as error:
        masks.boundary_distances(["23;"], ["23;"], 4, 4, max_pixels=15)
    assert error.value.reason is RleReason.TOO_MANY_PIXELS
    assert masks.boundary_distances(["23;"], ["23;"], 4, 4, max_pixels=16).hd.tolist() == [0]


def test_one_spacing_for_all_is_named_without_a_row():
    with pytest.raises(ValueError, match=r"^the spacing is \[0.0, 1.0\]"):
        masks.boundary_distances(["23;"], ["23;"], 4, 4, (0, 1))


def test_the_longest_column_with_the_most_unequal_spacing():
    one, other = np.zeros((2, 10_000_000, 1), bool)
    one[0] = other[-1] = True
    strings = [masks.encode(mask)["counts"] for mask in (one, other)]
    found = masks.boundary_distances(strings[:1], strings[1:], 10_000_000, 1, (1e4, 1e-4))
    assert found.hd.tolist() == [9_999_999 * 1e4]
