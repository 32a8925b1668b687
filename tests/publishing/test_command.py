"""`mturn-seg publish space` as the installed entry point runs it, against a Hub of our own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from huggingface_hub import constants
from typer.testing import CliRunner

import cli
from publishing import space_files

NAME = "ORG/leaderboard"
README = Path(cli.__file__).parent / "README.md"


@pytest.fixture
def publish(hub, token, monkeypatch, capsys):
    """Runs the command with the owner's token: (exit code, standard output, standard error)."""
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
    monkeypatch.setenv("HF_TOKEN", token)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mturn-seg", "publish", "space", *arguments])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_help_tells_the_example_and_every_option_and_the_readme_the_command():
    result = CliRunner().invoke(cli.app, ["publish", "space", "--help"])
    assert result.exit_code == 0
    assert "Example: mturn-seg publish space ORG/leaderboard" in " ".join(result.output.split())
    assert "mturn-seg publish space ORG/" in README.read_text(encoding="utf-8")
    annotations = cli.GROUPS[0][2][0].__annotations__
    assert not [name for name, hint in annotations.items() if name != "return" and "help=" not in hint]


def test_without_go_everything_is_told_and_nothing_sent(hub, publish):
    code, out, err = publish(NAME, "--private", "--variable", "MTURN_SEG_STORE=hub:ORG/RESULTS")
    assert (code, err) == (0, "")
    files = space_files()
    lines = [line.split() for line in out.splitlines()]
    for path, content in files.items():
        assert [f"{len(content):,}", "new", path] in lines
    assert f"to send: {len(files)} files, {sum(map(len, files.values())):,} bytes" in out
    assert f"{hub.endpoint}/spaces/{NAME}: a new Space, private" in out
    assert "MTURN_SEG_STORE=hub:ORG/RESULTS  to set" in out
    assert "MTURN_SEG_TRUTH  not set; --variable MTURN_SEG_TRUTH=hub:ORG/TRUTH/test.parquet" in out
    assert "HF_TOKEN  not set; there, or here with --secret HF_TOKEN" in out
    assert "cpu-basic" in out
    assert "nothing was sent; --go sends it" in out
    assert hub.hub.repositories == {}


def test_sent_once_and_then_up_to_date(hub, publish, token):
    code, out, err = publish(NAME, "--go", "--dataset", "ORG/mturn-seg", "--secret", "HF_TOKEN")
    space = hub.repository(NAME, "spaces")
    assert (code, err) == (0, "")
    assert f"sent: {hub.endpoint}/spaces/{NAME} at {space.head.oid[:8]}" in out
    expected = space_files("ORG/mturn-seg")
    assert {path: file.content for path, file in space.files.items() if path != ".gitattributes"} == expected
    assert space.secrets == {"HF_TOKEN": token}
    code, out, _ = publish(NAME, "--go", "--dataset", "ORG/mturn-seg")
    assert code == 0
    assert f"up to date: {len(expected)} files" in out
    assert "everything is up to date: nothing to send" in out
    assert "HF_TOKEN  set: " in out
    assert len(space.commits) == 2


def test_what_differs_there_is_told_file_by_file(hub, publish):
    publish(NAME, "--go")
    space = hub.repository(NAME, "spaces")
    files = {path: file for path, file in space.files.items() if path not in ("LICENSE", "space/app.py")}
    readme = files["README.md"]
    files |= {"space/old.py": readme, "notes.md": readme, "masks/__init__.py": readme}
    space.commit("main", None, "by hand", "", "x", files)
    out = publish(NAME)[1]
    told = [line.split()[-2:] for line in out.splitlines() if line]
    told = [words for words in told if words[0] in ("new", "changed")]
    assert told == [["new", "LICENSE"], ["changed", "masks/__init__.py"], ["new", "space/app.py"]]
    assert "to delete, since they are not here: 1\n  space/old.py" in out
    assert "not of this app, left alone: 1\n  notes.md" in out


def test_a_token_never_comes_out(publish, token):
    for arguments in [
        (),
        ("--secret", "HF_TOKEN"),
        ("--secret", "HF_TOKEN", "--go"),
        ("--secret", f"HF_TOKEN={token}"),
    ]:
        _, out, err = publish(NAME, *arguments)
        assert token not in out + err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["board"], "error: 'board' is no name of a Space; expected ORG/NAME"),
        ([NAME, "--dataset", "mturn-seg"], "error: 'mturn-seg' is no name of a data set; expected ORG/NAME"),
        ([NAME, "--variable", "MTURN_SEG_PORT=x"], "error: MTURN_SEG_PORT"),
        ([NAME, "--secret", "TOKEN"], "error: expected the name of a secret"),
        (["ELSE/board", "--go"], "error: ELSE/board: the Hub answered 403"),
    ],
)
def test_bad_input_ends_with_code_2_and_makes_nothing(hub, publish, arguments, message):
    code, _, err = publish(*arguments)
    assert code == 2
    assert message in err
    assert hub.hub.repositories == {}


def test_without_a_token_a_look_is_free_and_sending_is_refused(hub, publish, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    assert publish(NAME)[0] == 0
    code, _, err = publish(NAME, "--go")
    assert (code, err.startswith("error: no token; expected one that may write")) == (2, True)
    assert hub.hub.repositories == {}


def test_no_answer_is_told(hub, publish):
    hub.stop()
    code, _, err = publish(NAME, "--go")
    assert code == 2
    assert f"{hub.endpoint} did not answer" in err
