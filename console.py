"""What the command and the demo show on a terminal: progress bars, tables, scores, what is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from authoring import SourceDescription
    from leaderboard import Agreement, Cell, TableRow, TrackScore

# These columns stand at the left, and the names may be broken into lines; numbers and ids may not.
_NAMES = {"model", "user", "owner", "by", "value", "reason", "licence"}
_NAME_WIDTH = 10  # at least
_EASY_NAME = 14  # measures give way to names up to this width
_GAP = 2  # columns between two columns
_LEFT = {"id", "at (UTC)", "state", "track", "of", "measure", "action", "submission"}
_LEFT |= {"name", "may be passed on", "tried on"}
_ROOM = 100  # columns that a ranked table may always take
# Without intervals these say least beside Dice, least first: they go where a table would need more room.
_GIVE_WAY = ("cIoU", "IoU", "NSD", "HD95 mm")

Columns = dict[str, Callable[["TableRow"], str]]  # heading -> cell of a row


@contextmanager
def bar(console: Console, what: str, total: int | None = None) -> Iterator:
    """A progress bar; yields a function that takes (done, total), or nothing for one step more.

    A bar that made no step leaves nothing behind.
    """
    description = TextColumn("{task.description:16}", markup=False)
    progress = Progress(description, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
    task = progress.add_task(what, total=total)

    def advance(done: int | None = None, of: int | None = None) -> None:
        if done is None:
            progress.advance(task)
        else:
            progress.update(task, completed=done, total=of)

    progress.start()
    try:
        yield advance
    finally:
        if progress.tasks[task].completed:
            progress.stop()
        else:
            progress.live.transient = True
            progress.live.stop()  # `progress.stop` leaves an empty line where there is no terminal


def new_table(title: str, *columns: str) -> Table:
    """An empty table of the house's look. Fill it with `add_row`, print it with `print_whole`."""
    told = Text(title, style="table.title")
    look = {"box": box.SIMPLE_HEAD, "show_edge": False, "pad_edge": False, "padding": (0, 1, 0, 0)}
    table = Table(title=told, title_justify="left", **look)
    for column in columns:
        is_name = column in _NAMES
        justify = "left" if is_name or column in _LEFT else "right"
        table.add_column(Text(column), justify=justify, no_wrap=not is_name, overflow="fold")
    return table


def add_row(table: Table, *cells: str, style: str | None = None) -> None:
    """Adds cells as they are: brackets and colons in a name are no markup."""
    table.add_row(*(Text(cell) for cell in cells), style=style)


def print_whole(console: Console, table: Table) -> None:
    """Prints a table: where the terminal is narrow names are broken into lines, numbers and ids never."""
    needed = _least_width(table)
    if needed > console.width:
        table.width = needed
    console.print(table)
    console.print()


def _least_width(table: Table, name_width: int = _NAME_WIDTH) -> int:
    """Keeps each column of a table from getting too narrow; what all need, in columns of the terminal."""
    for column in table.columns:
        widest = max(cell_len(text.plain) for text in (column.header, *column.cells))
        column.min_width = widest if column.no_wrap else min(widest, name_width)
    return sum(column.min_width + _GAP for column in table.columns) - _GAP


def print_table(
    console: Console,
    track: str,
    rows: Sequence[TableRow],
    *,
    by: Literal["measure", "region"] | None = None,
    subtitle: str = "",
) -> None:
    """Prints a track's ranked table, every measure without what is said of ranks, or the Dice of each body region.

    Where the ranked table needs more than the terminal has, and more than 100 columns, measures are left out and named.
    subtitle: a line below the title, as on which data.
    """
    if not rows:
        console.print(Text(f"{track}: no submission yet"))
        return
    size = f"{counted(rows[0].n, 'turn')} of {counted(rows[0].n_patients, 'patient')}"
    title = f"{track}: {size}" + (f"\n{subtitle}" if subtitle else "")
    columns = {"measure": _measure_columns, "region": _region_columns, None: _ranked_columns}[by](rows)
    table, left_out = _filled(title, columns, rows), []
    room = max(console.width, _ROOM)
    for name in _GIVE_WAY if by is None else ():
        if name in columns and _least_width(table, _EASY_NAME) > room:
            left_out.append(name)
            del columns[name]
            table = _filled(title, columns, rows)
    print_whole(console, table)
    if left_out:
        console.print(Text(f"no room for {', '.join(left_out)}: see --by-measure\n"))


def _filled(title: str, columns: Columns, rows: Sequence[TableRow]) -> Table:
    table = new_table(title, *columns)
    for row in rows:
        add_row(table, *(cell(row) for cell in columns.values()))
    return table


def _ranked_columns(rows: Sequence[TableRow]) -> Columns:
    """What no row has, as below ten patients, gets no column."""
    columns = {
        "rank": lambda row: shown(row.rank),
        "ranks": lambda row: interval(row.rank_interval, "d"),
        "tier": lambda row: shown(row.tier),
        "first": lambda row: shown(row.p_first, 2),
        "model": _model,
        "user": lambda row: row.user,
        "Dice": lambda row: shown(row.headline_dice, 3),
        "95% interval": lambda row: interval(row.headline_dice_interval, ".3f"),
        "IoU": lambda row: shown(row.headline_iou, 3),
        "cIoU": lambda row: shown(row.ciou, 3),
        **_boundary_columns(),
        "empty": lambda row: f"{row.n_empty:,}",
        "attempts": lambda row: f"{row.attempts:,}",
    }
    return _held(columns, rows, "ranks", "tier", "first", "95% interval", "HD95 mm", "NSD")


