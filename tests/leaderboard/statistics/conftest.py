"""Sums by patient, made from a few turns or at random."""

import numpy as np
import pytest

from leaderboard.statistics import PatientSums
from leaderboard.truth import Labels


def labels(values):
    words = sorted(set(values))
    return Labels(words, np.array([words.index(value) for value in values], np.int64))


def sums_of(turns, extra=None):
    """turns: (patient, region, dice, iou). extra: kind -> the value of each turn."""
    patients, regions, dice, iou = zip(*turns, strict=True)
    ids = sorted({*patients, "p-without-turns"})
    everywhere = np.arange(len(turns))
    kinds = {"overall": ["all"] * len(turns), "region": regions} | (extra or {})
    return PatientSums.of(
        np.array([ids.index(patient) for patient in patients]),
        ids,
        {kind: (everywhere, labels(values)) for kind, values in kinds.items()},
        dice=np.array(dice, float),
        iou=np.array(iou, float),
        intersection=np.round(np.array(iou) * 100),
        union=np.full(len(turns), 100.0),
    )


def random_turns(seed=0, patients=24, regions=("chest", "head"), turns=5):
    """Turns of `patients` patients, each with a level of its own; every third patient has turns in two regions."""
    rng = np.random.default_rng(seed)
    made = []
    for index in range(patients):
        level = rng.uniform(0.2, 0.8)
        for turn in range(rng.integers(1, turns + 1) + 1):
            region = regions[(index + (turn if index % 3 == 0 else 0)) % len(regions)]
            dice = float(np.clip(level + rng.normal(0, 0.1), 0, 1))
            made.append((f"p{index:02d}", region, dice, dice / (2 - dice)))
    return made


@pytest.fixture
def made():
    """Builders: `sums(turns, extra)`, `turns(seed, patients, regions, turns)`, `random(...)` for the sums of those."""

    class Made:
        sums = staticmethod(sums_of)
        turns = staticmethod(random_turns)

        @staticmethod
        def random(*args, **options):
            return sums_of(random_turns(*args, **options))

    return Made
