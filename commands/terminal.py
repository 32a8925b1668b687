"""The two streams that commands print to, and what several commands print there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.console import Console

if TYPE_CHECKING:
    from leaderboard import ValidationReport

# Names and paths are printed as they are: brackets and colons in them are no markup.
# Commands to copy and values must not be broken into lines.
_PLAIN = {"soft_wrap": True, "markup": False, "emoji": False, "highlight": False}
console = Console(**_PLAIN)
errors = Console(stderr=True, **_PLAIN)


def print_report(report: ValidationReport, as_json: bool = False) -> None:
    """Prints a validation report; a file with problems ends the command with exit code 2."""
    if as_json:
        print(report.to_json())
    else:
        (console if report.ok else errors).print(report.to_text())
    if not report.ok:
        raise typer.Exit(2)
