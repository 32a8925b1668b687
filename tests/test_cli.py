"""The command line as a whole: every command is documented, and bad input ends with exit code 2 and a message."""

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from release import ReleaseError

README = Path(__file__).resolve().parents[1] / "README.md"
COMMANDS = [
    *("sources", "demo-data", "author", "restore-images", "stats", "build", "seal"),
    *("knowledge", "rewrite", "review", "review-agreement", "apply-review"),
    *("run", "validate", "score", "compare"),
    *("submit", "table", "report", "submissions", "history-gap"),
    *("withdraw", "restore", "delete", "verify", "audit", "rescore", "resume", "eval-files"),
    *("serve", "demo"),
]


def run(capsys, monkeypatch, *arguments):
    """Runs the command as the installed entry point does: (exit code, standard output, standard error)."""
    monkeypatch.setattr(sys, "argv", ["mturn-seg", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    printed = capsys.readouterr()
    return stop.value.code, printed.out, printed.err


def test_the_commands_are_the_documented_ones_in_this_order():
    assert [command.name for command in cli.app.registered_commands] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(command):
    result = CliRunner().invoke(cli.app, [command, "--help"])
    assert result.exit_code == 0
    help_text, _, example = " ".join(result.output.split()).partition("Example:")
    callback = next(item.callback for item in cli.app.registered_commands if item.name == command)
    # The first words, as far as they stand in one line and without the marks of Markdown.
    assert " ".join(callback.__doc__.replace("`", "").split()[:6]) in help_text
    assert re.search(rf"mturn-seg {command}(?![\w-])", example)
    assert re.search(rf"mturn-seg {command}(?![\w-])", README.read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_argument_says_what_it_is(command):
    found = next(item for item in cli.app.registered_commands if item.name == command)
    lacking = [
        parameter
        for parameter, hint in found.callback.__annotations__.items()
        if parameter != "return" and "help=" not in hint and not hint.endswith(("Option", "Argument"))
    ]
    assert not lacking


def test_help_waits_for_no_stage():
    """`mturn-seg --help` answers at once: nothing heavy is imported for it."""
    import subprocess

    code = (
        "import sys, cli, typer.testing\n"
        "typer.testing.CliRunner().invoke(cli.app, ['--help'])\n"
        "print(*sorted({'torch', 'datasets', 'gradio', 'pyarrow', 'leaderboard'} & set(sys.modules)))"
    )
    root = Path(cli.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "nowhere.parquet", "--truth", "nowhere-either.parquet"], "nowhere"),
        (["build", "nowhere"], "nowhere"),
        (["run", "--data", "nowhere", "--out", "p.parquet"], "nowhere"),
        (["author", "nowhere.yaml", "--scans", ".", "--out", "r", "--name", "n", "--licence", "x"], "nowhere.yaml"),
        (["author", "--name", "n"], "need a SOURCE"),
        (["author", "only-a-source.yaml"], "--scans, --out, --name, --licence must be given"),
        (["submit", "nowhere.parquet", "--name", "n", "--user", "u"], "nowhere.parquet"),
        (["submissions", "--store", "hub:ORG/RESULTS"], "mturn-seg-truth/test.parquet"),
        (["score", "nowhere.parquet"], "mturn-seg-truth/validation.parquet"),
        (["submit", "p", "--name", " ", "--user", "u"], "model: is blank"),
        (["submit", "p", "--name", "n", "--user", "u", "--parameters", "many"], "no number of parameters"),
        (["submit", "p", "--name", "n", "--user", "u", "--per-day", "0"], "--per-day"),
        (["table", "--store", "nowhere.sqlite"], "nowhere.sqlite"),
        (["table", "--out", "t.csv"], "expected --export"),
        (["table", "--export", "parquet"], "expected --out FILE"),
        (["table", "--figure", "[bold]t.pdf"], "[bold]t.pdf"),
        (["table", "--by-region", "--by-measure"], "expected one of them"),
        (["compare", "a.parquet", "b.parquet"], "a.parquet is no file"),
        (["compare", "0123", "4567", "--figure", "f.pdf"], "f.pdf"),
        (["compare", "0123", "4567", "--out", "c.md"], "expected --export markdown"),
        (["audit", "--store", "nowhere.sqlite"], "nowhere.sqlite"),
        (["report", "0123", "--store", "nowhere.sqlite"], "nowhere.sqlite"),
        (["serve", "--truth", "nowhere.parquet"], "nowhere.parquet"),
        (["serve", "--host", "0.0.0.0"], "0.0.0.0"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_ends_with_code_2_and_names_the_value(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, monkeypatch, *arguments)
    assert code == 2
    assert message in re.sub(r"[\s│]+", "", err) or message in " ".join(re.sub("│", "", err).split())
    assert "Traceback" not in out + err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a[/b].parquet", "[bold]b.parquet", ":bomb:.parquet", "b\\"])
def test_names_in_messages_are_printed_as_they_are(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, monkeypatch, "submit", name, "--name", "n", "--user", "u")
    assert code == 2
    assert err == f"error: {name}: No such file or directory\n"


def test_a_stage_s_own_error_is_told_and_a_bug_shows_its_trace(monkeypatch, capsys):
    def refuse():
        raise ReleaseError("line 3 of [this file] is broken")

    def fail():
        raise ValueError("a bug")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert capsys.readouterr().err == "error: line 3 of [this file] is broken\n"
    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(ValueError, match="a bug"):
        cli.main()
