"""Outlines follow the edges of pixels, and numbers stand beside their masks."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from space.browsing.outlines import label_place, outline


def filled(path: str, height: int, width: int) -> np.ndarray:
    """The even-odd interior of an SVG path of H and V steps: a pixel is inside when an odd number of edges lie left."""
    crossed = np.zeros((height, width), dtype=int)
    for x, y, steps in re.findall(r"M(\d+) (\d+)((?:H\d+V\d+)+)Z", path):
        start = at = (int(x), int(y))
        for to_x, to_y in re.findall(r"H(\d+)V(\d+)", steps):
            top, bottom = sorted((at[1], int(to_y)))
            crossed[top:bottom, int(to_x) :] += 1
            at = int(to_x), int(to_y)
        assert at == start  # the outline is closed
    assert re.fullmatch(r"(M\d+ \d+(H\d+V\d+)+Z)*", path)
    return crossed % 2 == 1


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_the_interior_of_the_outline_is_the_mask(mask):
    assert np.array_equal(filled(outline(mask), *mask.shape), mask)


def test_one_pixel():
    mask = np.zeros((3, 4), dtype=bool)
    mask[1, 2] = True
    assert outline(mask) == "M2 1H3V2H2V1Z"


def test_straight_edges_are_one_step():
    mask = np.zeros((30, 40), dtype=bool)
    mask[5:25, 10:30] = True
    assert outline(mask) == "M10 5H30V25H10V5Z"


def test_an_empty_mask_has_neither():
    empty = np.zeros((3, 4), dtype=bool)
    assert outline(empty) == ""
    assert label_place(empty) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((20, 30), (13.5, 20.0, True)),  # above the middle of the highest row
        ((2, 30), (13.5, 30.0, False)),  # no room above: below the lowest row
    ],
)
def test_the_number_stands_above_or_below(rows, expected):
    mask = np.zeros((100, 50), dtype=bool)
    mask[slice(*rows), 10:17] = True
    assert label_place(mask) == expected


@given(st.data())
def test_the_number_stands_at_the_mask(data):
    mask = data.draw(arrays(bool, (12, 9)).filter(np.any))
    x, y, above = label_place(mask)
    assert mask[int(y) if above else int(y) - 1, int(x)]
