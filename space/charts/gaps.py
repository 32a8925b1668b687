"""What models gain when they are given the true history in place of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from space.charts.names import gap_names
from space.charts.points import Point, drawn
from space.charts.rows import row_axis, separators
from space.charts.style import LOOKS, axis, figure, full, plain, rounded_up

if TYPE_CHECKING:
    from leaderboard import Comparison, Difference, HistoryGap
    from space.ranking.choice import Overlap
    from space.words import Words

_EDGES, _ROW = 76, 36  # pixels


def gaps(words: Words, found: Sequence[HistoryGap], measure: Overlap = "dice") -> go.Figure:
    """A row for each model, as they come: its headline with the true history minus that with its own, and the interval.

    A gap whose headline cannot be compared is left out.
    """
    rows = [(gap, headline) for gap in found if (headline := headline_of(gap.comparison, measure)) is not None]
    names = gap_names(words, [gap for gap, _ in rows])
    made = figure(_EDGES + _ROW * max(len(rows), 1))
    points = [_point(words, place, name, item) for place, (name, (_, item)) in enumerate(zip(names, rows, strict=True))]
    measured = words.name("measure", measure)
    made.add_trace(
        drawn(points, words("analysis.gap_axis", measure=measured), LOOKS[0], upright=False, showlegend=False)
    )
    low, high = _limits([item for _, item in rows])
    made.update_layout(
        xaxis=axis(
            range=(low, high),
            nticks=6,
            zeroline=True,
            zerolinewidth=2,
            zerolinecolor="#7c828c",
            text=words("analysis.gap_axis", measure=measured),
        ),
        yaxis=row_axis(names),
        shapes=separators(len(rows)),
        margin={"t": 12},
    )
    return made


def headline_of(comparison: Comparison, measure: Overlap) -> Difference | None:
    """The difference of the headlines; None where the results have none in common."""
    return next((item for item in comparison.differences if (item.kind, item.measure) == ("headline", measure)), None)


def _limits(items: Sequence[Difference]) -> tuple[float, float]:
    """Round ends with 0 between them."""
    ends = [end for item in items for end in (item.difference, *(item.interval or ()))]
    falls, rises = [-end for end in ends if end < 0], [end for end in ends if end > 0]
    return -rounded_up(falls) if falls else -0.005, rounded_up(rises) if rises else 0.005


def _point(words: Words, place: int, name: str, item: Difference) -> Point:
    ends = f"[{item.interval[0]:+.3f}, {item.interval[1]:+.3f}]" if item.interval else words("analysis.no_interval")
    lines = [
        full(name),
        plain(f"{words('analysis.gap')} {item.difference:+.3f} {ends}"),
        plain(words("analysis.own_and_true", own=words.score(item.a), true=words.score(item.b))),
        plain(words("analysis.counts", n=f"{item.n:,}", patients=f"{item.n_patients:,}")),
    ]
    return Point(place, item.difference, item.interval, "<br>".join(lines))
