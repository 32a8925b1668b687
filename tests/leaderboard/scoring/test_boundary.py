"""Boundary distances by hand, their units, and what a missed mask costs.

Images are 4 x 4. The target is the first column, the prediction the first two: every pixel of both lies on its
boundary. Towards the target four distances are 0 and four are one column; back, all four are 0. So HD95 is one column.
"""

import math

import pytest

from leaderboard import Truth, score_file


@pytest.fixture
def score(make):
    """score(spacing, pixels): the scores of one single-turn dialogue; no row where pixels is None."""

    def score(spacing, pixels, **options):
        rows = [make.truth_row(name, 1, 1, 4, languages=["en"], spacing_mm=spacing) for name in ("d1", "d2")]
        predictions = [make.row("d1", "en", 1, pixels)] if pixels is not None else []
        path = make.parquet([*predictions, make.row("d2", "en", 1, 4)])  # the second is perfect
        return score_file(path, Truth.load(make.truth(rows)), **options)[1].tracks["en-single"]

    return score


def mean_with_perfect(hd95, nsd):
    return same(2, hd95 / 2, (nsd + 1) / 2)


def same(n, hd95, nsd):
    return pytest.approx({"n": n, "hd95": hd95, "nsd": nsd})


def test_millimetres_where_the_spacing_is_known(score):
    cell = score([1.0, 3.0], 8).overall
    # 3 mm is beyond the tolerance of 2 mm: 4 of 8 and 4 of 4 boundary pixels are within.
    assert cell.mm.model_dump() == mean_with_perfect(3.0, 8 / 12)
    assert cell.px is None
    # The other axis does not matter here; 2 mm is still within.
    assert score([3.0, 2.0], 8).overall.mm.model_dump() == mean_with_perfect(2.0, 1)


def test_pixels_apart_where_it_is_not(score):
    cell = score(None, 8).overall
    assert cell.px.model_dump() == mean_with_perfect(1.0, 1)
    assert cell.mm is None


@pytest.mark.parametrize("pixels", [0, None])
@pytest.mark.parametrize(("spacing", "diagonal"), [([1.0, 3.0], math.hypot(4, 12)), (None, math.hypot(4, 4))])
def test_an_empty_and_a_missing_mask_cost_the_diagonal(score, pixels, spacing, diagonal):
    cell = score(spacing, pixels).overall
    assert (cell.mm or cell.px).model_dump() == mean_with_perfect(diagonal, 0)
    assert (cell.empty, cell.missing) == ((1, 0) if pixels == 0 else (0, 1))


def test_every_cell_has_its_own_mean_and_units_are_never_mixed(make):
    rows = [
        make.truth_row("d1", 1, 1, 4, spacing_mm=[1.0, 3.0], languages=["en"]),
        make.truth_row("d1", 2, 2, 4, languages=["en"], facets=["spatial", "history"]),
        make.truth_row("d1", 3, 3, 4, spacing_mm=[1.0, 1.0], languages=["en"], region="head"),
    ]
    path = make.parquet([make.row("d1", "en", turn, 8) for turn in (1, 2, 3)])
    track = score_file(path, Truth.load(make.truth(rows)))[1].tracks["en-multi"]
    in_mm, in_px = same(1, 3, 8 / 12), same(1, 1, 1)
    assert track.overall.mm.model_dump() == same(2, 2, (8 / 12 + 1) / 2)
    assert track.overall.px.model_dump() == in_px
    abdomen = track.strata["region"]["abdomen"]
    assert (abdomen.n, abdomen.mm.model_dump(), abdomen.px.model_dump()) == (2, in_mm, in_px)
    assert (track.turn_curve["1"].mm.model_dump(), track.turn_curve["1"].px) == (in_mm, None)
    for facet in ("history", "spatial"):
        assert track.strata["facet"][facet].px.model_dump() == in_px
    assert track.strata["target_size"]["small"].mm == track.overall.mm
    assert track.strata["target_size"]["small"].px is None
    assert track.strata["target_size_px"]["small"].px == track.overall.px


def test_boundaries_can_be_left_out(score):
    track = score([1.0, 3.0], 8, boundary=False)
    assert (track.overall.mm, track.overall.px) == (None, None)
    assert track.overall.dice == pytest.approx((8 / 12 + 1) / 2)
