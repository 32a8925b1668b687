"""Dice between the masks given for the same turn asked in English and in Chinese."""

import numpy as np
import pytest

from leaderboard import Truth, score_file
from leaderboard.records import Resampling


def agreement(path, truth, **options):
    return score_file(path, truth, boundary=False, **options)[1].agreement


def test_by_hand(make, truth):
    """d1 has two turns in both languages, d2 one; d3 is asked in English only."""
    chinese = [make.row("d1", "zh", 1, 6), make.row("d1", "zh", 3, 8), make.row("d2", "zh", 1, 0)]
    found = agreement(make.parquet([*make.good, *chinese]), truth)
    # d1: 2 and 6 pixels agree to 4 / 8, 8 and 8 to 1; d2: both are empty. The truth plays no part.
    assert {key: (item.n, item.n_patients, item.dice, item.both_empty) for key, item in found.items()} == {
        "all": (3, 2, pytest.approx((0.5 + 1 + 1) / 3), 1),
        "single": (1, 1, 1, 1),
        "multi": (2, 1, pytest.approx(0.75), 0),
    }
    assert all(item.dice_interval is None for item in found.values())


def test_one_language_has_none(good, truth):
    assert agreement(good, truth) == {}


def test_a_turn_without_a_row_in_one_language_is_left_out(make, truth):
    found = agreement(make.parquet([*make.good, make.row("d1", "zh", 3, 4)]), truth)
    # Turn 3 alone has both rows: 8 and 4 pixels. The missing one is counted in its track.
    assert {key: (item.n, item.dice) for key, item in found.items()} == {
        "all": (1, pytest.approx(8 / 12)),
        "multi": (1, pytest.approx(8 / 12)),
    }


def test_a_dialogue_of_another_kind_in_each_language_counts_in_all_only(make):
    languages = (["en", "zh"], ["en"])
    rows = [make.truth_row("d", turn, turn, 4, languages=asked) for turn, asked in enumerate(languages, start=1)]
    predictions = [make.row("d", "en", 1, 4), make.row("d", "en", 2, 4), make.row("d", "zh", 1, 2)]
    found = agreement(make.parquet(predictions), Truth.load(make.truth(rows)))
    assert {key: item.n for key, item in found.items()} == {"all": 1}


def test_the_interval_is_over_patients(make):
    """Twenty patients of three turns each, half of them agreeing wholly and half not at all: the mean is 0.5, and its
    standard error that of 20 values of 0 and 1, sqrt(0.25 / 19), not of 60."""
    rows = [
        make.truth_row(f"d{patient}-{turn}", 1, 1, 4, patient_id=f"p{patient}")
        for patient in range(20)
        for turn in range(3)
    ]
    predictions = [
        make.row(row["dialogue_id"], language, 1, 5 if language == "en" or int(row["patient_id"][1:]) % 2 else 0)
        for row in rows
        for language in ("en", "zh")
    ]
    path, truth = make.parquet(predictions), Truth.load(make.truth(rows))
    item = agreement(path, truth)["all"]
    assert (item.n, item.n_patients, item.dice) == (60, 20, 0.5)
    low, high = item.dice_interval
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(0.25 / 19), rel=0.1)
    other = agreement(path, truth, resampling=Resampling(resamples=500, seed=9))["all"]
    assert other.dice == item.dice
    assert other.dice_interval != item.dice_interval
