"""The list of the user's own submissions below the form: what became of each, withdrawing and restoring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from space.cards import own_submission
from space.cards.html import notice
from space.cards.outcome import refused
from space.events import READING
from space.page import Page
from space.submission.submitting import Refusal
from space.tabs.submit_handlers import Handlers
from space.words import Words

_COLUMNS = ("date", "model", "split", "state", "tracks", "shown", "id")
_WIDTHS = ["160px", "190px", "110px", "170px", "300px", "110px", "180px"]
_REASON_LENGTH = 2000
_ACTING = {"api_visibility": "private"}


@dataclass(frozen=True)
class OfUser:
    """A part of the tab that is each user's own: `values(user)` are those of `outputs`."""

    outputs: list[gr.components.Component]
    values: Callable[[str | None], tuple]


def build(page: Page, handlers: Handlers) -> OfUser:
    """Lay it out and wire it. The values are the list, and nothing chosen in it."""
    parts, mine = _lay_out(page.words), _Mine(page, handlers)
    everything = [*parts.listed, *parts.around]
    parts.table.select(mine.choose, None, parts.around, **READING)
    parts.withdraw.click(mine.ask, parts.chosen, [parts.confirm, parts.sure, parts.reason], **READING)
    parts.cancel.click(lambda: gr.Column(visible=False), None, parts.confirm, **READING)
    parts.yes.click(mine.withdrawn, [parts.chosen, parts.reason], everything, show_progress_on=parts.detail, **_ACTING)
    parts.restore.click(mine.restored, parts.chosen, everything, show_progress_on=parts.detail, **_ACTING)
    return OfUser(everything, mine.values)


@dataclass(frozen=True)
class _Parts:
    """The list, what stands around the chosen one, and the question before it is withdrawn."""

    note: gr.HTML
    table: gr.Dataframe
    chosen: gr.State  # the id of a submission
    detail: gr.HTML
    withdraw: gr.Button
    restore: gr.Button
    confirm: gr.Column
    sure: gr.HTML
    reason: gr.Textbox
    yes: gr.Button
    cancel: gr.Button

    @property
    def listed(self) -> list[gr.components.Component]:
        """Outputs of `_listed`."""
        return [self.note, self.table]

    @property
    def around(self) -> list[gr.components.Component]:
        """Outputs of `_chosen`."""
        return [self.chosen, self.detail, self.withdraw, self.restore, self.confirm]


def _lay_out(words: Words) -> _Parts:
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
    return _Parts(note, table, gr.State(), detail, withdraw, restore, confirm, sure, reason, yes, cancel)


class _Mine:
    """What the events do, for one language of the page."""

    def __init__(self, page: Page, handlers: Handlers):
        self._words, self._watch = page.words, page.watch
        self._own, self._user = handlers.own, handlers.known_user

    def values(self, user: str | None) -> tuple:
        """The list, and nothing chosen."""
        return *self._list(self._own.all(user), user), *_chosen(self._words, None)

    def choose(self, request: gr.Request, profile: gr.OAuthProfile | None, event: gr.SelectData) -> tuple:
        """A row was chosen."""
        return _chosen(self._words, _find(self._own.all(self._user(profile, request)), event.row_value[-1]))

    def ask(self, submission: str | None, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        """Whether it is really to be withdrawn."""
        found = _find(self._own.all(self._user(profile, request)), submission)
        if found is None:
            return gr.Column(visible=False), "", ""
        question = self._words("submit.withdraw_sure", model=found["model"], id=found["submission"])
        return gr.Column(visible=True), notice(question, "warn"), ""

    def withdrawn(self, submission: str, reason: str, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        """Withdraw it."""
        user = self._user(profile, request)
        return self._after(lambda: self._own.withdraw(submission, user, reason), submission, user, "withdrawn")

    def restored(self, submission: str, request: gr.Request, profile: gr.OAuthProfile | None) -> tuple:
        """Restore it."""
        user = self._user(profile, request)
        return self._after(lambda: self._own.restore(submission, user), submission, user, "restored")

    def _after(self, act: Callable[[], None], submission: str, user: str | None, done: str) -> tuple:
        try:
            act()
            said = notice(self._words(f"submit.{done}", id=submission), "good")
        except Refusal as refusal:
            said = refused(self._words, refusal.text, refusal.fields)
        all_now = self._own.all(user)
        identity, shown, *buttons = _chosen(self._words, _find(all_now, submission))
        return *self._list(all_now, user), identity, said + shown, *buttons

    def _list(self, submissions: list[dict[str, Any]], user: str | None) -> tuple:
        return _listed(self._words, submissions, user, self._watch.snapshot.unreachable_since)


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
