"""Paired differences of two results, by hand and against a plain loop."""

from types import SimpleNamespace

import numpy as np
import pytest

from leaderboard import ComparisonError
from leaderboard.records import Resampling
from leaderboard.statistics import Companion, compare
from leaderboard.statistics.resamples import resamples_of

MANY = Resampling(resamples=400, seed=2)
NAMES = ("old", "new")


def shifted(turns, shift):
    """shift(index of the turn) is added to its Dice and half of it to its IoU."""
    return [
        (patient, region, dice + shift(index), iou + shift(index) / 2)
        for index, (patient, region, dice, iou) in enumerate(turns)
    ]


def by_cell(comparison):
    return {(item.kind, item.value, item.measure): item for item in comparison.differences}


def test_differences_by_hand(made):
    a = made.sums([("p", "head", 0.5, 0.25), ("p", "chest", 0.5, 0.5), ("q", "head", 0.0, 0.0)])
    b = made.sums([("p", "head", 1.0, 0.75), ("p", "chest", 0.25, 0.25), ("q", "head", 0.5, 0.5)])
    found = compare(a, b, "en-multi", NAMES, MANY)
    assert (found.track, found.a, found.b, found.n, found.n_patients) == ("en-multi", "old", "new", 3, 2)
    assert found.wilcoxon_p is None
    assert [(item.kind, item.value, item.measure, item.n, item.n_patients) for item in found.differences] == [
        ("headline", "all", "dice", 3, 2),
        ("headline", "all", "iou", 3, 2),
        ("overall", "all", "dice", 3, 2),
        ("overall", "all", "iou", 3, 2),
        ("region", "chest", "dice", 1, 1),
        ("region", "chest", "iou", 1, 1),
        ("region", "head", "dice", 2, 2),
        ("region", "head", "iou", 2, 2),
    ]
    cells = by_cell(found)
    assert all(item.interval is None for item in found.differences)
    head = cells["region", "head", "dice"]
    assert (head.a, head.b, head.difference) == (0.25, 0.75, 0.5)
    headline = cells["headline", "all", "dice"]
    assert (headline.a, headline.b, headline.difference) == (0.375, 0.5, 0.125)
    assert cells["overall", "all", "iou"].difference == pytest.approx((0.5 - 0.25 + 0.5) / 3)


def test_the_same_result_differs_in_nothing(made):
    sums = made.random(patients=24)
    found = compare(sums, sums, "en-multi", NAMES, MANY)
    assert {item.difference for item in found.differences} == {0}
    assert {item.interval for item in found.differences if item.n_patients >= 10} == {(0, 0)}
    assert found.wilcoxon_p == 1


def test_both_stand_on_the_same_resamples(made):
    """Every turn gains the same, so no resample leaves a doubt, however much patients differ."""
    turns = made.turns(patients=24)
    found = by_cell(compare(made.sums(turns), made.sums(shifted(turns, lambda _: -0.125)), "zh-multi", NAMES, MANY))
    assert found["headline", "all", "dice"].interval == (-0.125, -0.125)
    assert found["region", "head", "iou"].interval == (-0.0625, -0.0625)


def test_intervals_are_those_of_a_plain_loop_and_turn_round_with_the_sides(made):
    turns = made.turns(patients=24)
    a, b = made.sums(turns), made.sums(shifted(turns, lambda index: -0.1 * (index % 3 == 0)))
    counts, scale = resamples_of(a, MANY)
    draws = []
    for count in counts:
        weights = count * scale
        means = [
            [(weights @ sums.dice[:, i]) / (weights @ sums.n[:, i]) for i in sums.columns("region")] for sums in (a, b)
        ]
        draws.append(np.mean(means[1]) - np.mean(means[0]))
    interval = by_cell(compare(a, b, "en-multi", NAMES, MANY))["headline", "all", "dice"].interval
    assert interval == pytest.approx(np.percentile(draws, [2.5, 97.5]), abs=1e-6)
    turned = by_cell(compare(b, a, "en-multi", NAMES, MANY))["headline", "all", "dice"].interval
    assert turned == pytest.approx((-interval[1], -interval[0]), abs=2e-6)


