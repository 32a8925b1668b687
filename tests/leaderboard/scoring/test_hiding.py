"""Small strata lose their scores in public and keep their counts."""

import pytest

from leaderboard import Agreement, Cell, Truth, score_file
from leaderboard.scoring import hide_small, hide_small_agreement

SCORES = ("dice", "iou", "dice_interval", "iou_interval", "mm", "px")


@pytest.fixture
def score(make):
    """Twelve patients in the abdomen and three of them in the head as well; turn 2 has three patients."""
    rows = []
    for patient in range(12):
        name = f"p{patient:02d}"
        rows.append(make.truth_row(name, 1, 1, 4, patient_id=name, languages=["en"], spacing_mm=[1.0, 1.0]))
        if patient < 3:
            rows.append(make.truth_row(name, 2, 2, 4, patient_id=name, languages=["en"], region="head"))
        else:
            rows.append(make.truth_row(name, 2, 2, 4, patient_id=name, languages=["en"], modality="MR"))
    predictions = [make.row(row["dialogue_id"], "en", row["turn"], 1 + index % 8) for index, row in enumerate(rows)]
    return score_file(make.parquet(predictions), Truth.load(make.truth(rows)))[1].tracks["en-multi"]


def test_scores_go_and_counts_stay(score):
    hidden = hide_small(score, 10)
    head = hidden.strata["region"]["head"]
    assert [getattr(head, name) for name in SCORES] == [None] * 6
    assert (head.n, head.n_patients) == (3, 3)
    assert score.strata["region"]["head"].dice is not None  # the score itself is left alone


def test_groups_that_are_large_enough_and_the_whole_stay(score):
    hidden = hide_small(score, 10)
    assert hidden.strata["region"]["abdomen"] == score.strata["region"]["abdomen"]
    assert hidden.turn_curve == score.turn_curve
    assert (hidden.overall, hidden.headline_dice) == (score.overall, score.headline_dice)
    assert hide_small(score, 3) == hide_small(score, 0) == score


def test_every_stratum_and_curve_is_looked_at(score):
    hidden = hide_small(score, 13)
    cells = [cell for group in hidden.strata.values() for cell in group.values()]
    cells += [*hidden.turn_curve.values(), *hidden.fixed_cohort_curve.values()]
    assert cells
    assert all(getattr(cell, name) is None for cell in cells for name in SCORES)


def test_points_of_the_fixed_cohort_are_looked_at_too(score):
    cells = {"1": Cell(n=9, n_patients=3, dice=0.5, iou=0.4), "2": Cell(n=9, n_patients=10, dice=0.5, iou=0.4)}
    hidden = hide_small(score.model_copy(update={"fixed_cohort_curve": cells}), 10).fixed_cohort_curve
    assert [hidden[turn].dice for turn in "12"] == [None, 0.5]


def test_the_agreement_of_few_patients_keeps_its_counts_alone():
    few = Agreement(n=8, n_patients=4, dice=0.7, dice_interval=(0.6, 0.8), both_empty=1)
    many = few.model_copy(update={"n_patients": 10})
    hidden = hide_small_agreement({"single": few, "all": many}, 10)
    assert hidden == {"single": Agreement(n=8, n_patients=4, dice=None, both_empty=1), "all": many}
