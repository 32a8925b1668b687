"""Commands that make a data set of a release: the folder that `load_dataset` reads, and the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import PLACES, example
from commands.terminal import console


@example("mturn-seg build demo/release --out mturn-seg")
def build(
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    out: Annotated[Path, typer.Option(help="Data set folder to write.")] = PLACES.data,
    truth: Annotated[Path, typer.Option(help="Folder for the truth files.")] = PLACES.truth,
    num_proc: Annotated[int, typer.Option(min=1, help="Processes that write shards.")] = 1,
    force: Annotated[bool, typer.Option(help="Build again although this release stands there already.")] = False,
    licence_checked: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="A source whose licence is not known here, but you have read it and may."),
    ] = None,
    own_use: Annotated[
        bool, typer.Option("--own-use", help="Build what may not be passed on, for yourself; the card says so.")
    ] = False,
    reviewed_only: Annotated[
        bool, typer.Option("--reviewed-only", help="Of the test split, only dialogues with every question reviewed.")
    ] = False,
) -> None:
    """Build a release into the folder that `load_dataset` reads, and the truth that stays private."""
    import building
    from console import bar

    with bar(console, "building") as advance:
        built = building.build(
            release,
            out,
            truth,
            num_proc,
            force,
            lambda stage, done, total: advance(done, total),
            licence_checked=licence_checked or (),
            own_use=own_use,
            reviewed_only=reviewed_only,
        )
    rows = ", ".join(f"{count} {split}" for split, count in built.rows.items())
    console.print(f"{'found' if built.reused else 'built'} {built.folder}: {rows} dialogues; truth in {built.truth}")


@example("mturn-seg seal my-release")
def seal(release: Annotated[Path, typer.Argument(help="Release folder that was edited by hand.")]) -> None:
    """Check a release folder after an edit by hand and take the checksums of its files anew."""
    from release import seal_release

    console.print(f"sealed {release}, digest {seal_release(release).digest}; next: mturn-seg build {release}")
