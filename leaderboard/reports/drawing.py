"""What all figures share: their look, one at a time under one lock, and the same bytes for the same input.

Everything is placed in inches from the upper left corner, so that long figures look like short ones.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, get_args

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

#: "inline" is SVG to stand inside a page: no prolog, no background, ink in the page's own colour.
Format = Literal["png", "svg", "inline"]

# Okabe and Ito's colours stay apart with every common colour blindness, and on white as on near black.
BLUE, ORANGE = "#0072b2", "#d55e00"
INK = "#1b1c1e"
GREY = "#80868b"
SIZE, SMALL = 9, 8  # points

_DPI = 150
_HINTING = 1.05  # letters set on whole pixels are up to a twentieth wider
_ELLIPSIS = "…"
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei", "SimHei")
_LOCK = threading.Lock()  # matplotlib's settings belong to the whole process

# Dates, program names and group names say nothing and would differ between machines or clash within a page.
_NO_METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
}
_TAG = re.compile(r"<[^>]*>")
_GROUP_ID = re.compile(r' id="[A-Za-z0-9.]+_\d+"')


def rendered(draw: Callable[[], Figure], format: Format) -> bytes:
    """The picture that `draw` makes, drawn in the common style. Raises ValueError for an unknown format."""
    if format not in get_args(Format):
        raise ValueError(f"format {format!r}; expected one of {', '.join(get_args(Format))}")
    with _style():
        return _bytes(draw(), format)


def canvas(width: float, height: float) -> Figure:
    """An empty figure of this size in inches that no window system knows."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in inches from the upper left corner, with a line below only."""
    across, down = figure.get_size_inches()
    made = figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))
    made.spines[["left", "right", "top"]].set_visible(False)
    made.set_axisbelow(True)
    return made


def write(figure: Figure, left: float, top: float, text: str, **options: Any) -> None:
    """Text at a place in inches from the upper left corner; its middle is at `top`."""
    across, down = figure.get_size_inches()
    figure.text(left / across, 1 - top / down, text, **{"va": "center", "color": INK, **options})


def fitted(text: str, width: float, size: float = SIZE) -> str:
    """The text as one visible line of at most `width` inches; the middle of a longer one is left out."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if _width(text, size) <= width:
        return text

    def shortened(kept: int) -> str:
        return text[: (kept + 1) // 2] + _ELLIPSIS + text[len(text) - kept // 2 :]

    fits = bisect_right(range(len(text)), width, key=lambda kept: _width(shortened(kept), size))
    return shortened(max(fits - 1, 0))


def _width(text: str, size: float) -> float:
    """Inches; a Chinese character is as wide as the type is high, whether or not a font here has it."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    narrow = "".join(char for char in text if unicodedata.east_asian_width(char) not in "WF")
    font = font_manager.FontProperties(family="DejaVu Sans", size=size)
    points = text_to_path.get_text_width_height_descent(narrow, font, ismath=False)[0] if narrow else 0
    return (points * _HINTING + wide * size) / 72


@cache
def _fonts() -> list[str]:
    known = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _CHINESE if name in known)]


@contextmanager
def _style() -> Iterator[None]:
    with _LOCK, matplotlib.rc_context(), warnings.catch_warnings():
        # Names may hold characters that no font here has; they are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": [*_fonts(), "sans-serif"],
                "font.sans-serif": ["DejaVu Sans"],
                "font.size": SIZE,
                "text.parse_math": False,
                "text.color": INK,
                "axes.facecolor": "none",
                "axes.edgecolor": GREY,
                "axes.labelcolor": INK,
                "axes.unicode_minus": False,
                "xtick.color": GREY,
                "xtick.labelcolor": INK,
                "ytick.color": GREY,
                "ytick.labelcolor": INK,
                "grid.color": GREY,
                "grid.alpha": 0.3,
                "grid.linewidth": 0.6,
                "svg.fonttype": "none",
                "svg.hashsalt": "mturn-seg",
            }
        )
        yield


def _bytes(figure: Figure, format: Format) -> bytes:
    out = io.BytesIO()
    kind = "png" if format == "png" else "svg"
    figure.savefig(out, format=kind, dpi=_DPI, transparent=format == "inline", metadata=_NO_METADATA[kind])
    return _inline(out.getvalue().decode()).encode() if format == "inline" else out.getvalue()


def _inline(svg: str) -> str:
    """Without what comes before the picture, group names and the colour of ink; text between tags is left alone."""
    svg = svg[svg.index("<svg") :]
    return _TAG.sub(lambda tag: _GROUP_ID.sub("", tag[0]).replace(INK, "currentColor"), svg).strip()
