"""Commands of those who look after a leaderboard.

Whoever can write the store may do all this: the file's permissions, or the repository's, say who that is. --by is the
name that the audit keeps.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from commands.opening import open_board
from commands.options import PLACES, STORE, StoreOption, TruthOption, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    from leaderboard import Submission

SubmissionArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the submission; see `submissions`.")]
ByOption = Annotated[str, typer.Option(help="Who does it, for the audit.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for the audit and whoever asks.")]


@example("mturn-seg withdraw 0123456789abcdef --by me --reason 'wrong checkpoint'")
def withdraw(
    submission: SubmissionArgument,
    by: ByOption,
    reason: ReasonOption = "",
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Take a scored submission out of the tables. It is kept, and `restore` brings it back."""
    _print_state(open_board(truth, store, admins=(by,)).withdraw(submission, by, reason))


@example("mturn-seg restore 0123456789abcdef --by me")
def restore(
    submission: SubmissionArgument,
    by: ByOption,
    reason: ReasonOption = "",
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Bring a withdrawn submission back into the tables."""
    _print_state(open_board(truth, store, admins=(by,)).restore(submission, by, reason))


@example("mturn-seg delete 0123456789abcdef --by me --reason 'asked for by its owner'")
def delete(
    submission: SubmissionArgument,
    by: ByOption,
    reason: ReasonOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Delete a submission for good: its file, scores and what was said of it. That it was there stays known."""
    board = open_board(truth, store, admins=(by,))
    found = board.submission(submission)
    if not yes:
        typer.confirm(f"delete {found.id} {found.meta.model!r} of {found.user} for good?", abort=True)
    _print_state(board.delete(found.id, by, reason))


@example("mturn-seg verify 0123456789abcdef --by me --reason 'ran the checkpoint again: same file'")
def verify(
    submission: SubmissionArgument,
    by: ByOption,
    reason: ReasonOption = "",
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Say that the model was run again with the same result. The tables then call it verified, no longer own run."""
    _print_state(open_board(truth, store, admins=(by,)).verify(submission, by, reason))


@example("mturn-seg audit")
def audit(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the lines as JSON, with the digests of the files.")
    ] = False,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """List every withdrawal, restoration, deletion and verification: when, who, what and why, oldest first."""
    from commands.showing import print_audit

    lines = open_board(truth, store).audit()
    if as_json:
        print(json.dumps([line.model_dump(mode="json") for line in lines], indent=2, ensure_ascii=False))
    else:
        print_audit(console, lines)


@example("mturn-seg rescore --truth mturn-seg-truth/test.parquet")
def rescore(store: StoreOption = STORE, truth: TruthOption = PLACES.test_truth) -> None:
    """Score every kept file again, with the present scorer on the present truth. The earlier records stay.

    Ends with exit code 1 when a file could not be scored again; the others are.
    """
    from console import bar, counted

    board = open_board(truth, store)
    with bar(errors, "scoring again") as advance:
        results = board.rescore(progress=advance)
    for result in results:
        told = f"record {result.record.id}" if result.record else f"not scored: {result.reason}"
        (console if result.record else errors).print(f"{result.submission}  {told}")
    if not results:
        console.print("nothing to do: every scored submission has a result on this data by this scorer")
        return
    failed = sum(result.record is None for result in results)
    console.print(f"{counted(len(results) - failed, 'submission')} scored, {failed} not")
    if failed:
        raise typer.Exit(1)


@example("mturn-seg resume")
def resume(store: StoreOption = STORE, truth: TruthOption = PLACES.test_truth) -> None:
    """Score what a crash or a power cut left recorded but not scored.

    Ends with exit code 1 when some could not be scored, or when another process is scoring them.
    """
    from commands.showing import print_submissions
    from console import bar, counted

    board = open_board(truth, store)
    with bar(errors, "scoring") as advance:
        settled = board.resume(progress=advance)
    left = sum(item.state == "pending" for item in board.submissions())
    if settled:
        print_submissions(console, settled)
    elif not left:
        console.print("nothing was left: every submission is scored or refused")
    if left:
        errors.print(f"{counted(left, 'submission')} still to be scored; see: mturn-seg submissions")
        raise typer.Exit(1)


def _print_state(submission: Submission) -> None:
    verified = f", verified {submission.verified[:10]}" if submission.verified else ""
    told = f"{submission.id} {submission.meta.model!r} of {submission.user}: {submission.state}{verified}"
    console.print(told)
