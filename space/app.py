"""The leaderboard app: tables, analysis, the data set, submitting, and what is measured; in English and in Chinese.

Start it with `mturn-seg serve` or, with settings from the environment (see space/settings.py), `python space/app.py`.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

if __name__ == "__main__":  # a script's path begins with its own folder; the packages lie one above it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import gradio as gr

from leaderboard import SubmissionError
from space.board.watch import Watch
from space.cards import header
from space.events import READING
from space.page import Fill, Page, Parts
from space.settings import Settings, SpaceError
from space.tabs import about, analysis, browse, submit, table
from space.words import LANGUAGES, Words, words

_TABS = {"table": table, "analysis": analysis, "browse": browse, "submit": submit, "about": about}
_QUEUE_SIZE = 64
# How often uploads are looked through, and how old they get: what is checked is to be submitted from the same upload.
_UPLOADS_LOOKED_AT_S, _UPLOADS_KEPT_S = 600, 3600


def build_app(parts: Parts) -> gr.Blocks:
    """The page, at / in English and at /zh in Chinese."""
    app = gr.Blocks(
        title=words("en")("common.title"), analytics_enabled=False, delete_cache=(_UPLOADS_LOOKED_AT_S, _UPLOADS_KEPT_S)
    )
    for language in LANGUAGES:
        first = language == LANGUAGES[0]
        text = words(language)
        with app if first else app.route(text("common.title"), f"/{language}", show_in_navbar=False):
            _lay_out(parts, text, first)
    return app.queue(max_size=_QUEUE_SIZE, api_open=False)  # nobody gets past the queue of scoring


def _lay_out(parts: Parts, text: Words, first: bool) -> None:
    gr.HTML(header.header(text, parts.watch.data, local_mode=not parts.identity.signs_in), elem_id="top")
    reach = gr.HTML(elem_id="reach")
    tabs = gr.Tabs(elem_id="tabs")
    page = Page(**vars(parts), words=text, names_api=first, tabs=tabs)
    with tabs:
        for name, module in _TABS.items():
            with gr.Tab(text(f"common.tab_{name}"), id=name) as tab:
                fill = module.build(page)
            # Gradio selects the first tab when a page is opened, so that one is filled too.
            tab.select(_told(parts.watch, text, fill), None, [reach, *fill.outputs], **READING)
            tab.select(None, js=f"() => mturn.tab('{name}')", queue=False, api_visibility="private")


def _told(watch: Watch, text: Words, fill: Fill):
    """The values of a tab that is opened, after the line that says whether the results can be reached."""

    def act(request: gr.Request) -> tuple:
        return header.reach(text, watch.snapshot.unreachable_since), *fill.act(request)

    return act


def main() -> None:
    """Run the app with settings from the environment; a setting that cannot be used ends it with a message."""
    from space.serving import serve

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        serve(Settings.from_environment())
    except (SpaceError, SubmissionError, FileNotFoundError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
