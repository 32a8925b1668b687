"""The leaderboard tab: one table per track, ordered by what the reader chooses, and the page of a chosen model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from leaderboard import TableRow, TrackScore, published_results
from space.board.snapshot import Snapshot
from space.cards import standing
from space.cards.published import published
from space.events import READING
from space.kept import Kept
from space.links import Link
from space.messages import user_error
from space.page import Fill, Page
from space.ranking.choice import MEASURES, WHOLE, Choice, offered, stratum_option
from space.ranking.frames import Frame, ranking
from space.tabs import model
from space.words import Words

_HEIGHT = 620  # of the table, in pixels
_KEPT = 48  # tables; with 500 rows one takes about a megabyte
# What the reader chose stands in the page's address, without what is so anyway.
_KEEP_CHOICE = f"""(track, measure, stratum) => {{
  mturn.link({{track, measure: measure === "dice" ? null : measure, stratum: stratum === "{WHOLE}" ? null : stratum}});
  return [track, measure, stratum];
}}"""
# A table that the reader sorted would keep that order, whatever is chosen: taken off the page, it forgets it.
_FORGET_SORTING = """() => {
  const sorted = document.querySelector("#ranking .sort-indicator");
  return {__type__: "update", ...(sorted ? {visible: false} : {})};
}"""


@dataclass(frozen=True)
class _Parts:
    """The components that follow a choice of track, measure and stratum."""

    stratum: gr.Dropdown
    summary: gr.HTML
    order: gr.HTML
    table: gr.Dataframe
    notes: gr.HTML

    @property
    def outputs(self) -> list[gr.components.Component]:
        return [self.stratum, self.summary, self.order, self.table, self.notes]


def build(page: Page) -> Fill:
    """Lay the tab out and wire it. The tracks offered are those that the data has turns for."""
    words, data = page.words, page.watch.data
    tracks = list(data.tracks)
    with gr.Column(elem_id="table-page") as listing:
        track = gr.Radio(
            [(words.track(name), name) for name in tracks],
            value=tracks[0],
            label=words("table.track"),
            elem_id="track",
            elem_classes="segmented",
        )
        summary = gr.HTML(elem_id="summary")
        with gr.Row(elem_id="table-choice"):
            measure = gr.Dropdown(
                [(words.name("measure", name), name) for name in MEASURES],
                value="dice",
                label=words("table.measure"),
                elem_id="measure",
                filterable=False,
            )
            stratum = gr.Dropdown(
                [(stratum_option(words, WHOLE), WHOLE)], value=WHOLE, label=words("table.stratum"), elem_id="stratum"
            )
        order = gr.HTML(elem_id="table-order")
        table = gr.Dataframe(
            show_label=False,
            elem_id="ranking",
            interactive=False,
            show_search="search",
            buttons=["fullscreen"],  # copied, cells would be what they sort by
            max_height=_HEIGHT,
        )
        notes = gr.HTML(elem_id="table-notes")
        with gr.Accordion(words("table.published_title"), open=False, elem_id="published"):
            gr.HTML(published(words, published_results()))
    record = model.build(page, track, listing)
    parts = _Parts(stratum, summary, order, table, notes)
    filled = _filler(page)

    def fill(request: gr.Request) -> tuple:
        asked = Link.of(request)
        snapshot = page.watch.snapshot
        name = _track(snapshot, tracks, asked)
        choice = Choice.of(*(request.query_params.get(key) for key in ("measure", "stratum")), _offered(snapshot, name))
        # The model last: its page is made for the track that stands then.
        return name, choice.measure, *filled(name, choice), asked.model or ""

    def refresh(name: str, measure: str, stratum: str) -> tuple:
        return filled(name, Choice.of(measure, stratum, _offered(page.watch.snapshot, name)))

    def choose(event: gr.SelectData) -> str:
        return event.row_value[-1]

    for selector in (track, measure, stratum):  # what the reader changes, not what `fill` does
        selector.input(None, None, table, js=_FORGET_SORTING, **READING)
        selector.input(refresh, [track, measure, stratum], parts.outputs, js=_KEEP_CHOICE, **READING)
    table.change(None, None, None, js=_name_search(words), **READING)
    table.select(choose, None, record, **READING)
    if page.names_api:
        gr.api(_rows(page), api_name="table")
    return Fill(fill, [track, measure, *parts.outputs, record])


def _name_search(words: Words) -> str:
    """Gradio's search field has English words in every language."""
    return f"""() => {{
  const field = document.querySelector("#ranking .search-input");
  if (field) field.placeholder = field.title = {json.dumps(words("table.search"))};
}}"""


def _filler(page: Page) -> Callable[[str, Choice], tuple]:
    """Gives the values of _Parts.outputs, from the table that was made of this snapshot before."""
    words, data, kept = page.words, page.watch.data, Kept(_KEPT)

    def filled(track: str, choice: Choice) -> tuple:
        snapshot, facts = page.watch.snapshot, data.tracks[track]
        rows = snapshot.tables[track]
        score = _any_score(snapshot, track)
        frame = kept.get(snapshot, (track, choice), lambda: ranking(words, snapshot, facts, choice, data.label))
        note = standing.order(words, choice, score and choice.cell(score)) if rows else standing.empty(words)
        options = [(stratum_option(words, item, choice.measure), item) for item in offered(score)]
        return (
            gr.update(choices=options, value=choice.stratum),
            standing.summary(words, rows, facts),
            note,
            _table(frame, bool(rows)),
            standing.notes(words, facts, data, snapshot.made),
        )

    return filled


def _table(frame: Frame, visible: bool) -> dict[str, Any]:
    return gr.update(
        value=frame.value, headers=frame.headers, datatype=frame.types, column_widths=frame.widths, visible=visible
    )


def _track(snapshot: Snapshot, tracks: list[str], asked: Link) -> str:
    """The track that the address asks for, or the first; with a model one that the model stands in, if any."""
    first = asked.track if asked.track in tracks else tracks[0]
    if asked.model is None:
        return first
    return next((name for name in [first, *tracks] if snapshot.row(name, asked.model)), first)


def _any_score(snapshot: Snapshot, track: str) -> TrackScore | None:
    """Scores of any record of a track: all have the same strata with the same counts."""
    scores = (snapshot.score(track, row.record_id) for row in snapshot.tables[track])
    return next((score for score in scores if score is not None), None)


def _offered(snapshot: Snapshot, track: str) -> list[str]:
    return offered(_any_score(snapshot, track))


def _rows(page: Page) -> Callable[[str], list[dict[str, Any]]]:
    """The endpoint that gives a track's table to programs."""
    tracks = list(page.watch.data.tracks)

    def table(track: str) -> list[dict[str, Any]]:
        if track not in tracks:
            raise user_error(page.words("table.no_such_track", track=repr(track), tracks=", ".join(tracks)))
        rows: list[TableRow] = page.watch.snapshot.tables[track]
        return [row.model_dump(mode="json") for row in rows]

    return table
