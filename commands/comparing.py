"""Commands that set two results side by side, turn by turn on the same patients."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.opening import check_figure, file_of_track, open_board, write_file
from commands.options import PLACES, STORE, StoreOption, TrackOption, TruthOption, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    from rich.console import Console

    from leaderboard import Comparison


class Export(StrEnum):
    """Formats of a comparison."""

    markdown = "markdown"


@example("mturn-seg compare mine.parquet theirs.parquet --truth mturn-seg-truth/validation.parquet --figure gain.png")
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="Predictions file, or id of a submission or record.")],
    other: Annotated[str, typer.Argument(metavar="B", help="What to compare with it, of the same kind.")],
    track: TrackOption = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Figure to draw, .png or .svg; with several tracks, one beside it for each."),
    ] = None,
    export: Annotated[Export | None, typer.Option(help="Another format, with every measure of every stratum.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the export, of all tracks.")] = None,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Compare two results: B minus A, paired over the same patients, with intervals.

    A and B are two predictions files, or two ids of a leaderboard.
    """
    from commands.showing import print_comparison

    check_figure(figure)
    if out is not None and export is None:
        raise typer.BadParameter(f"--out {out} without a format; expected --export markdown too")
    with errors.status("comparing"):
        comparisons = _compared(one, other, store, truth)
    if track is not None:
        found = [item for item in comparisons if item.track == track]
        if not found:
            both = ", ".join(item.track for item in comparisons)
            raise typer.BadParameter(f"--track {track}; expected one that A and B both have: {both}")
        comparisons = found
    if export is None:
        for comparison in comparisons:
            print_comparison(console, comparison)
    else:
        _export(comparisons, out)
    if figure is not None:
        _draw(comparisons, figure, errors if export and out is None else console)


def _export(comparisons: list[Comparison], out: Path | None) -> None:
    from leaderboard.reports import comparison_markdown

    text = "\n\n".join(comparison_markdown(comparison) for comparison in comparisons) + "\n"
    if out is None:
        print(text, end="")
    else:
        console.print(f"wrote {write_file(out, text)}")


def _draw(comparisons: list[Comparison], figure: Path, told: Console) -> None:
    """Draws a figure for each track and says so on `told`, which is not the stream that an export goes to."""
    from leaderboard.reports import figures

    for comparison in comparisons:
        path = file_of_track(figure, comparison.track, alone=len(comparisons) == 1)
        told.print(f"wrote {write_file(path, figures.comparison(comparison, format=path.suffix[1:]))}")


def _compared(one: str, other: str, store: str, truth: Path) -> list[Comparison]:
    from leaderboard import Limits, compare_files

    are_files = [Path(item).is_file() for item in (one, other)]
    if all(are_files):
        return compare_files(one, other, truth, limits=Limits.from_environment())
    for item, is_file in zip((one, other), are_files, strict=True):
        # An id has neither a dot nor a slash: this is a file that is not there, or one beside an id.
        if is_file or set(item) & {".", "/"}:
            raise typer.BadParameter(
                f"{one} and {other}: {item} is {'a file' if is_file else 'no file'}; expected two files or two ids"
            )
    return open_board(truth, store).compare(one, other)


@example("mturn-seg history-gap --truth mturn-seg-truth/validation.parquet")
def history_gap(
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.validation_truth,
) -> None:
    """Print what each model gains from the true history: its Dice with the true one minus that with its own.

    Submit both runs of the validation split first: `run --split validation --history gt`, and `own`, then
    `submit --history gt --truth mturn-seg-truth/validation.parquet`, and `own`.
    """
    from commands.showing import print_gaps

    with errors.status("comparing"):
        gaps = open_board(truth, store).history_gaps()
    print_gaps(console, gaps)
