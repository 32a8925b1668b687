"""Boundary distances against all pairs of pixels, and against the distance transform of SciPy where those are many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import masks
from masks._kernels.surface import PATIENCE
from tests.masks import drawing, reference

FLOAT32 = tuple(np.array([0.7, 0.6836], np.float32))  # as spacings are often stored
SPACINGS = [(1, 1), (0.5, 3.0), (3.0, 0.5), (0.7, 0.7), FLOAT32, (0.001, 40.0), (0.9765625, 1.5)]
TOLERANCES = [0, 0.5, 0.7, 1, 1.4, 1.5, 2, 2.1, 3, 5, 10, 1000]
PATTERNS = [drawing.blobs, drawing.noise, drawing.checkerboard, drawing.speckles, drawing.one_pixel]


def text(mask):
    return masks.encode(mask)["counts"]


def measured(pairs, spacing=None, **options):
    heights, widths = np.transpose([pair[0].shape for pair in pairs])
    columns = ([text(mask) for mask in side] for side in zip(*pairs, strict=True))
    return masks.boundary_distances(*columns, heights, widths, spacing, **options)


def check(found, expected, rtol=1e-12):
    """`expected`: what `reference.measures` gives for each pair."""
    for name, values in zip(found._fields, zip(*expected, strict=True), strict=True):
        np.testing.assert_allclose(getattr(found, name), values, rtol=rtol, atol=1e-13, err_msg=name)


def check_large(one, other, spacing=(1, 1), tolerances=(0.9, 2, 10)):
    expected = reference.measures(one, other, spacing, tolerances, distances=reference.distances_by_transform)
    # Up to a million distances are added one after the other for the mean.
    check(measured([(one, other)], spacing, tolerances=tolerances), [expected], rtol=1e-11)


@given(drawing.drawn_masks(count=2), st.sampled_from(SPACINGS), st.lists(st.sampled_from(TOLERANCES), max_size=3))
@settings(max_examples=500, deadline=None)
def test_measures_are_those_of_all_pairs_of_pixels(pair, spacing, tolerances):
    found = measured([pair], spacing, tolerances=tolerances)
    check(found, [reference.measures(*pair, spacing, tolerances)])


@given(drawing.drawn_masks(count=2), st.sampled_from(SPACINGS))
@settings(max_examples=200, deadline=None)
def test_the_sides_may_be_exchanged_and_the_image_turned(pair, spacing):
    found = measured([pair, pair[::-1]], spacing)
    np.testing.assert_array_equal(found.hd95[0], found.hd95[1])
    np.testing.assert_array_equal(found.hd[0], found.hd[1])
    np.testing.assert_allclose(found.assd[0], found.assd[1], rtol=1e-14)
    np.testing.assert_allclose(found.nsd[0], found.nsd[1], rtol=1e-14)
    turned = measured(
        [tuple(mask.T for mask in pair), tuple(mask[::-1, ::-1] for mask in pair)], [spacing[::-1], spacing]
    )
    for name in ("hd95", "hd", "assd", "nsd"):
        for row in (0, 1):
            np.testing.assert_allclose(getattr(turned, name)[row], getattr(found, name)[0], rtol=1e-14)
    doubled = measured([pair], np.multiply(spacing, 2), tolerances=(4.0,))
    for name, factor in (("hd95", 2), ("hd", 2), ("assd", 2), ("nsd", 1)):
        np.testing.assert_array_equal(getattr(doubled, name)[0], factor * getattr(found, name)[0])


@given(drawing.drawn_masks(count=1), st.sampled_from(SPACINGS))
@settings(max_examples=100, deadline=None)
def test_a_mask_is_no_distance_away_from_itself(case, spacing):
    found = measured([(case[0], case[0])], spacing, tolerances=(0, 2))
    assert [array.tolist() for array in found] == [[0], [0], [0], [[1, 1]]]


@pytest.fixture(scope="module")
def many():
    """400 pairs of 1 to 60 pixels a side, each with a spacing -> (pairs, spacings, tolerances, their measures)."""
    rng = np.random.default_rng(21)
    pairs = drawing.random_pairs(22, rng.integers(1, 61, (400, 2)))
    spacings = np.array(SPACINGS)[rng.integers(len(SPACINGS), size=400)]
    tolerances = (1, 2.1, 5)
    return pairs, spacings, tolerances, measured(pairs, spacings, tolerances=tolerances, threads=1)


def test_a_batch_of_many_sizes_and_spacings(many):
    pairs, spacings, tolerances, found = many
    rows = zip(pairs, spacings, strict=True)
    check(found, [reference.measures(*pair, spacing, tolerances) for pair, spacing in rows])


def test_a_batch_is_its_rows_in_any_order(many):
    # Memory that one pair leaves behind is used again by the next: larger, smaller, in every order.
    pairs, spacings, tolerances, found = many
    for row, (pair, spacing) in enumerate(zip(pairs, spacings, strict=True)):
        alone = measured([pair], spacing, tolerances=tolerances)
        assert all(np.array_equal(one[0], all_of_them[row]) for one, all_of_them in zip(alone, found, strict=True))
    by_pixels = np.argsort([pair[0].size for pair in pairs])
    for order in (by_pixels, by_pixels[::-1]):
        ordered = measured([pairs[row] for row in order], spacings[order], tolerances=tolerances, threads=1)
        assert all(np.array_equal(one, other[order]) for one, other in zip(ordered, found, strict=True))


@pytest.mark.parametrize("threads", [2, 8, None])
def test_threads_change_nothing(many, threads):
    pairs, spacings, tolerances, found = many
    again = measured(pairs, spacings, tolerances=tolerances, threads=threads)
    assert all(np.array_equal(one, other) for one, other in zip(again, found, strict=True))


@pytest.mark.parametrize("spacing", SPACINGS[:4], ids=str)
@pytest.mark.parametrize("size", [(300, 200), (65, 511), (511, 65), (1, 900), (900, 1)], ids=str)
def test_masks_of_some_hundred_pixels_a_side(size, spacing):
    for pair in drawing.random_pairs(sum(size), [size] * 4):
        if pair[0].any() and pair[1].any():
            check_large(*pair, spacing)


@pytest.mark.parametrize("spacing", [(1, 1), (0.5, 3.0), FLOAT32], ids=str)
@pytest.mark.parametrize("pattern", PATTERNS[:3], ids=lambda pattern: pattern.__name__)
def test_masks_of_a_thousand_pixels_a_side(pattern, spacing):
    rng = np.random.default_rng(3)
    size = (1024, 1024) if spacing == (1, 1) else (1000, 777)
    one = pattern(rng, *size)
    check_large(one, drawing.moved(rng, one), spacing)


def far_pixel(height, width, row, column):
    mask = np.zeros((height, width), bool)
    mask[row, column] = True
    return mask


@pytest.mark.parametrize("spacing", SPACINGS[:4], ids=str)
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.__name__)
def test_masks_far_apart(pattern, spacing):
    rng = np.random.default_rng(4)
    height, width = 150, 130
    mask = pattern(rng, height, width)
    mask[:, 70:] = False
    mask[75, 5] = True
    for row, column in ((0, 129), (149, 129), (75, 129), (149, 80)):
        check_large(mask, far_pixel(height, width, row, column), spacing)
    several = far_pixel(height, width, 3, 129)
    several[rng.integers(0, height, 9), rng.integers(75, width, 9)] = True
    check_large(mask, several, spacing)
    check_large(mask, several[::-1, ::-1], spacing)


def looks_of_a_column(distances, edge, row_step):
    """Rows that searches outward from the boundary pixels of each column look at, at the very least."""
    height = edge.shape[0]
    rows = np.arange(height)[:, None]
    away = np.floor(np.where(edge, distances, 0) / row_step)
    return (np.minimum(away, rows) + np.minimum(away, height - 1 - rows)).sum(axis=0, where=edge)


@pytest.mark.parametrize(
    ("spacing", "targets"),
    [((1, 1), 1), ((0.5, 3.0), 1), ((0.25, 1), 30), ((1, 1), 30), ((0.7, 0.6), 200)],
    ids=str,
)
def test_searches_that_take_too_long_are_given_up_for_an_envelope(spacing, targets):
    """Noise and, at the other end of the image, a few pixels: every search from the noise passes by many rows."""
    rng = np.random.default_rng(targets)
    noise = np.zeros((400, 160), bool)
    noise[:, :30] = rng.random((400, 30)) < 0.6
    sparse = np.zeros_like(noise)
    sparse[rng.integers(0, 400, targets), rng.integers(130, 160, targets)] = True
    edge = reference.boundary_of(noise)
    to_sparse = np.zeros(noise.shape)
    to_sparse[edge] = reference.distances_by_transform(noise, sparse, spacing)[0]
    looks = looks_of_a_column(to_sparse, edge, spacing[0])
    # One more, for the last search of a column.
    assert (looks > (PATIENCE + 1) * noise.shape[0]).sum() >= 20
    check_large(noise, sparse, spacing, tolerances=(10, 65, 100))


@pytest.mark.parametrize("spacing", SPACINGS[:3], ids=str)
@pytest.mark.parametrize("turned", [False, True], ids=["2000 x 40", "40 x 2000"])
def test_long_thin_boxes_far_apart(spacing, turned):
    one, other = np.zeros((2, 2000, 40), bool)
    one[:, :2] = True
    other[:, 38:] = True
    crossing = np.zeros_like(one)
    crossing[:2] = crossing[1000:1002] = True
    for pair in ((one, other), (one, crossing), (other, crossing), (one[:, :2], other[:, 38:])):
        check_large(*(np.ascontiguousarray(mask.T) if turned else mask for mask in pair), spacing)


@pytest.mark.parametrize("width", [65_533, 65_534, 65_535, 65_536, 70_000])
def test_rows_longer_than_short_numbers_count(width):
    one, other = np.zeros((2, 2, width), bool)
    one[0, 0] = True
    other[1, -1] = other[0, 100] = True
    expected = reference.measures(one, other, (0.5, 0.25), (2, 25, 30))
    check(measured([(one, other)], (0.5, 0.25), tolerances=(2, 25, 30)), [expected])
    for lone in (other, one):
        lone[:, 1:-1] = False
    expected = reference.measures(one, other, (1, 1))
    assert expected[1] > 65_000
    check(measured([(one, other)]), [expected])


def test_distances_that_are_almost_the_same():
    """A percentile among many values that differ in their last digits only."""
    height = 700
    one, other = np.zeros((2, height, 12), bool)
    one[:, 0] = True
    other[:, 11] = True
    rng = np.random.default_rng(5)
    other[rng.integers(0, height, 200), 11] = False
    for spacing in ((1e-4, 10.0), (1e-4, 1000.0), (1.0, 1.0)):
        check_large(one, other, spacing, tolerances=(10.9 * spacing[1], 11 * spacing[1], 11.1 * spacing[1]))


@pytest.mark.parametrize(
    "spacing", [(1e-4, 1e4), (1e4, 1e-4), (1e-4, 1.0), (1.0, 1e-4), (1e4, 1e4), (1e-4, 1e-4)], ids=str
)
def test_spacings_at_the_ends_of_what_is_allowed(spacing):
    pairs = [pair for pair in drawing.random_pairs(23, [(30, 20)] * 40) if pair[0].any() and pair[1].any()]
    # Rows without a boundary pixel, between others, and of one mask only.
    lone = far_pixel(30, 20, 29, 19)
    pairs += [(lone, far_pixel(30, 20, 0, 0)), (lone, far_pixel(30, 20, 0, 19)), (lone, far_pixel(30, 20, 29, 0))]
    found = measured(pairs, spacing, tolerances=(min(spacing), max(spacing)))
    check(found, [reference.measures(*pair, spacing, (min(spacing), max(spacing))) for pair in pairs])


@pytest.mark.parametrize("size", [(4095, 40), (4096, 40), (40, 4095), (40, 4096), (5000, 30), (30, 5000)], ids=str)
@pytest.mark.parametrize("spacing", [(1, 1), (0.7, 0.7)], ids=str)
def test_squares_of_about_as_many_bits_as_short_numbers_have(size, spacing):
    height, width = size
    dots = np.zeros(size, bool)
    dots[np.random.default_rng(6).random(size) < 0.01] = True
    corner, other_corner = far_pixel(*size, 0, 0), far_pixel(*size, height - 1, width - 2)
    for pair in ((corner, other_corner), (corner, dots), (dots, other_corner)):
        check_large(*pair, spacing)
