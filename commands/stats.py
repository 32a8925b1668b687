"""The command that tells what a release is made of, beside what is published of the benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import PLACES, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    from building.reporting import Numbers

#: Terms and structures that the terminal shows; files and figures hold more.
SHOWN = 12


@example("mturn-seg stats demo/release --figures demo/figures --json demo/stats.json")
def stats(
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    figures: Annotated[
        Path | None, typer.Option(help="Folder to draw the figures into, each as PNG and as SVG.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="File to write the numbers to.")] = None,
) -> None:
    """Tell what a release is made of: dialogues, scans, organ systems, words, reasoning, beside the published numbers.

    Which structures are asked for is told of the splits only whose answers are public.
    """
    from building.reporting import count
    from commands.opening import write_file
    from release import open_release

    with errors.status("counting"):
        numbers = count(open_release(release))
    _print(numbers)
    if json_file is not None:
        text = json.dumps(numbers.to_record(), ensure_ascii=False, indent=2) + "\n"
        console.print(f"wrote {write_file(json_file, text)}")
    if figures is not None:
        with errors.status("drawing"):
            drawn = {figures / name: content for name, content in _drawn(numbers)}
        for path, content in drawn.items():
            console.print(f"wrote {write_file(path, content)}")


def _drawn(numbers: Numbers) -> Iterator[tuple[str, bytes]]:
    """The figures by file name."""
    from building import reporting

    font = _chinese_font() if "zh" in numbers.questions else None
    for format in ("png", "svg"):
        yield f"composition.{format}", reporting.composition(numbers, format=format)
        yield f"reasoning.{format}", reporting.reasoning(numbers, format=format)
        yield f"questions.{format}", reporting.questions(numbers, format=format)
        yield f"terms.{format}", reporting.terms(numbers, font, format=format)


def _chinese_font() -> str | None:
    """An installed family with Chinese glyphs; says so where there is none."""
    from matplotlib import font_manager

    from demonstration.fonts import FAMILIES

    installed = set(font_manager.get_font_names())
    if found := [family for family in FAMILIES if family in installed]:
        return found[0]
    errors.print(f"no Chinese font is installed: its terms are drawn as boxes; expected one of {', '.join(FAMILIES)}")
    return None


def _print(numbers: Numbers) -> None:
    from building.reporting import MADE, length_shares, published, ranked, reasoning_shares, shares
    from console import add_row, new_table, print_whole

    told = published()
    size = new_table("size", "of", "this release", "published")
    for name in ("images", "patients", "dialogues", "turns", "masks", "pairs"):
        known = f"{told[name]:,}" if isinstance(told.get(name), int) else ""
        add_row(size, "question-answer pairs" if name == "pairs" else name, f"{getattr(numbers, name):,}", known)
    print_whole(console, size)

    table = new_table("shares in %", "of", "value", "this release", "published")
    for group, own, known in (
        ("dialogues by turns", length_shares(numbers), told["turns"]),
        ("images by scan", shares(ranked(numbers.scans)), told["scans"]),
        ("pairs by system", shares(ranked(numbers.systems)), told["systems"]),
        ("images by region", shares(ranked(numbers.regions)), {}),
        ("masks by reasoning", reasoning_shares(numbers), {}),
    ):
        for value in [*known, *(value for value in own if value not in known)]:
            published_share = f"{known[value]:.1f}" if value in known else ""
            add_row(table, group, str(value), f"{own.get(value, 0.0):.1f}", published_share)
            group = ""
    print_whole(console, table)
    _print_history(numbers)
    _print_questions(numbers)
    structures = {name: count for name, count in ranked(numbers.structures).items() if name != MADE}
    console.print(f"structures asked for most (public splits): {_listed(structures)}")
    if MADE in numbers.structures:
        console.print(f"{MADE} (halves, pieces, unions): {numbers.structures[MADE]:,} turns of the public splits")


def _print_history(numbers: Numbers) -> None:
    """How far back references reach, and how many questions need them."""
    near, all_of_them = numbers.references[1], numbers.references.total()
    if not all_of_them:
        console.print("no turn refers to an earlier mask")
        return
    need = f"{100 * numbers.need_history / numbers.referring:.1f} %" if numbers.referring else "n/a"
    console.print(
        f"of {numbers.referring:,} segmentation turns that refer to an earlier mask, {need} were proven to need it: "
        "after another history they have another answer (facet history)"
    )
    console.print(
        f"of {all_of_them:,} references (text questions included), {100 * near / all_of_them:.1f} % are to the last "
        f"mask; the farthest reaches {max(numbers.references)} masks back\n"
    )


def _print_questions(numbers: Numbers) -> None:
    from console import add_row, new_table, print_whole

    columns = ("of", "questions", "unit", "median", "quartiles", "distinct-1", "distinct-2", "distinct-3", "over")
    table = new_table("questions by language", *columns)
    for language, found in numbers.questions.items():
        low, median, high = found.quartiles
        variety = [f"{value:.3f}" for value in found.distinct.values()]
        quartiles = f"{low:g} to {high:g}"
        add_row(
            table, language, f"{found.number:,}", found.unit, f"{median:g}", quartiles, *variety, f"{found.sampled:,}"
        )
    print_whole(console, table)
    for language, found in numbers.questions.items():
        terms = {term: f"{100 * share:.0f} %" for term, share in found.terms.items()}
        console.print(f"most frequent terms ({language}, share of the questions): {_listed(terms)}")


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in list(values.items())[:SHOWN])
