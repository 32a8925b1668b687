"""The leaderboard app: the table, submitting to it, and what it measures.

Start it with `mturn-seg serve` or, with settings from the environment (see space/settings.py), `python space/app.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if __name__ == "__main__":  # a script's path begins with its own folder; the packages lie one above it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import gradio as gr

from leaderboard import Leaderboard, Limits, SubmissionError, Truth, data_facts, open_store
from space import cards
from space.settings import MAX_FILE_MB, Settings, SpaceError, refuse_public_without_sign_in
from space.tabs import about, submit, table
from space.theme import CSS, theme

LOCAL_MODE = "Local mode: no sign-in; everything runs on this computer."
LOCAL_USER = "local"
_QUEUE_SIZE = 32
_UPLOADS_KEPT_S = 3600


def build_app(board: Leaderboard, *, user: str = LOCAL_USER, max_file_mb: int = MAX_FILE_MB) -> gr.Blocks:
    """The page over one board. Every submission is entered under the name `user`."""
    data = data_facts(board.truth)
    app = gr.Blocks(
        title="MTurn-Seg leaderboard", analytics_enabled=False, delete_cache=(_UPLOADS_KEPT_S, _UPLOADS_KEPT_S)
    )
    with app:
        gr.HTML(cards.header(data, LOCAL_MODE), elem_id="top")
        with gr.Tabs() as tabs:
            with gr.Tab("Leaderboard", id="table"):
                ranking = table.build(board, data)
            with gr.Tab("Submit", id="submit"):
                submit.build(board, ranking, tabs, user, max_file_mb)
            with gr.Tab("About", id="about"):
                about.build(data)
        app.load(ranking.refresh, ranking.track, ranking.outputs, api_visibility="private", show_progress="hidden")
    return app.queue(max_size=_QUEUE_SIZE)


def launch(app: gr.Blocks, settings: Settings, *, open_browser: bool = False) -> str:
    """Serve `app` in local mode from a thread and return its address; `app.close()` ends it.

    Raises SpaceError where local mode would be reachable by others, or when the port is taken.
    """
    refuse_public_without_sign_in(settings.host)
    try:
        _, address, _ = app.launch(
            server_name=settings.host,
            server_port=settings.port or None,
            share=False,
            inbrowser=open_browser,
            show_error=False,  # it would send the text of any exception, paths included, to the page
            max_file_size=f"{settings.max_file_mb}mb",
            blocked_paths=[
                str(Path(path).resolve()) for path in (settings.truth, settings.store, f"{settings.store}.files")
            ],
            prevent_thread_lock=True,
            ssr_mode=False,
            mcp_server=False,
            footer_links=["api"],
            quiet=True,
            theme=theme(),
            css_paths=CSS,
        )
    except OSError:
        raise SpaceError(
            f"cannot listen on {settings.host}, port {settings.port}; expected a free port: choose another with --port"
        ) from None
    return address


def serve(settings: Settings, *, open_browser: bool = False) -> None:
    """Run the app until it is stopped. Raises SpaceError, FileNotFoundError (no truth file) or SubmissionError."""
    refuse_public_without_sign_in(settings.host)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    limits = Limits.from_environment(file_bytes=settings.max_file_mb * 2**20)
    # The truth first: without it no store is made.
    truth = Truth.load(settings.truth)
    board = Leaderboard(truth, open_store(settings.store), limits=limits)
    board.resume()
    app = build_app(board, max_file_mb=settings.max_file_mb)
    address = launch(app, settings, open_browser=open_browser)
    print(f"Leaderboard of {settings.truth}, local mode: {address}", flush=True)
    app.block_thread()


def main() -> None:
    """Run the app with settings from the environment; a setting that cannot be used ends it with a message."""
    try:
        serve(Settings.from_environment())
    except (SpaceError, SubmissionError, FileNotFoundError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
