"""What all figures share: colours, marks, text that cannot be markup, and how a figure is handed to the page.

A figure is made for white paper, as it is saved and printed. On the page styles/analysis.css gives its paper, text and
grid the colours of the reader's theme; the colours of the models stand out on both.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go
from gradio.components.plot import PlotData
from plotly.io.json import to_json_plotly

from space.words import Words

PAPER, INK, GRID = "#ffffff", "#334155", "#d5dbe3"
_HOVER = "#0f172a"
FONT = (
    'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", '
    "sans-serif"
)
TEXT_PX, SMALL_PX = 13, 12
MARK_PX = 9
MOST_MODELS = 8  # as many looks are told apart

# Hues of Okabe and Ito, as light as a contrast of 3 on white and on the dark ground allows; the marks and dashes tell
# apart what colour does not.
_COLOURS = ("#1f7fc4", "#d55e00", "#009e73", "#cc79a7", "#b98500", "#7c828c", "#7f6fd6", "#2e9fc4")
_MARKS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "hourglass", "hexagon")
_DASHES = (
    "solid",
    "6px,3px",
    "2px,3px",
    "8px,3px,2px,3px",
    "12px,4px",
    "12px,3px,2px,3px,2px,3px",
    "4px,2px",
    "1px,4px",
)
_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
_BELOW = {"xref": "container", "x": 0, "xanchor": "left", "yref": "container", "y": 0, "yanchor": "bottom"}
_LEGEND_LINE, _NAMES_ON_A_LINE = 20, 2  # pixels, and how many names a phone has room for
_NAME_LENGTH, _LABEL_LENGTH, _LINE_LENGTH = 18, 16, 44  # columns
_BRACKET = re.compile(r"(?P<model>.+?)(?P<bracket> ?[(（][^()（）]{1,48}[)）])")


@dataclass(frozen=True)
class Look:
    """How one of several models is drawn."""

    colour: str
    mark: str
    dash: str


#: One for each model of a figure, in their order.
LOOKS = tuple(Look(*parts) for parts in zip(_COLOURS, _MARKS, _DASHES, strict=True))


def figure(height: int) -> go.Figure:
    """An empty figure of `height` pixels that is as wide as its place."""
    layout = {
        "template": go.layout.Template(),
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 12, "t": 34, "b": 8},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": TEXT_PX, "color": INK},
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "align": "left",
            "bgcolor": _HOVER,
            "bordercolor": GRID,
            "font": {"family": FONT, "size": TEXT_PX, "color": PAPER},
        },
        "legend": {"orientation": "h", "font": {"size": SMALL_PX}, "tracegroupgap": 0, **_BELOW},
        "modebar": {"remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale"]},
    }
    return go.Figure(layout=layout)


def axis(text: str = "", **more: Any) -> dict[str, Any]:
    """An axis that cannot be zoomed, with a quiet grid. text: its title, plain."""
    return {
        "title": {"text": plain(text), "font": {"size": TEXT_PX}, "standoff": 8},
        "fixedrange": True,
        "automargin": True,
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": GRID,
        "tickfont": {"size": SMALL_PX},
    } | more


def legend_height(names: Sequence[str]) -> int:
    """Pixels for the names of a legend, as `short_names` gives them; one needs no legend."""
    if len(names) < 2:
        return 0
    on_a_line = _NAMES_ON_A_LINE if all(text_columns(name) <= _NAME_LENGTH for name in names) else 1
    return _LEGEND_LINE * math.ceil(len(names) / on_a_line)


def title(text: str) -> dict[str, Any]:
    """The heading of a whole figure, in its left corner."""
    corner = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "yref": "container", "pad": {"t": 10, "l": 10}}
    return {"text": f"<b>{plain(text)}</b>", "font": {"size": TEXT_PX}, **corner}


def heading(text: str) -> dict[str, Any]:
    """An annotation above the upper right corner of the plot: the heading of a column beside it."""
    corner = {"x": 1, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6}
    return {"text": f"<b>{plain(text)}</b>", "showarrow": False, "font": {"size": SMALL_PX}, **corner}


def shown(made: go.Figure, words: Words, name: str = "mturn-seg") -> PlotData:
    """The value of a gr.Plot: a figure that can be saved as the image `name`.png, and no other tools."""
    config = {
        "displaylogo": False,
        "displayModeBar": "hover",
        "toImageButtonOptions": {"format": "png", "scale": 3, "filename": name},
        "locale": words.language,
        "locales": {words.language: {"dictionary": _dictionary(words), "format": {}}},
    }
    return PlotData(type="plotly", plot=to_json_plotly(made.to_plotly_json() | {"config": config}))


def _dictionary(words: Words) -> dict[str, str]:
    """What plotly itself says, by its English."""
    return {
        "Download plot as a PNG": words("analysis.save"),
        "Taking snapshot - this may take a few seconds": words("analysis.saving"),
        "Snapshot succeeded": words("analysis.saved"),
        "Double-click on legend to isolate one trace": words("analysis.isolate"),
    }


def plain(text: str) -> str:
    """Text as plotly shows it literally: it takes tags and entities for markup."""
    return escape(text, quote=False)


def short(name: str) -> str:
    """A name for a legend, its middle left out where it is long, but not what is in brackets; still text of users."""
    model, bracket = _parted(name)
    return _cut(model, _NAME_LENGTH) + bracket


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as it stands in a legend; whole where two would look alike."""
    return _told_apart({name: short(name) for name in names}, lambda name: name)


