"""What the models of one table are called in its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaderboard.records import model_key

if TYPE_CHECKING:
    from leaderboard import TableRow
    from space.words import Words


def model_names(words: Words, rows: Sequence[TableRow]) -> dict[str, str]:
    """Record id -> the model's name, with user or history where models of one table look alike. Text of users."""
    return {row.record_id: _name(words, row, [other for other in rows if _alike(row, other)]) for row in rows}


def _alike(row: TableRow, other: TableRow) -> bool:
    return model_key(row.model) == model_key(other.model)


def _name(words: Words, row: TableRow, alike: Sequence[TableRow]) -> str:
    """alike: the rows of that name, this one among them."""
    more = []
    if len({other.user for other in alike}) > 1:
        more.append(row.user)
    if sum(other.user == row.user for other in alike) > 1:
        more.append(words(f"analysis.history_{row.history_mode}"))
    return words("analysis.told_apart", model=row.model, more=words("common.comma").join(more)) if more else row.model
