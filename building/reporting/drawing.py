"""What the figures of a release share: their look, bars, and the same bytes for the same numbers."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from typing import Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Format = Literal["png", "svg"]

# Okabe and Ito's colours stay apart with every common colour blindness.
BLUE, ORANGE, GREY, INK = "#0072b2", "#e69f00", "#80868b", "#1b1c1e"

_LOOK = {
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "grid.color": GREY,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    # Letters as outlines: Chinese is then seen without its font.
    "svg.fonttype": "path",
    "svg.hashsalt": "mturn-seg",
}
# Dates and program names say nothing and would differ from run to run.
_NO_METADATA = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def rendered(draw: Callable[[], Figure], format: Format, font: str | None = None) -> bytes:
    """The picture that `draw` makes, in the common look; `font` is a family for what DejaVu Sans lacks."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Whoever has no font for a term is told so once, not for each of its letters.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_LOOK, "font.family": ["DejaVu Sans", *([font] if font else [])]})
        out = io.BytesIO()
        draw().savefig(out, format=format, dpi=150, metadata=_NO_METADATA[format])
        return out.getvalue()


def panels(rows: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """An empty figure of this size in inches that no window system knows, and its axes row by row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def bars(axes: Axes, values: Mapping[str, float], form: str = "{:,.0f}", colour: str = BLUE) -> None:
    """Horizontal bars from the top with their values beside them."""
    drawn = axes.barh(range(len(values)), list(values.values()), color=colour, height=0.7)
    axes.bar_label(drawn, [form.format(value) for value in values.values()], padding=3, fontsize=8)
    _rows(axes, values)


def paired_bars(axes: Axes, values: Mapping[str, tuple[float, float | None]], names: tuple[str, str]) -> None:
    """Two horizontal bars a row: this release, and the published number where there is one."""
    for place, (name, colour) in enumerate(zip(names, (BLUE, ORANGE), strict=True)):
        own = [pair[place] for pair in values.values()]
        middles = [row + (place - 0.5) * 0.4 for row in range(len(values))]
        drawn = axes.barh(middles, [value or 0 for value in own], color=colour, height=0.36, label=name)
        told = ["" if value is None else f"{value:.1f}" for value in own]
        axes.bar_label(drawn, told, padding=3, fontsize=7)
    _rows(axes, values)


def _rows(axes: Axes, values: Mapping[str, object]) -> None:
    axes.set_yticks(range(len(values)), list(values))
    axes.set_ylim(max(len(values), 1) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
