"""Records cannot hold what is no score."""

import pytest
from pydantic import ValidationError

from leaderboard import Cell, Distances, Resampling


@pytest.mark.parametrize("dice", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_cell_holds_shares_or_none(dice):
    with pytest.raises(ValidationError):
        Cell(n=1, n_patients=1, dice=dice, iou=0.5)
    assert Cell(n=0, n_patients=0, dice=None, iou=None).dice is None


@pytest.mark.parametrize("interval", [(-0.1, 0.5), (0.5, float("nan")), (0.5,), (0.1, 1.2)])
def test_an_interval_holds_two_shares(interval):
    with pytest.raises(ValidationError):
        Cell(n=1, n_patients=1, dice=0.5, iou=0.5, dice_interval=interval)


@pytest.mark.parametrize("hd95", [float("inf"), float("nan"), -1])
def test_a_distance_is_finite(hd95):
    with pytest.raises(ValidationError):
        Distances(n=1, hd95=hd95, nsd=0.5)


def test_too_few_resamples_are_refused():
    with pytest.raises(ValidationError, match="at least 100"):
        Resampling(resamples=99)
