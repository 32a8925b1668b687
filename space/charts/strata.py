"""Scores by kind of turn: one small figure for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from space.charts.points import all_hidden, cell_point, counted, drawn, hidden_note, key, score_top
from space.charts.rows import row_axis, separators
from space.charts.style import LOOKS, axis, figure, legend_height, offsets, plain, short_names, title
from space.ranking.choice import KINDS

if TYPE_CHECKING:
    from leaderboard import Cell, TrackScore
    from space.ranking.choice import Overlap
    from space.words import Words

_IN_ORDER = ("segmentation_turn", "target_size", "target_size_px")  # the others by their number of turns

# Pixels.
_EDGES = 100
_ROW, _ROW_OF_A_MODEL = 30, 11
_REACH = 0.34  # of the models around their row


def strata_of(scores: Mapping[str, TrackScore]) -> list[str]:
    """The kinds for which there is any turn."""
    return [kind for kind in KINDS if any(score.strata.get(kind) for score in scores.values())]


def stratum(words: Words, scores: Mapping[str, TrackScore], kind: str, measure: Overlap = "dice") -> go.Figure:
    """A row for each value of a kind, a dot for each model, at most 8. All kinds have the same axis of scores."""
    groups = {name: score.strata.get(kind, {}) for name, score in scores.items()}
    values = values_of(kind, list(groups.values()))
    row = max(_ROW, _ROW_OF_A_MODEL * len(scores) + 8)
    short = short_names(groups)
    made = figure(_EDGES + row * max(len(values), 1) + legend_height(list(short.values())))
    for look, (name, cells), offset in zip(LOOKS, groups.items(), offsets(len(groups), _REACH), strict=False):
        points = [
            cell_point(words, place + offset, cells[value], measure, name, words.name(kind, value))
            for place, value in enumerate(values)
            if value in cells
        ]
        made.add_trace(drawn(points, short[name], look, upright=False, showlegend=False, legendgroup=name))
        made.add_trace(key(short[name], look, line=False, showlegend=len(groups) > 1, legendgroup=name))
    top = score_top((score.strata.get(each, {}) for score in scores.values() for each in KINDS), measure)
    made.update_layout(
        xaxis=axis(range=(0, top), nticks=6, text=words.name("measure", measure)),
        yaxis=row_axis([_label(words, kind, value, groups) for value in values], neutral=True),
        shapes=separators(len(values)),
        title=title(words.name("kind", kind)),
        annotations=[
            hidden_note(words, x=0, xref="paper", xanchor="left", y=place, yref="y")
            for place, value in enumerate(values)
            if all_hidden(cells.get(value) for cells in groups.values())
        ],
    )
    return made


def values_of(kind: str, groups: list[Mapping[str, Cell]]) -> list[str]:
    """In their own order, or the most frequent first."""
    most = {}
    for group in groups:
        for value, cell in group.items():
            most[value] = max(cell.n, most.get(value, 0))
    return list(most) if kind in _IN_ORDER else sorted(most, key=lambda value: -most[value])


def _label(words: Words, kind: str, value: str, groups: Mapping[str, Mapping[str, Cell]]) -> str:
    """The value above its number of turns."""
    cells = [group[value] for group in groups.values() if value in group]
    return f"{plain(words.name(kind, value))}<br>{plain(words('analysis.n', n=counted(cells)))}"
