"""The command line: every command is documented, and bad input ends with exit code 2 and a message."""

import json
import re
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import cli

README = Path(__file__).resolve().parents[1] / "README.md"
COMMANDS = ["demo-data", "author", "build", "seal", "run", "validate", "score", "submit", "table", "serve", "demo"]


def mturn_seg(capsys, *arguments):
    """Runs the command as the installed entry point does: (exit code, standard output, standard error)."""
    sys.argv = ["mturn-seg", *map(str, arguments)]
    try:
        cli.main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.fixture
def predictions(built_dataset, tmp_path, capsys):
    """A complete predictions file for the test split of the synthetic data set."""
    out = tmp_path / "predictions.parquet"
    code, _, _ = mturn_seg(capsys, "run", "--model", "empty", "--data", built_dataset.folder, "--out", out)
    assert code == 0
    return out


def test_the_commands_are_the_documented_ones():
    found = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(command):
    result = CliRunner().invoke(cli.app, [command, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"mturn-seg {command}(?![\w-])", " ".join(result.output.split()))
    assert "Example" in result.output
    assert re.search(rf"mturn-seg {command}(?![\w-])", README.read_text(encoding="utf-8"))


def test_run_validate_score_submit_and_table(built_dataset, predictions, tmp_path, capsys):
    truth = built_dataset.truth / "test.parquet"
    store = tmp_path / "store.sqlite"
    code, out, _ = mturn_seg(capsys, "validate", predictions, "--truth", truth)
    assert code == 0
    code, out, _ = mturn_seg(capsys, "score", predictions, "--truth", truth, "--json")
    assert code == 0
    assert set(json.loads(out)) == {"en-single", "en-multi", "zh-single", "zh-multi"}
    code, out, _ = mturn_seg(
        capsys, "submit", predictions, "--truth", truth, "--store", store, "--name", "nothing", "--user", "me"
    )
    assert code == 0
    assert "recorded as" in out
    code, out, _ = mturn_seg(capsys, "table", "--truth", truth, "--store", store, "--track", "en-multi")
    assert code == 0
    assert "nothing" in out
    code, out, _ = mturn_seg(capsys, "table", "--truth", truth, "--store", store, "--export", "csv")
    assert "nothing" in out


def test_validation_history_is_scored_too(built_dataset, tmp_path, capsys):
    out = tmp_path / "validation.jsonl"
    arguments = ("--data", built_dataset.folder, "--split", "validation", "--history", "gt", "--out", out)
    assert mturn_seg(capsys, "run", "--model", "lexicon-prior", "--language", "zh", *arguments)[0] == 0
    code, printed, _ = mturn_seg(capsys, "score", out, "--truth", built_dataset.truth / "validation.parquet")
    assert code == 0
    assert "zh-multi" in printed
    assert "en-multi" not in printed


def test_true_history_is_refused_on_test(built_dataset, tmp_path, capsys):
    out = tmp_path / "p.parquet"
    code, _, err = mturn_seg(
        capsys, "run", "--model", "empty", "--data", built_dataset.folder, "--history", "gt", "--out", out
    )
    assert code == 2
    assert "history" in err
    assert not out.exists()


def test_a_broken_release_is_refused_and_nothing_is_built(synthetic_release, tmp_path, capsys):
    release = tmp_path / "release"
    shutil.copytree(synthetic_release, release)
    next((release / "images").glob("*.png")).unlink()
    code, _, err = mturn_seg(capsys, "build", release, "--out", tmp_path / "out", "--truth", tmp_path / "truth")
    assert code == 2
    assert "images/" in err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "truth").exists()


def test_a_release_edited_by_hand_is_sealed(synthetic_release, tmp_path, capsys):
    release = tmp_path / "release"
    shutil.copytree(synthetic_release, release)
    dialogues = release / "dialogues.jsonl"
    dialogues.write_text(dialogues.read_text(encoding="utf-8").replace("Segment", "Outline"), encoding="utf-8")
    places = ("--out", tmp_path / "out", "--truth", tmp_path / "truth")
    code, _, err = mturn_seg(capsys, "build", release, *places)
    assert code == 2
    assert f"mturn-seg seal {release}" in err
    assert mturn_seg(capsys, "seal", release)[0] == 0
    assert mturn_seg(capsys, "build", release, *places)[0] == 0


def test_the_same_file_again_is_told(built_dataset, predictions, tmp_path, capsys):
    arguments = (
        "submit",
        predictions,
        "--truth",
        built_dataset.truth / "test.parquet",
        "--store",
        tmp_path / "s",
        "--user",
        "me",
    )
    mturn_seg(capsys, *arguments, "--name", "one")
    code, out, _ = mturn_seg(capsys, *arguments, "--name", "two")
    assert code == 0
    assert "me entered this file before, as 'one'" in out


def test_a_bad_predictions_file_is_refused_with_its_problems(built_dataset, predictions, tmp_path, capsys):
    table = pq.read_table(predictions)
    pq.write_table(table.slice(1), tmp_path / "short.parquet")
    truth = built_dataset.truth / "test.parquet"
    code, _, err = mturn_seg(capsys, "validate", tmp_path / "short.parquet", "--truth", truth)
    assert code == 2
    assert "missing" in err
    code, _, err = mturn_seg(
        capsys, "submit", tmp_path / "short.parquet", "--truth", truth, "--store", tmp_path / "s", "--name", "x",
        "--user", "y",
    )  # fmt: skip
    assert code == 2
    assert "missing" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "nowhere.parquet", "--truth", "nowhere-either.parquet"], "nowhere"),
        (["build", "nowhere"], "nowhere"),
        (["run", "--data", "nowhere", "--out", "p.parquet"], "nowhere"),
        (["author", "nowhere.yaml", "--scans", ".", "--out", "r", "--name", "n", "--licence", "x"], "nowhere.yaml"),
        (["author", "--name", "n"], "need a SOURCE"),
        (["author", "only-a-source.yaml"], "--scans, --out, --name, --licence must be given"),
        (["table", "--store", "nowhere.sqlite"], "nowhere.sqlite"),
        (["serve", "--truth", "nowhere.parquet"], "nowhere.parquet"),
        (["serve", "--host", "0.0.0.0"], "0.0.0.0"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_ends_with_code_2_and_names_the_value(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, out, err = mturn_seg(capsys, *arguments)
    assert code == 2
    assert message in re.sub(r"[\s│]+", "", err) or message in " ".join(re.sub("│", "", err).split())
    assert "Traceback" not in out + err
    assert not list(tmp_path.iterdir())
