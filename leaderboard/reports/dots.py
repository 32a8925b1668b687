"""A column of dots with their intervals, in groups: what strata and comparisons are drawn as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from leaderboard.reports.drawing import BLUE, GREY, SMALL, axes, canvas, fitted, write
from leaderboard.reports.scales import round_ticks

WIDTH = 8.0  # inches, as are all below
ROW = 0.23
_LABELS, _TEXTS, _COUNTS = 2.1, 0.6, 1.65  # columns left and right of the dots
_GAP = 0.15
_DOTS = WIDTH - _LABELS - _TEXTS - _COUNTS - 5 * _GAP
_TOP, _BOTTOM = 0.3, 0.6


@dataclass(frozen=True)
class Dot:
    """One value. `text` and `counts` stand to the right; a value without an interval is drawn hollow."""

    label: str
    text: str  # the value as it is written
    counts: str
    value: float | None
    interval: tuple[float, float] | None = None
    colour: str = BLUE


@dataclass(frozen=True)
class Group:
    """Dots below one heading."""

    title: str
    dots: Sequence[Dot]


def dot_plot(
    groups: Sequence[Group],
    limits: tuple[float, float],
    xlabel: str,
    *,
    reference: float | None = None,
    head: Sequence[tuple[str, str]] = (),
) -> Figure:
    """A figure of all groups.

    limits: the ends of the axis. reference: the place of a vertical line. head: lines of text above with their colours.
    """
    groups = [group for group in groups if group.dots]
    lines = [line for group in groups for line in (group.title, *group.dots)]
    top, rows = _TOP + ROW * len(head), max(len(lines), 1)
    figure = canvas(WIDTH, top + ROW * rows + _BOTTOM)
    for place, (text, colour) in enumerate(head):
        write(figure, _GAP, _TOP / 2 + ROW * (place + 0.5), fitted(text, WIDTH - 2 * _GAP), color=colour)
    plot = axes(figure, _LABELS + 2 * _GAP, top, _DOTS, ROW * rows)
    plot.set(xlim=limits, ylim=(rows, 0), yticks=[], xlabel=xlabel)
    plot.xaxis.set_major_locator(round_ticks())
    plot.grid(axis="x")
    if reference is not None:
        plot.axvline(reference, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    for place, line in enumerate(lines):
        middle = top + ROW * (place + 0.5)
        if isinstance(line, str):
            write(figure, _GAP, middle, fitted(line, WIDTH / 2), weight="bold")
        else:
            write(figure, 2 * _GAP, middle, fitted(line.label, _LABELS - _GAP))
            write(figure, WIDTH - _COUNTS - 2 * _GAP, middle, line.text, size=SMALL, ha="right")
            write(figure, WIDTH - _COUNTS - _GAP, middle, fitted(line.counts, _COUNTS, SMALL), size=SMALL)
            draw_dot(plot, place + 0.5, line.value, line.interval, line.colour)
    return figure


def draw_dot(
    plot: Axes, y: float, value: float | None, interval: tuple[float, float] | None, colour: str = BLUE
) -> None:
    """One dot with its interval at a height of the plot, hollow without one; nothing for None."""
    if value is None:
        return
    if interval is not None:
        plot.plot(interval, (y, y), color=colour, linewidth=1.8, solid_capstyle="butt")
    face = "none" if interval is None else colour
    plot.plot(value, y, "o", color=colour, markerfacecolor=face, markersize=5.5, clip_on=False)
