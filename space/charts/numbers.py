"""The numbers behind the figures as tables, for those who copy them or have the page read to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from space.cards.breakdown import difference
from space.cards.html import escape, table
from space.charts.agreement import PARTS
from space.charts.gaps import headline_of
from space.charts.names import gap_names
from space.charts.points import counted
from space.words import NO_SCORE

if TYPE_CHECKING:
    from leaderboard import Agreement, Cell, HistoryGap, TableRow
    from space.ranking.choice import Overlap
    from space.words import Words


def of_groups(
    words: Words, caption: str, groups: Mapping[str, Mapping[str, Cell]], labels: Mapping[str, str], measure: Overlap
) -> str:
    """A row for each group of `labels` (value -> its name), a column for each model. groups: model -> value -> cell."""
    heads = [caption, words("analysis.turns_count"), words("analysis.patients_count"), *groups]
    rows = []
    for value, label in labels.items():
        cells = [cells.get(value) for cells in groups.values()]
        known = [cell for cell in cells if cell is not None]
        patients = max((cell.n_patients for cell in known), default=0)
        scores = [
            words.scored(getattr(cell, measure), getattr(cell, f"{measure}_interval")) if cell else NO_SCORE
            for cell in cells
        ]
        rows.append([escape(label), counted(known), f"{patients:,}", *scores])
    return table(heads, rows)


def of_ranks(words: Words, rows: Sequence[TableRow], names: Mapping[str, str]) -> str:
    """A row for each model that has a rank."""
    heads = [
        "analysis.model",
        "analysis.rank_axis",
        "analysis.rank_interval",
        "analysis.p_first",
        "analysis.tier",
        "analysis.headline",
    ]
    lines = [
        [
            escape(names[row.record_id]),
            str(row.rank),
            words.ranks(row.rank_interval),
            escape(words.share(row.p_first)),
            NO_SCORE if row.tier is None else str(row.tier),
            words.scored(row.headline_dice, row.headline_dice_interval),
        ]
        for row in rows
        if row.rank is not None
    ]
    return table([words(head) for head in heads], lines)


def of_agreement(words: Words, found: Mapping[str, Mapping[str, Agreement]]) -> str:
    """A row for each model, a column for each part. found: model -> part -> agreement."""
    rows = []
    for name, by_part in found.items():
        items = [by_part.get(part) for part in PARTS]
        rows.append([escape(name), *(_agreed(words, item) for item in items)])
    return table([words("analysis.model"), *(words(f"analysis.agreement_{part}") for part in PARTS)], rows)


def of_gaps(words: Words, found: Sequence[HistoryGap], measure: Overlap) -> str:
    """A row for each model: both headlines, their difference with its interval, and the counts."""
    heads = [
        "analysis.model",
        "analysis.own_history",
        "analysis.true_history",
        "analysis.gap",
        "analysis.turns_count",
        "analysis.patients_count",
    ]
    rows = []
    for name, gap in zip(gap_names(words, found), found, strict=True):
        item = headline_of(gap.comparison, measure)
        if item is None:
            continue
        gained = difference(item.difference, item.interval)
        rows.append(
            [escape(name), words.score(item.a), words.score(item.b), gained, f"{item.n:,}", f"{item.n_patients:,}"]
        )
    return table([words(head) for head in heads], rows)


def _agreed(words: Words, item: Agreement | None) -> str:
    if item is None:
        return NO_SCORE
    return f"{words.scored(item.dice, item.dice_interval)} · {words('analysis.n', n=f'{item.n:,}')}"
