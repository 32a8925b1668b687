"""Records with realistic scores, awkward names, missing values and small groups."""

from types import SimpleNamespace

import pytest

from leaderboard.records import (
    Agreement,
    Cell,
    Comparison,
    DatasetRef,
    Difference,
    Distances,
    PredictionCounts,
    Record,
    SubmissionMeta,
    TableRow,
    TrackScore,
)

# Markup, mathematics, Chinese and full length at once; as a name within 80 characters.
HOSTILE = "<script>alert('$x_1$')</script> | [a](http://evil.org) **医学多轮推理分割模型** \"&amp;\""
LONG = "central-south-university/医学多轮推理分割模型-LISA-plus-plus-13B-finetuned-on-everything"[:80]


def cell(n, patients, dice, **more):
    """Intervals of 0.03 to each side from ten patients on; the IoU that belongs to a single Dice."""
    iou = None if dice is None else dice / (2 - dice)

    def around(mean):
        return None if mean is None or patients < 10 else (max(0.0, mean - 0.03), min(1.0, mean + 0.03))

    return Cell(
        n=n, n_patients=patients, dice=dice, iou=iou, dice_interval=around(dice), iou_interval=around(iou), **more
    )


def track(turns=7, **changes):
    curve = {str(turn): cell(4200 // turn, 300 // turn, 0.62 * 0.86 ** (turn - 1)) for turn in range(1, turns + 1)}
    cohort = {str(turn): cell(700, 66, 0.58 * 0.83 ** (turn - 1)) for turn in range(1, 6)} if turns >= 5 else {}
    strata = {
        "region": {
            "head": cell(2900, 110, 0.41, mm=Distances(n=2800, hd95=12.345, nsd=0.5)),
            "chest": cell(1500, 70, 0.35),
            "abdomen": cell(3100, 90, 0.66),
            "other": cell(22, 4, None),
        },
        "modality": {"CT": cell(5000, 180, 0.5), "MR": cell(3300, 120, 0.38)},
        "facet": {"clinical": cell(6000, 290, 0.47), "history": cell(2500, 200, 0.22)},
        "system": {"reproductive": cell(300, 8, 0.05), "nervous": cell(3000, 188, 0.595)},
        "segmentation_turn": {**{turn: curve[turn] for turn in list(curve)[:5]}, "6+": cell(600, 50, 0.2)},
        "target_size": {"small": cell(2000, 150, 0.19), "large": cell(2800, 210, 0.61)},
    }
    whole = {
        "headline_dice": 0.4733,
        "headline_iou": 0.3211,
        "headline_dice_interval": (0.4401, 0.5099),
        "headline_iou_interval": (0.3, 0.35),
        "overall": cell(8322, 300, 0.4512, empty=312, missing=7, mm=Distances(n=7800, hd95=18.234, nsd=0.4123)),
        "ciou": 0.5017,
        "regions": ["head", "chest", "abdomen"],
        "missing_regions": ["prostate"],
        "n_dialogues": 1900,
        "strata": strata,
        "turn_curve": curve,
        "fixed_cohort_curve": cohort,
    }
    return TrackScore(**(whole | changes))


def small_track():
    """Six patients: no interval anywhere."""
    few = cell(60, 6, 0.3)
    return track(
        headline_dice_interval=None,
        headline_iou_interval=None,
        overall=few,
        strata={"region": {"head": few, "chest": cell(3, 1, None)}},
        turn_curve={"1": few, "2": cell(20, 6, 0.2), "3": cell(2, 1, None)},
        fixed_cohort_curve={},
    )


def record(**changes):
    meta = {"model": HOSTILE[:80], "organisation": HOSTILE, "history_mode": "own", "signed": "李 <b>"}
    meta |= {"link": "https://example.org/a?b=1&c=2", "parameters": "13B", "training_data": f"{HOSTILE}\nsecond line"}
    meta |= changes.pop("meta", {})
    fields = {
        "id": "record-1",
        "submission": "submission-1",
        "created": "2026-01-31T12:00:00+00:00",
        "user": "ann",
        "meta": SubmissionMeta(**meta),
        "split": "test",
        "dataset": DatasetRef(name="ORG/data", version="1.2.0", digest="ab" * 32),
        "scorer_version": "2",
        "device": "cpu",
        "file_sha256": "cd" * 32,
        "counts": PredictionCounts(rows=33288, empty_predictions=901),
        "tracks": {"zh-multi": small_track(), "en-single": track(turns=1), "en-multi": track()},
        "agreement": {"all": Agreement(n=8000, n_patients=300, dice=0.7123, dice_interval=(0.69, 0.73), both_empty=4)},
        "attempts": 3,
    }
    return Record(**(fields | changes))


def row(**changes):
    fields = {
        "rank": 2,
        "model": "net",
        "organisation": "lab",
        "user": "ann",
        "link": None,
        "headline_dice": 0.4733,
        "headline_dice_interval": (0.4401, 0.5099),
        "rank_interval": (1, 4),
        "p_first": 0.2515,
        "tier": 1,
        "headline_iou": 0.3211,
        "turn_weighted_dice": 0.4512,
        "region_dice": {},
        "turn_dice": {},
        "n": 8322,
        "n_patients": 300,
        "n_empty": 312,
        "attempts": 3,
        "history_mode": "own",
        "date": "2026-01-31",
        "record_id": "record-1",
    }
    return TableRow(**(fields | changes))


def difference(kind, value, by, interval=None, measure="dice", n=800, patients=60):
    scores = {"a": 0.4, "b": 0.4 + by, "difference": by, "interval": interval}
    return Difference(kind=kind, value=value, measure=measure, n=n, n_patients=patients, **scores)


def comparison(**changes):
    fields = {
        "track": "en-multi",
        "a": LONG,
        "b": HOSTILE,
        "n": 8322,
        "n_patients": 300,
        "differences": [
            difference("headline", "all", 0.031, (0.01, 0.05)),
            difference("headline", "all", 0.02, (0.01, 0.03), measure="iou"),
            difference("overall", "all", 0.02, (-0.001, 0.04)),
            difference("region", "head", -0.06, (-0.09, -0.03)),
            difference("region", "prostate", 0.04, n=30, patients=6),
        ],
        "wilcoxon_p": 0.000312,
    }
    return Comparison(**(fields | changes))


@pytest.fixture
def made():
    """The builders above."""
    return SimpleNamespace(
        **{
            "hostile": HOSTILE,
            "long": LONG,
            "cell": cell,
            "track": track,
            "small_track": small_track,
            "record": record,
            "row": row,
            "difference": difference,
            "comparison": comparison,
        }
    )
