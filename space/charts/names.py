"""What models are called where several stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaderboard.records import model_key

if TYPE_CHECKING:
    from leaderboard import HistoryGap, TableRow
    from space.words import Words


def model_names(words: Words, rows: Sequence[TableRow]) -> dict[str, str]:
    """Record id -> the model's name, with user or history where models of one table look alike. Text of users."""
    groups: defaultdict[str, list[TableRow]] = defaultdict(list)
    for row in rows:
        groups[model_key(row.model)].append(row)
    alike = {row.record_id: group for group in groups.values() for row in group}
    return {row.record_id: _name(words, row, alike[row.record_id]) for row in rows}


def gap_names(words: Words, found: Sequence[HistoryGap]) -> list[str]:
    """The same for history gaps, of which a user's model has one. Text of users."""
    groups: defaultdict[str, list[HistoryGap]] = defaultdict(list)
    for gap in found:
        groups[model_key(gap.model)].append(gap)
    return [_told_apart(words, gap.model, _user(gap, groups[model_key(gap.model)])) for gap in found]


def _name(words: Words, row: TableRow, alike: Sequence[TableRow]) -> str:
    """alike: the rows of that name, this one among them."""
    more = _user(row, alike)
    if sum(other.user == row.user for other in alike) > 1:
        more.append(words(f"analysis.history_{row.history_mode}"))
    return _told_apart(words, row.model, more)


def _user(item: TableRow | HistoryGap, alike: Sequence[TableRow | HistoryGap]) -> list[str]:
    """The user, where the name alone does not tell."""
    return [item.user] if len({other.user for other in alike}) > 1 else []


def _told_apart(words: Words, model: str, more: Sequence[str]) -> str:
    return words("analysis.told_apart", model=model, more=words("common.comma").join(more)) if more else model
