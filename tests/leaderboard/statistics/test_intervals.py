"""Percentile intervals against NumPy's percentiles and plain loops."""

import numpy as np
import pytest

from leaderboard.records import Resampling
from leaderboard.statistics import cell_intervals, ciou_interval, headline_draws, headline_interval
from leaderboard.statistics.intervals import intervals, percentiles
from leaderboard.statistics.resamples import resamples_of

MANY = Resampling(resamples=400, seed=1)


def loop(sums, statistic):
    """The statistic of every resample, each made by repeating patients: statistic(weights by patient [P])."""
    counts, scale = resamples_of(sums, MANY)
    return np.array([statistic(count * scale) for count in counts])


class TestPercentiles:
    def test_like_numpy(self):
        draws = np.random.default_rng(0).normal(size=(5, 333))
        assert percentiles(draws) == pytest.approx(np.percentile(draws, [2.5, 97.5], axis=1).T)

    def test_nan_is_left_out(self):
        rng = np.random.default_rng(1)
        draws = np.where(rng.random((6, 200)) < 0.3, np.nan, rng.normal(size=(6, 200)))
        assert percentiles(draws) == pytest.approx(np.nanpercentile(draws, [2.5, 97.5], axis=1).T)

    def test_one_value_and_none(self):
        draws = np.full((2, 100), np.nan)
        draws[0, 40] = 0.25
        assert intervals(draws) == [(0.25, 0.25), None]

    def test_six_decimals_and_no_negative_zero(self):
        assert intervals(np.array([[0.123456789] * 100, [-1e-9] * 100])) == [(0.123457, 0.123457), (0.0, 0.0)]
        assert str(intervals(np.full((1, 100), -1e-9))[0]) == "(0.0, 0.0)"


class TestHeadline:
    def test_draws_are_those_of_a_plain_loop(self, made):
        sums = made.random(patients=24)
        regions = sums.columns("region")

        def headline(weights):
            means = [(weights @ sums.iou[:, index]) / (weights @ sums.n[:, index]) for index in regions]
            return sum(means) / len(means)

        expected = loop(sums, headline)
        draws = headline_draws(sums, MANY, "iou")
        assert draws == pytest.approx(expected)
        assert headline_interval(sums, MANY, "iou") == pytest.approx(np.percentile(expected, [2.5, 97.5]), abs=1e-6)
        low, high = headline_interval(sums, MANY, "dice")
        assert low < sums.headline("dice") < high

    @pytest.mark.parametrize(
        ("in_chest", "in_head", "has_one"), [(10, 0, True), (9, 0, False), (9, 2, False), (7, 3, True), (5, 4, False)]
    )
    def test_needs_ten_patients_and_three_in_each_region(self, made, in_chest, in_head, has_one):
        regions = ["chest"] * in_chest + ["head"] * in_head
        sums = made.sums([(f"p{index}", region, index / 20, 0.1) for index, region in enumerate(regions)])
        assert (headline_draws(sums, MANY) is not None) is has_one
        assert (headline_interval(sums, MANY) is not None) is has_one

    def test_patients_alike_leave_no_doubt(self, made):
        sums = made.sums([(f"p{index}", "head", 0.25, 0.1) for index in range(12)])
        assert headline_interval(sums, MANY) == (0.25, 0.25)
        perfect = made.sums([(f"p{index}", "head", 1, 1) for index in range(1000)])
        assert headline_draws(perfect, MANY).max() == 1

    def test_draws_that_differ_by_rounding_only_are_equal(self, made):
        turns = made.turns(patients=24)
        nudged = [(patient, region, dice + 1e-15, iou) for patient, region, dice, iou in turns]
        assert (headline_draws(made.sums(turns), MANY) == headline_draws(made.sums(nudged), MANY)).mean() > 0.98


class TestCells:
    def test_like_a_plain_loop_where_resamples_may_lack_the_cell(self, made):
        """Ten patients in 'rare', among them all of a group of two, so the cell is never empty; and a usual one."""
        turns = made.turns(patients=30)
        rare = ["rare" if int(turn[0][1:]) < 10 else "usual" for turn in turns]
        sums = made.sums(turns, {"system": rare})
        found = cell_intervals(sums, MANY)
        assert set(found) == set(sums.cells)
        for key in sums.cells:
            index = sums.column[key]
            for measure, interval in zip((sums.dice, sums.iou), found[key], strict=True):
                with np.errstate(invalid="ignore"):
                    draws = loop(
                        sums, lambda w, m=measure, i=index: np.divide(w @ m[:, i], w @ sums.n[:, i], dtype=float)
                    )
                assert interval == pytest.approx(np.nanpercentile(draws, [2.5, 97.5]), abs=1.5e-6)

    def test_none_below_ten_patients_in_the_cell(self, made):
        turns = made.turns(patients=30)
        values = ["nine" if int(turn[0][1:]) < 9 else "others" for turn in turns]
        found = cell_intervals(made.sums(turns, {"system": values}), MANY)
        assert ("system", "nine") not in found
        assert ("system", "others") in found
        assert cell_intervals(made.random(patients=9), MANY) == {}

    def test_only_of_the_kinds_asked_for(self, made):
        assert set(cell_intervals(made.random(patients=30), MANY, "region")) == {
            ("region", "chest"),
            ("region", "head"),
        }


class TestCiou:
    def test_like_a_plain_loop(self, made):
        sums = made.random(patients=24)
        expected = loop(sums, lambda weights: (weights @ sums.intersection) / (weights @ sums.union))
        assert ciou_interval(sums, MANY) == pytest.approx(np.percentile(expected, [2.5, 97.5]), abs=1e-6)

    def test_none_below_ten_patients_and_one_where_all_is_empty(self, made):
        assert ciou_interval(made.random(patients=9), MANY) is None
        sums = made.random(patients=12)
        sums.intersection[:] = sums.union[:] = 0
        assert ciou_interval(sums, MANY) == (1, 1)