def label(name: str) -> str:
    """A name beside a row, in two lines where it is long, its middle left out where it is longer; neutral to plotly."""
    model, bracket = _parted(name)
    if bracket and text_columns(name) > _LABEL_LENGTH:
        return f"{plain(_cut(model, _LABEL_LENGTH))}<br>{plain(bracket.strip())}"
    name = _cut(name, 2 * _LABEL_LENGTH)
    if text_columns(name) <= _LABEL_LENGTH:
        return plain(name)
    end = next(end for end in range(len(name), 0, -1) if text_columns(name[:end]) <= _LABEL_LENGTH)
    space = name.rfind(" ", 1, end + 1)
    end = space if space > 0 and text_columns(name[space:].strip()) <= _LABEL_LENGTH else end
    return f"{plain(name[:end].strip())}<br>{plain(name[end:].strip())}"


def labels(names: Sequence[str]) -> list[str]:
    """Each name as it stands beside its row; whole where two would look alike. Neutral to plotly."""
    found = _told_apart(
        {name: label(name) for name in names}, lambda name: "<br>".join(_lines(name, 2 * _LABEL_LENGTH))
    )
    return [found[name] for name in names]


def full(name: str) -> str:
    """The whole name in bold, in several lines where it is long; neutral to plotly."""
    return "<br>".join(f"<b>{line}</b>" for line in _lines(name, _LINE_LENGTH))


def _lines(name: str, length: int) -> list[str]:
    return [plain(line) for line in textwrap.wrap(name, length)]


def _told_apart(cut: dict[str, str], whole: Callable[[str], str]) -> dict[str, str]:
    """Name -> its cut form, or its whole one where the cut forms of two names are the same."""
    times = Counter(cut.values())
    return {name: text if times[text] == 1 else whole(name) for name, text in cut.items()}


def _parted(name: str) -> tuple[str, str]:
    """A name and what ends it in brackets, as charts/names.py tells models apart; "" where nothing does."""
    found = _BRACKET.fullmatch(name)
    return (found["model"], found["bracket"]) if found else (name, "")


def _cut(name: str, length: int) -> str:
    """A name of at most `length` columns: two thirds of its beginning and the rest from its end."""
    if text_columns(name) <= length:
        return name
    head, tail = name, name
    while text_columns(head) > length * 2 // 3 - 1:
        head = head[:-1]
    while text_columns(tail) > length - length * 2 // 3:
        tail = tail[1:]
    return f"{head.rstrip()}…{tail.lstrip()}"


def text_columns(text: str) -> int:
    """How wide a text is; Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def rounded_up(values: Iterable[float | None]) -> float:
    """The first of a few round numbers up to 1 that no value exceeds: like figures have like axes."""
    top = max((value for value in values if value is not None), default=0)
    return next((end for end in _ENDS if top <= end), 1.0)


def offsets(count: int, reach: float) -> list[float]:
    """Places of `count` models around a point, from -reach to reach, so that their intervals do not overlap."""
    return [0.0] if count == 1 else [reach * (2 * place / (count - 1) - 1) for place in range(count)]
