"""A table as Markdown or CSV, safe to paste and to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from leaderboard.records import HEADLINE_REGIONS, TABLE_TURNS, TableRow

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table_to_csv(rows: Sequence[TableRow]) -> str:
    """Comma-separated text with a header and full precision; a missing value is an empty cell.

    Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    flat = flatten(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_header(rows))
    writer.writerows([_csv_cell(value) for value in row.values()] for row in flat)
    return out.getvalue()


def table_to_markdown(rows: Sequence[TableRow]) -> str:
    """A Markdown table; scores with four digits, a missing value as n/a, the model linked when it has a link."""
    header = [name for name in _header(rows) if name != "link"]
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row, flat in zip(rows, flatten(rows), strict=True):
        texts = {name: _markdown_cell(value) for name, value in flat.items() if name != "link"}
        if row.link:
            texts["model"] = f"[{texts['model']}](<{row.link}>)"
        lines.append("| " + " | ".join(texts.values()) + " |")
    return "\n".join(lines) + "\n"


def flatten(rows: Sequence[TableRow]) -> list[dict[str, str | int | float | None]]:
    """One flat dict per row with the same keys in all: regions become `<region>_dice`, turns `turn_<n>_dice`."""
    header = _header(rows)
    return [dict(zip(header, _values(row, _regions(rows)), strict=True)) for row in rows]


def _regions(rows: Sequence[TableRow]) -> list[str]:
    """The published four, then whatever else a row has."""
    extra = sorted({region for row in rows for region in row.region_dice} - set(HEADLINE_REGIONS))
    return [*HEADLINE_REGIONS, *extra]


def _header(rows: Sequence[TableRow]) -> list[str]:
    return [
        *("rank", "model", "organisation", "user", "link", "headline_dice", "headline_iou", "turn_weighted_dice"),
        *(f"{region}_dice" for region in _regions(rows)),
        *(f"turn_{turn}_dice" for turn in TABLE_TURNS),
        *("n", "n_patients", "n_empty", "attempts", "history_mode", "date", "record_id"),
    ]


def _values(row: TableRow, regions: Sequence[str]) -> list[str | int | float | None]:
    return [
        *(row.rank, row.model, row.organisation, row.user, row.link),
        *(row.headline_dice, row.headline_iou, row.turn_weighted_dice),
        *(row.region_dice.get(region) for region in regions),
        *(row.turn_dice.get(turn) for turn in TABLE_TURNS),
        *(row.n, row.n_patients, row.n_empty, row.attempts, row.history_mode, row.date, row.record_id),
    ]


def _csv_cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _markdown_cell(value: str | int | float | None) -> str:
    if value is None:
        return "n/a"
    if isinstance(value, float):
        return f"{value:.4f}"
    text = "".join(f"\\{char}" if char in "\\`*_[]<>|#!~$&" else char for char in str(value))
    return text.replace("\n", " ")
