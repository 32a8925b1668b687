"""The command `mturn-seg`: its subcommands in the order in which they are needed, and how errors end them."""

from __future__ import annotations

import sys

import typer
from rich.text import Text

from commands import (
    comparing,
    keeping,
    knowledge,
    making,
    publishing,
    restoring,
    results,
    reviewing,
    rewriting,
    running,
    scans,
    scoring,
    serving,
    stats,
    submitting,
)
from commands.terminal import errors

COMMANDS = {
    "Make a data set": (
        scans.sources,
        scans.demo_data,
        scans.author,
        restoring.restore_images,
        stats.stats,
        making.build,
        making.seal,
    ),
    "Look after its texts": (
        knowledge.knowledge,
        rewriting.rewrite,
        reviewing.review,
        reviewing.review_agreement,
        reviewing.apply_review,
    ),
    "Run and score": (running.run, scoring.validate, scoring.score, comparing.compare),
    "Submit and read": (
        submitting.submit,
        results.table,
        results.report,
        submitting.submissions,
        comparing.history_gap,
    ),
    "Look after a leaderboard": (
        keeping.withdraw,
        keeping.restore,
        keeping.delete,
        keeping.verify,
        keeping.audit,
        keeping.rescore,
        keeping.resume,
        results.eval_files,
    ),
    "See it": (serving.serve, serving.demo),
}
# Commands of two words: name, help, what stands below.
GROUPS = (("publish", "Put the leaderboard's page on the Hugging Face Hub.", (publishing.space,)),)

# Each stage raises ValueErrors of its own for what a user can mend; others are bugs and show their trace.
STAGES = ("authoring", "baselines", "building", "leaderboard", "masks", "publishing", "release", "space")

app = typer.Typer(
    name="mturn-seg",
    help="Multi-turn reasoning segmentation over CT and MRI slices, in Chinese and English: "
    "make the data set, run models, score, rank.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for panel, members in COMMANDS.items():
    for command in members:
        name = command.__name__.replace("_", "-")
        app.command(name, epilog=f"Example: `{command.example}`", rich_help_panel=panel)(command)
for name, told, members in GROUPS:
    group = typer.Typer(help=told, no_args_is_help=True, rich_markup_mode="markdown")
    for command in members:
        group.command(command.__name__, epilog=f"Example: `{command.example}`")(command)
    app.add_typer(group, name=name, rich_help_panel="Publish")


def main() -> None:
    """Runs the command. Bad input ends it with exit code 2 and a message on standard error."""
    try:
        app()
    except (ValueError, OSError) as error:
        if not isinstance(error, OSError) and type(error).__module__.partition(".")[0] not in STAGES:
            raise
        told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        errors.print(Text.assemble(("error:", "bold red"), " ", told))
        sys.exit(2)


if __name__ == "__main__":
    main()
