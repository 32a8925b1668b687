"""Differences of two models, with their intervals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from space.cards.breakdown import difference
from space.cards.compared import is_clear, row_name, shown_rows
from space.charts.points import Point, drawn, key
from space.charts.rows import row_axis, separators
from space.charts.style import LOOKS, Look, axis, figure, full, plain, rounded_up
from space.words import Words

if TYPE_CHECKING:
    from leaderboard import Comparison, Difference

# Blue where the model of the page is better for sure, orange where the other is, grey where neither is.
_BETTER, _WORSE = LOOKS[0], LOOKS[1]
_NEITHER = Look("#7c828c", "diamond", "solid")
_EDGES, _ROW = 96, 24  # pixels


def differences(words: Words, result: Comparison) -> go.Figure:
    """A row for each stratum: the difference of Dice with its interval, hollow where there is none; 0 is marked.

    result: from the second model (B) to that of the page (A).
    """
    found = {(item.kind, item.value): item for item in result.differences if item.measure == "dice"}
    rows = [item for item in shown_rows(result) if item in found]
    points: dict[Look, list[Point]] = {_BETTER: [], _WORSE: [], _NEITHER: []}
    for place, row in enumerate(rows):
        points[_look(found[row])].append(_point(words, place, found[row]))
    names = {_BETTER: words("model.a_better"), _WORSE: words("model.b_better"), _NEITHER: words("model.neither")}
    made = figure(_EDGES + _ROW * len(rows))
    for look, group in points.items():
        made.add_trace(drawn(group, names[look], look, upright=False, showlegend=False, legendgroup=names[look]))
        made.add_trace(key(names[look], look, line=False, legendgroup=names[look]))
    reach = _reach(found[row] for row in rows)
    made.update_layout(
        margin={"t": 12},
        xaxis=axis(words("model.axis"), range=(-reach, reach), nticks=7, side="top"),
        yaxis=row_axis([plain(row_name(words, *row)) for row in rows], neutral=True),
        shapes=[*separators(len(rows)), _line_at_zero()],
    )
    return made


def _look(item: Difference) -> Look:
    if not is_clear(item):
        return _NEITHER
    return _BETTER if item.difference > 0 else _WORSE


def _point(words: Words, place: int, item: Difference) -> Point:
    counts = words("model.counts", turns=f"{item.n:,}", patients=f"{item.n_patients:,}")
    lines = [
        full(row_name(words, item.kind, item.value)),
        plain(difference(item.difference, item.interval)),
        plain(counts),
    ]
    return Point(place, item.difference, item.interval, "<br>".join(lines))


def _reach(items: Iterable[Difference]) -> float:
    """How far the axis goes to both sides."""
    return rounded_up(abs(end) for item in items for end in (item.difference, *(item.interval or ())))


def _line_at_zero() -> dict[str, Any]:
    line = {"color": "#7c828c", "width": 1.2}
    return {"type": "line", "xref": "x", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}
