"""Commands that take results out of a leaderboard: tables, reports, files for the Hub."""

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

    from leaderboard import Leaderboard, TableRow

DESCRIPTION = "Multi-turn reasoning segmentation over CT and MRI slices, in Chinese and English."


class Export(StrEnum):
    """Formats of a table."""

    csv = "csv"
    markdown = "markdown"
    parquet = "parquet"


class ReportFormat(StrEnum):
    """Formats of a report."""

    html = "html"
    markdown = "markdown"


@example("mturn-seg table --track zh-multi --export csv --out zh-multi.csv")
def table(
    track: TrackOption = None,
    by_region: Annotated[bool, typer.Option("--by-region", help="Dice by body region.")] = False,
    by_measure: Annotated[
        bool, typer.Option("--by-measure", help="Every measure, without intervals, ranks and tiers.")
    ] = False,
    export: Annotated[Export | None, typer.Option(help="Another format, with every column.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for the export; with several tracks, each goes beside it with its name added."),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Figure of the ranking to draw, .png or .svg; with several tracks, one beside it for each."),
    ] = None,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Print the ranked tables of a leaderboard, or write them as CSV, Markdown or Parquet.

    `ranks` is the 95% interval of the rank, `first` the share of the resamples in which no other model is better.
    """
    from console import counted, print_table
    from leaderboard import SCORER_VERSION

    if by_region and by_measure:
        raise typer.BadParameter("--by-region and --by-measure are two tables; expected one of them")
    check_figure(figure)
    if out is not None and export is None:
        raise typer.BadParameter(f"--out {out} without a format; expected --export csv, markdown or parquet too")
    if export is Export.parquet and out is None:
        raise typer.BadParameter("--export parquet is not for a terminal; expected --out FILE too")
    board = open_board(truth, store)
    tables = {one: board.table(one) for one in ([track] if track else board.tracks())}
    if not any(tables.values()) and (held := board.records()):
        errors.print(
            f"{store} holds {counted(len(held), 'result')}, but none that stands in a table on the data of {truth} "
            f"(digest {board.truth.digest[:12]})"
        )
    by = "region" if by_region else "measure" if by_measure else None
    data = f"data {board.truth.version} (digest {board.truth.digest[:8]}), scorer {SCORER_VERSION}"
    for one, rows in tables.items():
        if export is None:
            print_table(console, one, rows, by=by, subtitle=data)
        else:
            _export(export, one, rows, out and file_of_track(out, one, alone=len(tables) == 1))
    if figure is not None:
        _draw(tables, figure, errors if export and out is None else console)


def _draw(tables: dict[str, list[TableRow]], figure: Path, told: Console) -> None:
    """Draws a figure for each track and says so on `told`, which is not the stream that an export goes to."""
    from leaderboard.reports import figures

    for track, rows in tables.items():
        if rows:
            path = file_of_track(figure, track, alone=len(tables) == 1)
            told.print(f"wrote {write_file(path, figures.ranking(rows, format=path.suffix[1:]))}")
        else:
            errors.print(f"{track}: no submission yet, so no figure")


def _export(export: Export, track: str, rows: list[TableRow], out: Path | None) -> None:
    from leaderboard.exports import table_to_csv, table_to_markdown, table_to_parquet

    if export is Export.parquet:
        out.parent.mkdir(parents=True, exist_ok=True)
        table_to_parquet(rows, out, track=track)
    else:
        text = table_to_csv(rows) if export is Export.csv else table_to_markdown(rows)
        if out is None:
            print(text)
            return
        write_file(out, text)
    console.print(f"wrote {out}")


@example("mturn-seg report 0123456789abcdef --out my-model.html")
def report(
    result: Annotated[str, typer.Argument(metavar="ID", help="Id of a submission or record; see `submissions`.")],
    format: Annotated[ReportFormat, typer.Option(help="One HTML file, or a Markdown folder.")] = ReportFormat.html,
    out: Annotated[
        Path | None, typer.Option(help="File (html) or folder (markdown) to write; by default report-ID.")
    ] = None,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Write all about one submission: scores, curves and strata with their intervals, as figures and tables."""
    from leaderboard.reports import report_html, write_markdown

    board = open_board(truth, store)
    record = board.record(result)
    rows = {track: row for track in record.tracks for row in board.table(track) if row.record_id == record.id}
    with errors.status("drawing"):
        if format is ReportFormat.html:
            written = write_file(out or Path(f"report-{record.submission}.html"), report_html(record, rows))
        else:
            written = write_markdown(record, rows, out or Path(f"report-{record.submission}"))
    console.print(f"wrote {written}")
    submission = board.submission(record.submission)
    if submission.state == "withdrawn":
        reason = submission.reason or "no reason was given"
        errors.print(f"note: submission {submission.id} was withdrawn ({reason}) and stands in no table")


@example("mturn-seg eval-files --dataset ORG/NAME --out hub-files")
def eval_files(
    dataset: Annotated[str, typer.Option(metavar="ORG/NAME", help="Repository of the data set on the Hub.")],
    out: Annotated[Path, typer.Option(help="Folder to write, with a folder for each repository in it.")],
    result: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Id of a submission or record; by default all that are ranked."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the benchmark; by default the data set's.")] = None,
    description: Annotated[str, typer.Option(help="What the benchmark is about.")] = DESCRIPTION,
    store: StoreOption = STORE,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Write results in the Hub's own format: `eval.yaml` for the data set, a results file for each model.

    Copy `dataset/` into the data set's repository and `models/ID/` into the model's.
    """
    from leaderboard.exports.hub_results import benchmark_yaml, results_path, results_yaml

    board = open_board(truth, store)
    records = [board.record(result)] if result else [board.record(found) for found in _ranked(board)]
    # All texts before any file: a result that the Hub would not take leaves nothing behind.
    files = {
        "dataset/eval.yaml": benchmark_yaml(name or board.truth.name or dataset, description, board.tracks()),
        **{f"models/{record.submission}/{results_path(dataset)}": results_yaml(record, dataset) for record in records},
    }
    for place, text in files.items():
        console.print(f"wrote {write_file(out / place, text)}")
    for record in records:
        console.print(f"{record.submission}  {record.meta.model} of {record.user}")


def _ranked(board: Leaderboard) -> list[str]:
    """The records that have a rank on some track, each once."""
    rows = (row for track in board.tracks() for row in board.table(track))
    return list(dict.fromkeys(row.record_id for row in rows if row.rank is not None))
