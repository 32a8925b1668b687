"""A report as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from html import escape
from pathlib import Path

from leaderboard.reports.blocks import Block, Facts, Link, Picture, Prose, Report, Section, Table, Text

# Nothing is loaded or run even if something were to get past the escaping.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = Path(__file__).with_name("page.css")


def to_html(report: Report) -> str:
    """The whole page; all text of the report is escaped. It follows the reader's light or dark setting."""
    title = escape(report.title)
    sections = "\n".join(_section(section) for section in report.sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="lead">{escape(report.lead)}</p>
{sections}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    title = escape(section.title)
    body = "\n".join(_block(block) for block in section.blocks)

    return f"<h{section.level}>{title}</h{section.level}>\n{body}"


def _block(block: Block) -> str:
    if isinstance(block, Prose):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Facts):
        items = "\n".join(f"<dt>{escape(name)}</dt><dd>{_text(value)}</dd>" for name, value in block.items)
        return f"<dl>\n{items}\n</dl>"
    return _picture(block) if isinstance(block, Picture) else _table(block)


def _text(text: Text) -> str:
    if isinstance(text, Link):
        return f'<a href="{escape(text.address)}" rel="nofollow noopener noreferrer ugc">{escape(text.text)}</a>'
    return escape(text)


def _table(table: Table) -> str:
    kinds = [' class="word"' if name in table.words else "" for name in table.header]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, table.header, strict=True))
    rows = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in table.rows
    )
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _picture(picture: Picture) -> str:
    svg = picture.draw("inline").decode()
    caption = escape(picture.caption)
    drawn = svg.replace("<svg ", f'<svg role="img" aria-label="{caption}" ', 1)
    return f'<figure><div class="wide">{drawn}</div><figcaption>{caption}</figcaption></figure>'
