"""The submit tab: check a predictions file, or check it, score it and enter it into the table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from leaderboard import (
    STATEMENT,
    Leaderboard,
    MetaError,
    QuotaExceeded,
    Record,
    SubmissionMeta,
    SubmissionRefused,
    ValidationReport,
)
from leaderboard.records import UNRANKED_HISTORY
from space import cards, frames
from space.labels import HISTORY_MODES
from space.messages import user_error
from space.tabs.table import TableTab

FILE_TYPES = [".parquet", ".jsonl", ".gz"]
SCORING = {"concurrency_id": "scoring", "concurrency_limit": 1}  # one file at a time: scoring uses all cores
SERVER_FAULT = (
    "The leaderboard could not do this. The reason is in the server's log. A file that it had taken is scored later."
)

log = logging.getLogger(__name__)


def build(board: Leaderboard, table: TableTab, tabs: gr.Tabs, user: str, max_file_mb: int) -> None:
    """Lay the tab out and wire it; an accepted submission brings `table` up to date."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            file = gr.File(
                label=f"Predictions file: Parquet or JSON Lines, up to {max_file_mb} MB",
                file_types=FILE_TYPES,
                height=172,
                elem_id="predictions",
            )
            gr.HTML(cards.file_help(board.truth.split), elem_id="file-help")
        with gr.Column(scale=6, min_width=300):
            fields = _description(board.truth.split)
    with gr.Row(elem_id="submit-buttons"):
        check = gr.Button("Check the file", elem_id="check")
        submit = gr.Button("Submit", variant="primary", elem_id="submit")
    answer = gr.HTML(elem_id="answer")
    problems = gr.Dataframe(
        visible=False, interactive=False, wrap=True, show_label=False, elem_id="problems", max_height=900
    )
    see = gr.Button("See it in the leaderboard", visible=False, elem_id="see", size="sm")
    outcome = gr.JSON(visible="hidden", elem_id="outcome")

    def check_file(path: str | None, progress: gr.Progress = gr.Progress()) -> dict[str, Any]:  # noqa: B008
        progress(0.1, "Checking every row")
        return checked(board, path)

    def submit_file(  # one parameter a form field: they are the names in the API
        path: str | None,
        model: str,
        organisation: str,
        link: str,
        parameters: str,
        history_mode: str,
        training_data: str,
        notes: str,
        signed: str,
        display: bool,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> dict[str, Any]:
        progress(0.1, "Checking every row and scoring")
        description = {
            "model": model,
            "organisation": organisation,
            "link": link,
            "parameters": parameters,
            "history_mode": history_mode,
            "training_data": training_data,
            "notes": notes,
            "signed": signed,
            "display": display,
        }
        return submitted(board, path, description, user)

    shown = [answer, problems, see]
    hidden = {"api_visibility": "private", "show_progress": "hidden"}
    for button, act, inputs, name in [
        (check, check_file, [file], "check"),
        (submit, submit_file, [file, *fields], "submit"),
    ]:
        done = (
            button.click(_blank, None, shown, queue=False, **hidden)
            .success(act, inputs, outcome, api_name=name, show_progress_on=answer, **SCORING)
            .success(_show, outcome, shown, **hidden)
        )
    done.success(table.refresh, table.track, table.outputs, **hidden)
    see.click(_first_track, outcome, [table.track, tabs], **hidden)


def _description(split: str) -> list[gr.components.Component]:
    """The form fields of a submission's description, in the order of `submit_file`."""
    model = gr.Textbox(label="Model", placeholder="name and version", max_length=80, elem_id="model")
    with gr.Row():
        organisation = gr.Textbox(label="Organisation (optional)", max_length=120, elem_id="organisation")
        link = gr.Textbox(label="Link (optional)", placeholder="https://…", max_length=300, elem_id="link")
        parameters = gr.Textbox(label="Parameters (optional)", placeholder="7B", max_length=20, elem_id="parameters")
    # On the test split nobody has the true history but the server.
    modes = [name for name in HISTORY_MODES if split != "test" or name not in UNRANKED_HISTORY]
    history = gr.Dropdown(
        [(HISTORY_MODES[name], name) for name in modes],
        value="own",
        label="What the model saw of earlier turns",
        elem_id="history",
    )
    training = gr.Textbox(
        label="Training data (optional)", placeholder="data sets the model learned from", max_length=2000, lines=2
    )
    notes = gr.Textbox(label="Notes (optional)", max_length=2000, lines=2)
    signed = gr.Textbox(
        label=f"Signed by: “{STATEMENT}”" if split == "test" else "Signed by (optional)",
        placeholder="your name",
        max_length=80,
        elem_id="signed",
    )
    display = gr.Checkbox(
        value=True, label="Show this submission for the model, whatever its score will be", elem_id="display"
    )
    return [model, organisation, link, parameters, history, training, notes, signed, display]


def checked(board: Leaderboard, path: str | None) -> dict[str, Any]:
    """The outcome of a check: {"ok", "rows", "tracks", "notes", "problems"}; nothing is kept.

    Raises gr.Error with a message for the user when there is no file or it cannot be checked.
    """
    chosen = _chosen(path)
    return _outcome(_guarded(lambda: board.validate(chosen)))


def submitted(board: Leaderboard, path: str | None, description: dict[str, Any], user: str) -> dict[str, Any]:
    """The outcome of a submission: that of a check and, when accepted, "model", "record", "date", "repeated", "places".

    repeated: the same file was scored before, and its record is what is told. A place is {"track", "shown", "rank",
    "of", "dice", "iou", "turns"}; shown: it is the submission that stands for this model in the table; rank is None for
    a result that does not compete. Raises gr.Error with a message for the user when file or description cannot be used.
    """
    chosen = _chosen(path)
    fields = {name: "" if value is None else value for name, value in description.items()}
    meta = _guarded(lambda: SubmissionMeta.checked(**fields))
    earlier = _guarded(lambda: board.earlier(chosen, user))
    repeated = earlier is not None and earlier.state == "scored"
    try:
        record = _guarded(lambda: board.submit(chosen, meta, user=user))
    except SubmissionRefused as refused:
        if refused.report is None:
            raise user_error(str(refused)) from None
        return _outcome(refused.report)
    return {
        "ok": True,
        "model": record.meta.model,
        "record": record.id,
        "date": record.created[:10],
        "repeated": repeated,
        "rows": record.counts.rows,
        "tracks": list(record.tracks),
        "places": [_place(board, record, track) for track in record.tracks],
        "notes": [],
        "problems": [],
    }


def _guarded(act: Callable[[], Any]) -> Any:
    """`act()`; errors of the description become messages; all others are the server's, logged and not shown."""
    try:
        return act()
    except SubmissionRefused:
        raise
    except (MetaError, QuotaExceeded) as error:
        raise user_error(str(error)) from None
    except Exception:  # whatever it was: its text may name this computer's files, so it stays in the log
        log.exception("a file could not be checked or scored")
        raise user_error(SERVER_FAULT) from None


def _chosen(path: str | None) -> Path:
    if not path:
        raise user_error("Choose a predictions file first.")
    return Path(path)


def _outcome(report: ValidationReport) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "rows": report.rows,
        "tracks": report.tracks,
        "notes": report.notes,
        "problems": report.to_rows(),
    }


def _place(board: Leaderboard, record: Record, track: str) -> dict[str, Any]:
    rows = board.table(track)
    own = next((row for row in rows if row.record_id == record.id), None)
    score = record.tracks[track]
    return {
        "track": track,
        "shown": own is not None,
        "rank": own.rank if own else None,
        "of": sum(row.rank is not None for row in rows),
        "dice": score.headline_dice,
        "iou": score.headline_iou,
        "turns": score.overall.n,
    }


def _blank() -> tuple:
    return "", gr.Dataframe(visible=False), gr.Button(visible=False)


def _show(outcome: dict[str, Any]) -> tuple:
    frame = frames.problems(outcome["problems"])
    columns = list(frame.columns)
    table = gr.Dataframe(
        frame,
        datatype=frames.types(columns),
        column_widths=frames.widths(columns),
        visible=not frame.empty,
    )
    return cards.outcome(outcome), table, gr.Button(visible=bool(outcome.get("places")))


def _first_track(outcome: dict[str, Any]) -> tuple:
    return outcome["places"][0]["track"], gr.Tabs(selected="table")
