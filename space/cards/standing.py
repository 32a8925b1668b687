"""What stands around the ranking: tiles, notes on what is averaged and ordered, date of the table, downloads."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard import Cell, DataFacts, TableRow, TrackFacts
from space.cards.header import shown_moment
from space.cards.html import escape, notice, tiles
from space.ranking.choice import Choice
from space.words import Words

FORMATS = {"csv": "CSV", "md": "Markdown"}  # of the download, by its ending


def summary(words: Words, rows: Sequence[TableRow], facts: TrackFacts) -> str:
    """Tiles: how many submissions, the best score, and how much data stands behind them."""
    best = max((row.headline_dice for row in rows if row.rank and row.headline_dice is not None), default=None)
    return tiles(
        [
            (words("table.ranked"), f"{sum(row.rank is not None for row in rows):,}"),
            (words("table.best"), words.score(best)),
            (words("table.turns"), f"{facts.turns:,}"),
            (words("table.dialogues"), f"{facts.dialogues:,}"),
            (words("table.patients"), f"{facts.patients:,}"),
        ]
    )


def empty(words: Words) -> str:
    """In place of a table without rows."""
    return notice(words("table.empty"), "hint")


def order(words: Words, choice: Choice, cell: Cell | None) -> str:
    """By what the table is ordered, with the counts of `cell`; by the headline, only that its rows can be chosen."""
    if choice.is_headline:
        return notice(words("table.choose"), "hint")
    column = choice.label(words)
    if cell is None or (choice.is_distance and cell.mm is None):
        return notice(words("table.ordered", column=column))
    if choice.is_distance:
        return notice(words("table.ordered_distance", column=column, turns=f"{cell.mm.n:,}"))
    return notice(words("table.ordered_n", column=column, turns=f"{cell.n:,}", patients=f"{cell.n_patients:,}"))


def notes(words: Words, facts: TrackFacts, data: DataFacts, made: str) -> str:
    """Which regions the headline averages and lacks, how to read the numbers, date and data, and the downloads.

    made: when the table was made, UTC, ISO 8601.
    """
    averaged = words("table.regions", regions=_regions(words, facts.regions))
    if facts.missing_regions:
        averaged += words("table.missing", regions=_regions(words, facts.missing_regions))
    links = " · ".join(
        f'<a href="./table/{escape(facts.track)}.{ending}" download>{escape(name)}</a>'
        for ending, name in FORMATS.items()
    )
    date = words("table.made", moment=shown_moment(words, made), data=data.label)
    return (
        f"{notice(averaged)}{notice(words('table.intervals'), 'hint')}"
        f'<p class="table-foot"><span>{escape(date)}</span><span>{escape(words("table.download"))} {links}</span></p>'
    )


def _regions(words: Words, regions: Sequence[str]) -> str:
    return words.listed([words.name("region", region) for region in regions])
