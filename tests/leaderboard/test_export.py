"""Exports are complete, and nothing a submitter writes becomes a formula, a cell or a link of its own."""

import csv
import io

import pytest

from leaderboard import TableRow, table_to_csv, table_to_markdown


def row(**changes):
    return TableRow(
        **{
            "rank": 1,
            "model": "net",
            "organisation": "lab",
            "user": "ann",
            "link": None,
            "headline_dice": 0.123456,
            "headline_iou": 0.1,
            "turn_weighted_dice": None,
            "region_dice": {"head": 0.5, "spine": 0.25},
            "turn_dice": {"1": 0.75, "2": None},
            "n": 10,
            "n_patients": 3,
            "n_empty": 1,
            "attempts": 2,
            "history_mode": "own",
            "date": "2026-01-01",
            "record_id": "abc",
        }
        | changes
    )


def test_csv_has_every_value_at_full_precision():
    [line] = csv.DictReader(io.StringIO(table_to_csv([row()])))
    assert line["headline_dice"] == "0.123456"
    assert (line["head_dice"], line["chest_dice"], line["spine_dice"]) == ("0.5", "", "0.25")
    assert (line["turn_1_dice"], line["turn_2_dice"], line["turn_5_dice"]) == ("0.75", "", "")
    assert (line["rank"], line["n"], line["record_id"]) == ("1", "10", "abc")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")'])
def test_csv_text_is_never_a_formula(text):
    [line] = csv.DictReader(io.StringIO(table_to_csv([row(model=text, organisation=text)])))
    assert line["model"] == line["organisation"] == f"'{text}"


def test_csv_quotes_what_would_break_a_line():
    [line] = csv.DictReader(io.StringIO(table_to_csv([row(model='a,"b"\nc')])))
    assert line["model"] == 'a,"b"\nc'


def test_markdown_shows_four_digits_and_missing_values():
    header, _, line = table_to_markdown([row()]).splitlines()
    cells = dict(zip(header.strip("| ").split(" | "), line.strip("| ").split(" | "), strict=True))
    assert (cells["headline_dice"], cells["chest_dice"], cells["turn_weighted_dice"]) == ("0.1235", "n/a", "n/a")


def test_markdown_text_cannot_leave_its_cell():
    text = table_to_markdown([row(model="a|b](http://evil) <b>", link="https://good.org/x")])
    assert "[a\\|b\\](http://evil) \\<b\\>](<https://good.org/x>)" in text
    assert len(text.splitlines()) == 3


def test_an_empty_table_is_a_header():
    assert len(table_to_csv([]).splitlines()) == 1
    assert len(table_to_markdown([]).splitlines()) == 2
