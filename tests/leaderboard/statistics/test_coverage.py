"""By simulation: how often a 95% interval holds the truth."""

import numpy as np
import pytest

from leaderboard.records import Resampling
from leaderboard.statistics import headline_interval

REGIONS = ("chest", "head")
LEVELS = {"chest": 0.4, "head": 0.6}  # the mean Dice of all patients there are, by region
BETWEEN, WITHIN = 0.12, 0.05  # standard deviations: of patients, and of the turns of one


def simulated(rng, patients):
    """(patient, region, dice, iou) of two to sixteen turns a patient, each patient with a level of its own."""
    turns = []
    for index in range(patients):
        region = REGIONS[index % 2]
        level = LEVELS[region] + rng.uniform(-1, 1) * BETWEEN * np.sqrt(3)
        dice = level + rng.uniform(-1, 1, rng.integers(2, 17)) * WITHIN * np.sqrt(3)
        turns += [(f"p{index:03d}", region, value, value) for value in dice]
    return turns


def share_covered(made, patients, tables, alone=False):
    """Of how many tables the interval of the headline holds its expectation. alone: every turn as its own patient."""
    rng, truth, held = np.random.default_rng(11), np.mean(list(LEVELS.values())), 0
    for seed in range(tables):
        turns = simulated(rng, patients)
        if alone:
            turns = [(f"t{index:04d}", *turn[1:]) for index, turn in enumerate(turns)]
        low, high = headline_interval(made.sums(turns), Resampling(resamples=400, seed=seed))
        held += low <= truth <= high
    return held / tables


@pytest.mark.slow
@pytest.mark.parametrize("patients", [60, 200])
def test_resampling_patients_covers_the_truth(made, patients):
    assert 0.92 < share_covered(made, patients, 800) < 0.975


@pytest.mark.slow
def test_even_twelve_patients_are_nearly_enough(made):
    assert share_covered(made, 12, 800) > 0.88


@pytest.mark.slow
def test_resampling_turns_does_not(made):
    assert share_covered(made, 60, 300, alone=True) < 0.7
