"""What several commands share: where things lie by default, options of one meaning, examples in the help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from demonstration.places import Places

PLACES = Places()
STORE = str(PLACES.store)

TruthOption = Annotated[Path, typer.Option(help="Truth file of the split, as written by `build`.")]
StoreOption = Annotated[
    str,
    typer.Option(
        metavar="PLACE", help="Where the submissions are kept: a SQLite file, or hub:ORG/RESULTS for a repository."
    ),
]
TrackOption = Annotated[str | None, typer.Option(help="en-single, en-multi, zh-single or zh-multi; by default all.")]
DataOption = Annotated[Path, typer.Option(help="Built data set folder.")]

Command = TypeVar("Command", bound=Callable)


def example(text: str) -> Callable[[Command], Command]:
    """Gives a command the example that stands below its help."""

    def keep(command: Command) -> Command:
        command.example = text
        return command

    return keep
