"""How sure the order of a table is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from space.charts.points import Point, drawn, score_line
from space.charts.rows import row_axis
from space.charts.style import LOOKS, SMALL_PX, axis, figure, full, heading, plain, text_columns
from space.words import NO_SCORE

if TYPE_CHECKING:
    from leaderboard import TableRow
    from space.words import Words

MOST_ROWS = 100
_MOST_TICKS = 5
_EDGES, _ROW = 96, 36  # pixels
_FIRST, _COLUMN, _TIER_WIDTH = 8, 6, 38  # pixels: where P(first) begins beside the plot, a column of its heading, tier
_SHADE = "rgba(128, 138, 152, 0.13)"


def ranks(words: Words, rows: Sequence[TableRow], names: Mapping[str, str]) -> go.Figure:
    """The rank of each model that competes with the ranks it takes in 95% of the resamples, P(first) and its tier.

    rows: of one table, best first; the first MOST_ROWS are drawn. names: record id -> what the model is called.
    """
    rows = [row for row in rows if row.rank is not None][:MOST_ROWS]
    made = figure(_EDGES + _ROW * max(len(rows), 1))
    points = [_point(words, place, row, names[row.record_id]) for place, row in enumerate(rows)]
    label = words("analysis.rank_axis")
    made.add_trace(drawn(points, label, LOOKS[0], upright=False, showlegend=False))
    last = max((end for row in rows for end in (row.rank, *(row.rank_interval or ()))), default=1)
    made.update_layout(
        xaxis=axis(range=(0.5, last + 0.5), tick0=1, dtick=math.ceil(last / _MOST_TICKS), tickangle=0, text=label),
        yaxis=row_axis([names[row.record_id] for row in rows]),
        shapes=_bands(rows),
        annotations=[*_heads(words), *(note for place, row in enumerate(rows) for note in _beside(words, place, row))],
        margin={"r": _end(words) + 6},
    )
    return made


def _point(words: Words, place: int, row: TableRow, name: str) -> Point:
    lines = [
        full(name),
        plain(_rank_line(words, row)),
        score_line(words, words("analysis.headline"), row.headline_dice, row.headline_dice_interval),
        plain(words("analysis.counts", n=f"{row.n:,}", patients=f"{row.n_patients:,}")),
    ]
    if row.rank_interval is not None:
        lines.insert(2, plain(words("analysis.first_and_tier", share=words.share(row.p_first), tier=row.tier)))
    return Point(place, row.rank, row.rank_interval, "<br>".join(lines))


def _rank_line(words: Words, row: TableRow) -> str:
    if row.rank_interval is None:
        return words("analysis.rank_alone", rank=row.rank)
    return words("analysis.rank_with_interval", rank=row.rank, ranks=words.ranks(row.rank_interval))


def _heads(words: Words) -> list[dict[str, Any]]:
    first = heading(words("analysis.p_first")) | {"xshift": _FIRST}
    return [first, heading(words("analysis.tier")) | {"xshift": _end(words), "xanchor": "right"}]


def _end(words: Words) -> int:
    """Where the column of the tiers ends, in pixels to the right of the plot."""
    return _FIRST + _COLUMN * text_columns(words("analysis.p_first")) + _TIER_WIDTH


def _beside(words: Words, place: int, row: TableRow) -> list[dict[str, Any]]:
    """P(first) and tier at the right of a row."""
    at = {"x": 1, "xref": "paper", "y": place, "yref": "y", "showarrow": False, "font": {"size": SMALL_PX}}
    tier = NO_SCORE if row.tier is None else str(row.tier)
    return [
        at | {"text": plain(words.share(row.p_first)), "xanchor": "left", "xshift": _FIRST},
        at | {"text": tier, "xanchor": "right", "xshift": _end(words)},
    ]


def _bands(rows: Sequence[TableRow]) -> list[dict[str, Any]]:
    """Every other tier shaded, so that one sees where a tier ends."""
    across = {
        "type": "rect",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "line": {"width": 0},
        "fillcolor": _SHADE,
        "layer": "below",
    }
    return [
        across | {"y0": place - 0.5, "y1": place + 0.5}
        for place, row in enumerate(rows)
        if row.tier is not None and row.tier % 2
    ]
