"""The order of a table: a pure function over its rows."""

from __future__ import annotations

from collections.abc import Iterable

from leaderboard.records import UNRANKED_HISTORY, TableRow

_DIGITS = 12  # below this two headlines differ only by the rounding of their sums


def rank(rows: Iterable[TableRow]) -> list[TableRow]:
    """Rows by headline Dice, best first, each with its rank; those that do not compete come last with rank None.

    Ties share the lowest rank (1, 2, 2, 4) and keep the order they came in. A row does not compete when its headline is
    None or its history mode uses the truth.
    """
    rows = list(rows)
    competing = sorted((row for row in rows if competes(row)), key=lambda row: -_headline(row))
    ranked: list[TableRow] = []
    for position, row in enumerate(competing, start=1):
        tied = ranked and _headline(ranked[-1]) == _headline(row)
        ranked.append(row.model_copy(update={"rank": ranked[-1].rank if tied else position}))
    others = [row.model_copy(update={"rank": None}) for row in rows if not competes(row)]
    return ranked + sorted(others, key=lambda row: (row.headline_dice is None, -(row.headline_dice or 0)))


def competes(row: TableRow) -> bool:
    """Whether the row may have a rank."""
    return row.headline_dice is not None and row.history_mode not in UNRANKED_HISTORY


def _headline(row: TableRow) -> float:
    return round(row.headline_dice, _DIGITS)
