"""What a resample of the patients holds, and that sums over resamples are those of a plain loop."""

import numpy as np
import pytest

from leaderboard import ComparisonError
from leaderboard.records import Resampling
from leaderboard.statistics import headline_interval, resamples
from leaderboard.statistics.resamples import resampled, resamples_of

MANY = Resampling(resamples=300, seed=4)


def test_patients_are_drawn_within_their_stratum(made):
    sums = made.random(patients=24)
    counts, scale = resamples_of(sums, MANY)
    assert counts.shape == (300, 24)
    assert len(np.unique(sums.stratum)) == 2
    for group in np.unique(sums.stratum):
        members = np.flatnonzero(sums.stratum == group)
        assert (counts[:, members].sum(axis=1) == len(members) - 1).all()
        assert scale[members] == pytest.approx(len(members) / (len(members) - 1))


def test_patients_with_regions_of_their_own_are_drawn_like_others(made):
    """Each of twelve patients has another set of regions: nobody may stand in every resample."""
    regions = ["chest", "head", "spine", "abdomen"]
    turns = []
    for patient in range(12):
        owned = [region for bit, region in enumerate(regions) if (patient + 2) >> bit & 1]
        turns += [(f"p{patient:02d}", region, patient / 12, 0.1) for region in owned]
    sums = made.sums(turns)
    counts, _ = resamples_of(sums, MANY)
    assert (counts == 0).any(axis=0).all()
    low, high = headline_interval(sums, MANY)
    assert high - low > 0.1


def test_every_resample_holds_a_region_that_few_have_turns_in(made):
    """Three of thirty patients have one turn in the head and more elsewhere: by chance many resamples lack it."""
    turns = [(f"p{patient:02d}", "chest", 0.5, 0.3) for patient in range(30) for _ in range(3)]
    sums = made.sums([*turns, *((f"p{patient:02d}", "head", 0.5, 0.3) for patient in (3, 7, 9))])
    totals = resampled(sums, MANY, sums.n[:, sums.columns("region")])
    assert (totals > 0).all()


def test_resamples_that_are_drawn_again_differ_from_each_other(made):
    turns = [(f"p{patient:02d}", "chest", 0.5, 0.3) for patient in range(30) for _ in range(3)]
    sums = made.sums([*turns, *((f"p{patient:02d}", "head", 0.5, 0.3) for patient in (3, 7, 9))])
    counts, _ = resamples_of(sums, MANY)
    assert len(np.unique(counts, axis=0)) == len(counts)
    assert not (counts[:, [3, 7, 9]].sum(axis=1) == 0).any()


def test_too_many_regions_are_an_error_and_no_endless_search(made, monkeypatch):
    """Of sixty regions of three patients each, one resample in twenty holds all."""
    turns = [(f"p{patient:03d}", "chest", 0.5, 0.3) for patient in range(300) for _ in range(3)]
    rare = [(f"p{place:03d}", f"region {place // 3}", 0.5, 0.3) for place in range(180)]
    sums = made.sums([*turns, *rare])
    monkeypatch.setattr(resamples, "_REDRAWS", 5)
    with pytest.raises(ComparisonError, match="61 regions are too many"):
        resamples_of(sums, MANY)


def test_where_a_region_has_too_few_patients_other_means_are_resampled_all_the_same(made):
    turns = [(f"p{patient:02d}", "chest", 0.5, 0.3) for patient in range(30)]
    sums = made.sums([*turns, ("p03", "head", 0.5, 0.3)])
    totals = resampled(sums, MANY, sums.n[:, sums.columns("region")])
    assert (totals[:, 1] == 0).any()
    assert headline_interval(sums, MANY) is None


def test_sums_are_those_of_a_plain_loop(made, monkeypatch):
    sums = made.random(patients=24)
    counts, scale = resamples_of(sums, MANY)
    expected = np.zeros((300, 3))
    for resample in range(300):
        for patient in range(24):
            for _ in range(counts[resample, patient]):
                expected[resample] += sums.dice[patient] * scale[patient]
    assert resampled(sums, MANY, sums.dice) == pytest.approx(expected)
    monkeypatch.setattr(resamples, "_BLOCK_VALUES", 7 * 24)  # 300 resamples in blocks of seven
    assert resampled(sums, MANY, sums.dice) == pytest.approx(expected)


def test_the_seed_decides_and_scores_do_not(made):
    turns = made.turns(patients=24)
    sums, other = made.sums(turns), made.sums([(*turn[:2], 0.5, 0.5) for turn in turns])
    counts = resamples_of(sums, MANY).counts
    assert (resamples_of(other, MANY).counts == counts).all()
    resamples._resamples.cache_clear()
    assert (resamples_of(sums, MANY).counts == counts).all()
    assert (resamples_of(sums, Resampling(resamples=300, seed=5)).counts != counts).any()


def test_more_resamples_begin_with_the_same_ones(made):
    sums = made.random()
    few, many = (resamples_of(sums, Resampling(resamples=number)).counts for number in (200, 250))
    assert (many[:200] == few).all()


def test_order_of_turns_changes_no_resample(made):
    turns = made.turns(patients=24)
    assert (resamples_of(made.sums(turns[::-1]), MANY).counts == resamples_of(made.sums(turns), MANY).counts).all()


def test_the_variance_of_a_mean_is_unbiased_in_small_groups(made):
    """Four patients of one turn each: the variance of their mean is s² / 4, where drawing four would give 3/4 of it."""
    dice = np.array([0.1, 0.4, 0.5, 0.9])
    sums = made.sums([(f"p{index}", "head", value, value) for index, value in enumerate(dice)])
    draws = resampled(sums, Resampling(resamples=40_000), sums.dice[:, :1])[:, 0] / 4
    assert draws.mean() == pytest.approx(dice.mean(), abs=0.005)
    assert draws.var() == pytest.approx(dice.var(ddof=1) / 4, rel=0.03)


def test_weights_are_shared_and_cannot_be_changed(made):
    counts, scale = resamples_of(made.random(), MANY)
    for array in (counts, scale):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 1
