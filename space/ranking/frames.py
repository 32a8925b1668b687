"""The ranking as the page's table takes it: plain lists, made once for each snapshot and choice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from leaderboard import Record, TableRow, TrackFacts
from space.board.snapshot import Snapshot
from space.ranking.choice import Choice
from space.ranking.columns import Column, columns
from space.words import NO_SCORE, Words

_KEPT = 48  # frames; with 500 rows one takes about half a megabyte


@dataclass(frozen=True)
class Frame:
    """A table for gr.Dataframe. value: "headers", "data" (text, which sorts by `types`) and "metadata"."""

    headers: list[str]
    types: list[str]
    widths: list[str]
    value: dict[str, Any]


def ranking(words: Words, snapshot: Snapshot, facts: TrackFacts, choice: Choice, data: str) -> Frame:
    """One line a submission, best by the choice first; the last cell of a line is the id of its record.

    A number that does not exist is None, shown as a dash. data: version and digest of the data set, as shown.
    """
    shown = columns(words, facts, choice, data)
    pairs = [(row, snapshot.records.get(row.record_id)) for row in ordered(snapshot, facts.track, choice)]
    lines = [[column.cell(*pair) for column in shown] for pair in pairs]
    return Frame(
        headers=[column.heading for column in shown],
        types=["number" if column.is_number else "str" for column in shown],
        widths=[f"{column.width}px" for column in shown],
        value={
            "headers": [column.heading for column in shown],
            "data": lines,
            # Text stays as it is; only lines with a gap need words of their own.
            "metadata": {
                "display_value": [_dashed(line) if None in line else None for line in lines],
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


@dataclass
class Kept:
    """What was made of the latest snapshot. Many readers who ask for one thing at once wait for a single making."""

    _of: Snapshot | None = None
    _made: dict[Any, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, snapshot: Snapshot, key: Any, make: Callable[[], Any]) -> Any:
        """`make()`, or what it gave for this snapshot and key before."""
        with self._lock:
            if self._of is not snapshot or len(self._made) >= _KEPT:
                self._of, self._made = snapshot, {}
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]


def _dashed(line: list[str | None]) -> list[str]:
    return [NO_SCORE if cell is None else cell for cell in line]


def _bars(shown: list[Column], row: TableRow, record: Record | None) -> list[str]:
    """The style of each cell up to the last with a bar; table.css draws it."""
    shares = [None if column.bar is None else column.bar(row, record) for column in shown]
    last = max((place for place, share in enumerate(shares) if share is not None), default=-1)
    return ["" if share is None else f"--share: {share:.3f}" for share in shares[: last + 1]]
