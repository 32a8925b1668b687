"""From settings to a page that is served: what is opened, in which order, and what runs beside it."""

from __future__ import annotations

import json
import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware

from leaderboard.stores.opening import HUB
from space.access.identity import HubIdentity, LocalIdentity
from space.access.rates import Rates
from space.access.sign_in import SmallSession
from space.access.uploads import UploadGate
from space.app import build_app
from space.board.boards import Boards
from space.board.desk import Desk, DeskError, ProcessDesk, ThreadDesk
from space.board.hardware import gpu_task, scoring_device
from space.board.keeping import Keeper
from space.board.opening import Recipe
from space.board.resuming import Resumer
from space.board.watch import Watch
from space.browsing import Dialogues
from space.page import Parts
from space.settings import Settings, SpaceError, refuse_forgetful_store, signs_in
from space.submission.example import example_file
from space.theme import STYLES, theme
from space.waiting import opened_when_reached
from space.web.compression import Compression
from space.web.doors import Doors
from space.web.pages import PageFrame
from space.web.routes import routes

DIGEST_FILE = "digest.json"  # beside the shards of a built data set

# Gradio keeps what a visitor last saw, up to a megabyte each; whoever comes back after so many others starts anew.
_SESSIONS = 500
_THREADS = 80  # more than visitors who may wait for something slow at once, so that others are still answered

log = logging.getLogger(__name__)


@dataclass
class Running:
    """A served page. `close` ends it and all that runs beside it."""

    app: gr.Blocks
    address: str
    parts: Parts
    resumer: Resumer

    def close(self) -> None:
        """Stop serving."""
        self.resumer.stop()
        self.parts.watch.stop()
        self.parts.desk.close()
        if self.parts.dialogues is not None:
            self.parts.dialogues.stop()
        self.app.close()


def serve(settings: Settings, *, open_browser: bool = False) -> None:
    """Run the app until it is stopped.

    Raises SpaceError, FileNotFoundError (no truth file) or SubmissionError.
    """
    signed = signs_in(settings.host)
    refuse_forgetful_store(settings)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    recipe, boards = opened_when_reached(settings) if _is_far(settings) else opened(settings)
    running = start(settings, recipe, boards, open_browser=open_browser)
    mode = "signed in by Hugging Face" if signed else "local mode"
    print(f"Leaderboard of {settings.truth}, {mode}: {running.address}", flush=True)
    running.app.block_thread()


def opened(settings: Settings) -> tuple[Recipe, Boards]:
    """The truths and the boards. Raises what `Recipe.of` and `Recipe.boards` raise."""
    recipe = Recipe.of(settings)
    return recipe, recipe.boards()


def start(settings: Settings, recipe: Recipe, boards: Boards, *, open_browser: bool = False) -> Running:
    """Serve the page from a thread. Raises SpaceError where it may not be served, or when the port is taken."""
    signed = signs_in(settings.host)
    refuse_other_data(settings.data, boards.ranked.truth.digest)
    watch = Watch(boards, every_s=settings.refresh_s, keeper=Keeper(settings.last_tables))
    desk = _desk(recipe)
    dialogues = Dialogues.open(settings.data) if settings.data else None
    parts = Parts(
        settings=settings,
        boards=boards,
        watch=watch,
        desk=desk,
        identity=HubIdentity() if signed else LocalIdentity(),
        rates=Rates.of(settings),
        dialogues=dialogues,
    )
    watch.start()
    if dialogues is not None:
        dialogues.start()
    resumer = Resumer(boards, desk, watch)
    app = build_app(parts)
    try:
        address = launch(app, parts, open_browser=open_browser)
    except BaseException:
        watch.stop()
        desk.close()
        raise
    resumer.start()
    return Running(app, address, parts, resumer)


def refuse_other_data(place: str, digest: str) -> None:
    """Raises SpaceError for a data set folder that is not the one whose truth has this digest."""
    told = Path(place) / DIGEST_FILE
    if place.startswith(HUB) or not place or not told.is_file():
        return
    other = json.loads(told.read_text(encoding="utf-8"))["digest"]
    if other != digest:
        raise SpaceError(
            f"the data set {place} has the digest {other[:10]}, but the truth belongs to {digest[:10]}; expected both "
            "of one build: give its folder with --data (MTURN_SEG_DATA)"
        )


def launch(app: gr.Blocks, parts: Parts, *, open_browser: bool = False) -> str:
    """Serve a built page from a thread and return its address; `app.close()` ends it.

    Raises SpaceError when the port is taken.
    """
    settings = parts.settings
    try:
        _, address, _ = app.launch(
            server_name=settings.host,
            server_port=settings.port or None,
            share=False,
            inbrowser=open_browser,
            show_error=False,  # it would send the text of any exception, paths included, to the page
            max_file_size=f"{settings.max_file_mb}mb",
            blocked_paths=_private_paths(settings),
            prevent_thread_lock=True,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            max_threads=_THREADS,
            state_session_capacity=_SESSIONS,
            footer_links=["api"],
            quiet=True,
            theme=theme(),
            css_paths=STYLES,
            app_kwargs={
                "routes": routes(parts.boards, parts.watch, _examples(parts.boards)),
                "middleware": [
                    Middleware(Doors, is_local=not parts.identity.signs_in),
                    Middleware(Compression),
                    Middleware(PageFrame),
                    Middleware(
                        UploadGate, uploads_per_hour=settings.uploads_per_hour, file_bytes=settings.max_file_mb * 2**20
                    ),
                    Middleware(SmallSession),
                ],
            },
        )
    except OSError:
        raise SpaceError(
            f"cannot listen on {settings.host}, port {settings.port}; expected a free port: choose another with --port"
        ) from None
    return address.rstrip("/")


def _desk(recipe: Recipe) -> Desk:
    """ZeroGPU lends its hardware to functions of this very process; else scoring has a process of its own."""
    task = gpu_task()
    if task is not None:
        return ThreadDesk(Recipe(**{**vars(recipe), "device": "cuda"}).boards(), task)
    desk = ProcessDesk(Recipe(**{**vars(recipe), "device": scoring_device(recipe.device)}))
    threading.Thread(target=_warm, args=(desk,), name="desk", daemon=True).start()
    return desk


def _warm(desk: ProcessDesk) -> None:
    with suppress(DeskError):  # the desk logs why, and the first file tries again
        desk.start()


def _examples(boards: Boards):
    """The example file of a split and format, made when somebody first asks for it."""

    @lru_cache(maxsize=4)
    def example(split: str, form: str) -> bytes:
        return example_file(boards.of(split).truth, form)

    return example


def _private_paths(settings: Settings) -> list[str]:
    places = (settings.truth, settings.validation_truth, settings.store)
    here = [place for place in places if place and not place.startswith(HUB)]
    return [str(Path(path).resolve()) for place in here for path in (place, f"{place}.files")]


def _is_far(settings: Settings) -> bool:
    return any(place.startswith(HUB) for place in (settings.truth, settings.validation_truth, settings.store))
