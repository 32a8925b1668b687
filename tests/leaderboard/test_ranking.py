"""Ranks of small tables with ties and rows that do not compete; how sure ranks are, and tiers."""

import itertools
import random

import numpy as np
import pytest
from scipy.stats import t as student

from leaderboard import ComparisonError, TableRow, rank
from leaderboard.ranking import ALPHA, resampled_ranks, tiers


def row(model, dice, history="own", patients=100, regions=0):
    return TableRow(
        rank=None,
        model=model,
        organisation="",
        user="u",
        link=None,
        headline_dice=dice,
        headline_iou=None,
        turn_weighted_dice=None,
        region_dice={str(index): None for index in range(regions)},
        turn_dice={},
        n=1,
        n_patients=patients,
        n_empty=0,
        attempts=1,
        history_mode=history,
        date="2026-01-01",
        record_id=model,
    )


@pytest.mark.parametrize(
    ("dice", "ranks"),
    [
        ([], []),
        ([0.5], [1]),
        ([0.1, 0.3, 0.2], [3, 1, 2]),
        ([0.3, 0.3, 0.1], [1, 1, 3]),
        ([0.5, 0.3, 0.3, 0.1], [1, 2, 2, 4]),
        ([0.2, 0.2, 0.2], [1, 1, 1]),
        ([0.0, 1.0], [2, 1]),
        ([0.3, None, 0.4], [2, None, 1]),
        ([None, None], [None, None]),
        ([0.1 + 0.2, 0.3], [1, 1]),  # they differ in the last binary digit only
        ([0.30001, 0.3], [1, 2]),
    ],
)
def test_ranks(dice, ranks):
    rows = [row(f"m{index}", value) for index, value in enumerate(dice)]
    by_model = {item.model: item.rank for item in rank(rows)}
    assert [by_model[item.model] for item in rows] == ranks


def test_best_first_and_rows_without_a_rank_last():
    rows = [
        row("none", None),
        row("low", 0.1),
        row("truth", 0.9, "gt"),
        row("high", 0.2),
        row("mixed", 0.95, "text_gt_mask_own"),
    ]
    ranked = rank(rows)
    assert [(item.model, item.rank) for item in ranked] == [
        ("high", 1),
        ("low", 2),
        ("mixed", None),
        ("truth", None),
        ("none", None),
    ]


def test_ties_keep_the_order_they_came_in():
    assert [item.model for item in rank([row("b", 0.1), row("a", 0.1), row("c", 0.2)])] == ["c", "b", "a"]


def test_order_of_rows_does_not_change_a_rank_and_the_input_is_left_alone():
    rows = [row(f"m{index}", index % 4 / 4) for index in range(12)]
    expected = {item.model: item.rank for item in rank(rows)}
    shuffled = random.Random(3).sample(rows, len(rows))
    assert {item.model: item.rank for item in rank(shuffled)} == expected
    assert all(item.rank is None for item in rows)


def some_draws(headlines, noise=0.02, resamples=200, seed=0, shared=0.0):
    """float64 [M, B] around the headlines; a part of the noise may be shared by all models."""
    rng = np.random.default_rng(seed)
    common = shared * rng.normal(size=resamples)
    return np.stack([headline + common + noise * rng.normal(size=resamples) for headline in headlines])


def table(headlines, draws, **options):
    rows = [row(f"m{index}", value, **options) for index, value in enumerate(headlines)]
    return rank(rows, {item.record_id: values for item, values in zip(rows, draws, strict=True)})


