"""Text that people submitted, made harmless for the place it is written to."""

from __future__ import annotations

import re

# Spreadsheets also start a formula at the full-width forms, and skip a tab or a line break before one.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\n")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|#!~$&@]")
# Bare addresses become links without any markup.
_ADDRESS_START = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)


def csv_text(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # csv leaves a lone carriage return without quotes
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def markdown_text(text: str) -> str:
    """The text as one line that Markdown shows as it is: no markup, no cell border, no link."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", text)
    return " ".join(_ADDRESS_START.sub(r"\\\g<0>", escaped).split())


def markdown_link(text: str, address: str | None) -> str:
    """`text`, escaped, as a link to `address` (checked before: no brackets, no blanks); without one the text alone."""
    return f"[{markdown_text(text)}](<{address}>)" if address else markdown_text(text)


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table of cells that are Markdown already, each a single line; ends with a line break."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines.extend("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join(lines) + "\n"
