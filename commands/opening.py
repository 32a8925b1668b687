"""Opening a leaderboard, and the files that a command writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from leaderboard import Leaderboard


def open_board(truth: Path, store: str, *, new: bool = False, **options: Any) -> Leaderboard:
    """The leaderboard over a truth file and a store; `options` are those of Leaderboard.

    A SQLite file that is not there is made only when `new`. Raises TruthError and StoreError.
    """
    from leaderboard import Leaderboard, Limits, Truth, open_store
    from leaderboard.stores.opening import HUB

    if not new and not store.startswith(HUB) and not Path(store).exists():
        raise typer.BadParameter(f"no submissions yet: {store} does not exist; expected the file that `submit` writes")
    # Before the store: a truth that cannot be read must not leave an empty store behind.
    loaded = Truth.load(truth)
    return Leaderboard(loaded, open_store(store), limits=Limits.from_environment(), **options)


def file_of_track(path: Path, track: str, alone: bool) -> Path:
    """Where the output of one track goes: `path` itself, or beside it with the track in its name when not alone."""
    return path if alone else path.with_name(f"{path.stem}-{track}{path.suffix}")


def check_figure(path: Path | None) -> None:
    """Raises BadParameter for a figure that is neither PNG nor SVG by its name."""
    if path is not None and path.suffix not in (".png", ".svg"):
        raise typer.BadParameter(f"--figure {path}; expected a name that ends in .png or .svg")


def write_file(path: Path, content: str | bytes) -> Path:
    """Writes text (UTF-8) or bytes beside `path` and renames, so that a file is whole or not there; `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
