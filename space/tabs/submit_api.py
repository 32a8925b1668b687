"""Checking and submitting for programs: outcomes as data, refusals as errors. Who submits is told by a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from space.events import SCORING
from space.messages import user_error
from space.submission.submitting import Refusal
from space.tabs.submit_form import Form
from space.tabs.submit_handlers import Handlers

Result = TypeVar("Result")


def build(form: Form, handlers: Handlers) -> None:
    """/check, /submit and /mine, with the fields of the form as parameters."""

    def check(
        file: str | None,
        split: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> dict[str, Any]:
        return _or_error(lambda: handlers.check(file, split, request, progress))

    def submit(  # one parameter a field: their names are those in the API
        file: str | None,
        model: str,
        organisation: str,
        link: str,
        parameters: str,
        history_mode: str,
        training_data: str,
        notes: str,
        signed: str,
        display: bool,
        split: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> dict[str, Any]:
        given = locals()
        description = {name: given[name] for name in form.fields}
        return _or_error(lambda: handlers.submit(file, split, description, request, profile, progress))

    def own_submissions(request: gr.Request, profile: gr.OAuthProfile | None) -> list[dict[str, Any]]:
        return _or_error(lambda: handlers.own.all(handlers.signed_in(profile, request)))

    answer = gr.JSON(visible=False)
    _named("check", check, [form.file, form.split], answer, **SCORING)
    _named("submit", submit, form.inputs, answer, **SCORING)
    _named("mine", own_submissions, None, answer)


def _named(name: str, act: Callable, inputs: list[gr.components.Component] | None, answer: gr.JSON, **how: Any) -> None:
    """An event of the API only: nobody sees the button that it hangs on."""
    gr.Button(visible=False).click(act, inputs, answer, api_name=name, **how)


def _or_error(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except Refusal as refusal:
        raise user_error(str(refusal)) from None
