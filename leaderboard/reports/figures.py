"""The figures of reports and of the web pages: turn curves, strata, a comparison of two, a ranking.

Each returns the bytes of a picture: `format` is "svg" (the default), "png", or "inline" for SVG within a page. The
same input gives the same bytes, and every function may be called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from leaderboard.records import Cell, Comparison, Difference, TableRow, TrackScore
from leaderboard.reports import wording
from leaderboard.reports.curves import draw_turn_curves
from leaderboard.reports.dots import Dot, Group, dot_plot
from leaderboard.reports.drawing import BLUE, GREY, ORANGE, Format, rendered
from leaderboard.reports.ranks import draw_ranking
from leaderboard.reports.scales import MEASURES, Measure, rounded_up, upper_limit


def turn_curves(score: TrackScore, *, format: Format = "svg") -> bytes:
    """Mean Dice and mean IoU by segmentation turn, over all dialogues and over the fixed cohort.

    Below stand the number of turns at each point; bands are 95% intervals. A point without an interval is hollow.
    """
    return rendered(lambda: draw_turn_curves(score), format)


def strata(
    groups: Mapping[str, Mapping[str, Cell]],
    overall: float | None = None,
    measure: Measure = "dice",
    *,
    format: Format = "svg",
) -> bytes:
    """A dot with its interval for each stratum, by kind, with its value and counts; `overall` is a dashed line.

    groups: stratum kind -> value -> scores, as TrackScore.strata has them.
    """
    return rendered(lambda: _strata(groups, overall, measure), format)


def comparison(result: Comparison, measure: Measure = "dice", *, format: Format = "svg") -> bytes:
    """The paired differences of one measure, b minus a, with their intervals, in groups by stratum kind.

    Blue: b is better and the interval leaves zero out; orange: a is; grey: neither. Without an interval: hollow.
    """
    return rendered(lambda: _comparison(result, measure), format)


def ranking(rows: Sequence[TableRow], at_most: int = 50, *, format: Format = "svg") -> bytes:
    """Headline Dice and rank with their intervals for the first rows of a table; shades and numbers show the tiers."""
    return rendered(lambda: draw_ranking(rows, at_most), format)


def _strata(groups: Mapping[str, Mapping[str, Cell]], overall: float | None, measure: Measure) -> Figure:
    cells = [cell for values in groups.values() for cell in values.values()]
    parts = [
        Group(wording.kind_name(kind), [_stratum(value, cell, measure) for value, cell in values.items()])
        for kind, values in groups.items()
    ]
    label = f"mean {MEASURES[measure]}" + ("" if overall is None else " (dashed: over all turns)")
    return dot_plot(parts, (0, upper_limit(cells, measure)), label, reference=overall)


def _comparison(result: Comparison, measure: Measure) -> Figure:
    found = [item for item in result.differences if item.measure == measure]
    whole = [item for item in found if item.kind in ("headline", "overall")]
    groups = [Group("Whole track", [_difference(wording.kind_name(item.kind), item) for item in whole])]
    for kind in dict.fromkeys(item.kind for item in found if item not in whole):
        dots = [_difference(item.value, item) for item in found if item.kind == kind]
        groups.append(Group(wording.kind_name(kind), dots))
    ends = [abs(end) for item in found for end in (item.difference, *(item.interval or ())) if end is not None]
    far = rounded_up(max(ends, default=0))
    head = [(f"A: {result.a}", ORANGE), (f"B: {result.b}", BLUE)]
    label = f"←  A better      mean {MEASURES[measure]}, B − A      B better  →"
    return dot_plot(groups, (-far, far), label, reference=0, head=head)


def _counts(n: int, n_patients: int) -> str:
    return f"n {n:,}, {wording.counted(n_patients, 'patient')}"


def _stratum(value: str, cell: Cell, measure: Measure) -> Dot:
    mean = getattr(cell, measure)
    counts = _counts(cell.n, cell.n_patients)
    return Dot(value, wording.score(mean), counts, mean, getattr(cell, f"{measure}_interval"))


def _difference(label: str, item: Difference) -> Dot:
    colour = GREY
    if item.interval is not None and not item.interval[0] <= 0 <= item.interval[1]:
        colour = BLUE if item.interval[0] > 0 else ORANGE
    counts = _counts(item.n, item.n_patients)
    return Dot(label, wording.signed(item.difference), counts, item.difference, item.interval, colour)
