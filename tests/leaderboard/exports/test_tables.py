"""Exports are complete, and nothing a submitter writes becomes a formula, a cell or a link of its own."""

import csv
import io
import re

import pytest

from leaderboard.exports import table_to_csv, table_to_markdown
from leaderboard.records import Distances

FULL = {
    "rank": 3,
    "rank_interval": (2, 5),
    "p_first": 0.0125,
    "tier": 2,
    "parameters": 7_000_000_000,
    "headline_dice_interval": (0.1, 0.2),
    "turn_weighted_dice": 0.4,
    "turn_weighted_iou": 0.3,
    "ciou": 0.35,
    "mm": Distances(n=8, hd95=12.345678, nsd=0.25),
    "verified": True,
    "data_version": "1.0.0",
    "scorer_version": "2",
    "submission": "s1",
}


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def read_markdown(text):
    """Rows as dicts; cells are split at pipes without a backslash before them."""
    header, _, *lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines()]
    return [{name.strip(): cell.strip() for name, cell in zip(header, line, strict=True)} for line in lines]


def test_csv_has_every_value_at_full_precision(row):
    [line] = read_csv(table_to_csv([row()]))
    assert line["headline_dice"] == "0.123456"
    assert (line["head_dice"], line["chest_dice"], line["spine_dice"]) == ("0.5", "", "0.25")
    assert (line["turn_1_dice"], line["turn_2_dice"], line["turn_5_dice"]) == ("0.75", "", "")
    assert (line["rank"], line["n"], line["record_id"]) == ("1", "10", "abc")


def test_csv_has_a_column_for_each_end_of_an_interval(row):
    [line] = read_csv(table_to_csv([row(**FULL)]))
    assert [line[name] for name in ("rank", "rank_low", "rank_high", "p_first", "tier")] == [
        "3",
        "2",
        "5",
        "0.0125",
        "2",
    ]
    assert (line["headline_dice_low"], line["headline_dice_high"]) == ("0.1", "0.2")


def test_csv_has_other_measures_and_where_the_result_comes_from(row):
    [line] = read_csv(table_to_csv([row(**FULL)]))
    assert (line["turn_weighted_dice"], line["giou"], line["ciou"]) == ("0.4", "0.3", "0.35")
    assert (line["hd95_mm"], line["nsd_mm"], line["n_mm"]) == ("12.345678", "0.25", "8")
    assert line["parameters"] == "7000000000"
    assert [line[name] for name in ("data_version", "scorer_version", "submission")] == ["1.0.0", "2", "s1"]


def test_missing_values_are_empty_cells_and_never_zero(row):
    [line] = read_csv(table_to_csv([row(rank=None)]))
    names = (
        "rank",
        "rank_low",
        "rank_high",
        "p_first",
        "tier",
        "headline_dice_low",
        "hd95_mm",
        "nsd_mm",
        "n_mm",
        "ciou",
    )
    assert {line[name] for name in names} == {""}


def test_a_row_says_who_ran_the_model(row):
    lines = read_csv(table_to_csv([row(), row(verified=True)]))
    assert [line["run"] for line in lines] == ["own run", "verified"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", '=HYPERLINK("http://x","y")', "＝1", "＋1", "－1", "＠SUM(A1)"],
)
def test_csv_text_is_never_a_formula(row, text):
    [line] = csv.DictReader(io.StringIO(table_to_csv([row(model=text, organisation=text)]), newline=""))
    assert line["model"] == line["organisation"] == f"'{text}"


@pytest.mark.parametrize(
    ("text", "read"), [('a,"b"\nc', 'a,"b"\nc'), ("a\rb", "a\nb"), ("a\r\nb", "a\nb"), ("\r=1", "'\n=1")]
)
def test_csv_quotes_what_would_break_a_line(row, text, read):
    [line] = csv.DictReader(io.StringIO(table_to_csv([row(model=text)]), newline=""))
    assert line["model"] == read


def test_markdown_shows_four_digits_and_missing_values(row):
    [cells] = read_markdown(table_to_markdown([row()]))
    assert (cells["headline_dice"], cells["chest_dice"], cells["turn_weighted_dice"]) == ("0.1235", "n/a", "n/a")
    assert (cells["ranks"], cells["headline_dice_interval"], cells["tier"], cells["hd95_mm"]) == ("n/a",) * 4


def test_markdown_shows_an_interval_in_one_cell(row):
    [cells] = read_markdown(table_to_markdown([row(**FULL)]))
    assert (cells["ranks"], cells["headline_dice_interval"]) == ("2 to 5", "0.1000 to 0.2000")
    assert (cells["hd95_mm"], cells["nsd_mm"], cells["run"]) == ("12.35", "0.2500", "verified")


def test_markdown_text_cannot_leave_its_cell(row):
    text = table_to_markdown([row(model="a|b](http://evil) <b>", link="https://good.org/x")])
    assert r"[a\|b\](http\://evil) \<b\>](<https://good.org/x>)" in text
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize("text", ["https://evil.org", "HTTP://evil.org", "www.evil.org", "me@evil.org", "WWW.evil.org"])
def test_a_bare_address_is_no_link_in_markdown(row, text):
    [cells] = read_markdown(table_to_markdown([row(organisation=text)]))
    assert cells["organisation"] != text
    assert cells["organisation"].replace("\\", "") == text


def test_a_line_break_does_not_end_a_markdown_row(row):
    [cells] = read_markdown(table_to_markdown([row(model="a\n\n| b")]))
    assert cells["model"] == r"a \| b"


def test_an_empty_table_is_a_header():
    assert len(table_to_csv([]).splitlines()) == 1
    assert len(table_to_markdown([]).splitlines()) == 2
