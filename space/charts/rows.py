"""Figures with a row for each model or group, the first at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from space.charts.style import axis
from space.charts.style import labels as row_labels

_SEPARATOR = {"color": "rgba(128, 138, 152, 0.35)", "width": 1}


def row_axis(labels: Sequence[str], *, neutral: bool = False) -> dict[str, Any]:
    """The upright axis. labels: names as users gave them, or, if `neutral`, text that is fit for plotly already."""
    return axis(
        range=(max(len(labels), 1) - 0.5, -0.5),
        tickvals=list(range(len(labels))),
        ticktext=list(labels) if neutral else row_labels(labels),
        showgrid=False,
        ticklabelstandoff=8,
    )


def separators(rows: int) -> list[dict[str, Any]]:
    """Thin lines between rows."""
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": _SEPARATOR, "layer": "below"}
    return [across | {"y0": place + 0.5, "y1": place + 0.5} for place in range(rows - 1)]
