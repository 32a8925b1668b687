"""What is taken out of a leaderboard: tables in each format, reports, files for the Hub."""

import csv
import io

import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from leaderboard import SCORER_VERSION

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def board(made, submit):
    """A leaderboard of two submissions; their ids by file."""
    return {
        "half": submit(made.half, name="half"),
        "exact": submit(made.exact, name="exact"),
        "both": submit(made.both),
    }


def test_the_table_is_ranked(made, mturn_seg, board):
    code, out, err = mturn_seg("table", "--track", "en-multi", *made.board)
    assert code == 0, err
    assert "en-multi: 48 turns of 24 patients" in out
    rows = [line.split() for line in out.splitlines() if line.split()[:1] in (["1"], ["2"])]
    # The two files that are right in the head only tie, and share the rank.
    assert [row[0] for row in rows] == ["1", "2", "2"]
    assert "exact" in rows[0]
    assert "0.833" in rows[1]
    code, out, _ = mturn_seg("table", *made.board)
    assert "zh-multi: 48 turns" in out


def test_the_table_says_of_which_data_and_by_which_scorer_it_is(made, mturn_seg, board):
    for view in ([], ["--by-region"], ["--by-measure"]):
        out = mturn_seg("table", "--track", "en-multi", *view, *made.board)[1]
        assert out.splitlines()[1] == f"data 1.0.0 (digest dddddddd), scorer {SCORER_VERSION}"


def test_models_of_one_name_are_told_apart_by_user_and_attempts_are_counted(made, mturn_seg, submit):
    submit(made.half)
    submit(made.exact)
    submit(made.half, user="someone")
    code, out, _ = mturn_seg("table", "--track", "en-multi", *made.board)
    assert code == 0
    rows = [line.split() for line in out.splitlines() if " model " in line]
    heading, first, second = rows
    place = heading.index("model")
    assert heading[place : place + 2] == ["model", "user"]
    assert (heading[-1], first[-1], second[-1]) == ("attempts", "2", "1")
    assert "me" in first
    assert "someone" in second
    # The first is better for each of the twelve patients of the abdomen, so in every resample.
    assert "first" in heading
    assert "1.00" in first
    assert "0.00" in second


def test_the_table_by_measure(made, mturn_seg, board):
    code, out, _ = mturn_seg("table", "--track", "zh-multi", "--by-measure", *made.board)
    assert code == 0
    heading, row = (line.split() for line in out.splitlines() if "model" in line)
    head = ["rank", "model", "user", "Dice", "IoU", "turn", "Dice", "gIoU", "cIoU", "HD95", "mm", "NSD", "empty"]
    assert heading == head
    # In pixels: 12 of 12 found for each of 12 patients, 6 of 12 for each of the others: cIoU 216 of 288.
    assert row[:7] == ["1", "model", "me", "0.833", "0.750", "0.833", "0.750"]
    assert row[7] == "0.750"


def test_the_table_by_region(made, mturn_seg, board):
    code, out, _ = mturn_seg("table", "--track", "zh-multi", "--by-region", *made.board)
    assert code == 0
    heading, row = (line.split() for line in out.splitlines() if "model" in line)
    assert heading == ["rank", "model", "user", "Dice", "abdomen", "head"]
    assert row == ["1", "model", "me", "0.833", "0.667", "1.000"]


