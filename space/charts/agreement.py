"""How alike the masks are that a model gives for the same turn in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from space.charts.points import Point, drawn, key, score_line
from space.charts.rows import row_axis, separators
from space.charts.style import LOOKS, axis, figure, full, offsets, plain, rounded_up

if TYPE_CHECKING:
    from leaderboard import Agreement
    from space.words import Words

PARTS = ("all", "single", "multi")  # every turn, those of single-turn and those of multi-turn dialogues

_EDGES, _ROW = 112, 48  # pixels
_REACH = 0.26  # of the parts around their model


def agreement(words: Words, found: Mapping[str, Mapping[str, Agreement]]) -> go.Figure:
    """A row for each model, a dot with its 95% interval for each part.

    found: name of the model -> part -> agreement.
    """
    names = list(found)
    made = figure(_EDGES + _ROW * max(len(names), 1))
    parts = [part for part in PARTS if any(part in by_part for by_part in found.values())]
    for look, part, offset in zip(LOOKS, parts, offsets(len(parts), _REACH), strict=False):
        points = [
            _point(words, place + offset, name, part, found[name][part])
            for place, name in enumerate(names)
            if part in found[name]
        ]
        label = words(f"analysis.agreement_{part}")
        made.add_trace(drawn(points, label, look, upright=False, showlegend=False, legendgroup=part))
        made.add_trace(key(label, look, line=False, legendgroup=part))
    made.update_layout(
        xaxis=axis(range=(0, _top(list(found.values()))), nticks=6, text=words("analysis.agreement_axis")),
        yaxis=row_axis(names),
        shapes=separators(len(names)),
        margin={"t": 12},
    )
    return made


def _top(found: Sequence[Mapping[str, Agreement]]) -> float:
    each = [item for by_part in found for item in by_part.values()]
    return rounded_up(end for item in each for end in (item.dice, *(item.dice_interval or ())))


def _point(words: Words, place: float, name: str, part: str, item: Agreement) -> Point:
    lines = [
        full(name),
        plain(words(f"analysis.agreement_{part}")),
        score_line(words, words.name("measure", "dice"), item.dice, item.dice_interval),
        plain(words("analysis.counts", n=f"{item.n:,}", patients=f"{item.n_patients:,}")),
        plain(words("analysis.both_empty", count=f"{item.both_empty:,}")),
    ]
    return Point(place, item.dice, item.dice_interval, "<br>".join(lines))
