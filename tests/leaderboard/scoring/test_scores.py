"""Scores against values worked out by hand. A target or prediction is the first n pixels of a 4 x 4 image, so that
|P and G| is the smaller of the two numbers."""

import random

import numpy as np
import pytest
from pycocotools import mask as coco

from leaderboard import Truth, score_file


def scores_of(path, truth):
    """Track -> scores, without boundaries."""
    return score_file(path, truth, boundary=False)[1].tracks


def by_value(cells):
    return {
        value: (cell.n, pytest.approx(cell.dice), pytest.approx(cell.iou), cell.empty) for value, cell in cells.items()
    }


def all_shares(value):
    """Every float of a dumped model lies in 0 to 1, which neither NaN nor infinity does."""
    if isinstance(value, dict):
        return all(all_shares(item) for item in value.values())
    if isinstance(value, tuple):
        return all(all_shares(item) for item in value)
    return not isinstance(value, float) or 0 <= value <= 1


class TestHandDerived:
    """d1 (abdomen): turn 1 has G 4, P 2: Dice 4/6, IoU 2/4; turn 3 is perfect. d2 (head): G 4, P 0: 0 and 0.
    d3 (chest): G 4, P 12: Dice 8/16, IoU 4/12."""

    def test_multi_turn_track(self, good, truth):
        scores = scores_of(good, truth)
        track = scores["en-multi"]
        assert track.headline_dice == pytest.approx((2 / 3 + 1) / 2)
        assert track.headline_iou == pytest.approx((1 / 2 + 1) / 2)
        assert track.ciou == pytest.approx((2 + 8) / (4 + 8))
        assert (track.overall.n, track.n_dialogues, track.overall.n_patients, track.overall.empty) == (2, 1, 1, 0)
        assert track.regions == ["abdomen"]
        assert track.missing_regions == ["head", "chest", "prostate"]

    def test_single_turn_track_averages_regions_not_turns(self, make):
        extra = make.truth_row("d4", 1, 1, 4, region="head", patient_id="p4")
        truth = Truth.load(make.truth([*make.rows, extra]))
        scores = scores_of(make.parquet([*make.good, make.row("d4", "en", 1, 4)]), truth)
        track = scores["en-single"]
        # head: d2 0 and d4 1; chest: d3 1/2.
        assert track.headline_dice == pytest.approx(((0 + 1) / 2 + 1 / 2) / 2)
        assert track.headline_iou == pytest.approx(((0 + 1) / 2 + 1 / 3) / 2)
        assert track.overall.dice == pytest.approx((0 + 1 + 1 / 2) / 3)
        assert track.overall.iou == pytest.approx((0 + 1 + 1 / 3) / 3)
        assert track.ciou == pytest.approx((0 + 4 + 4) / (4 + 4 + 12))
        assert track.overall.empty == 1
        assert track.regions == ["chest", "head"]

    def test_strata_of_both_tracks(self, good, truth):
        scores = scores_of(good, truth)
        multi, single = scores["en-multi"].strata, scores["en-single"].strata
        assert by_value(multi["facet"]) == {
            "clinical": (1, 2 / 3, 1 / 2, 0),
            "history": (1, 1, 1, 0),
            "spatial": (1, 1, 1, 0),
        }
        assert by_value(multi["segmentation_turn"]) == {"1": (1, 2 / 3, 1 / 2, 0), "2": (1, 1, 1, 0)}
        assert by_value(single["modality"]) == {"CT": (1, 1 / 2, 1 / 3, 0), "MR": (1, 0, 0, 1)}
        assert by_value(single["system"]) == {"nervous": (1, 0, 0, 1), "none": (1, 1 / 2, 1 / 3, 0)}
        assert set(single["facet"]) == {"clinical", "none"}
        assert single["target_size"] == {}
        assert single["target_size_px"]["small"].n == 2

    def test_the_curve_counts_segmentation_turns_not_dialogue_turns(self, good, truth):
        scores = scores_of(good, truth)
        assert by_value(scores["en-multi"].turn_curve) == {"1": (1, 2 / 3, 1 / 2, 0), "2": (1, 1, 1, 0)}
        assert scores["en-multi"].fixed_cohort_curve == {}


