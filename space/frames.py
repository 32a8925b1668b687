"""From the engine's records to data frames for the page's tables. Cells are plain text and numbers, never markup."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from pandas.io.formats.style import Styler

from leaderboard import TableRow, TrackFacts
from leaderboard.records import TABLE_TURNS
from space.labels import NO_SCORE

RECORD = "Record"
_LAST_COLUMNS = ("Turns", "Patients", "Organisation", "History", "Date", "Data", RECORD)

_TEXT = {"Model", "Organisation", "History", "Date", "Data", RECORD, "Problem", "Where", "Field", "Found", "Expected"}
_WHOLE = {"Rank", "Turns", "Patients"}
_WIDTHS = {
    **{"Rank": 64, "Model": 180, "Organisation": 170, "Turn-weighted": 132, "Date": 110, "Data": 150, RECORD: 200},
    **{"Problem": 150, "In all": 80, "Row": 80, "Where": 210, "Field": 100, "Found": 240, "Expected": 345},
}
_SCORE_WIDTH = 96


def ranking(rows: Sequence[TableRow], facts: TrackFacts, data: str) -> pd.DataFrame:
    """One line a submission, best first. `data` names the dataset version and digest; a missing score is None.

    There is a column for every region of the track and for each of the turns 1 to 5 that its dialogues reach.
    """
    turns = TABLE_TURNS[: facts.longest]
    scores = ["Dice", "IoU", "Turn-weighted", *(region.capitalize() for region in facts.regions)]
    curve = [f"Turn {turn}" for turn in turns]
    return pd.DataFrame(
        [
            {
                "Rank": row.rank,
                "Model": row.model,
                "Dice": row.headline_dice,
                "IoU": row.headline_iou,
                "Turn-weighted": row.turn_weighted_dice,
                **{region.capitalize(): row.region_dice.get(region) for region in facts.regions},
                **{f"Turn {turn}": row.turn_dice.get(turn) for turn in turns},
                "Turns": row.n,
                "Patients": row.n_patients,
                "Organisation": row.organisation,
                "History": row.history_mode,
                "Date": row.date,
                "Data": data,
                RECORD: row.record_id,
            }
            for row in rows
        ],
        columns=["Rank", "Model", *scores, *curve, *_LAST_COLUMNS],
    )


def widths(columns: Sequence[str]) -> list[str]:
    """Column widths in CSS pixels."""
    return [f"{_WIDTHS.get(column, _SCORE_WIDTH)}px" for column in columns]


def types(columns: Sequence[str]) -> list[str]:
    """Gradio's column types; "str" and "number" are the two that are shown as they are."""
    return ["str" if column in _TEXT else "number" for column in columns]


def styled(frame: pd.DataFrame) -> Styler | pd.DataFrame:
    """Scores with three decimals and a dash for what is missing; the values stay numbers, so they sort as numbers."""
    if frame.empty:
        return frame
    numbers = [column for column in frame if column not in _TEXT]
    frame = frame.astype(dict.fromkeys(numbers, float))
    style = frame.style.format("{:.0f}", subset=[c for c in numbers if c in _WHOLE], na_rep=NO_SCORE)
    style = style.format("{:.3f}", subset=[c for c in numbers if c not in _WHOLE], na_rep=NO_SCORE)
    return style.set_properties(subset=["Dice"], **{"font-weight": "650"})


def problems(rows: Sequence[dict[str, str | int | None]]) -> pd.DataFrame:
    """The problems of a refused file, one line for each that is shown (ValidationReport.to_rows)."""
    return pd.DataFrame(
        [
            {
                "Problem": str(row["kind"]).replace("_", " "),
                "In all": row["count"],
                "Row": row["row"],
                "Where": row["key"],
                "Field": row["field"],
                "Found": row["value"],
                "Expected": row["expected"],
            }
            for row in rows
        ],
        columns=["Problem", "In all", "Row", "Where", "Field", "Found", "Expected"],
        dtype=object,
    )
