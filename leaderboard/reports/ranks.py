"""A table as dots: headline and rank with their intervals, in tiers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from leaderboard.records import TableRow
from leaderboard.reports.dots import ROW, WIDTH, draw_dot
from leaderboard.reports.drawing import BLUE, GREY, SMALL, axes, canvas, fitted, write
from leaderboard.reports.scales import round_ticks, rounded_up

_TOP, _BOTTOM = 0.4, 0.6  # inches, as are the places of the columns below
_RANK, _NAME, _DOTS, _RANKS, _TIER = 0.4, 0.5, 3.1, 5.75, 7.65
_ACROSS = 2.4, 1.6  # of the two plots


def draw_ranking(rows: Sequence[TableRow], at_most: int) -> Figure:
    """One line for each of the first rows."""
    shown = rows[:at_most]
    lines = max(len(shown), 1)
    figure = canvas(WIDTH, _TOP + ROW * lines + _BOTTOM)
    _tier_bands(figure, shown)
    headlines, ranks = (
        axes(figure, left, _TOP, across, ROW * lines) for left, across in zip((_DOTS, _RANKS), _ACROSS, strict=True)
    )
    for plot in (headlines, ranks):
        plot.set(ylim=(lines, 0), yticks=[])
        plot.grid(axis="x")
    _headline_axis(headlines, shown)
    _rank_axis(ranks, shown)
    names = Counter(row.model for row in shown)
    for place, row in enumerate(shown):
        name = row.model if names[row.model] == 1 else f"{row.model} ({row.user})"
        middle = _TOP + ROW * (place + 0.5)
        write(figure, _RANK, middle, "–" if row.rank is None else str(row.rank), ha="right")
        write(figure, _NAME, middle, fitted(name, _DOTS - _NAME - 0.15))
        write(figure, _TIER, middle, "" if row.tier is None else str(row.tier), ha="center")
        colour = GREY if row.rank is None else BLUE
        draw_dot(headlines, place + 0.5, row.headline_dice, row.headline_dice_interval, colour)
        draw_dot(ranks, place + 0.5, row.rank, row.rank_interval, colour)
    left_out = f" (first {len(shown):,} of {len(rows):,})" if len(rows) > len(shown) else ""
    for left, text, side in ((_RANK, "rank", "right"), (_NAME, f"model{left_out}", "left"), (_TIER, "tier", "center")):
        write(figure, left, _TOP - 0.15, text, ha=side, size=SMALL, weight="bold")
    return figure


def _headline_axis(plot: Axes, rows: Sequence[TableRow]) -> None:
    ends = [end for row in rows for end in (row.headline_dice, *(row.headline_dice_interval or ())) if end is not None]
    plot.set(xlim=(0, rounded_up(max(ends, default=0))), xlabel="headline Dice, 95% interval")
    plot.xaxis.set_major_locator(round_ticks())


def _rank_axis(plot: Axes, rows: Sequence[TableRow]) -> None:
    last = max((end for row in rows if row.rank for end in (row.rank, *(row.rank_interval or ()))), default=1)
    step = math.ceil(last / 6)
    plot.set(xlim=(0.5, last + 0.5), xticks=range(1, last + 1, step), xlabel="rank, 95% interval")


def _tier_bands(figure: Figure, rows: Sequence[TableRow]) -> None:
    """Every other tier shaded over the whole width."""
    across, down = figure.get_size_inches()
    back = figure.add_axes((0, 0, 1, 1), zorder=-1)
    back.set(xlim=(0, across), ylim=(down, 0))
    back.set_axis_off()
    for position, row in enumerate(rows):
        if row.tier is not None and row.tier % 2:
            start = _TOP + ROW * position
            back.fill_between((0.05, across - 0.05), start, start + ROW, color=GREY, alpha=0.16, linewidth=0)