class TestEmptyMasks:
    @pytest.mark.parametrize(
        ("target", "predicted", "dice", "empty"), [(0, 0, 1, 1), (0, 3, 0, 0), (3, 0, 0, 1), (16, 16, 1, 0)]
    )
    def test_both_empty_is_one_and_one_empty_is_zero(self, make, target, predicted, dice, empty):
        truth = Truth.load(make.truth([make.truth_row("d1", 1, 1, target, languages=["en"])]))
        scores = scores_of(make.parquet([make.row("d1", "en", 1, predicted)]), truth)
        track = scores["en-single"]
        assert (track.headline_dice, track.headline_iou, track.ciou) == (dice, dice, dice)
        assert track.overall.empty == empty


class TestMissingRows:
    def test_score_zero_and_are_counted(self, make, truth):
        report, scored = score_file(make.parquet(make.good[1:]), truth, boundary=False)
        assert not report.ok
        track = scored.tracks["en-multi"]
        assert track.headline_dice == pytest.approx((0 + 1) / 2)
        assert track.ciou == pytest.approx(8 / (4 + 8))
        assert (track.overall.n, track.overall.missing, track.overall.empty) == (2, 1, 0)
        assert track.turn_curve["1"].missing == 1

    def test_score_zero_even_where_the_target_is_empty(self, make):
        rows = [make.truth_row("d1", turn, turn, 0, languages=["en"]) for turn in (1, 2)]
        scores = scores_of(make.parquet([make.row("d1", "en", 1)]), Truth.load(make.truth(rows)))
        assert scores["en-multi"].headline_dice == 0.5

    def test_a_file_with_any_other_fault_has_no_scores(self, make, truth):
        report, scored = score_file(make.parquet([*make.good, make.good[0]]), truth)
        assert not report.ok
        assert scored is None


class TestTurns:
    @pytest.fixture
    def long(self, make):
        """One dialogue of seven segmentation turns (G 4 in each) and one of two, both in English."""
        rows = [
            *(make.truth_row("long", 2 * turn, turn, 4, languages=["en"]) for turn in range(1, 8)),
            *(make.truth_row("short", turn, turn, 4, languages=["en"], patient_id="p2") for turn in (1, 2)),
        ]
        return Truth.load(make.truth(rows))

    def test_fixed_cohort_holds_only_long_dialogues_at_one_to_five(self, make, long):
        rows = [
            *(make.row("long", "en", 2 * turn, 4 if turn < 4 else 0) for turn in range(1, 8)),
            *(make.row("short", "en", turn, 0) for turn in (1, 2)),
        ]
        scores = scores_of(make.parquet(rows), long)
        track = scores["en-multi"]
        assert {turn: (cell.n, cell.dice) for turn, cell in track.turn_curve.items()} == {
            "1": (2, 0.5),
            "2": (2, 0.5),
            "3": (1, 1),
            "4": (1, 0),
            "5": (1, 0),
            "6": (1, 0),
            "7": (1, 0),
        }
        assert {turn: (cell.n, cell.dice) for turn, cell in track.fixed_cohort_curve.items()} == {
            "1": (1, 1),
            "2": (1, 1),
            "3": (1, 1),
            "4": (1, 0),
            "5": (1, 0),
        }
        assert track.strata["segmentation_turn"]["6+"].n == 2

    def test_curve_is_sorted_by_number(self, make):
        rows = [make.truth_row("d", turn, turn, 4, languages=["zh"]) for turn in range(1, 12)]
        predictions = [make.row("d", "zh", turn, 4) for turn in range(1, 12)]
        scores = scores_of(make.parquet(predictions), Truth.load(make.truth(rows)))
        assert list(scores["zh-multi"].turn_curve) == [str(turn) for turn in range(1, 12)]

    def test_a_turn_missing_in_a_language_moves_the_later_ones_up(self, make):
        """Chinese asks only turns 2 and 3: they are its first and its second; English has all three."""
        languages = (["en"], ["en", "zh"], ["en", "zh"])
        rows = [make.truth_row("d", turn, turn, 4, languages=asked) for turn, asked in enumerate(languages, start=1)]
        predictions = [make.row("d", "zh", 2, 4), make.row("d", "zh", 3, 0)]
        scores = scores_of(make.parquet(predictions), Truth.load(make.truth(rows)))
        curve = scores["zh-multi"].turn_curve
        assert {turn: cell.dice for turn, cell in curve.items()} == {"1": 1, "2": 0}

    def test_the_track_is_decided_per_language(self, make):
        languages = (["en", "zh"], ["en"])
        rows = [make.truth_row("d", turn, turn, 4, languages=asked) for turn, asked in enumerate(languages, start=1)]
        assert Truth.load(make.truth(rows)).tracks == ["en-multi", "zh-single"]


