"""The Markdown report: a folder that is whole or not there, and text that cannot leave its place."""

import io
import re

import pytest
from PIL import Image

from leaderboard.reports import figures, write_markdown


def cells(line):
    return re.split(r"(?<!\\)\|", line)[1:-1]


def tables(text):
    """Runs of lines that begin with a pipe."""
    return [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]


def test_the_folder_holds_the_report_and_its_figures(made, tmp_path):
    path = write_markdown(made.record(), {"en-multi": made.row()}, tmp_path / "new" / "report")
    assert path == tmp_path / "new" / "report" / "report.md"
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
    assert shown == [
        *("en-single-strata.png", "en-multi-turns.png", "en-multi-strata.png"),
        *("zh-multi-turns.png", "zh-multi-strata.png"),
    ]
    assert sorted(item.name for item in path.parent.iterdir()) == sorted([*shown, "report.md"])
    for name in shown:
        assert Image.open(io.BytesIO((path.parent / name).read_bytes())).format == "PNG"


def test_every_row_has_the_cells_of_its_header(made, tmp_path):
    text = write_markdown(made.record(), None, tmp_path / "report").read_text(encoding="utf-8")
    found = tables(text)
    assert len(found) > 10
    for table in found:
        assert len({len(cells(line)) for line in table}) == 1, table[0]


def test_text_stays_text(made, tmp_path):
    text = write_markdown(made.record(), None, tmp_path / "report").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)<(?!https://example\.org/)", text)
    assert r"\[a\](http\://evil.org)" in text
    assert text.startswith("# \\<script\\>")


def test_values_are_those_of_the_record(made, tmp_path):
    text = write_markdown(made.record(), {"en-multi": made.row()}, tmp_path / "report").read_text(encoding="utf-8")
    assert "| English, multi turn | 2 | 1 to 4 | 1 | 0.2515 | 0.4733 | 0.4401 to 0.5099 |" in text
    assert "| Region | other | 22 | 4 | 0 | 0 | n/a | n/a | n/a | n/a |" in text


def test_a_report_that_fails_leaves_nothing(made, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(figures, "strata", broken)
    with pytest.raises(OSError, match="disk full"):
        write_markdown(made.record(), None, tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_report_is_not_written_over(made, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.txt").write_text("kept")
    with pytest.raises(FileExistsError, match="expected a new or an empty folder"):
        write_markdown(made.record(), None, tmp_path / "report")
    assert [item.name for item in (tmp_path / "report").iterdir()] == ["mine.txt"]


def test_a_file_in_its_place_is_not_written_over(made, tmp_path):
    (tmp_path / "report").write_text("kept")
    with pytest.raises(FileExistsError, match="new or an empty folder"):
        write_markdown(made.record(), None, tmp_path / "report")
    assert (tmp_path / "report").read_text() == "kept"


def test_an_empty_folder_is_used(made, tmp_path):
    (tmp_path / "report").mkdir()
    assert write_markdown(made.record(tracks={}, agreement={}), None, tmp_path / "report").is_file()


def test_the_same_record_gives_the_same_files(made, tmp_path):
    one, two = (write_markdown(made.record(), None, tmp_path / name).parent for name in "ab")
    assert {item.name: item.read_bytes() for item in one.iterdir()} == {
        item.name: item.read_bytes() for item in two.iterdir()
    }
