"""The form of the submit tab: the file on one side, the description of the model on the other."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from leaderboard import HISTORY_MODES, SubmissionMeta
from leaderboard.records import RANKED_SPLIT, UNRANKED_HISTORY
from space.cards.file_help import file_help
from space.cards.html import escape, notice
from space.events import READING
from space.page import Page
from space.submission.faults import statement
from space.words import Words

FILE_TYPES = [".parquet", ".jsonl", ".gz"]


@dataclass(frozen=True)
class Form:
    """What the user fills in, and the buttons below it."""

    split: gr.Radio
    file: gr.File
    fields: dict[str, gr.components.Component]  # those of SubmissionMeta, by name and in its order
    check: gr.Button
    submit: gr.Button

    @property
    def inputs(self) -> list[gr.components.Component]:
        """What a submission is made of, in the order of the API."""
        return [self.file, *self.fields.values(), self.split]


def lay_out(page: Page) -> Form:
    """Both sides and the buttons."""
    words, splits = page.words, page.boards.splits
    with gr.Row(equal_height=False, elem_id="submit-form"):
        with gr.Column(scale=5, min_width=300):
            gr.HTML(_heading(words("submit.step_file")))
            choices = [(words.name("split", split), split) for split in splits]
            several = len(splits) > 1
            split = gr.Radio(choices, value=splits[0], label=words("submit.split"), visible=several, elem_id="split")
            split_note = gr.HTML(_split_note(words, splits[0]), visible=several, elem_id="split-note")
            file = gr.File(
                label=words("submit.file", megabytes=page.settings.max_file_mb),
                file_types=FILE_TYPES,
                height=150,
                elem_id="predictions",
            )
            rows = len(page.boards.ranked.truth.entry_row)
            gr.HTML(file_help(words, splits, rows), elem_id="file-help")
        with gr.Column(scale=6, min_width=300):
            gr.HTML(_heading(words("submit.step_about")))
            fields = _fields(words, splits)
    with gr.Row(elem_id="submit-buttons"):
        check = gr.Button(words("submit.check"), elem_id="check")
        submit = gr.Button(words("submit.submit"), variant="primary", elem_id="submit")
    gr.HTML(notice(words("submit.queue_hint"), "hint"), elem_id="queue-hint")
    split.change(
        lambda chosen: (_split_note(words, chosen), gr.Textbox(label=_signed_label(words, chosen))),
        split,
        [split_note, fields["signed"]],
        **READING,
    )
    return Form(split, file, fields, check, submit)


def _fields(words: Words, splits: list[str]) -> dict[str, gr.components.Component]:
    """Their lengths are those of SubmissionMeta; "" as value makes a field optional in the API."""
    modes = [mode for mode in HISTORY_MODES if splits != [RANKED_SPLIT] or mode not in UNRANKED_HISTORY]
    fields: dict[str, gr.components.Component] = {}
    fields["model"] = _text(words, "model", 80, placeholder=words("submit.model_hint"))
    with gr.Row():
        fields["organisation"] = _text(words, "organisation", 120, min_width=180)
        fields["parameters"] = _text(words, "parameters", 20, placeholder="7B", min_width=140)
    fields["link"] = _text(words, "link", 300, placeholder="https://…")
    fields["history_mode"] = gr.Dropdown(
        [(words.name("history", mode), mode) for mode in modes],
        value="own",
        label=words("submit.history_mode"),
        elem_id="history_mode",
    )
    fields["training_data"] = _text(
        words, "training_data", 2000, lines=2, placeholder=words("submit.training_data_hint")
    )
    fields["notes"] = _text(words, "notes", 2000, lines=2)
    fields["signed"] = gr.Textbox(
        value="",
        label=_signed_label(words, splits[0]),
        placeholder=words("submit.signed_hint"),
        max_length=80,
        elem_id="signed",
    )
    fields["display"] = gr.Checkbox(value=True, label=words("submit.display"), elem_id="display")
    return {name: fields[name] for name in SubmissionMeta.model_fields}


def _text(words: Words, name: str, length: int, **props: object) -> gr.Textbox:
    return gr.Textbox(value="", label=words(f"submit.{name}"), max_length=length, elem_id=name, **props)


def _signed_label(words: Words, split: str) -> str:
    if split != RANKED_SPLIT:
        return words("submit.signed_optional")
    return words("submit.signed", statement=statement(words))


def _split_note(words: Words, split: str) -> str:
    return notice(words("submit.split_note_ranked" if split == RANKED_SPLIT else "submit.split_note_open"), "hint")


def _heading(text: str) -> str:
    return f'<h3 class="step">{escape(text)}</h3>'
