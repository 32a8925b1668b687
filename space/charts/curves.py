"""Scores by segmentation turn: how models fall off as a dialogue goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import plotly.graph_objects as go

from leaderboard.truth import COHORT_TURNS
from space.charts.points import Point, all_hidden, cell_point, counted, drawn, hidden_note, key, score_top
from space.charts.style import LOOKS, axis, figure, legend_height, offsets, short_names, title

if TYPE_CHECKING:
    from leaderboard import Cell, TrackScore
    from space.ranking.choice import Overlap
    from space.words import Words

Curve = Literal["turn_curve", "fixed_cohort_curve"]
#: Over all dialogues, and over the dialogues with at least COHORT_TURNS segmentation turns.
CURVES: tuple[Curve, ...] = ("turn_curve", "fixed_cohort_curve")

_HEIGHT = 360  # pixels, without the legend
_MOST_TICKS = 10  # as many counts fit side by side on a phone
_REACH = 0.24  # of the models around their turn


def turn_curve(words: Words, scores: Mapping[str, TrackScore], kind: Curve, measure: Overlap = "dice") -> go.Figure:
    """One curve of each model. scores: by the name of the model, at most 8.

    Points stand with their 95% intervals, hollow where there is none; hidden scores leave a gap. The number of turns is
    printed below the axis. The figures of both kinds have the same axis of scores.
    """
    curves = {name: getattr(score, kind) for name, score in scores.items()}
    short = short_names(curves)
    made = figure(_HEIGHT + legend_height(list(short.values())))
    for look, (name, curve), offset in zip(LOOKS, curves.items(), offsets(len(curves), _REACH), strict=False):
        points = [_point(words, int(turn), offset, curve[turn], measure, name) for turn in _turns([curve])]
        made.add_trace(drawn(points, short[name], look, upright=True, line=True, showlegend=False, legendgroup=name))
        made.add_trace(key(short[name], look, line=True, showlegend=len(curves) > 1, legendgroup=name))
    top = score_top((getattr(score, each) for score in scores.values() for each in CURVES), measure)
    mean = words("analysis.mean", measure=words.name("measure", measure))
    made.update_layout(
        title=title(words(f"analysis.panel_{kind}", turns=COHORT_TURNS)),
        xaxis=_turn_axis(words, list(curves.values())),
        yaxis=axis(range=(0, top), nticks=6, text=mean),
        annotations=_hidden(words, list(curves.values())),
    )
    return made


def _hidden(words: Words, curves: list[Mapping[str, Cell]]) -> list[dict[str, Any]]:
    """Why there are no points: once for the whole panel, or upright at the turns without one."""
    turns = _turns(curves)
    empty = [turn for turn in turns if all_hidden(curve.get(turn) for curve in curves)]
    if empty and empty == turns:
        return [hidden_note(words, x=0.5, xref="paper", y=0.5, yref="paper")]
    low = {"y": 0, "yref": "paper", "yanchor": "bottom", "textangle": -90}
    return [hidden_note(words, x=int(turn), xref="x", **low) for turn in empty]


def _point(words: Words, turn: int, offset: float, cell: Cell, measure: Overlap, name: str) -> Point:
    return cell_point(words, turn + offset, cell, measure, name, words("analysis.at_turn", turn=turn))


def _turns(curves: list[Mapping[str, Cell]]) -> list[str]:
    return sorted({turn for curve in curves for turn in curve}, key=int)


def _turn_axis(words: Words, curves: list[Mapping[str, Cell]]) -> dict[str, Any]:
    """Turns with their counts below; the last one says how far the axis reaches."""
    turns = _turns(curves)
    step = math.ceil(len(turns) / _MOST_TICKS) or 1
    ticks = turns[::step]
    labels = [f"{turn}<br>{counted(curve[turn] for curve in curves if turn in curve)}" for turn in ticks]
    last = int(turns[-1]) if turns else 1
    return axis(
        range=(0.5, last + 0.5),
        tickvals=[int(turn) for turn in ticks],
        ticktext=labels,
        showgrid=False,
        showline=True,
        text=words("analysis.turn_axis"),
    )
