"""The analysis tab: what stands behind the table, as figures for a choice of models."""

from __future__ import annotations

import gradio as gr

from leaderboard.records import MIN_PATIENTS
from leaderboard.truth import COHORT_TURNS
from space.cards.html import escape, notice
from space.charts.style import MOST_MODELS
from space.charts.view import BEST, SECTIONS, View
from space.events import READING
from space.kept import Kept
from space.links import Link
from space.page import Fill, Page
from space.ranking.choice import OVERLAPS

_LINK_TRACK = "(track, ...others) => { mturn.link({track: track}); return [track, ...others]; }"
_SIDE_BY_SIDE = ("curves", "strata")
_KEPT = 64  # choices whose figures are kept


def build(page: Page) -> Fill:
    """Lay the tab out and wire it. Figures are made when it is opened, anew only when there are other results."""
    return _Tab(page).fill


class _Tab:
    """The components of the tab, and what fills them."""

    def __init__(self, page: Page):
        self._page, self._words, self._kept = page, page.words, Kept(_KEPT)
        tracks = list(page.watch.data.tracks)
        with gr.Row(elem_classes="analysis-choice"):
            self._track = self._radio(
                "track", page.words("analysis.track"), [(page.words.track(track), track) for track in tracks]
            )
            self._measure = self._radio(
                "measure",
                page.words("analysis.measure"),
                [(page.words.name("measure", name), name) for name in OVERLAPS],
            )
        self._models = gr.Dropdown(
            [],
            value=None,
            multiselect=True,
            label=self._words("analysis.models"),
            info=self._words("analysis.models_hint", most=MOST_MODELS, best=BEST),
            elem_id="analysis-models",
        )
        self._message = gr.HTML(elem_id="analysis-message")
        self._parts: dict[str, gr.components.Component | gr.Accordion] = {}
        with gr.Column(visible=False, elem_id="analysis-figures") as self._figures:
            for section, figures in SECTIONS.items():
                self._lay_out(section, figures)
        # Its change, not the opening of the tab itself, makes figures: a choice outlives a look at another tab.
        seen = gr.Textbox(visible="hidden")
        self.fill = Fill(self._seen, [seen])
        self._wire(seen)

    def _radio(self, name: str, label: str, choices: list[tuple[str, str]]) -> gr.Radio:
        return gr.Radio(
            choices,
            value=choices[0][1],
            label=label,
            elem_id=f"analysis-{name}",
            elem_classes="segmented",
        )

    def _lay_out(self, section: str, figures: tuple[str, ...]) -> None:
        """Heading, how to read it, the figures and, folded, their numbers."""
        title = self._words(f"analysis.title_{section}")
        text = self._words(f"analysis.text_{section}", turns=COHORT_TURNS, patients=MIN_PATIENTS)
        gr.HTML(f'<div class="section"><h3>{escape(title)}</h3><p>{escape(text)}</p></div>')
        self._parts[f"{section}_note"] = gr.HTML(visible=False, elem_id=f"analysis-{section}-note")
        with gr.Row(elem_classes=["panels", f"panels-{section}"] if section in _SIDE_BY_SIDE else None):
            for name in figures:
                self._parts[name] = gr.Plot(
                    show_label=False, visible=False, elem_id=f"analysis-{name}", elem_classes="chart"
                )
        with gr.Accordion(self._words("analysis.numbers"), open=False, visible=False) as folded:
            self._parts[f"{section}_numbers"] = gr.HTML(elem_id=f"analysis-{section}-numbers")
        self._parts[f"{section}_folded"] = folded

    def _wire(self, seen: gr.Textbox) -> None:
        choice = [self._track, self._measure, self._models]
        everything = [*choice, self._message, self._figures, *self._parts.values()]
        seen.change(self._opened, choice, everything, **READING)
        self._track.input(self._retracked, choice, everything, js=_LINK_TRACK, **READING)
        for choosing in (self._measure, self._models):
            choosing.input(self._chosen, choice, everything, **READING)

    def _seen(self, request: gr.Request) -> tuple:
        link = Link.of(request)
        return (f"{self._page.watch.snapshot.made} {link.track} {link.model}",)

    def _opened(self, track: str, measure: str, models: list[str] | None, request: gr.Request) -> dict:
        """The track of the address, and the models chosen before or, at first, the best with that of the address."""
        link = Link.of(request)
        track = link.track if link.track in self._page.watch.data.tracks else track
        return self._offered(track, measure, models, link.model)

    def _retracked(self, track: str, measure: str, models: list[str] | None) -> dict:
        return self._offered(track, measure, models)

    def _offered(self, track: str, measure: str, models: list[str] | None, linked: str | None = None) -> dict:
        """Everything for a track: its models to choose from, those chosen that it has, and the figures."""
        names = self._view(track, measure, ()).names
        kept = [item for item in models or [] if item in names]
        chosen = kept or list(dict.fromkeys([*([linked] if linked in names else []), *names]))[:BEST]
        choices = [(name, record_id) for record_id, name in names.items()]
        return {
            self._track: track,
            self._models: gr.update(choices=choices, value=chosen, visible=bool(choices)),
            **self._chosen(track, measure, chosen),
        }

    def _chosen(self, track: str, measure: str, models: list[str] | None) -> dict:
        view = self._view(track, measure, tuple(models or ()))
        message = self._warning(view)
        if not view.rows:
            return {self._message: message, self._figures: gr.update(visible=False)}
        values = view.values(self._kept)
        folded = {
            self._parts[f"{section}_folded"]: gr.update(visible=bool(values[f"{section}_numbers"]))
            for section in SECTIONS
        }
        shown = {self._parts[name]: gr.update(value=value, visible=value is not None) for name, value in values.items()}
        return {self._message: message, self._figures: gr.update(visible=True)} | shown | folded

    def _view(self, track: str, measure: str, models: tuple[str, ...]) -> View:
        return View(self._words, self._page.watch.snapshot, track, measure, models)

    def _warning(self, view: View) -> str:
        """What a reader has to know before the figures; nothing where all is as chosen."""
        if not view.rows:
            return notice(self._words("analysis.no_results"))
        if view.lacks_records:
            return notice(self._words("analysis.not_at_hand"), "warn")
        if not view.chosen:
            return notice(self._words("analysis.none_chosen"))
        text = ""
        if len(view.models) > MOST_MODELS:
            text = notice(self._words("analysis.too_many", chosen=len(view.models), most=MOST_MODELS), "warn")
        return text + notice(self._words("analysis.reading"), "hint")
