"""Commands that show everything at once: the web page and the demo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from commands.options import PLACES, STORE, StoreOption, example


@example("mturn-seg serve --port 7860")
def serve(
    store: StoreOption = STORE,
    truth: Annotated[
        str, typer.Option(metavar="PLACE", help="Truth file of the split, or hub:ORG/NAME/test.parquet.")
    ] = str(PLACES.test_truth),
    validation_truth: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help=f"The same of the validation split, whose results show history gaps; by default "
            f"{PLACES.validation_truth} beside the demo's truth.",
        ),
    ] = None,
    data: Annotated[
        str, typer.Option(metavar="PLACE", help="Data set to browse: a built folder, or hub:ORG/NAME.")
    ] = str(PLACES.data),
    host: Annotated[str, typer.Option(help="Address of this computer to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 7860,
) -> None:
    """Open the leaderboard's web page on this computer: no account, no network.

    What else can be set is taken from the environment; space/README.md lists it.
    """
    from dataclasses import replace

    from space.serving import serve as serve_page
    from space.settings import Settings

    if validation_truth is None and truth == str(PLACES.test_truth) and PLACES.validation_truth.exists():
        validation_truth = str(PLACES.validation_truth)
    settings = replace(
        Settings.from_environment(), truth=truth, store=store, data=data, host=host, port=port,
        validation_truth=validation_truth or "",
    )  # fmt: skip
    serve_page(settings)


@example("mturn-seg demo")
def demo() -> None:
    """Run the whole line on real scans: fetch, author, build, load, run two baselines, score, rank."""
    from demonstration.line import run_demo

    run_demo(Console(soft_wrap=True, emoji=False))
