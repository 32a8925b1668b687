"""Points with intervals: what every figure is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from leaderboard.records import MIN_PATIENTS
from space.charts.style import MARK_PX, SMALL_PX, Look, full, plain, rounded_up

if TYPE_CHECKING:
    from leaderboard import Cell
    from space.ranking.choice import Overlap
    from space.words import Words

Ends = tuple[float, float]


@dataclass(frozen=True)
class Point:
    """A score at a place of the other axis. value None: it is hidden or does not exist, and leaves a gap."""

    place: float
    value: float | None
    interval: Ends | None
    hover: str  # neutral to plotly


def drawn(
    points: Sequence[Point], name: str, look: Look, *, upright: bool, line: bool = False, **more: Any
) -> go.Scatter:
    """The points of one model; those without an interval are hollow.

    upright: scores run upwards and places sideways, else the other way round. name: any text.
    """
    places, values = [point.place for point in points], [point.value for point in points]
    across, along = ("x", "y") if upright else ("y", "x")
    return go.Scatter(
        **{across: places, along: values, f"error_{along}": _errors(points, look)},
        mode="lines+markers" if line else "markers",
        name=plain(name),
        line={"color": look.colour, "dash": look.dash, "width": 1.8},
        marker={
            "color": look.colour,
            "size": MARK_PX,
            "symbol": [look.mark if point.interval else f"{look.mark}-open" for point in points],
            "line": {"color": look.colour, "width": 1.8},
        },
        connectgaps=False,
        cliponaxis=False,
        hovertext=[point.hover for point in points],
        hoverinfo="text",
        **more,
    )


def key(name: str, look: Look, *, line: bool, **more: Any) -> go.Scatter:
    """A full mark for the legend, whatever the model's first point is like. name: any text."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="lines+markers" if line else "markers",
        name=plain(name),
        line={"color": look.colour, "dash": look.dash, "width": 1.8},
        marker={"color": look.colour, "size": MARK_PX, "symbol": look.mark},
        **more,
    )


def _errors(points: Sequence[Point], look: Look) -> dict[str, Any]:
    """Bars from the lower to the upper end; none where there is no interval."""

    def reach(end: int) -> list[float | None]:
        return [
            None if point.interval is None or point.value is None else abs(point.interval[end] - point.value)
            for point in points
        ]

    return {
        "type": "data",
        "symmetric": False,
        "array": reach(1),
        "arrayminus": reach(0),
        "color": look.colour,
        "thickness": 1.8,
        "width": 0,  # with caps, a point without an interval would have one
    }


def cell_point(words: Words, place: float, cell: Cell, measure: Overlap, name: str, where: str) -> Point:
    """The point of a cell. where: which group of turns it is, as text."""
    value, interval = getattr(cell, measure), getattr(cell, f"{measure}_interval")
    lines = [
        full(name),
        plain(where),
        score_line(words, words.name("measure", measure), value, interval),
        plain(words("analysis.counts", n=f"{cell.n:,}", patients=f"{cell.n_patients:,}")),
    ]
    return Point(place, value, interval, "<br>".join(lines))


def score_line(words: Words, measure: str, value: float | None, interval: Ends | None) -> str:
    """ "Dice 0.412 [0.380, 0.441]", or that there is no interval."""
    without = "" if interval else f" {words('analysis.no_interval')}"
    return plain(f"{measure} {words.scored(value, interval)}{without}")


def score_top(groups: Iterable[Mapping[str, Cell]], measure: Overlap) -> float:
    """Where the axis of scores ends."""
    return rounded_up(
        end
        for group in groups
        for cell in group.values()
        for end in (getattr(cell, measure), *(getattr(cell, f"{measure}_interval") or ()))
    )


def all_hidden(cells: Iterable[Cell | None]) -> bool:
    """Whether none of the cells shows a score, because of too few patients. None: a model without such turns."""
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(cell.dice is None and cell.n_patients < MIN_PATIENTS for cell in known)


def hidden_note(words: Words, **place: Any) -> dict[str, Any]:
    """An annotation in place of points that are hidden. place: plotly's x, y and so on."""
    text = plain(words("analysis.hidden", patients=MIN_PATIENTS))
    return {"text": text, "showarrow": False, "font": {"size": SMALL_PX}, **place}


def counted(cells: Iterable[Cell]) -> str:
    """The number of turns behind cells of several models; a range where they differ."""
    counts = sorted({cell.n for cell in cells})
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,}–{counts[-1]:,}"
