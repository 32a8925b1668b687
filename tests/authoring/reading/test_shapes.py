"""The reader's plain comparisons, on masks drawn by hand."""

import numpy as np
import pytest

from tests.authoring.reading.faults import miscounted
from tests.authoring.reading.parsing import Mention
from tests.authoring.reading.shapes import Shape


def drawn(*lines):
    """A shape of the # in lines of text."""
    return Shape("drawn", np.array([[letter == "#" for letter in line] for line in lines]))


RING = drawn(
    ".......",
    ".#####.",
    ".#...#.",
    ".#...#.",
    ".#####.",
)
CORE = drawn(
    ".......",
    ".......",
    "..###..",
    "..###..",
    ".......",
)
CORNER = drawn(
    "......#",
    ".......",
    ".......",
    ".......",
    ".......",
)


def test_a_ring_is_around_what_fills_it():
    assert RING.around(CORE)
    assert CORE.inside(RING)
    assert not CORE.around(RING)
    assert not RING.inside(CORE)
    assert not CORNER.inside(RING)


def test_pixels_that_meet_at_a_corner_touch():
    assert CORE.touches(RING)
    assert CORNER.touches(RING)
    assert not CORNER.touches(CORE)
    assert CORNER.gap(CORE) == pytest.approx(np.hypot(2, 2))


def test_centroids_tell_which_way_and_how_far():
    assert CORNER.beside(CORE, "right")
    assert CORNER.beside(CORE, "above")
    assert not CORNER.beside(CORE, "left")
    assert not CORNER.beside(CORE, "below")
    assert CORE.centre == (2.5, 3)
    assert CORNER.centre_distance(CORE) == pytest.approx(np.hypot(2.5, 3))
    assert not CORE.beyond(3, "left")
    assert not CORE.beyond(3, "right")


def test_the_largest_piece_is_two_where_a_corner_decides():
    apart = drawn("##..#", "##...")
    assert [piece.sum() for piece in apart.largest_pieces()] == [4]
    joined = drawn("##...", "##...", "..###", ".....")
    assert sorted(piece.sum() for piece in joined.largest_pieces()) == [4, 7]


@pytest.mark.parametrize(
    ("names", "mention", "expected"),
    [
        (["liver", "spleen", "aorta"], Mention(3, "structure"), False),
        (["liver", None, "aorta"], Mention(3, "structure"), True),
        (["liver", None, "aorta"], Mention(1, "structure"), False),
        (["liver", "spleen", "liver"], Mention(3, "structure"), True),
        (["liver", None, "aorta"], Mention(3, "act"), False),
        (["liver", "spleen", "aorta"], Mention(2, "before last"), False),
        (["liver", "spleen", None], Mention(2, "before last"), True),
        (["liver", None, "aorta"], Mention(3, "last"), False),
    ],
)
def test_counting_structures_and_counting_segmentations_may_differ(names, mention, expected):
    history = [Shape(name, np.ones((1, 1), bool)) for name in names]
    assert miscounted(mention, history) == expected