class TestSureness:
    @pytest.mark.parametrize("seed", range(4))
    def test_like_counting_in_every_resample(self, seed):
        headlines = [0.5, 0.49, 0.48, 0.4, 0.39]
        draws = np.round(some_draws(headlines, seed=seed), 2)  # with ties
        ranked = table(headlines, draws)
        for index, item in enumerate(ranked):
            ranks = [1 + sum(other > column[index] for other in column) for column in draws.T]
            low, high = np.percentile(ranks, [2.5, 97.5])
            assert item.rank_interval == (np.floor(low), np.ceil(high))
            assert item.p_first == ranks.count(1) / 200

    def test_rank_intervals_are_rounded_outwards(self):
        """Of 101 resamples the percentiles lie midway between the 3rd and 4th, and the 98th and 99th: 1.5 here."""
        draws = np.stack([np.full(101, 0.5), np.where(np.arange(101) < 3, 0.6, 0.4)])
        assert [item.rank_interval for item in table([0.5, 0.41], draws)] == [(1, 2), (1, 2)]

    def test_ranks_of_a_resample_share_the_lowest(self):
        draws = np.array([[0.2, 0.5, 0.1], [0.9, 0.5, 0.1], [0.2, 0.1, 0.1], [0.1, 0.7, 0.1]])
        assert resampled_ranks(draws).tolist() == [[2, 2, 1], [1, 2, 1], [2, 4, 1], [4, 1, 1]]

    def test_one_row_is_first_for_sure(self):
        (only,) = table([0.3], some_draws([0.3]))
        assert (only.rank, only.rank_interval, only.p_first, only.tier) == (1, (1, 1), 1, 1)

    def test_equal_models_share_everything(self):
        draws = some_draws([0.3])
        ranked = table([0.3, 0.3, 0.3], [*draws, *draws, *draws])
        assert {(item.rank, item.rank_interval, item.p_first, item.tier) for item in ranked} == {(1, (1, 1), 1, 1)}

    def test_rounding_is_no_difference(self):
        draws = some_draws([0.3])[0]
        ranked = table([0.3, 0.1 + 0.2], [draws, draws + 1e-16])
        assert {(item.rank, item.p_first, item.tier) for item in ranked} == {(1, 1, 1)}

    def test_order_of_rows_changes_nothing(self):
        headlines = [0.5, 0.49, 0.3, 0.29]
        rows = [row(f"m{index}", value) for index, value in enumerate(headlines)]
        draws = {item.record_id: values for item, values in zip(rows, some_draws(headlines), strict=True)}
        expected = rank(rows, draws)
        for order in itertools.permutations(rows):
            assert rank(order, draws) == expected

    def test_rows_that_do_not_compete_have_none_and_need_no_draws(self):
        rows = [row("a", 0.5), row("b", 0.4), row("truth", 0.9, "gt"), row("none", None)]
        found = rank(rows, dict(zip("ab", some_draws([0.5, 0.4]), strict=True)))
        sureness = [(item.rank_interval, item.p_first, item.tier) for item in found]
        assert sureness == [((1, 1), 1, 1), ((2, 2), 0, 2), (None, None, None), (None, None, None)]

    @pytest.mark.parametrize("draws", [None, {}, {"a": np.ones(100)}, {"a": np.ones(100), "b": None}])
    def test_without_draws_of_every_row_there_is_none(self, draws):
        found = rank([row("b", 0.4), row("a", 0.5)], draws)
        assert [(item.rank, item.rank_interval, item.p_first, item.tier) for item in found] == [
            (1, None, None, None),
            (2, None, None, None),
        ]

    @pytest.mark.parametrize(("patients", "has_any"), [(9, False), (10, True)])
    def test_below_ten_patients_there_is_none(self, patients, has_any):
        found = table([0.5, 0.4], some_draws([0.5, 0.4]), patients=patients)
        assert [item.tier is not None and item.rank_interval is not None for item in found] == [has_any, has_any]

    def test_what_rows_said_before_is_forgotten(self):
        stale = {"rank": 7, "rank_interval": (1, 2), "p_first": 0.5, "tier": 3}
        (found,) = rank([row("a", 0.5).model_copy(update=stale)])
        assert (found.rank, found.rank_interval, found.p_first, found.tier) == (1, None, None, None)

    def test_draws_of_other_resamples_are_refused(self):
        with pytest.raises(ComparisonError, match="same resamples"):
            rank([row("a", 0.5), row("b", 0.4)], {"a": np.ones(100), "b": np.ones(101)})


def with_p(p_values, freedom=90):
    """Headlines and draws of models whose difference to the first has these p-values, as long as all stay in one tier.

    Each difference has a standard error of exactly 0.01 over the resamples.
    """
    wave = np.tile([1.0, -1.0], 500)
    wave *= 0.01 / wave.std(ddof=1)
    differences = [0.0, *(0.01 * student.isf(p / 2, freedom) for p in p_values)]
    headlines = 0.9 - np.array(differences)
    draws = np.stack([0.9 + 0 * wave, *(headline + wave for headline in headlines[1:])])
    return headlines, draws, freedom


