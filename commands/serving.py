"""Commands that show everything at once: the web page and the demo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from commands.options import PLACES, STORE, StoreOption, TruthOption, example


@example("mturn-seg serve --port 7860")
def serve(
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
    host: Annotated[str, typer.Option(help="Address of this computer to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 7860,
) -> None:
    """Open the leaderboard's web page on this computer: no account, no network."""
    from space.app import serve as serve_page
    from space.settings import Settings

    serve_page(Settings(truth=truth, store=store, host=host, port=port))


@example("mturn-seg demo")
def demo() -> None:
    """Run the whole line on real scans: fetch, author, build, load, run two baselines, score, rank."""
    from demonstration.line import run_demo

    run_demo(Console(soft_wrap=True, emoji=False))
