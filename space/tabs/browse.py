"""The browsing tab: the data set as dialogues, found by filters or by a link."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gradio as gr
import numpy as np

from space.browsing import BrowsingError, Dialogues, Filters
from space.browsing.groups import FACETS
from space.cards.dialogue import SCRIPT, viewer
from space.cards.html import escape, notice
from space.events import READING
from space.links import Link
from space.page import Fill, Page
from space.words import LANGUAGES, Words

ANY = ""
BOTH = "both"
#: The present dialogue where none matches; None before the tab was laid out.
NOTHING = ""
# Longer dialogues are few: they share one choice.
LONG_TURNS = 6
REFRESH_SECONDS = 2
_FILTERS = ("split", "region", "scan", "source", "language", "facet", "turns")
_PROBLEMS = {"missing": "unknown_dialogue", "unreadable": "bad_dialogue", "unreachable": "far_dialogue"}


@dataclass(frozen=True)
class Browser:
    """What the events of the tab do, in one language."""

    dialogues: Dialogues
    words: Words

    def opened(self, request: gr.Request) -> str:
        """What the tab is opened with, as JSON: how far the data set is read, and what the address asks for."""
        link = Link.of(request)
        state = "ready" if self.dialogues.ready else self.dialogues.problem or "reading"
        opened = {"state": state, "count": self.dialogues.read_so_far, "dialogue": link.dialogue, "turn": link.turn}
        return json.dumps(opened)

    def lay_out(self, text: str, current: str | None = None) -> tuple:
        """Values of message, controls, timer, the filters, hint, viewer, position and the present dialogue.

        Who comes back to the tab finds it as it was: with a present dialogue, nothing changes.
        """
        if current is not None:
            return (gr.skip(),) * (len(_FILTERS) + 7)
        opened = json.loads(text or '{"state": "reading", "count": 0}')
        state = opened["state"]
        if state != "ready":
            key = "reading" if state == "reading" else f"problem_{state}"
            told = self.words(f"browse.{key}", count=f"{opened['count']:,}")
            message = notice(told, "info" if state == "reading" else "bad")
            waits = state in ("reading", "unreachable")
            unchanged = [gr.skip()] * len(_FILTERS)
            return message, gr.Column(visible=False), gr.Timer(active=waits), *unchanged, "", "", "", None
        choices = [gr.Dropdown(choices=self.choices(name), value=ANY) for name in _FILTERS]
        shown = self.shown(np.arange(len(self.dialogues.index)), opened["dialogue"], opened["turn"])
        return "", gr.Column(visible=True), gr.Timer(active=False), *choices, "", *shown

    def choices(self, name: str) -> list[tuple[str, str]]:
        """The choices of a filter: those that some dialogue has, with their number of dialogues."""
        index = self.dialogues.index
        if name == "scan":
            found = [(self._scan(*scan), "/".join(filter(None, scan)), n) for scan, n in index.scans().items()]
        elif name == "language":
            counts = {code: len(index.matching(Filters(language=code))) for code in (*LANGUAGES, BOTH)}
            names = {BOTH: self.words("browse.both_languages")}
            found = [(names.get(code) or self.words.name("language", code), code, n) for code, n in counts.items()]
        elif name == "facet":
            counts = {facet: len(index.matching(Filters(facet=facet))) for facet in FACETS}
            found = [(self.words.name("facet", facet), facet, n) for facet, n in counts.items() if n]
        elif name == "turns":
            found = list(self._lengths())
        else:
            found = [(self.words.name(name, value), value, n) for value, n in index.choices(name).items()]
        counted = [(self.words("browse.counted", name=label, count=f"{n:,}"), value) for label, value, n in found]
        return [(self.words("browse.any"), ANY), *counted]

    def filtered(self, current: str | None, *chosen: str) -> tuple:
        """After a filter was changed: a hint, and the present dialogue while it matches, else the first that does."""
        positions = self._matching(chosen)
        place = self.dialogues.index.positions.get(current or "")
        if place is None or place not in positions:
            current = None
        filters = filters_of(dict(zip(_FILTERS, chosen, strict=True)))
        withheld = (filters.facet or filters.source) and any(shard.hidden for shard in self.dialogues.index.shards)
        hint = notice(self.words("browse.withheld_filters"), "hint") if withheld else ""
        return hint, *self.shown(positions, current)

    def stepped(self, step: int) -> Callable[..., tuple]:
        """The handler that goes on (1) or back (-1) by one dialogue; past an end it comes in again at the other."""

        def go(current: str | None, *chosen: str) -> tuple:
            index, positions = self.dialogues.index, self._matching(chosen)
            if not len(positions):
                return self.shown(positions, None)
            place = index.positions.get(current or "")
            # Past the present one, whether it matches or not; without one, in from the end.
            if step > 0:
                rank = int(np.searchsorted(positions, place, side="right")) if place is not None else 0
            else:
                rank = int(np.searchsorted(positions, place)) - 1 if place is not None else -1
            return self.shown(positions, index.ids[positions[rank % len(positions)]])

        return go

    def drawn(self, current: str | None, *chosen: str) -> tuple:
        """Any dialogue that matches, another than the present one where there is another."""
        index, positions = self.dialogues.index, self._matching(chosen)
        place = index.positions.get(current or "", -1)
        others = positions[positions != place]
        found = others if len(others) else positions
        return self.shown(positions, index.ids[random.choice(found)] if len(found) else None)

    def shown(self, positions: np.ndarray, current: str | None, turn: int | None = None) -> tuple:
        """Values of viewer, position and the present dialogue, which is the first match for None."""
        index, words = self.dialogues.index, self.words
        total = f"{len(positions):,}"
        if current is None and not len(positions):
            return notice(words("browse.no_match"), "hint"), words("browse.position_none", total=total), NOTHING
        current = current if current is not None else index.ids[positions[0]]
        place = index.positions.get(current, -1)
        rank = int(np.searchsorted(positions, place))
        position = words("browse.position_none", total=total)
        if rank < len(positions) and positions[rank] == place:
            position = words("browse.position", position=f"{rank + 1:,}", total=total)
        try:
            return viewer(self.dialogues.dialogue(current), words, turn), escape(position), current
        except BrowsingError as error:
            text = notice(words(f"browse.{_PROBLEMS[error.reason]}", id=current), "warn")
            return text, escape(position), current

    def _matching(self, chosen: tuple[str, ...]) -> np.ndarray:
        return self.dialogues.matching(filters_of(dict(zip(_FILTERS, chosen, strict=True))))

    def _scan(self, modality: str, sequence: str | None) -> str:
        name = self.words.name("modality", modality)
        if sequence is None:
            return name
        sequence = self.words.name("sequence", sequence)
        # "contrast CT" says its modality already.
        return sequence if name in sequence else self.words("browse.scan_of", modality=name, sequence=sequence)

    def _lengths(self) -> Iterator[tuple[str, str, int]]:
        turns = self.dialogues.index.numbers["turns"]
        for count, n in enumerate(np.bincount(np.minimum(turns, LONG_TURNS)).tolist()):
            if n:
                key = "turns_or_more" if count == LONG_TURNS else "turns_exact"
                yield self.words(f"browse.{key}", count=count), str(count), n


def filters_of(chosen: dict[str, str | None]) -> Filters:
    """The filters from the values of the dropdowns: "" or None for any, a scan as "MR" or "MR/T1w"."""
    given = {name: value or None for name, value in chosen.items()}
    modality, _, sequence = (given["scan"] or "").partition("/")
    turns = int(given["turns"]) if given["turns"] else None
    return Filters(
        modality=modality or None,
        sequence=sequence or None,
        least_turns=turns,
        most_turns=turns if turns != LONG_TURNS else None,
        **{name: given[name] for name in ("split", "region", "source", "language", "facet")},
    )


def build(page: Page) -> Fill:
    """Lays the tab out and wires it."""
    words = page.words
    if page.dialogues is None:
        message = gr.HTML(notice(words("browse.no_data"), "hint"), elem_id="browse-message")
        return Fill(_nothing_new, [message])
    browser = Browser(page.dialogues, words)
    # A text and no gr.State, whose changes events past the queue do not tell.
    opened = gr.Textbox(visible="hidden", show_label=False, elem_id="browse-opened")
    current = gr.State()
    timer = gr.Timer(REFRESH_SECONDS, active=False)
    message = gr.HTML(elem_id="browse-message")
    with gr.Column(visible=False) as controls:
        with gr.Row(elem_id="browse-filters"):
            filters = [_filter(words, name) for name in _FILTERS]
        hint = gr.HTML(elem_id="browse-hint")
        with gr.Row(elem_id="browse-steps"):
            previous = gr.Button(words("browse.previous"), size="sm", elem_id="browse-previous")
            position = gr.HTML(elem_id="browse-position")
            following = gr.Button(words("browse.next"), size="sm", elem_id="browse-next")
            any_one = gr.Button(words("browse.random"), size="sm", elem_id="browse-random")
        picture = gr.HTML(elem_id="browse-viewer", js_on_load=SCRIPT)
    shown = [picture, position, current]
    opened.change(browser.lay_out, [opened, current], [message, controls, timer, *filters, hint, *shown], **READING)
    timer.tick(browser.opened, None, opened, **READING)
    for choice in filters:
        choice.input(browser.filtered, [current, *filters], [hint, *shown], **READING)
    for button, step in ((previous, -1), (following, 1)):
        button.click(browser.stepped(step), [current, *filters], shown, **READING)
    any_one.click(browser.drawn, [current, *filters], shown, **READING)

    def fill(request: gr.Request) -> tuple:
        return (browser.opened(request),)

    return Fill(fill, [opened])


def _nothing_new(request: gr.Request) -> tuple:
    return (gr.skip(),)


def _filter(words: Words, name: str) -> gr.Dropdown:
    choices = [(words("browse.any"), ANY)]
    label = words(f"browse.{name}")
    return gr.Dropdown(choices, value=ANY, label=label, filterable=False, elem_id=f"browse-{name}")