def _measure_columns(rows: Sequence[TableRow]) -> Columns:
    columns = {
        **_who(),
        "IoU": lambda row: shown(row.headline_iou, 3),
        "turn Dice": lambda row: shown(row.turn_weighted_dice, 3),
        "gIoU": lambda row: shown(row.turn_weighted_iou, 3),
        "cIoU": lambda row: shown(row.ciou, 3),
        **_boundary_columns(),
        "empty": lambda row: f"{row.n_empty:,}",
    }
    return _held(columns, rows, "gIoU", "HD95 mm", "NSD")


def _region_columns(rows: Sequence[TableRow]) -> Columns:
    regions = sorted({region for row in rows for region in row.region_dice})
    return _who() | {region: lambda row, region=region: shown(row.region_dice.get(region), 3) for region in regions}


def _who() -> Columns:
    return {
        "rank": lambda row: shown(row.rank),
        "model": _model,
        "user": lambda row: row.user,
        "Dice": lambda row: shown(row.headline_dice, 3),
    }


def _boundary_columns() -> Columns:
    return {
        "HD95 mm": lambda row: shown(row.mm and row.mm.hd95, 1),
        "NSD": lambda row: shown(row.mm and row.mm.nsd, 3),
    }


def _held(columns: Columns, rows: Sequence[TableRow], *optional: str) -> Columns:
    """The columns without those of the optional ones that hold nothing."""
    return {
        name: cell for name, cell in columns.items() if name not in optional or any(cell(row) != "n/a" for row in rows)
    }


def _model(row: TableRow) -> str:
    """The model's name with what sets its row apart."""
    history = "" if row.history_mode == "own" else f" (history {row.history_mode})"
    return f"{row.model}{history}{' (verified)' if row.verified else ''}"


def print_score(console: Console, track: str, score: TrackScore) -> None:
    """Prints a track's headline, the other measures, and the number of turns behind them."""
    from leaderboard.records import MIN_PATIENTS

    regions = ", ".join(score.regions) or "none"
    lacking = f"; no turns in {', '.join(score.missing_regions)}" if score.missing_regions else ""
    cell = score.overall
    size = [counted(cell.n, "turn"), counted(score.n_dialogues, "dialogue"), counted(cell.n_patients, "patient")]
    few = [f"no intervals below {MIN_PATIENTS}"] if cell.n_patients < MIN_PATIENTS else []
    missing = [counted(cell.missing, "missing row")] if cell.missing else []
    dice = _with_interval(score.headline_dice, score.headline_dice_interval)
    iou = _with_interval(score.headline_iou, score.headline_iou_interval)
    over_turns = (
        f"Dice {_with_interval(cell.dice, cell.dice_interval)}",
        f"gIoU {_with_interval(cell.iou, cell.iou_interval)}",
        f"cIoU {_with_interval(score.ciou, score.ciou_interval)}",
    )
    console.print(Text.assemble((track, "bold"), f"  Dice {dice}  IoU {iou}"))
    for line in (
        f"  mean over regions {regions}{lacking}",
        f"  over turns: {', '.join(over_turns)}",
        *_boundary_lines(cell),
        f"  {', '.join([*size, *few, *missing, counted(cell.empty, 'empty prediction')])}",
    ):
        console.print(Text(line))


def _boundary_lines(cell: Cell) -> list[str]:
    """One line for the turns of known pixel spacing, one for the others."""
    from leaderboard.records import NSD_TOLERANCE

    return [
        f"  HD95 {found.hd95:.2f} {unit}, NSD at {NSD_TOLERANCE:g} {unit} {found.nsd:.4f}: {counted(found.n, 'turn')}"
        for found, unit in ((cell.mm, "mm"), (cell.px, "px"))
        if found is not None
    ]


def print_agreement(console: Console, agreement: Mapping[str, Agreement]) -> None:
    """Prints how alike the masks are that the same turn got in English and in Chinese; nothing for one language."""
    for kind, value in agreement.items():
        turns = {"all": "all turns", "single": "single-turn dialogues", "multi": "multi-turn dialogues"}[kind]
        size = f"{counted(value.n, 'turn')} of {counted(value.n_patients, 'patient')}, both empty {value.both_empty:,}"
        dice = _with_interval(value.dice, value.dice_interval)
        console.print(Text.assemble(("English and Chinese agree", "bold"), f"  {turns}: Dice {dice}; {size}"))


def _with_interval(value: float | None, ends: tuple[float, float] | None) -> str:
    return shown(value, 4) if ends is None else f"{shown(value, 4)} ({interval(ends, '.4f')})"


def shown(value: float | None, digits: int = 0) -> str:
    """A number with so many digits after the point; n/a when there is none."""
    return "n/a" if value is None else f"{value:.{digits}f}"


def interval(ends: tuple[float, float] | None, form: str) -> str:
    """Both ends of an interval, in a format of Python; n/a when there is none."""
    return "n/a" if ends is None else f"{ends[0]:{form}} to {ends[1]:{form}}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 patient, 2,000 patients."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def fetch_all(console: Console, cache: Path) -> list[tuple[SourceDescription, Path]]:
    """Every demo source with the folder of its scans; says what is downloaded and under which licence."""
    from authoring import demo_sources, fetch_scans

    found = []
    for source in demo_sources():
        package = source.package
        size = f"{package.megabytes:g} MB"
        console.print(Text(source.title))
        console.print(Text(f"  {package.name} {package.version}, {size}, licence {source.licence}"))
        folder, downloaded = fetch_scans(source, cache)
        console.print(Text(f"  {'downloaded to' if downloaded else 'found in'} {folder}"))
        found.append((source, folder))
    return found
