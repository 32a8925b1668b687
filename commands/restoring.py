"""The command that draws withheld images again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import PLACES, example
from commands.scans import described
from commands.terminal import console


@example("mturn-seg restore-images their-release --source amos-ct --scans amos22 --out release-with-images")
def restore_images(
    release: Annotated[Path, typer.Argument(help="Release folder that withholds its images.")],
    out: Annotated[Path, typer.Option(help="Release folder to write, with the images.")],
    source: Annotated[
        list[str] | None,
        typer.Option(help="Source description: a YAML file or a name of `mturn-seg sources`. Without one, the demo's."),
    ] = None,
    scans: Annotated[
        list[Path] | None, typer.Option(help="Folder that a source's files lie in; once for each source, in order.")
    ] = None,
    cache: Annotated[Path, typer.Option(help="Folder where the demo scans are kept.")] = PLACES.cache,
) -> None:
    """Draw the images of a release again that a licence forbids to pass on, from your own copy of the scans.

    All or nothing: every image must have the grey values that the release was made with.
    """
    from authoring.restoring import restore_images as restore
    from console import bar, fetch_all

    if len(source or ()) != len(scans or ()):
        told = f"--source {len(source or ())} times, but --scans {len(scans or ())} times; expected one for each"
        raise typer.BadParameter(told)
    if source:
        found = [(described(given), folder) for given, folder in zip(source, scans, strict=True)]
    else:
        found = fetch_all(console, cache)
    with bar(console, "drawing") as advance:
        restore(release, found, out, progress=advance)
    console.print(f"wrote {out}; next, for your own use: mturn-seg build {out} --own-use")
