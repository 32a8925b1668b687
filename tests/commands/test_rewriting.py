"""The command that rewords a release: where its token comes from, and what it tells."""

import pytest
import typer
from typer.testing import CliRunner

from commands.rewriting import rewrite
from tests.authoring.rewriting.made import good, make_release
from tests.authoring.rewriting.server import serving


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command over a small release: (exit code, output, server)."""
    for name in ("MTURN_SEG_LLM_TOKEN", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    made = make_release(tmp_path / "made")
    app = typer.Typer()
    app.command()(rewrite)

    def run_it(*arguments):
        with serving(good) as server:
            given = [made, "--out", tmp_path / "new", "--endpoint", server.url, "--model", "tested", *arguments]
            result = CliRunner().invoke(app, list(map(str, given)))
        return result.exit_code, result.output, server

    return run_it


def test_it_tells_what_was_reworded_and_what_was_not(run, tmp_path):
    code, output, _ = run()
    assert code == 0, output
    assert "12 of 14 questions reworded; 6 requests, 600 tokens, 0 answers from the cache" in output
    assert "2 templates stand because the check cannot read them" in output
    assert (tmp_path / ".new.answers.jsonl").is_file()


def test_it_tells_that_the_budget_was_spent(run):
    code, output, server = run("--max-requests", 2, "--languages", "en")
    assert code == 0, output
    assert len(server.requests) == 2
    assert "1 templates stand because the budget was spent; run again to go on" in output


def test_the_token_comes_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("MTURN_SEG_LLM_TOKEN", "secret")
    monkeypatch.setenv("OTHER", "another")
    assert {headers["authorization"] for *_, headers in run()[2].requests} == {"Bearer secret"}
    _, _, server = run("--token-from", "OTHER", "--seed", 1)
    assert {headers["authorization"] for *_, headers in server.requests} == {"Bearer another"}


def test_the_token_of_hugging_face_goes_to_no_other_server(run, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    assert {headers["authorization"] for *_, headers in run()[2].requests} == {"Bearer none"}


def test_a_token_that_is_not_set_is_told(run):
    code, output, server = run("--token-from", "NOBODY_SET_THIS")
    assert code == 2
    assert "NOBODY_SET_THIS" in output
    assert server.requests == []
