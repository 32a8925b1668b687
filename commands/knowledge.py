"""The command that shows and checks what is known of each structure."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.options import example
from commands.terminal import console, errors


@example("mturn-seg knowledge --check")
def knowledge(
    check: Annotated[
        bool, typer.Option("--check", help="Print every problem; exit with 2 where there is one.")
    ] = False,
) -> None:
    """Count the descriptions and facts of each structure in both languages, or check them all."""
    if check:
        _check()
    else:
        _count()


def _check() -> None:
    from authoring.anatomy.checking import problems

    found = problems()
    for problem in found:
        errors.print(str(problem))
    if found:
        errors.print(f"{len(found)} problems")
        raise typer.Exit(2)
    console.print("no problems")


def _count() -> None:
    from authoring.anatomy.authorship import authorship
    from authoring.anatomy.knowledge import concepts_of, own_concept
    from authoring.anatomy.structures import structures
    from console import add_row, new_table, print_whole
    from mturn_seg import LANGUAGES

    table = new_table(
        f"What is known of {len(structures())} structures", "id", *LANGUAGES, "facts", "groups", "reviewed"
    )
    for name in structures():
        own = own_concept(name)
        groups = sum(concept.is_group for concept in concepts_of(name))
        phrases = [len(own.phrases(language)) if own else 0 for language in LANGUAGES]
        reviewed = "yes" if own and own.reviewed_by else "no"
        add_row(table, name, *map(str, phrases), str(len(own.facts) if own else 0), str(groups), reviewed)
    print_whole(console, table)
    console.print(f"The questions are {authorship()}.")
