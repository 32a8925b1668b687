"""The list of the user's own submissions below the form: what became of each, withdrawing and restoring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from space.cards import own_submission
from space.cards.html import notice
from space.events import READING
from space.page import Page
from space.submission.submitting import Refusal
from space.tabs.submit_handlers import Handlers
from space.words import Words

_COLUMNS = ("date", "model", "split", "state", "tracks", "shown", "id")
_WIDTHS = ["160px", "190px", "110px", "170px", "300px", "110px", "180px"]
_REASON_LENGTH = 2000


@dataclass(frozen=True)
class Mine:
    """`values(user)` are those of `outputs`: the list, and nothing chosen in it."""

    outputs: list[gr.components.Component]
    values: Callable[[str | None], tuple]


def build(page: Page, handlers: Handlers) -> Mine:
    """Lay it out and wire it."""
    words, own, user_of = page.words, handlers.own, handlers.known_user
    note = gr.HTML(elem_id="mine-note")
    table = gr.Dataframe(
        headers=[words(f"submit.mine_{name}") for name in _COLUMNS],
        datatype="str",
        column_widths=_WIDTHS,
        show_label=False,
        interactive=False,
        wrap=True,
        buttons=[],
        max_height=360,
        visible=False,
        elem_id="mine",
    )
    chosen = gr.State()
    detail = gr.HTML(elem_id="mine-detail")
    with gr.Row(elem_id="mine-buttons"):
        withdraw = gr.Button(words("submit.withdraw"), visible=False, size="sm", elem_id="withdraw")
        restore = gr.Button(words("submit.restore"), visible=False, size="sm", elem_id="restore")
    with gr.Column(visible=False, elem_id="confirm") as confirm:
        sure = gr.HTML(elem_id="sure")
        reason = gr.Textbox(label=words("submit.withdraw_reason"), max_length=_REASON_LENGTH, elem_id="reason")
        with gr.Row():
            yes = gr.Button(words("submit.withdraw_yes"), variant="stop", size="sm", elem_id="withdraw-yes")
            cancel = gr.Button(words("submit.cancel"), size="sm", elem_id="withdraw-cancel")
    listed = [note, table]
    around = [chosen, detail, withdraw, restore, confirm]

    def values(user: str | None) -> tuple:
        return *_listed(words, own.all(user), user, page.watch.snapshot.unreachable_since), *_chosen(words, None)

    def choose(request: gr.Request, profile: gr.OAuthProfile | None, event: gr.SelectData) -> tuple:
        return _chosen(words, _find(own.all(user_of(profile, request)), event.row_value[-1]))

    def ask(submission: str | None, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        found = _find(own.all(user_of(profile, request)), submission)
        if found is None:
            return gr.Column(visible=False), "", ""
        question = words("submit.withdraw_sure", model=found["model"], id=found["submission"])
        return gr.Column(visible=True), notice(question, "warn"), ""

    def do_withdraw(submission: str, reason: str, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        def act(user: str | None) -> None:
            own.withdraw(submission, user, reason)

        return changed(submission, user_of(profile, request), "withdrawn", act)

    def do_restore(submission: str, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        def act(user: str | None) -> None:
            own.restore(submission, user)

        return changed(submission, user_of(profile, request), "restored", act)

    def changed(submission: str, user: str | None, done: str, act: Callable[[str | None], None]) -> tuple:
        try:
            act(user)
            said = notice(words(f"submit.{done}", id=submission), "good")
        except Refusal as refusal:
            said = notice(str(refusal), "bad")
        all_now = own.all(user)
        first = _listed(words, all_now, user, page.watch.snapshot.unreachable_since)
        identity, shown, *buttons = _chosen(words, _find(all_now, submission))
        return *first, identity, said + shown, *buttons

    table.select(choose, None, around, **READING)
    withdraw.click(ask, chosen, [confirm, sure, reason], **READING)
    cancel.click(lambda: gr.Column(visible=False), None, confirm, **READING)
    yes.click(do_withdraw, [chosen, reason], [*listed, *around], api_visibility="private", show_progress_on=detail)
    restore.click(do_restore, chosen, [*listed, *around], api_visibility="private", show_progress_on=detail)
    return Mine([*listed, *around], values)


def _listed(words: Words, submissions: list[dict[str, Any]], user: str | None, unreachable: str | None) -> tuple:
    """Values of the note and the table."""
    if not submissions:
        key = "mine_sign_in" if user is None else "mine_unreachable" if unreachable else "mine_none"
        return notice(words(f"submit.{key}"), "hint"), gr.Dataframe(visible=False)
    rows = [own_submission.line(words, item) for item in submissions]
    return notice(words("submit.mine_choose"), "hint"), gr.Dataframe(rows, visible=True)


def _chosen(words: Words, item: dict[str, Any] | None) -> tuple:
    """Values of what stands around the chosen one; None: nothing is chosen."""
    return (
        item and item["submission"],
        own_submission.details(words, item) if item else "",
        gr.Button(visible=bool(item and item["may_withdraw"])),
        gr.Button(visible=bool(item and item["may_restore"])),
        gr.Column(visible=False),
    )


def _find(submissions: list[dict[str, Any]], submission_id: object) -> dict[str, Any] | None:
    return next((item for item in submissions if item["submission"] == submission_id), None)