def test_csv_goes_to_the_terminal_or_a_file(made, mturn_seg, board):
    code, printed, _ = mturn_seg("table", "--track", "en-multi", "--export", "csv", *made.board)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(printed.strip())))
    assert rows[0]["model"] == "exact"
    assert float(rows[1]["headline_dice"]) == pytest.approx(5 / 6)
    out = made.folder / "new/table.csv"
    code, told, _ = mturn_seg("table", "--track", "en-multi", "--export", "csv", "--out", out, *made.board)
    assert code == 0
    assert told == f"wrote {out}\n"
    assert out.read_text(encoding="utf-8").strip() == printed.strip()
    assert [path.name for path in out.parent.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("name", ["a[/b].csv", "[bold]b.csv", ":bomb:.csv"])
def test_a_path_is_printed_as_it_is(made, mturn_seg, board, monkeypatch, name):
    monkeypatch.chdir(made.folder)
    code, out, err = mturn_seg("table", "--track", "zh-multi", "--export", "csv", "--out", name, *made.board)
    assert (code, out, err) == (0, f"wrote {name}\n", "")
    assert (made.folder / name).read_text(encoding="utf-8").startswith("rank,")


def test_a_name_is_printed_as_it_is(made, mturn_seg, submit):
    for number, name in enumerate(("[red]a[/]", ":bomb:", "back\\", "[/b]")):
        file = made.write_predictions(made.folder / f"{number}.parquet", 1, number / 4)
        found = submit(file, name=name)
        out = mturn_seg("submissions", *made.board)[1]
        (line,) = (line for line in out.splitlines() if found in line)
        assert f" {name}  " in line
        out = mturn_seg("table", "--track", "en-multi", *made.board)[1]
        assert f" {name}  " in out
        out = mturn_seg("verify", found, "--by", "me", *made.board)[1]
        assert out.startswith(f"{found} {name!r} of me: ")
        out = mturn_seg("eval-files", found, "--dataset", "org/bench", "--out", made.folder / "hub", *made.board)[1]
        assert f"{found}  {name} of me\n" in out


def test_a_figure_is_drawn_for_each_track(made, mturn_seg, board):
    figure = made.folder / "new/ranking.svg"
    code, out, err = mturn_seg("table", "--figure", figure, *made.board)
    assert code == 0, err
    assert "en-multi: 48 turns" in out
    for track in ("en-multi", "zh-multi"):
        drawn = figure.with_name(f"ranking-{track}.svg")
        assert f"wrote {drawn}\n" in out
        assert "<svg" in drawn.read_text(encoding="utf-8")
    assert not figure.exists()


def test_a_figure_beside_an_export_leaves_the_export_clean(made, mturn_seg, board):
    figure = made.folder / "ranking.png"
    arguments = ("--track", "en-multi", "--export", "csv", *made.board)
    alone = mturn_seg("table", *arguments)[1]
    assert mturn_seg("table", *arguments, "--figure", figure) == (0, alone, f"wrote {figure}\n")
    assert figure.read_bytes().startswith(PNG)


def test_a_track_without_submissions_gets_no_figure(made, mturn_seg, submit):
    submit(made.half)
    figure = made.folder / "ranking.png"
    code, _, err = mturn_seg("table", "--figure", figure, *made.board)
    assert code == 0
    assert err == "zh-multi: no submission yet, so no figure\n"
    assert sorted(path.name for path in made.folder.glob("ranking*")) == ["ranking-en-multi.png"]


def test_parquet_is_written_for_each_track(made, mturn_seg, board):
    out = made.folder / "new/table.parquet"
    code, _, err = mturn_seg("table", "--export", "parquet", "--out", out, *made.board)
    assert code == 0, err
    assert pq.read_table(out.with_name("table-en-multi.parquet")).num_rows == 3
    assert pq.read_table(out.with_name("table-zh-multi.parquet"))["model"].to_pylist() == ["model"]


def test_markdown_is_printed(made, mturn_seg, board):
    code, out, _ = mturn_seg("table", "--track", "en-multi", "--export", "markdown", *made.board)
    assert code == 0
    assert out.startswith("| rank |")


def test_an_unknown_track_is_told(made, mturn_seg, board):
    code, _, err = mturn_seg("table", "--track", "fr-multi", *made.board)
    assert code == 2
    assert "fr-multi" in err


def test_a_report_is_one_html_file(made, mturn_seg, board):
    out = made.folder / "new/report.html"
    code, told, err = mturn_seg("report", board["half"], "--out", out, *made.board)
    assert code == 0, err
    assert told == f"wrote {out}\n"
    page = out.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "0.8333" in page or "0.833" in page


def test_a_report_lies_where_its_id_says_by_default(made, mturn_seg, board, monkeypatch):
    monkeypatch.chdir(made.folder)
    code, _, err = mturn_seg("report", board["half"], "--format", "markdown", *made.board)
    assert code == 0, err
    assert "half" in (made.folder / f"report-{board['half']}/report.md").read_text(encoding="utf-8")
    assert mturn_seg("report", board["half"], *made.board)[0] == 0
    assert (made.folder / f"report-{board['half']}.html").exists()


def test_a_report_of_what_was_withdrawn_says_so(made, mturn_seg, board):
    out = made.folder / "report.html"
    assert mturn_seg("report", board["half"], "--out", out, *made.board)[2] == ""
    mturn_seg("withdraw", board["half"], "--by", "me", "--reason", "wrong [file]", *made.board)
    code, told, err = mturn_seg("report", board["half"], "--out", out, *made.board)
    assert (code, told) == (0, f"wrote {out}\n")
    assert err == f"note: submission {board['half']} was withdrawn (wrong [file]) and stands in no table\n"
    mturn_seg("restore", board["half"], "--by", "me", *made.board)
    assert mturn_seg("report", board["half"], "--out", out, *made.board)[2] == ""


def test_a_report_of_an_unknown_id_is_told(made, mturn_seg, board):
    code, _, err = mturn_seg("report", "0123456789abcdef", *made.board)
    assert code == 2
    assert "0123456789abcdef" in err


def test_hub_files_of_all_that_are_ranked(made, mturn_seg, board):
    out = made.folder / "hub"
    code, _, err = mturn_seg("eval-files", "--dataset", "org/bench", "--out", out, "--name", "Bench", *made.board)
    assert code == 0, err
    benchmark = yaml.safe_load((out / "dataset/eval.yaml").read_text(encoding="utf-8"))
    assert benchmark["name"] == "Bench"
    assert [task["id"] for task in benchmark["tasks"]] == ["en-multi", "zh-multi"]
    assert {path.name for path in (out / "models").iterdir()} == set(board.values())
    text = (out / f"models/{board['half']}/.eval_results/bench.yaml").read_text(encoding="utf-8")
    (entry,) = parse_eval_result_entries(yaml.safe_load(text))
    assert (entry.dataset_id, entry.task_id) == ("org/bench", "en-multi")
    assert entry.value == pytest.approx(5 / 6)


def test_hub_files_of_one_and_of_none_when_the_place_is_wrong(made, mturn_seg, board):
    out = made.folder / "hub"
    code, _, err = mturn_seg("eval-files", board["half"], "--dataset", "bench", "--out", out, *made.board)
    assert code == 2
    assert "ORG/NAME" in err
    assert not out.exists()
    code, told, err = mturn_seg("eval-files", board["half"], "--dataset", "org/bench", "--out", out, *made.board)
    assert code == 0, err
    assert f"{board['half']}  half of me" in told
    assert [path.name for path in (out / "models").iterdir()] == [board["half"]]