class TestTargetSize:
    def test_millimetres_where_known_pixels_elsewhere(self, make):
        """On a 100 x 100 image: 78 and 79 mm² lie at the 10 mm disc (78.54),
        706 and 707 at the 30 mm disc (706.86). Pixels change at 32 and at 96 squared."""
        areas = {"a": 78, "b": 79, "c": 706, "d": 707}
        rows = [
            make.truth_row(name, 1, 1, area, size=(100, 100), spacing_mm=[0.5, 2.0], languages=["en"])
            for name, area in areas.items()
        ]
        pixels = {"e": 1023, "f": 1024, "g": 9215, "h": 9216}
        rows += [make.truth_row(name, 1, 1, area, size=(100, 100), languages=["en"]) for name, area in pixels.items()]
        truth = Truth.load(make.truth(rows))
        scores = scores_of(make.parquet([make.row(name, "en", 1, 0, (100, 100)) for name in "abcdefgh"]), truth)
        strata = scores["en-single"].strata
        expected = {"small": 1, "medium": 2, "large": 1}
        assert {value: cell.n for value, cell in strata["target_size"].items()} == expected
        assert {value: cell.n for value, cell in strata["target_size_px"].items()} == expected
        assert list(strata["target_size"]) == ["small", "medium", "large"]


class TestPromises:
    def test_order_of_rows_and_format_change_nothing(self, make, truth):
        rows = [*make.good, make.row("d1", "zh", 1, 3), make.row("d1", "zh", 3, 5)]
        expected = {name: score.model_dump_json() for name, score in scores_of(make.parquet(rows), truth).items()}
        random.Random(1).shuffle(rows)
        for path in (make.parquet(rows), make.jsonl(rows)):
            assert {name: score.model_dump_json() for name, score in scores_of(path, truth).items()} == expected

    def test_no_number_is_missing_or_beyond_one(self, good, truth):
        for score in scores_of(good, truth).values():
            assert all_shares(score.model_dump())

    def test_a_mean_of_ones_is_one(self, make):
        rows = [make.truth_row(f"d{i}", 1, 1, 5, languages=["en"], patient_id=f"p{i % 7}") for i in range(1000)]
        predictions = [make.row(f"d{i}", "en", 1, 5) for i in range(1000)]
        track = scores_of(make.parquet(predictions), Truth.load(make.truth(rows)))["en-single"]
        assert (track.headline_dice, track.overall.iou, track.overall.n, track.overall.n_patients) == (1, 1, 1000, 7)

    def test_against_pixel_grids(self, make):
        """Random masks, scored from decoded grids in plain numpy."""
        rng = np.random.default_rng(7)
        grids = rng.random((40, 2, 9, 7)) < 0.4
        encoded = [
            [coco.encode(np.asfortranarray(grid.astype(np.uint8)))["counts"].decode() for grid in pair]
            for pair in grids
        ]
        rows = [
            make.truth_row(
                f"d{i}",
                1,
                1,
                0,
                mask={"size": [9, 7], "counts": pair[1]},
                languages=["zh"],
                region=("head", "chest")[i % 3 == 0],
            )
            for i, pair in enumerate(encoded)
        ]
        predictions = [make.row(f"d{i}", "zh", 1, size=(9, 7), counts=pair[0]) for i, pair in enumerate(encoded)]
        track = scores_of(make.parquet(predictions), Truth.load(make.truth(rows)))["zh-single"]
        predicted, target = grids[:, 0], grids[:, 1]
        shared = (predicted & target).sum((1, 2))
        dice = 2 * shared / (predicted.sum((1, 2)) + target.sum((1, 2)))
        is_chest = np.arange(40) % 3 == 0
        assert track.headline_dice == pytest.approx((dice[is_chest].mean() + dice[~is_chest].mean()) / 2)
        assert track.ciou == pytest.approx(shared.sum() / (predicted | target).sum())
