"""A page for the time before the truth or the results can be reached: it says so, and shows the last known tables."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import gradio as gr
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from leaderboard import StoreError
from space.board.boards import Boards
from space.board.keeping import Keeper, LastTables
from space.board.opening import Recipe
from space.cards.header import shown_moment
from space.cards.html import escape, notice, table
from space.settings import Settings, SpaceError, signs_in
from space.theme import STYLES, theme
from space.web.doors import Doors
from space.web.pages import PageFrame
from space.words import LANGUAGES, Words, words

_EVERY_S = 15.0
_SHOWN_AFTER_S = 3.0  # a server that is up opens in less

log = logging.getLogger(__name__)


def opened_when_reached(
    settings: Settings,
    *,
    every_s: float = _EVERY_S,
    shown_after_s: float = _SHOWN_AFTER_S,
    sleep: Callable[[float], object] = time.sleep,
) -> tuple[Recipe, Boards]:
    """The truths and the boards as soon as the Hub answers; until then a page that says what it waits for.

    every_s: how long to wait between tries. shown_after_s: the page comes when the first try takes longer.
    Raises SpaceError and TruthError for what waiting does not mend.
    """
    page: gr.Blocks | None = None
    recipe: Recipe | None = None

    def attempt() -> tuple[Recipe, Boards]:
        nonlocal recipe
        recipe = recipe or Recipe.of(settings)
        return recipe, recipe.boards()

    pool = ThreadPoolExecutor(1, thread_name_prefix="opening")
    try:
        while True:
            trying = pool.submit(attempt)
            wait([trying], timeout=shown_after_s if page is None else None)
            if page is None and (not trying.done() or isinstance(trying.exception(), StoreError)):
                page = _served(settings)
            try:
                return trying.result()
            except StoreError as error:
                log.warning("the Hub cannot be reached yet: %s", error)
            sleep(every_s)
    finally:
        pool.shutdown(wait=False)
        if page is not None:
            page.close()


def build_waiting_page(last: LastTables | None) -> gr.Blocks:
    """The page, in both languages at once."""
    app = gr.Blocks(title=words("en")("common.title"), analytics_enabled=False)
    with app:
        gr.HTML("".join(_said(words(language), last) for language in LANGUAGES), elem_id="waiting")
        if last is not None:
            gr.HTML("".join(_tables(words(language), last) for language in LANGUAGES), elem_id="last-tables")
    return app


def _served(settings: Settings) -> gr.Blocks:
    app = build_waiting_page(Keeper(settings.last_tables).last())

    def health(request) -> JSONResponse:
        return JSONResponse({"status": "waiting"}, status_code=503, headers={"Cache-Control": "no-store"})

    try:
        app.launch(
            server_name=settings.host,
            server_port=settings.port or None,
            share=False,
            show_error=False,
            prevent_thread_lock=True,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            footer_links=[],
            quiet=True,
            theme=theme(),
            css_paths=STYLES,
            app_kwargs={
                "routes": [Route("/health", health)],
                "middleware": [Middleware(Doors, is_local=not signs_in(settings.host)), Middleware(PageFrame)],
            },
        )
    except OSError:
        raise SpaceError(f"cannot listen on {settings.host}, port {settings.port}; expected a free port") from None
    return app


def _said(text: Words, last: LastTables | None) -> str:
    lines = [notice(text("common.waiting"), "warn")]
    if last is not None:
        lines.append(notice(text("common.last_tables", moment=shown_moment(text, last.made), data=last.data), "hint"))
    return f'<section lang="{text.language}"><h2>{escape(text("common.title"))}</h2>{"".join(lines)}</section>'


def _tables(text: Words, last: LastTables) -> str:
    heads = [text(f"common.last_{name}") for name in ("rank", "model", "dice", "interval", "iou", "date")]
    parts = []
    for track, rows in last.tables.items():
        lines = [
            [
                "–" if row.rank is None else str(row.rank),
                escape(row.model),
                text.score(row.headline_dice),
                text.interval(row.headline_dice_interval),
                text.score(row.headline_iou),
                escape(row.date),
            ]
            for row in rows
        ]
        parts.append(table(heads, lines, caption=text.track(track)))
    return f'<section lang="{text.language}">{"".join(parts)}</section>'
