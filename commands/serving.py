"""Commands that show everything at once: the web page and the demo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from commands.options import PLACES, STORE, example


@example("mturn-seg serve --port 7860")
def serve(
    store: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help=f"SQLite file of the submissions, or hub:ORG/RESULTS. Default: {STORE}."),
    ] = None,
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE", help=f"Truth of the split, or hub:ORG/NAME/test.parquet. Default: {PLACES.test_truth}."
        ),
    ] = None,
    validation_truth: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="That of the validation split, whose results show history gaps."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help=f"Data set to browse, or hub:ORG/NAME. Default: {PLACES.data}."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of this computer to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes any free one. Default: 7860.")
    ] = None,
) -> None:
    """Open the leaderboard's web page on this computer: no account, no network.

    What is not given is taken from the environment (MTURN_SEG_TRUTH, MTURN_SEG_PORT and so on; space/README.md lists
    them all), then from the demo.
    """
    from dataclasses import replace

    from space.serving import serve as serve_page
    from space.settings import Settings

    options = {
        "store": store, "truth": truth, "validation_truth": validation_truth, "data": data, "host": host, "port": port
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    settings = replace(Settings.from_environment(), **given)
    is_demo = settings.truth == str(PLACES.test_truth)
    if is_demo and not settings.validation_truth and PLACES.validation_truth.exists():
        settings = replace(settings, validation_truth=str(PLACES.validation_truth))
    serve_page(settings)


@example("mturn-seg demo")
def demo() -> None:
    """Run the whole line on real scans: fetch, author, build, load, run two baselines, score, rank."""
    from demonstration.line import run_demo

    run_demo(Console(soft_wrap=True, emoji=False))
