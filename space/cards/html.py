"""The small parts that cards are made of. Every word that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

__all__ = ["escape", "link", "notice", "table", "tiles"]


def link(address: str | None) -> str:
    """An anchor for an http or https address; anything else is shown as text, nothing for None."""
    if not address:
        return ""
    shown = escape(address)
    if urlsplit(address).scheme not in ("http", "https"):
        return shown
    return f'<a href="{shown}" target="_blank" rel="nofollow noopener noreferrer">{shown}</a>'


def notice(text: str, kind: str = "info") -> str:
    """One line of plain text in a box; kind is info, hint, good, warn or bad."""
    role = "alert" if kind in ("bad", "warn") else "note"
    return f'<p class="notice {kind}" role="{role}">{escape(text)}</p>'


def tiles(items: Iterable[tuple[str, str]]) -> str:
    """A row of (label, value) tiles, both plain text."""
    cells = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in items)
    return f'<dl class="tiles">{cells}</dl>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A static table; heads and caption are plain text, cells are HTML already, the first of a row is its heading.

    It scrolls sideways where the page is narrow.
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table class="plain">{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