@pytest.mark.parametrize(
    ("gains", "p"),
    [
        # All ten signs alike: 2 of the 2^10 equally likely sign patterns are as extreme.
        ([0.01 * (index + 1) for index in range(10)], 2 / 2**10),
        ([-0.01 * (index + 1) for index in range(10)], 2 / 2**10),
        # The smallest is against: the rank sum 1 has two patterns at most as extreme on each side (0 and 1).
        ([-0.01, *(0.01 * (index + 1) for index in range(1, 10))], 4 / 2**10),
        ([0.0] * 10, 1.0),
        ([0.01 * (index + 1) for index in range(9)], None),
    ],
)
def test_wilcoxon_is_over_patients(made, gains, p):
    """Two turns of each patient, whose gains average to the patient's."""
    turns = [(f"p{index}", "head", 0.5, 0.5) for index in range(len(gains)) for _ in range(2)]
    better = [
        (patient, region, dice + gains[index // 2] * (0.5 if index % 2 else 1.5), iou)
        for index, (patient, region, dice, iou) in enumerate(turns)
    ]
    found = compare(made.sums(turns), made.sums(better), "en-multi", NAMES, MANY)
    assert found.wilcoxon_p == (None if p is None else pytest.approx(p))


def test_patients_without_a_difference_do_not_count(made):
    gains = [0.01 * (index + 1) for index in range(10)] + [0.0] * 3
    turns = [(f"p{index:02d}", "head", 0.5, 0.5) for index in range(13)]
    better = [(*turn[:2], turn[2] + gain, turn[3]) for turn, gain in zip(turns, gains, strict=True)]
    p = compare(made.sums(turns), made.sums(better), "en-multi", NAMES, MANY).wilcoxon_p
    assert 0.001 < p < 0.01  # the normal approximation, which stands in where there are zeros; exact is 2 / 2^10


def test_results_on_other_data_are_refused(made):
    turns = made.turns(patients=12)
    sums = made.sums(turns)
    with pytest.raises(ComparisonError, match="12 and 11 patients"):
        compare(sums, made.sums([turn for turn in turns if turn[0] != "p03"]), "en-multi", NAMES, MANY)
    renamed = [(patient.replace("p03", "q03"), *rest) for patient, *rest in turns]
    with pytest.raises(ComparisonError, match="not the same ones"):
        compare(sums, made.sums(renamed), "en-multi", NAMES, MANY)
    with pytest.raises(ComparisonError, match=r"old and new, en-multi: the turns of overall all differ"):
        compare(sums, made.sums([*turns, turns[-1]]), "en-multi", NAMES, MANY)
    moved = [(turns[0][0], "head" if turns[0][1] == "chest" else "chest", *turns[0][2:]), *turns[1:]]
    with pytest.raises(ComparisonError, match="region"):
        compare(sums, made.sums(moved), "en-multi", NAMES, MANY)


def test_companions_can_be_compared_with_each_other_and_with_files(made):
    turns = made.turns(patients=24)
    extra = {"modality": ["CT"] * len(turns)}
    a, b = made.sums(turns, extra), made.sums(shifted(turns, lambda index: -0.01 * (index % 5)), extra)
    whole = compare(a, b, "en-multi", NAMES, MANY)
    assert {item.kind for item in whole.differences} == {"headline", "overall", "region", "modality"}
    kept = [Companion.of(SimpleNamespace(sums={"en-multi": sums}), MANY).sums("en-multi") for sums in (a, b)]
    expected = [item for item in whole.differences if item.kind != "modality"]
    assert compare(*kept, "en-multi", NAMES, MANY).differences == expected
    assert compare(kept[0], b, "en-multi", NAMES, MANY).differences == expected
