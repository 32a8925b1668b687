"""The figures of the page, made with plotly. `shown` turns a figure into the value of a gr.Plot(show_label=False)."""

from space.charts.agreement import agreement
from space.charts.curves import CURVES, turn_curve
from space.charts.gaps import gaps
from space.charts.names import model_names
from space.charts.ranks import ranks
from space.charts.strata import strata_of, stratum
from space.charts.style import MOST_MODELS, shown

__all__ = [
    "CURVES",
    "MOST_MODELS",
    "agreement",
    "gaps",
    "model_names",
    "ranks",
    "shown",
    "strata_of",
    "stratum",
    "turn_curve",
]
