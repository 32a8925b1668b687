"""What a report is made of, before it is HTML or Markdown. All text is plain: each format escapes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from leaderboard.reports.drawing import Format


@dataclass(frozen=True)
class Link:
    """Text that leads to a web address."""

    text: str
    address: str


Text = str | Link


@dataclass(frozen=True)
class Prose:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names beside values."""

    items: Sequence[tuple[str, Text]]


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells. Columns named in `words` hold words, the others numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Picture:
    """A figure: the stem of its file name, its caption, and the function that draws it."""

    name: str
    caption: str
    draw: Callable[[Format], bytes]


Block = Prose | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading of level 2 or 3 and what stands below it."""

    title: str
    blocks: Sequence[Block]
    level: int = 2


@dataclass(frozen=True)
class Report:
    """A whole report."""

    title: str
    lead: str
    sections: Sequence[Section]
