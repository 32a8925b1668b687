"""Which scores have intervals, and what could change them."""

import random

import pytest

from leaderboard import Truth, score_file
from leaderboard.files import Limits
from leaderboard.records import Resampling
from leaderboard.scoring import score_predictions
from leaderboard.validation import read_submission

FAST = Resampling(resamples=300)


@pytest.fixture
def rows(make):
    """Twelve patients with two turns in the abdomen each, the first four with one in the chest too."""
    made = []
    for patient in range(12):
        name = f"p{patient:02d}"
        made += [make.truth_row(name, turn, turn, 4, patient_id=name, languages=["en"]) for turn in (1, 2)]
        if patient < 4:
            made.append(make.truth_row(name, 3, 3, 4, patient_id=name, languages=["en"], region="chest"))
    return made


@pytest.fixture
def predictions(make, rows):
    return [make.row(row["dialogue_id"], "en", row["turn"], 1 + index % 9) for index, row in enumerate(rows)]


def scored(make, rows, predictions, resampling=FAST, name="made.parquet"):
    truth = Truth.load(make.truth(rows))
    path = make.parquet(predictions, name=name)
    return score_file(path, truth, resampling=resampling, boundary=False)[1].tracks["en-multi"]


def test_cells_of_ten_patients_have_intervals_around_their_means(make, rows, predictions):
    track = scored(make, rows, predictions)
    for cell in (track.overall, track.strata["region"]["abdomen"], track.turn_curve["1"]):
        assert cell.dice_interval[0] < cell.dice < cell.dice_interval[1]
        assert cell.iou_interval[0] < cell.iou < cell.iou_interval[1]
    assert track.headline_dice_interval[0] < track.headline_dice < track.headline_dice_interval[1]
    assert track.headline_iou_interval[0] < track.headline_iou < track.headline_iou_interval[1]
    assert track.ciou_interval[0] < track.ciou < track.ciou_interval[1]
    chest = track.strata["region"]["chest"]
    assert (chest.n_patients, chest.dice_interval, chest.iou_interval) == (4, None, None)
    assert track.turn_curve["3"].dice_interval is None


def test_nine_patients_have_none(make, rows, predictions):
    few = [row for row in rows if row["patient_id"] < "p09"]
    track = scored(make, few, [row for row in predictions if row["dialogue_id"] < "p09"])
    assert track.overall.n_patients == 9
    for value in (track.headline_dice_interval, track.headline_iou_interval, track.ciou_interval):
        assert value is None
    assert track.overall.dice_interval is None


def test_order_of_rows_and_of_the_truth_change_nothing(make, rows, predictions):
    expected = scored(make, rows, predictions)
    shuffled = random.Random(5).sample(predictions, len(predictions))
    assert scored(make, rows, shuffled) == expected
    # The truth in another order may round its sums in another way, far below six decimals.
    turned = scored(make, rows[::-1], predictions)
    assert turned.overall.dice_interval == pytest.approx(expected.overall.dice_interval, abs=1.1e-6)


def test_the_seed_changes_intervals_alone(make, rows, predictions):
    one, other = scored(make, rows, predictions), scored(make, rows, predictions, Resampling(resamples=300, seed=1))
    assert one.overall.dice == other.overall.dice
    assert one.overall.dice_interval != other.overall.dice_interval


def test_sums_and_device_come_with_the_scores(make, rows, predictions):
    truth = Truth.load(make.truth(rows))
    _, usable = read_submission(make.parquet(predictions), truth, Limits())
    result = score_predictions(usable, truth, resampling=FAST, boundary=False, device="cpu")
    sums, track = result.sums["en-multi"], result.tracks["en-multi"]
    assert sums.headline("dice") == track.headline_dice
    assert sums.patients == tuple(f"p{index:02d}" for index in range(12))
    assert result.device == "cpu"
    with pytest.raises(ValueError, match="device"):
        score_predictions(usable, truth, device="abacus")
