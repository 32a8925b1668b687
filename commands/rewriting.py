"""The command that has a language model reword the questions of a release."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from commands.options import PLACES, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    from authoring.rewriting import Result

TOKEN = "MTURN_SEG_LLM_TOKEN"
#: Servers that the user's Hugging Face token is meant for.
HUGGING_FACE = ("huggingface.co", "hf.co", "endpoints.huggingface.cloud")


@example("mturn-seg rewrite demo/release --out demo/reworded --endpoint http://localhost:8000/v1 --model qwen3")
def rewrite(
    out: Annotated[Path, typer.Option(help="Release folder to write.")],
    endpoint: Annotated[str, typer.Option(help="Base URL of an OpenAI-compatible server.")],
    model: Annotated[str, typer.Option(help="Model, as the server names it.")],
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    token_from: Annotated[
        str | None,
        typer.Option(
            help=f"Environment variable with the token; by default {TOKEN}, and HF_TOKEN for servers of Hugging Face."
        ),
    ] = None,
    languages: Annotated[list[str] | None, typer.Option(help="en or zh; by default both. May be repeated.")] = None,
    splits: Annotated[
        list[str] | None, typer.Option(help="train, validation or test; by default all. May be repeated.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at a time.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed given to the model.")] = 0,
    attempts: Annotated[int, typer.Option(min=1, help="Tries for each question.")] = 3,
    max_requests: Annotated[int | None, typer.Option(min=1, help="Most requests of this run.")] = None,
    max_tokens_total: Annotated[
        int | None, typer.Option(min=1, help="Tokens of this run after which none is asked more.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for one answer.")] = 60.0,
    cache: Annotated[
        Path | None, typer.Option(help="File that keeps the model's answers; by default beside the release to write.")
    ] = None,
) -> None:
    """Have a language model reword the questions of a release; what says something else keeps its template.

    A run that was stopped goes on where it was: answers are kept in a file and not asked for again.
    """
    from authoring.rewriting import Endpoint, Limits, rewrite_release
    from console import bar

    kept = cache or out.absolute().parent / f".{out.name}.answers.jsonl"
    chosen = {"languages": languages, "splits": splits}
    with bar(console, "rewording") as advance:
        result = rewrite_release(
            release,
            out,
            Endpoint(endpoint, model, _token(token_from, endpoint), timeout),
            cache=kept,
            seed=seed,
            limits=Limits(attempts, concurrency, max_requests, max_tokens_total),
            progress=advance,
            **{name: value for name, value in chosen.items() if value},
        )
    _tell(result)
    console.print(f"wrote {out}; answers kept in {kept}; next: mturn-seg build {out}")


def _token(variable: str | None, endpoint: str) -> str | None:
    """The token in an environment variable. Raises BadParameter where the named one is not set."""
    if variable is not None:
        if not os.environ.get(variable):
            raise typer.BadParameter(f"--token-from: the environment variable {variable} is not set")
        return os.environ[variable]
    host = urlsplit(endpoint).hostname or ""
    is_theirs = any(host == name or host.endswith(f".{name}") for name in HUGGING_FACE)
    return os.environ.get(TOKEN) or (os.environ.get("HF_TOKEN") if is_theirs else None) or None


def _tell(result: Result) -> None:
    """What was accepted, what it took, and why the rest kept its template."""
    applied, outcome = result.applied, result.outcome
    console.print(
        f"{applied.accepted:,} of {applied.questions:,} questions reworded; {outcome.requests:,} requests, "
        f"{outcome.tokens:,} tokens, {outcome.from_cache:,} answers from the cache"
    )
    for fault, number in outcome.refused.most_common():
        console.print(f"  {number:,} templates stand because the last answer was refused: {fault}")
    if outcome.left_over:
        errors.print(f"  {outcome.left_over:,} templates stand because the budget was spent; run again to go on")
    if outcome.not_understood:
        errors.print(f"  {outcome.not_understood:,} templates stand because the check cannot read them")
