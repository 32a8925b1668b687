"""The submit tab: check a predictions file, or submit it with a description of the model; and one's own submissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from space.access.sign_in import sign_in_button
from space.cards.allowance import allowance
from space.cards.html import escape
from space.cards.outcome import outcome, refused
from space.events import READING, SCORING
from space.page import Fill, Page
from space.submission.submitting import Refusal
from space.tabs import mine, submit_api
from space.tabs.mine import OfUser
from space.tabs.submit_form import Form, lay_out
from space.tabs.submit_handlers import Handlers

# The table follows the address when its tab is opened.
_TO_THE_TRACK = "(track) => { mturn.link({track, model: null, measure: null, stratum: null}); return [track]; }"
_WORK = {"api_visibility": "private", **SCORING}


@dataclass(frozen=True)
class _Answer:
    """Where the answer appears, and the way from it to the first table with the new row."""

    text: gr.HTML
    see: gr.Button
    track: gr.State


def build(page: Page) -> Fill:
    """Lay the tab out and wire it."""
    words, handlers = page.words, Handlers(page)
    with gr.Row(elem_id="who"):
        numbers = gr.HTML(elem_id="allowance")
        if page.identity.signs_in:
            sign_in_button(words)
    form = lay_out(page)
    answer = _Answer(
        gr.HTML(elem_id="answer"),
        gr.Button(words("submit.see"), visible=False, elem_id="see", size="sm"),
        gr.State(),
    )
    gr.HTML(f'<h3 class="step">{escape(words("submit.mine"))}</h3>')
    own = mine.build(page, handlers)

    def standing_of(user: str | None) -> tuple:
        left = handlers.own.allowance(user)
        return allowance(words, page.boards.splits[0], left, user), *own.values(user)

    standing = OfUser([numbers, *own.outputs], standing_of)
    if page.names_api:
        submit_api.build(form, handlers)  # first: gradio names other events after their functions
    _wire_check(form, handlers, answer)
    _wire_submit(form, handlers, answer, standing)
    answer.see.click(lambda track: gr.Tabs(selected="table"), answer.track, page.tabs, js=_TO_THE_TRACK, **READING)

    def fill(request: gr.Request) -> tuple:
        return standing_of(handlers.known_user(None, request))

    return Fill(fill, standing.outputs)


def _wire_check(form: Form, handlers: Handlers, answer: _Answer) -> None:
    words = handlers.words

    def check(
        file: str | None,
        split: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> str:
        try:
            return outcome(words, handlers.check(file, split, request, progress))
        except Refusal as refusal:
            return refused(words, refusal.text, refusal.fields)

    begun = form.check.click(_begin, None, [form.check, form.submit, answer.text, answer.see], **READING)
    worked = begun.then(check, [form.file, form.split], answer.text, show_progress_on=answer.text, **_WORK)
    worked.then(_end, None, [form.check, form.submit], **READING)


def _wire_submit(form: Form, handlers: Handlers, answer: _Answer, standing: OfUser) -> None:
    words = handlers.words

    def submit(
        values: dict[gr.components.Component, Any],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple:
        description = {name: values[field] for name, field in form.fields.items()}
        faults, tracks = {}, []
        try:
            result = handlers.submit(values[form.file], values[form.split], description, request, profile, progress)
            text = outcome(words, result)
            tracks = [place["track"] for place in result.get("places", []) if place["shown"]]
        except Refusal as refusal:
            faults = refusal.fields
            text = refused(words, refusal.text, faults)
        marks = [type(field)(elem_classes=["faulty"] if name in faults else []) for name, field in form.fields.items()]
        shown = text, gr.Button(visible=bool(tracks)), tracks[0] if tracks else None
        return *shown, *marks, *standing.values(handlers.known_user(profile, request))

    outputs = [answer.text, answer.see, answer.track, *form.fields.values(), *standing.outputs]
    begun = form.submit.click(_begin, None, [form.check, form.submit, answer.text, answer.see], **READING)
    worked = begun.then(submit, {*form.inputs}, outputs, show_progress_on=answer.text, **_WORK)
    worked.then(_end, None, [form.check, form.submit], **READING)


def _begin() -> tuple:
    """No second click while a file is worked on, and no old answer beside it."""
    return gr.Button(interactive=False), gr.Button(interactive=False), "", gr.Button(visible=False)


def _end() -> tuple:
    return gr.Button(interactive=True), gr.Button(interactive=True)
