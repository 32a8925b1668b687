"""Results written by hand, so that every cell of a table can be read off here."""

from __future__ import annotations

from leaderboard import Agreement, Cell, Distances, Record, SubmissionMeta, TableRow, TrackFacts, TrackScore, rank
from leaderboard.records import DatasetRef, PredictionCounts
from leaderboard.standings import table_row
from space.board.snapshot import Snapshot

TRACK = "en-multi"
FACTS = TrackFacts(TRACK, dialogues=40, turns=120, patients=30, longest=6, regions=["head", "chest"])
DATA = "1.2.0 · abababab"


def cell(dice: float | None, patients: int = 20, n: int = 60, **more) -> Cell:
    """A cell whose IoU is half its Dice; intervals reach 0.05 to both sides from ten patients on."""
    iou = None if dice is None else dice / 2

    def around(mean):
        return None if mean is None or patients < 10 else (max(0.0, mean - 0.05), mean + 0.05)

    return Cell(
        n=n, n_patients=patients, dice=dice, iou=iou, dice_interval=around(dice), iou_interval=around(iou), **more
    )


def track(headline: float, chest: float | None, hd95: float | None, **changes) -> TrackScore:
    """A track of six turns over two regions; turn t has a Dice of headline / t."""
    curve = {str(turn): cell(headline / turn, n=60 // turn) for turn in range(1, 7)}
    fields = {
        "headline_dice": headline,
        "headline_iou": headline / 2,
        "headline_dice_interval": (headline - 0.05, headline + 0.05),
        "headline_iou_interval": (headline / 2 - 0.05, headline / 2 + 0.05),
        "overall": cell(
            headline, 30, 120, empty=7, mm=None if hd95 is None else Distances(n=100, hd95=hd95, nsd=headline)
        ),
        "ciou": 0.3,
        "regions": ["head", "chest"],
        "missing_regions": ["abdomen", "prostate"],
        "n_dialogues": 40,
        "strata": {
            "facet": {"history": cell(headline)},
            "region": {"head": cell(headline), "chest": cell(chest)},
            "system": {"immune": cell(None, patients=4, n=9)},
            "segmentation_turn": {**{turn: curve[turn] for turn in "12345"}, "6+": curve["6"]},
        },
        "turn_curve": curve,
        "fixed_cohort_curve": {turn: cell(headline / int(turn) / 2, patients=9, n=10) for turn in "12345"},
    }
    return TrackScore(**(fields | changes))


def record(name: str, score: TrackScore, **changes) -> Record:
    """A record with the id "<name>-1" of the user "ann"."""
    meta = {"model": name, "organisation": "lab", "history_mode": "own", "signed": "ann", "parameters": "7B"}
    fields = {
        "id": f"{name}-1",
        "submission": name,
        "created": "2026-01-31T12:00:00+00:00",
        "user": "ann",
        "meta": SubmissionMeta(**(meta | changes.pop("meta", {}))),
        "split": "test",
        "dataset": DatasetRef(name="ORG/data", version="1.2.0", digest="ab" * 32),
        "scorer_version": "2",
        "device": "cpu",
        "file_sha256": "cd" * 32,
        "counts": PredictionCounts(rows=480, empty_predictions=7),
        "tracks": {TRACK: score},
        "agreement": {
            "multi": Agreement(n=120, n_patients=30, dice=0.71),
            "single": Agreement(n=9, n_patients=9, dice=0.1),
        },
        "attempts": 3,
    }
    return Record(**(fields | changes))


def snapshot(*records: Record, **more) -> Snapshot:
    """The tables of these records, ranked."""
    tracks = {name for item in records for name in item.tracks} | {TRACK}
    tables: dict[str, list[TableRow]] = {
        name: rank([table_row(item, name) for item in records if name in item.tracks]) for name in tracks
    }
    return Snapshot(
        made="2026-02-01T10:20:30+00:00", tables=tables, records={item.id: item for item in records}, **more
    )


def three() -> Snapshot:
    """By the headline a, b, c; by chest b, a and c without a score; by HD95 a, c, b."""
    return snapshot(
        record("a", track(0.6, 0.3, 12.0)), record("b", track(0.5, 0.5, 30.25)), record("c", track(0.4, None, 20.0))
    )
