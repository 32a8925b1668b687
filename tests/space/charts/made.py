"""Scores, table rows and snapshots written by rule, so that every number in a figure can be told beforehand."""

from __future__ import annotations

from leaderboard import (
    Agreement,
    Cell,
    Comparison,
    Difference,
    HistoryGap,
    Record,
    SubmissionMeta,
    TableRow,
    TrackScore,
)
from leaderboard.records import DatasetRef, PredictionCounts
from space.board.snapshot import Snapshot

MOMENT = "2025-11-20T10:00:00Z"
STRATA = {
    "region": ("abdomen", "chest", "head"),
    "modality": ("CT", "MR"),
    "facet": ("clinical", "spatial", "history"),
    "system": ("digestive", "nervous", "respiratory", "circulatory"),
    "segmentation_turn": ("1", "2", "3", "4", "5", "6+"),
    "target_size": ("small", "medium", "large"),
    "target_size_px": (),
}


def cell(
    dice: float | None, n: int = 40, patients: int = 12, half: float | None = 0.04, iou: float | None = None
) -> Cell:
    """A cell whose intervals reach `half` to the left and twice as far to the right; half None: no interval."""
    iou = iou if iou is not None or dice is None else dice / 2
    return Cell(
        n=n, n_patients=patients, dice=dice, iou=iou, dice_interval=_ends(dice, half), iou_interval=_ends(iou, half)
    )


def _ends(value: float | None, half: float | None) -> tuple[float, float] | None:
    return None if value is None or half is None else (max(0, value - half), min(1, value + 2 * half))


def curve(start: float, turns: int, fall: float = 0.05, n: int = 120, **more: object) -> dict[str, Cell]:
    """Scores that fall by `fall` and counts that shrink by 7 from turn to turn."""
    return {
        str(turn): cell(max(0, round(start - fall * (turn - 1), 6)), n=n - 7 * (turn - 1), **more)
        for turn in range(1, turns + 1)
    }


def score(start: float = 0.6, turns: int = 7, **changes: object) -> TrackScore:
    """A track whose curve begins at `start`; the fixed cohort lies 0.02 below."""
    strata = {
        kind: {
            value: cell(round(max(0, start - 0.03 * place), 6), n=100 - 10 * place + len(kind))
            for place, value in enumerate(values)
        }
        for kind, values in STRATA.items()
    }
    fields = {
        "headline_dice": start,
        "headline_iou": start / 2,
        "overall": cell(start, n=700, patients=20),
        "ciou": start / 2,
        "regions": ["abdomen", "chest", "head"],
        "missing_regions": ["prostate"],
        "n_dialogues": 120,
        "strata": strata,
        "turn_curve": curve(start, turns),
        "fixed_cohort_curve": curve(start - 0.02, min(turns, 5), n=60) if turns >= 5 else {},
    }
    return TrackScore(**fields | changes)


def agreement(dice: float | None, n: int = 50, half: float | None = 0.05) -> Agreement:
    """An agreement whose interval is as that of a cell."""
    return Agreement(n=n, n_patients=14, dice=dice, dice_interval=_ends(dice, half), both_empty=3)


def row(record_id: str, rank: int | None, model: str | None = None, **changes: object) -> TableRow:
    """A row of a table; its rank interval reaches one rank to both sides."""
    fields = {
        "rank": rank,
        "model": model or f"Model {record_id}",
        "organisation": "",
        "user": "tester",
        "link": None,
        "headline_dice": None if rank is None else round(max(0, 0.7 - 0.05 * rank), 6),
        "rank_interval": None if rank is None else (max(1, rank - 1), rank + 1),
        "p_first": None if rank is None else (0.75 if rank == 1 else 0.125),
        "tier": None if rank is None else (rank + 1) // 2,
        "headline_iou": 0.3,
        "turn_weighted_dice": 0.5,
        "region_dice": {},
        "turn_dice": {},
        "n": 700,
        "n_patients": 20,
        "n_empty": 0,
        "attempts": 1,
        "history_mode": "own",
        "date": "2025-11-20",
        "record_id": record_id,
    }
    return TableRow(**fields | changes)


def record(table_row: TableRow, tracks: dict[str, TrackScore], found: dict[str, Agreement] | None = None) -> Record:
    """The record behind a row."""
    return Record(
        id=table_row.record_id,
        submission=table_row.record_id,
        created=MOMENT,
        user=table_row.user,
        meta=SubmissionMeta(model=table_row.model, history_mode=table_row.history_mode),
        split="test",
        dataset=DatasetRef(name="Made", version="1.0.0", digest="a" * 64),
        scorer_version="1",
        device="cpu",
        file_sha256="b" * 64,
        counts=PredictionCounts(rows=700, empty_predictions=0),
        tracks=tracks,
        agreement=found or {},
    )


def gap(model: str, difference: float, own: float = 0.4, half: float | None = 0.02, **changes: object) -> HistoryGap:
    """A gap of the headline Dice; that of IoU is half of it."""
    differences = [
        Difference(
            kind="headline",
            value="all",
            measure=measure,
            n=300,
            n_patients=15,
            a=own * part,
            b=round((own + difference) * part, 9),
            difference=round(difference * part, 9),
            interval=None if half is None else (difference * part - half, difference * part + half),
        )
        for measure, part in (("dice", 1), ("iou", 0.5))
    ]
    comparison = Comparison(track="en-multi", a="own", b="gt", n=300, n_patients=15, differences=differences)
    fields = {"user": "tester", "model": model, "track": "en-multi", "own": "o", "true": "t", "comparison": comparison}
    return HistoryGap(**fields | changes)


def snapshot(names: list[str], track: str = "en-multi", **changes: object) -> Snapshot:
    """A table of models of these names, best first, with ids r1, r2, ..., their records and no gaps."""
    rows = [row(f"r{place}", place, name) for place, name in enumerate(names, start=1)]
    found = {"all": agreement(0.8), "single": agreement(0.9), "multi": agreement(0.7)}
    records = {item.record_id: record(item, {track: score(item.headline_dice)}, found) for item in rows}
    fields = {"made": MOMENT, "tables": {track: rows}, "records": records}
    return Snapshot(**fields | changes)
