"""A table as Markdown or CSV, safe to paste and to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from leaderboard.exports.columns import Value, columns, flatten
from leaderboard.exports.escaping import csv_text, markdown_link, markdown_table, markdown_text
from leaderboard.records import TableRow

# In Markdown both ends of an interval stand in one cell.
_INTERVALS = {"rank_low": ("rank_high", "ranks"), "headline_dice_low": ("headline_dice_high", "headline_dice_interval")}
_DIGITS = {"hd95_mm": 2}  # scores have four


def table_to_csv(rows: Sequence[TableRow]) -> str:
    """Comma-separated text with a header and full precision; a missing value is an empty cell.

    Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns(rows))
    writer.writerows([_csv_cell(value) for value in row.values()] for row in flatten(rows))
    return out.getvalue()


def table_to_markdown(rows: Sequence[TableRow]) -> str:
    """A Markdown table; scores with four digits, a missing value as n/a, the model linked when it has a link."""
    upper_ends = {upper for upper, _ in _INTERVALS.values()}
    names = [column.name for column in columns(rows) if column.name not in {"link", *upper_ends}]
    header = [_INTERVALS[name][1] if name in _INTERVALS else name for name in names]
    return markdown_table(header, [[_markdown_cell(name, flat) for name in names] for flat in flatten(rows)])


def _csv_cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    return csv_text(value) if isinstance(value, str) else value


def _markdown_cell(name: str, flat: dict[str, Value]) -> str:
    if name == "model":
        return markdown_link(flat["model"], flat["link"])
    low = _shown(name, flat[name])
    if name not in _INTERVALS or flat[name] is None:
        return low
    return f"{low} to {_shown(name, flat[_INTERVALS[name][0]])}"


def _shown(name: str, value: Value) -> str:
    if value is None:
        return "n/a"
    return f"{value:.{_DIGITS.get(name, 4)}f}" if isinstance(value, float) else markdown_text(str(value))
