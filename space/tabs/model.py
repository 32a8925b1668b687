"""The page of one model, in place of the table: its scores taken apart, and a comparison with a second model."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from leaderboard import Comparison, HistoryGap, SubmissionError, TableRow, TrackScore
from leaderboard.records import model_key
from space.board.snapshot import Snapshot
from space.cards import breakdown, compared, model
from space.cards.html import notice
from space.charts.compared import differences
from space.charts.curves import CURVES, Curve, turn_curve
from space.charts.names import model_names
from space.charts.style import shown
from space.events import READING
from space.kept import Kept
from space.page import Page
from space.words import Words

log = logging.getLogger(__name__)

_KEPT = 48  # pages
# The page's address leads to the model that is shown.
_KEEP_MODEL = """(track, record) => {
  mturn.link({model: record || null});
  if (record) scrollTo({top: 0});
  return [track, record];
}"""


def build(page: Page, track: gr.Radio, listing: gr.Column) -> gr.Textbox:
    """Lay the page out, closed, and wire it; the field that holds the id of the record to show, "" for none.

    track: the selector of the table. listing: what gives way to the page; hidden, it keeps its order and its place.
    """
    words, kept = page.words, Kept(_KEPT)
    with gr.Column(visible=False, elem_id="model-page") as whole:
        back = gr.Button(words("model.back"), size="sm", elem_id="model-back")
        head = gr.HTML(elem_id="model-head")
        with gr.Column(visible=False, elem_id="model-body") as body:
            facts = gr.HTML(elem_id="model-facts")
            turns = gr.HTML(elem_id="model-turns")
            with gr.Row(elem_id="model-curves"):
                curves = [gr.Plot(show_label=False, container=False, min_width=320) for _ in CURVES]
            strata = gr.HTML(elem_id="model-strata")
            gap = gr.HTML(elem_id="model-gap")
            gr.HTML(f"<h3>{words('model.compare')}</h3>")
            other = gr.Dropdown([], label=words("model.compare_with"), value=None, elem_id="model-other")
            result = gr.HTML(elem_id="model-compared")
            figure = gr.Plot(show_label=False, elem_id="model-differences", container=False, visible=False)
    record = gr.Textbox(visible="hidden", elem_id="model-record", show_label=False)

    def show(track: str, record_id: str) -> tuple:
        snapshot = page.watch.snapshot
        if not record_id:
            return gr.update(visible=True), gr.update(visible=False), *_skipped(len(outputs) - 2)
        made = kept.get(snapshot, (track, record_id), lambda: content(words, snapshot, track, record_id))
        return gr.update(visible="hidden"), gr.update(visible=True), *made.values()

    def compare(track: str, one: str, other: str | None) -> tuple:
        return comparison(page, track, one, other)

    outputs = [listing, whole, head, body, facts, turns, *curves, strata, gap, other, result, figure]
    record.change(show, [track, record], outputs, js=_KEEP_MODEL, **READING)
    other.input(compare, [track, record, other], [result, figure], **READING)
    back.click(None, None, record, js="() => ''", **READING)
    return record


@dataclass(frozen=True)
class Content:
    """What the page of a record shows. options: label and id of models to compare with; None: `head` stands alone."""

    head: str
    facts: str = ""
    turns: str = ""
    curves: tuple[PlotData | None, ...] = (None,) * len(CURVES)
    strata: str = ""
    gap: str = ""
    options: list[tuple[str, str]] | None = None
    hint: str = ""

    def values(self) -> tuple[Any, ...]:
        """The values of the components from `head` on."""
        return (
            self.head,
            gr.update(visible=self.options is not None),
            self.facts,
            self.turns,
            *(_figure(curve) for curve in self.curves),
            self.strata,
            self.gap,
            gr.update(choices=self.options or [], value=None, visible=bool(self.options)),
            self.hint,
            _figure(None),
        )


def content(words: Words, snapshot: Snapshot, track: str, record_id: str) -> Content:
    """The page of a record of this track; a notice for one that stands in no table."""
    row, record = snapshot.row(track, record_id), snapshot.records.get(record_id)
    if row is None:
        return Content(model.unknown(words, record_id))
    ranked = sum(other.rank is not None for other in snapshot.tables[track])
    head = model.head(words, row, track, ranked)
    if record is None:
        return Content(head + model.not_at_hand(words))
    found = record.tracks[track]
    options = _options(words, snapshot, track, row)
    return Content(
        head=head + model.intervals(words, record),
        facts=model.facts(words, row, record, track) + model.elsewhere(words, *_elsewhere(snapshot, track, row)),
        turns=breakdown.turns(words, found),
        curves=tuple(_curve(words, track, row, found, kind) for kind in CURVES),
        strata=breakdown.strata(words, found),
        gap=breakdown.gap(words, _gap(snapshot, track, row)),
        options=options,
        hint="" if options else notice(words("model.compare_none"), "hint"),
    )


def comparison(page: Page, track: str, record_id: str, other: str | None) -> tuple[str, Any]:
    """A card and a figure that compare a record with another one of the same table."""
    words, snapshot = page.words, page.watch.snapshot
    rows = [snapshot.row(track, item) for item in (record_id, other or "")]
    if not other:
        return "", _figure(None)
    if None in rows:
        return compared.impossible(words), _figure(None)
    found = _compared(page, track, record_id, other)
    if found is None:
        return compared.impossible(words), _figure(None)
    names = model_names(words, snapshot.tables[track])
    card = compared.compared(words, found, names[record_id], names[other])
    return card, _figure(shown(differences(words, found), words, f"difference-{track}"))


def _compared(page: Page, track: str, record_id: str, other: str) -> Comparison | None:
    """From the other to the record of the page; None where that cannot be."""
    try:
        results = page.watch.comparison(other, record_id)
    except SubmissionError as error:
        log.info("%s and %s were not compared: %s", other, record_id, error)
        return None
    except Exception:  # the store may be out of reach; its text may name this computer's files
        log.exception("%s and %s could not be compared", other, record_id)
        return None
    return next((item for item in results if item.track == track), None)


def _figure(value: PlotData | None) -> dict[str, Any]:
    """The update of a figure; there is none without a value."""
    return gr.update(value=value, visible=value is not None)


def _skipped(count: int) -> list[dict[str, Any]]:
    return [gr.skip() for _ in range(count)]


def _curve(words: Words, track: str, row: TableRow, found: TrackScore, kind: Curve) -> PlotData | None:
    """The figure of a curve of several turns."""
    if len(getattr(found, kind)) < 2:
        return None
    return shown(turn_curve(words, {row.model: found}, kind), words, f"{track}-{kind}-{row.record_id}")


def _elsewhere(snapshot: Snapshot, track: str, row: TableRow) -> tuple[list[model.Place], list[model.Place]]:
    """The same submission in other tracks; others of the same user and model in this one."""
    tracks = [(name, snapshot.row(name, row.record_id)) for name in snapshot.tables if name != track]
    key = model_key(row.model)
    others = [
        (track, other)
        for other in snapshot.tables[track]
        if other.user == row.user and other.record_id != row.record_id and model_key(other.model) == key
    ]
    return [(name, found) for name, found in tracks if found is not None], others


def _gap(snapshot: Snapshot, track: str, row: TableRow) -> HistoryGap | None:
    key = (row.user, model_key(row.model), track)
    return next((gap for gap in snapshot.gaps if (gap.user, model_key(gap.model), gap.track) == key), None)


def _options(words: Words, snapshot: Snapshot, track: str, row: TableRow) -> list[tuple[str, str]]:
    """All other rows of the table, in its order."""
    rows = snapshot.tables[track]
    names = model_names(words, rows)
    return [
        (_option(words, other, names[other.record_id]), other.record_id)
        for other in rows
        if other.record_id != row.record_id
    ]


def _option(words: Words, row: TableRow, name: str) -> str:
    """A row in a list."""
    return name if row.rank is None else words("model.compare_option", rank=row.rank, model=name)
