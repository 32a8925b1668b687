"""The command that tells what a release is made of."""

import json

import pytest
import typer
from typer.testing import CliRunner

from commands.stats import stats
from release import open_release
from tests.building.reporting.small import annotation, dialogue, segment, write


@pytest.fixture
def run():
    """Runs the command: (exit code, standard output)."""
    app = typer.Typer()
    app.command()(stats)

    def invoke(*arguments):
        result = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "120"})
        return result.exit_code, result.output

    return invoke


def cells(printed, name):
    """The cells behind a name in the first printed row that has it."""
    rows = [line.split() for line in printed.splitlines()]
    return next(row[row.index(name) + 1 :] for row in rows if name in row)


def test_prints_sizes_and_shares_beside_the_published_ones(run, synthetic_release):
    code, printed = run(synthetic_release)
    assert code == 0
    assert cells(printed, "images") == ["45", "28,904"]
    assert cells(printed, "dialogues") == ["60"]
    assert cells(printed, "nervous")[-1] == "34.5"
    long = sum(len(dialogue.turns) > 10 for dialogue in open_release(synthetic_release).dialogues())
    assert cells(printed, "more") == [f"{100 * long / 60:.1f}", "2.8"]


def test_the_json_holds_every_number(run, synthetic_release, tmp_path):
    code, printed = run(synthetic_release, "--json", tmp_path / "folder" / "stats.json")
    found = json.loads((tmp_path / "folder" / "stats.json").read_text(encoding="utf-8"))
    assert code == 0 and "stats.json" in printed
    assert found["dialogues"] == 60 == sum(found["lengths"].values())
    assert found["questions"]["zh"]["number"] + found["questions"]["en"]["number"] == found["pairs"]


def test_every_figure_is_drawn_as_png_and_svg(run, synthetic_release, tmp_path):
    code, _ = run(synthetic_release, "--figures", tmp_path / "figures")
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert code == 0
    assert names == {
        f"{name}.{kind}" for name in ("composition", "reasoning", "questions", "terms") for kind in ("png", "svg")
    }


def test_says_so_where_no_chinese_font_is_installed(run, synthetic_release, tmp_path, monkeypatch):
    from matplotlib import font_manager

    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
    code, printed = run(synthetic_release, "--figures", tmp_path)
    assert code == 0
    assert "no Chinese font is installed" in printed
    assert (tmp_path / "terms.png").is_file()


def test_a_release_without_references_says_so(run, tmp_path):
    turn = segment(1, "liver", "digestive", ["clinical"])
    code, printed = run(write(tmp_path / "release", [annotation("i1")], [dialogue("d1", "i1", turn)]))
    assert code == 0
    assert "no turn refers to an earlier mask" in printed
    assert "regions of earlier masks" not in printed
