"""Scores by segmentation turn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from leaderboard.records import Cell, TrackScore
from leaderboard.reports.dots import WIDTH
from leaderboard.reports.drawing import BLUE, ORANGE, SMALL, axes, canvas, write
from leaderboard.reports.scales import MEASURES, Measure, round_ticks, upper_limit

_MOST_TURNS = 16  # as many counts fit side by side
# Inches.
_LEFT, _ACROSS = 1.3, WIDTH - 1.6
_TOP, _PANEL, _BETWEEN = 0.45, 2.2, 0.3
_AXIS_TEXT, _LINE = 0.62, 0.2


@dataclass(frozen=True)
class _Series:
    name: str
    curve: Mapping[str, Cell]
    colour: str
    marker: str
    dashes: str

    @property
    def turns(self) -> list[int]:
        return sorted(int(turn) for turn in self.curve)

    @property
    def cells(self) -> list[Cell]:
        return [self.curve[str(turn)] for turn in self.turns]


def draw_turn_curves(score: TrackScore) -> Figure:
    """Two panels, Dice above IoU, and the counts of turns below them."""
    series = [
        _Series("all dialogues", score.turn_curve, BLUE, "o", "-"),
        _Series("fixed cohort", score.fixed_cohort_curve, ORANGE, "s", "--"),
    ]
    series = [item for item in series if item.curve]
    last = max((turn for item in series for turn in item.turns), default=1)
    limits = (0.6, last + 0.4)
    ticks = range(1, last + 1, math.ceil(last / _MOST_TURNS))
    panels = len(MEASURES) * _PANEL + (len(MEASURES) - 1) * _BETWEEN
    figure = canvas(WIDTH, _TOP + panels + _AXIS_TEXT + _LINE * (len(series) + 0.5))
    for place, measure in enumerate(MEASURES):
        plot = axes(figure, _LEFT, _TOP + place * (_PANEL + _BETWEEN), _ACROSS, _PANEL)
        top = upper_limit([cell for item in series for cell in item.cells], measure)
        plot.set(xlim=limits, ylim=(0, top), xticks=ticks, ylabel=f"mean {MEASURES[measure]}")
        plot.yaxis.set_major_locator(round_ticks())
        plot.grid(axis="y")
        for item in series:
            _draw(plot, item, measure)
        if place == 0 and series:
            plot.legend(
                loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, handlelength=3.5, borderaxespad=0.2
            )
    plot.set_xlabel("segmentation turn")
    for place, item in enumerate(series):
        _counts(figure, _TOP + panels + _AXIS_TEXT + _LINE * place, item, ticks, limits)
    return figure


def _draw(plot: Axes, item: _Series, measure: Measure) -> None:
    """The line, its band, and full or hollow points."""
    points = [(turn, _or_nan(getattr(cell, measure))) for turn, cell in zip(item.turns, item.cells, strict=True)]
    ends = [getattr(cell, f"{measure}_interval") for cell in item.cells]
    plot.plot(*zip(*points, strict=True), item.dashes, color=item.colour, linewidth=1.6)
    low, high = zip(*(end or (math.nan, math.nan) for end in ends), strict=True)
    plot.fill_between(item.turns, low, high, color=item.colour, alpha=0.18, linewidth=0)
    for (turn, value), end in zip(points, ends, strict=True):
        face = item.colour if end else "none"
        plot.plot(turn, value, item.marker, color=item.colour, markerfacecolor=face, markersize=5.5, clip_on=False)
    plot.plot([], [], item.dashes + item.marker, color=item.colour, label=item.name)


def _counts(figure: Figure, top: float, item: _Series, ticks: range, limits: tuple[float, float]) -> None:
    write(figure, 0.1, top, f"n {item.name}", size=SMALL, color=item.colour)
    for turn in ticks:
        text = f"{item.curve[str(turn)].n:,}" if str(turn) in item.curve else ""
        left = _LEFT + _ACROSS * (turn - limits[0]) / (limits[1] - limits[0])
        write(figure, left, top, text, size=SMALL, color=item.colour, ha="center")


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
