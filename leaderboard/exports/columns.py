"""The columns of an exported table: their names, types and values, the same in every format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from leaderboard.records import HEADLINE_REGIONS, TABLE_TURNS, TableRow

Value = str | int | float | None


@dataclass(frozen=True)
class Column:
    """One column: `type` is str, int or float, `value` takes it from a row; None is a missing value."""

    name: str
    type: type
    value: Callable[[TableRow], Value]


def columns(rows: Sequence[TableRow]) -> list[Column]:
    """The columns of a table of these rows: the published four regions, then whatever else a row has."""
    extra = sorted({region for row in rows for region in row.region_dice} - set(HEADLINE_REGIONS))
    return [
        *_RANK,
        *_MODEL,
        *_SCORES,
        *(Column(f"{name}_dice", float, _item("region_dice", name)) for name in (*HEADLINE_REGIONS, *extra)),
        *(Column(f"turn_{turn}_dice", float, _item("turn_dice", turn)) for turn in TABLE_TURNS),
        *_COUNTS,
        *_ORIGIN,
    ]


def flatten(rows: Sequence[TableRow]) -> list[dict[str, Value]]:
    """One flat dict per row with the same keys in all: regions become `<region>_dice`, turns `turn_<n>_dice`."""
    return [{column.name: column.value(row) for column in columns(rows)} for row in rows]


def run(row: TableRow) -> str:
    """ "verified" when a maintainer ran the model again, else "own run"."""
    return "verified" if row.verified else "own run"


def _item(field: str, key: str) -> Callable[[TableRow], Value]:
    return lambda row: getattr(row, field).get(key)


def _end(field: str, index: int) -> Callable[[TableRow], Value]:
    def value(row: TableRow) -> Value:
        interval = getattr(row, field)
        return None if interval is None else interval[index]

    return value


def _millimetres(field: str) -> Callable[[TableRow], Value]:
    return lambda row: None if row.mm is None else getattr(row.mm, field)


def _plain(name: str, kind: type) -> Column:
    return Column(name, kind, attrgetter(name))


_RANK = [
    _plain("rank", int),
    Column("rank_low", int, _end("rank_interval", 0)),
    Column("rank_high", int, _end("rank_interval", 1)),
    _plain("p_first", float),
    _plain("tier", int),
]
_MODEL = [
    *(_plain(name, str) for name in ("model", "organisation", "user", "link")),
    _plain("parameters", int),
]
_SCORES = [
    _plain("headline_dice", float),
    Column("headline_dice_low", float, _end("headline_dice_interval", 0)),
    Column("headline_dice_high", float, _end("headline_dice_interval", 1)),
    _plain("headline_iou", float),
    _plain("turn_weighted_dice", float),
    Column("giou", float, attrgetter("turn_weighted_iou")),
    _plain("ciou", float),
    Column("hd95_mm", float, _millimetres("hd95")),
    Column("nsd_mm", float, _millimetres("nsd")),
    Column("n_mm", int, _millimetres("n")),
]
_COUNTS = [_plain(name, int) for name in ("n", "n_patients", "n_empty", "attempts")]
_ORIGIN = [
    _plain("history_mode", str),
    Column("run", str, run),
    *(_plain(name, str) for name in ("date", "data_version", "scorer_version", "submission", "record_id")),
]
