"""The ranking as the page's table takes it: plain lists, made once for each snapshot and choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leaderboard import Record, TableRow, TrackFacts
from space.board.snapshot import Snapshot
from space.charts.names import model_names
from space.ranking.choice import Choice
from space.ranking.columns import Column, columns
from space.words import Words

_DECIMALS = 6


@dataclass(frozen=True)
class Frame:
    """A table for gr.Dataframe. value: "headers", "data" (what it sorts by) and "metadata" (what it shows)."""

    headers: list[str]
    types: list[str]
    widths: list[str]
    value: dict[str, Any]


def ranking(words: Words, snapshot: Snapshot, facts: TrackFacts, choice: Choice, data: str) -> Frame:
    """One line a submission, best by the choice first; the last cell of a line is the id of its record.

    data: version and digest of the data set, as shown.
    """
    names = model_names(words, snapshot.tables.get(facts.track, []))
    shown = columns(words, facts, choice, data, names)
    pairs = [(row, snapshot.records.get(row.record_id)) for row in ordered(snapshot, facts.track, choice)]
    return Frame(
        headers=[column.heading for column in shown],
        types=["str" if column.number is None else "number" for column in shown],
        widths=[f"{column.width}px" for column in shown],
        value={
            "headers": [column.heading for column in shown],
            "data": [[_sortable(column, *pair) for column in shown] for pair in pairs],
            "metadata": {
                "display_value": [[column.text(*pair) for column in shown] for pair in pairs],
                "styling": [_bars(shown, *pair) for pair in pairs],
            },
        },
    )


def ordered(snapshot: Snapshot, track: str, choice: Choice) -> list[TableRow]:
    """The rows of a track by the choice, best first, then those without a value; ties keep the order of the ranking."""
    rows = snapshot.tables.get(track, [])
    if choice.is_headline:
        return rows

    def place(row: TableRow) -> tuple[bool, float]:
        score = snapshot.score(track, row.record_id)
        value = None if score is None else choice.value(score)
        return value is None, (value or 0.0) if choice.is_lower_better else -(value or 0.0)

    return sorted(rows, key=place)


def _sortable(column: Column, row: TableRow, record: Record | None) -> float | str:
    """What gradio sorts a cell by. A missing number is the worst one: as null it would count as 0."""
    if column.number is None:
        return column.text(row, record)
    number = column.number(row, record)
    if number is None:
        return "Infinity" if column.low_first else "-Infinity"  # JSON has no such numbers; the table reads them so
    return round(number, _DECIMALS)


def _bars(shown: list[Column], row: TableRow, record: Record | None) -> list[str]:
    """The style of each cell up to the last with a bar; table.css draws it."""
    shares = [None if column.bar is None else column.bar(row, record) for column in shown]
    last = max((place for place, share in enumerate(shares) if share is not None), default=-1)
    return ["" if share is None else f"--share: {share:.3f}" for share in shares[: last + 1]]
