"""Commands of those who submit: enter a file, see what was entered."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.opening import open_board
from commands.options import PLACES, STORE, StoreOption, TruthOption, example
from commands.terminal import console, errors, print_report

if TYPE_CHECKING:
    from leaderboard import Leaderboard, Submission


class History(StrEnum):
    """What a run can have had as history."""

    own = "own"
    none = "none"
    gt = "gt"
    text_gt_mask_own = "text_gt_mask_own"


@example("mturn-seg submit predictions.parquet --name my-model --user me --signed 'My Name' --parameters 7B")
def submit(
    file: Annotated[Path, typer.Argument(help="Predictions file, of the split that the truth file is of.")],
    name: Annotated[str, typer.Option(help="Name of the model in the table.")],
    user: Annotated[str, typer.Option(help="Who submits.")],
    signed: Annotated[
        str | None,
        typer.Option(help="Who signs that no label of a test image was used; needed for the test split."),
    ] = None,
    parameters: Annotated[str | None, typer.Option(help="Size of the model, as 7B, 350M or 7000000000.")] = None,
    history: Annotated[
        History, typer.Option(help="History that the run used; those that need the truth only off the test split.")
    ] = History.own,
    organisation: Annotated[str, typer.Option(help="Shown beside the model.")] = "",
    link: Annotated[str | None, typer.Option(help="Address of code or paper, http or https.")] = None,
    training_data: Annotated[str, typer.Option(help="What the model was trained on.")] = "",
    notes: Annotated[str, typer.Option(help="Anything readers should know.")] = "",
    keep_shown: Annotated[
        bool, typer.Option("--keep-shown", help="The table goes on showing the model's earlier submission, not this.")
    ] = False,
    per_day: Annotated[
        int | None,
        typer.Option(min=1, envvar="MTURN_SEG_QUOTA_PER_DAY", help="Submissions to the test split a day (UTC)."),
    ] = None,
    total: Annotated[
        int | None, typer.Option(min=1, envvar="MTURN_SEG_QUOTA_TOTAL", help="Submissions to the test split in all.")
    ] = None,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Submit a predictions file to a leaderboard: it is recorded, checked, scored and kept.

    The same file by the same user is answered with its first result and uses nothing up. A maintainer sets the quota of
    each user once, by MTURN_SEG_QUOTA_PER_DAY and MTURN_SEG_QUOTA_TOTAL in the environment.
    """
    from leaderboard import Quota, SubmissionMeta
    from leaderboard.records import checked_user

    meta = SubmissionMeta.checked(
        model=name, organisation=organisation, link=link, parameters=parameters, history_mode=history.value,
        training_data=training_data, notes=notes, signed=signed, display=not keep_shown,
    )  # fmt: skip
    checked_user(user)
    file.open("rb").close()  # before the store: a file that is not there must not leave an empty one behind
    board = open_board(truth, store, new=True, quota=Quota(per_day=per_day, total=total))
    earlier = board.earlier(file, user)
    submission = board.enter(file, meta, user)
    if earlier is not None and not earlier.gives_way:
        _print_earlier(earlier)
    else:
        console.print(f"recorded as submission {submission.id}")
    try:
        with errors.status("scoring"):
            submission = board.settle(submission.id)
    except KeyboardInterrupt:
        errors.print("stopped; the submission is kept, and the same command goes on where it was")
        raise typer.Exit(130) from None
    _print_outcome(board, submission)
    if per_day or total:
        console.print(f"{user}: {board.allowance(user)}")


def _print_earlier(submission: Submission) -> None:
    entered = f"{submission.user} entered this file before, as {submission.meta.model!r} on {submission.created[:10]}"
    console.print(entered)
    console.print(f"submission {submission.id} stands; nothing new was entered")


def _print_outcome(board: Leaderboard, submission: Submission) -> None:
    """Prints the scores of a submission; ends the command with exit code 2 when it was refused."""
    from console import print_agreement, print_score

    if submission.state == "refused":
        errors.print(f"refused: {submission.reason}")
        if submission.report is not None:
            print_report(submission.report)
        raise typer.Exit(2)
    record = board.record(submission.id) if submission.state == "withdrawn" else board.result(submission)
    for track, value in record.tracks.items():
        print_score(console, track, value)
    print_agreement(console, record.agreement)
    if submission.state == "withdrawn":
        console.print(f"withdrawn since: {submission.reason or 'no reason was given'}")
        return
    console.print(
        f"record {record.id}, attempt {record.attempts} of this model; "
        f"see it with: mturn-seg table, or mturn-seg report {submission.id}"
    )


@example("mturn-seg submissions --user me")
def submissions(
    user: Annotated[str | None, typer.Option(help="Only those of this user.")] = None,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """List what was submitted, with the state of each and the reason for it."""
    from commands.showing import print_submissions

    print_submissions(console, open_board(truth, store).submissions(user))