class TestTiers:
    @pytest.mark.parametrize(
        ("p_values", "expected"),
        [
            ([], [1]),
            ([0.051], [1, 1]),
            ([0.049], [1, 2]),
            ([0.018, 0.0168], [1, 1, 1]),  # three models are three pairs: 0.05 / 3 is 0.01667
            ([0.9, 0.0166], [1, 1, 2]),
            ([0.5, 0.4, 0.3, 0.0051], [1, 1, 1, 1, 1]),  # ten pairs: 0.005
            ([0.5, 0.4, 0.3, 0.0049], [1, 1, 1, 1, 2]),
        ],
    )
    def test_a_tier_begins_below_the_level(self, p_values, expected):
        assert tiers(*with_p(p_values)) == expected

    def test_levels_rise_with_every_rejection(self):
        """Three models: the second is far below the first (0.05 / 3), so the third is held to 0.05 / 2 against it."""
        wave = np.tile([0.01, -0.01], 500)
        # |t| with 90 degrees of freedom is 2.28 for 0.05 / 2 and 2.44 for 0.05 / 3; third: errors below the second.
        for third, expected in ((2.2, [1, 2, 2]), (2.35, [1, 2, 3])):
            headlines = np.array([0.9, 0.5, 0.5 - 0.01 * third])
            draws = np.stack([headlines[0] + 0 * wave, headlines[1] + 0 * wave, headlines[2] + wave])
            assert tiers(headlines, draws, 90) == expected

    def test_the_comparison_is_with_the_first_of_the_tier(self):
        """Each differs little from the one before, the last much from the first."""
        wave = np.tile([0.01, -0.01], 500)
        headlines = 0.9 - 0.012 * np.arange(5)
        draws = np.stack([headlines[0] + 0 * wave, *(value + wave for value in headlines[1:])])
        # Differences of 1.2, 2.4, 3.6 standard errors; ten pairs ask for 2.88 of them with 90 degrees of freedom.
        # From the fourth on, draws share their noise, so a difference of 0.012 has no error at all: a new tier.
        assert tiers(headlines, draws, 90) == [1, 1, 1, 2, 3]

    @pytest.mark.parametrize("swapped", [False, True])
    def test_models_that_share_a_rank_share_a_tier(self, swapped):
        """Two are equally far below the first, one of them with a sure difference and one with an unsure one."""
        wave = np.tile([0.01, -0.01], 500)
        headlines = np.array([0.9, 0.87, 0.87])
        followers = [headlines[1] + wave, headlines[1] + 9 * wave]
        draws = np.stack([headlines[0] + 0 * wave, *(followers[::-1] if swapped else followers)])
        first, second, third = tiers(headlines, draws, 90)
        assert (first, second == third) == (1, True)

    def test_few_patients_need_larger_differences(self):
        headlines, draws, _ = with_p([0.019], freedom=1000)  # 2.35 standard errors
        assert tiers(headlines, draws, 10) == [1, 2]  # 2.23 are needed
        assert tiers(headlines, draws, 6) == [1, 1]  # 2.45
        close = [row("a", headlines[0], patients=1000), row("b", headlines[1], patients=1000)]
        few = [row("a", headlines[0], patients=10, regions=4), row("b", headlines[1], patients=10, regions=4)]
        kept = dict(zip("ab", draws, strict=True))
        assert [[item.tier for item in rank(rows, kept)] for rows in (close, few)] == [[1, 2], [1, 1]]

    def test_the_standard_error_is_that_of_a_sample(self):
        """Four resamples at 0.01 around: the standard error is 0.01 * sqrt(4 / 3), and 2.23 of it are needed."""
        wave = np.array([0.01, -0.01, 0.01, -0.01])
        for errors, expected in ((2.20, [1, 1]), (2.26, [1, 2])):
            headlines = np.array([0.5, 0.5 - errors * 0.01 * np.sqrt(4 / 3)])
            assert tiers(headlines, np.stack([headlines[0] + 0 * wave, headlines[1] + wave]), 10) == expected

    def test_pairing_sees_through_noise_that_all_share(self):
        """All models are shaken together ten times as much as apart; unpaired intervals would overlap wholly."""
        headlines = np.array([0.60, 0.58, 0.56])
        draws = some_draws(headlines, noise=0.002, shared=0.02, resamples=2000)
        assert tiers(headlines, draws, 96) == [1, 2, 3]
        assert tiers(headlines, some_draws(headlines, noise=0.02, resamples=2000), 96) == [1, 1, 1]

    def test_a_sure_difference_and_none(self):
        draws = np.stack([np.full(100, 0.5), np.full(100, 0.4), np.full(100, 0.4)])
        assert tiers(np.array([0.5, 0.4, 0.4]), draws, 96) == [1, 2, 2]
        assert tiers(np.array([0.5, 0.4]), draws[[0, 0]], 96) == [1, 1]

    @pytest.mark.parametrize("models", [2, 8, 30])
    def test_models_equally_good_are_rarely_torn_apart(self, models):
        """400 tables of models that are equally good, ranked by chance: a tier begins in at most 5%, give or take 3.

        With levels of 0.05 / (models - 1), as if the first had been named beforehand, 16% of eight models and 30% of
        thirty are torn apart.
        """
        rng, patients, torn = np.random.default_rng(2), 60, 0
        for _ in range(400):
            scores = rng.normal(0.5, 0.1, (models, patients))
            means = np.sort(scores.mean(axis=1))[::-1]
            scores = scores[np.argsort(-scores.mean(axis=1))]
            errors = scores - means[:, None]
            draws = means[:, None] + errors @ rng.normal(size=(patients, 200)) / patients  # what a bootstrap tends to
            torn += tiers(means, draws, patients - 1)[-1] > 1
        assert torn / 400 < ALPHA + 0.033
