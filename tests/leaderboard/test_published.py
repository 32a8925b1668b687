"""The printed results hang together: each overall value is the plain mean of its four regions."""

import pytest

from leaderboard import published_results


def test_twelve_rows_on_two_tracks():
    keys = [(item.track, item.model) for item in published_results()]
    assert len(keys) == len(set(keys)) == 12
    assert {track for track, _ in keys} == {"en-single", "zh-single"}


@pytest.mark.parametrize("item", published_results(), ids=lambda item: f"{item.track} {item.model}")
def test_overall_is_the_mean_of_the_regions(item):
    for overall, regions in ((item.iou, item.region_iou), (item.dice, item.region_dice)):
        assert list(regions) == ["head", "chest", "abdomen", "prostate"]
        # Five numbers rounded to four digits: half a digit of its own and half a digit of the mean of the others.
        assert sum(regions.values()) / 4 == pytest.approx(overall, abs=1.0001e-4)


def test_a_value_as_printed():
    [item] = [item for item in published_results() if (item.track, item.model) == ("en-single", "LISA (7B)")]
    assert (item.iou, item.dice, item.region_iou["prostate"], item.region_dice["head"]) == (
        0.1423,
        0.2096,
        0.1666,
        0.1038,
    )
