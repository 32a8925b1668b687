"""The leaderboard tab: one table per track, the details of a chosen row, and the published results below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from leaderboard import DataFacts, Leaderboard, TableRow, published_results
from space import cards, frames
from space.labels import TRACKS
from space.messages import user_error

CHOOSE_A_ROW = "Choose a row to see that submission in full."


@dataclass(frozen=True)
class TableTab:
    """What others need to bring the table up to date: `refresh(track)` gives values for `outputs`."""

    track: gr.Radio
    outputs: list[gr.components.Component]
    refresh: Callable[[str], tuple]


def build(board: Leaderboard, data: DataFacts) -> TableTab:
    """Lay the tab out and wire it. The tracks offered are those the data has turns for."""
    choices = [(TRACKS[name], name) for name in data.tracks]
    track = gr.Radio(choices, value=choices[0][1], label="Track", elem_id="track", elem_classes="segmented")
    summary = gr.HTML(elem_id="summary")
    table = gr.Dataframe(
        show_label=False,
        elem_id="ranking",
        interactive=False,
        show_search="search",
        buttons=["fullscreen", "copy"],
        max_height=560,
    )
    note = gr.HTML(elem_id="regions-note")
    details = gr.HTML(elem_id="details")
    with gr.Accordion("Published on the authors' data: context, not comparable", open=False, elem_id="published"):
        gr.HTML(cards.published(published_results()))

    def refresh(name: str) -> tuple:
        return _shown(board.table(name), data, name)

    def choose(name: str, event: gr.SelectData) -> str:
        return _details(board, name, event.row_value)

    def rows(track: str) -> list[dict[str, Any]]:
        if track not in data.tracks:
            raise user_error(f"The track {track!r} is unknown; expected one of {', '.join(data.tracks)}.")
        return [row.model_dump(mode="json") for row in board.table(track)]

    outputs = [summary, table, note, details]
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    track.change(refresh, track, outputs, **quiet)
    table.select(choose, track, details, **quiet)
    gr.api(rows, api_name="table")
    return TableTab(track, outputs, refresh)


def _shown(rows: list[TableRow], data: DataFacts, track: str) -> tuple:
    facts = data.tracks[track]
    frame = frames.ranking(rows, facts, data.label)
    columns = list(frame.columns)
    table = gr.Dataframe(
        frames.styled(frame),
        headers=columns,
        datatype=frames.types(columns),
        column_widths=frames.widths(columns),
        visible=bool(rows),
    )
    note = cards.regions_note(facts.regions, facts.missing_regions)
    hint = cards.notice(CHOOSE_A_ROW if rows else "No submission in this track yet.", "hint")
    return cards.summary(rows, facts), table, note, hint


def _details(board: Leaderboard, track: str, line: list[Any]) -> str:
    """The card of the submission in a line of the table; the line's last cell is the id of its record."""
    row = next((row for row in board.table(track) if row.record_id == line[-1]), None)
    if row is None:
        return cards.notice(CHOOSE_A_ROW, "hint")
    return cards.submission(row, board.record(row.record_id), track)
