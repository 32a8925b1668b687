"""Writes a release folder: beside its place first, renamed when it is whole and has passed every check."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from release.errors import ReleaseError
from release.layout import (
    ANNOTATIONS,
    DIALOGUES,
    HEADER,
    IMAGES,
    REWRITES,
    TEXTS,
    file_sha256,
    header_bytes,
    image_file,
    release_digest,
)
from release.reader import ReleaseFolder, open_release
from release.records import IDENTIFIER, Annotation, Dialogue, Origin, Record, Release
from release.rules import check_opened


def write_release(
    folder: Path | str,
    annotations: Iterable[Annotation],
    dialogues: Iterable[Dialogue],
    images: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    header: Release,
    origins: Iterable[Origin] = (),
    rewrites: bytes = b"",
) -> Path:
    """Writes a release folder and returns its path.

    `images` maps image_id to the bytes of an 8-bit grey PNG, or yields such pairs; `origins` tell how the questions
    came about, where somebody knows. All may be generators, which are read once, images before origins. `rewrites` is
    the content of rewrites.jsonl, where a model reworded some questions. The same records give the same bytes: nothing
    is taken from the clock, the order is the caller's, and header.files is filled in here. An earlier release at
    `folder` is replaced, any other folder refused.

    Raises ReleaseError when a rule of the folder is broken or `folder` holds something else; nothing is left then.
    """
    folder = Path(folder)
    refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        fresh = work / folder.name
        # A release that withholds its images has no place for them.
        (fresh / IMAGES if header.images == "included" else fresh).mkdir(parents=True)
        files = {
            ANNOTATIONS: _write_lines(fresh / ANNOTATIONS, annotations),
            DIALOGUES: _write_lines(fresh / DIALOGUES, dialogues),
        }
        for image_id, content in images.items() if isinstance(images, Mapping) else images:
            name = _image_place(image_id, files, header)
            (fresh / name).write_bytes(content)
            files[name] = hashlib.sha256(content).hexdigest()
        digest = _write_lines(fresh / TEXTS, origins)
        if (fresh / TEXTS).stat().st_size:
            files[TEXTS] = digest
        else:
            (fresh / TEXTS).unlink()
        if rewrites:
            (fresh / REWRITES).write_bytes(rewrites)
            files[REWRITES] = hashlib.sha256(rewrites).hexdigest()
        (fresh / HEADER).write_bytes(header_bytes(header.model_copy(update={"files": files})))
        check_opened(open_release(fresh), shown_as=folder)
        replace_folder(fresh, folder, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def seal_release(folder: Path | str) -> ReleaseFolder:
    """Takes the sha256 of every file anew after the folder was edited by hand, checks it and writes release.json.

    Raises ReleaseError when a rule is broken; release.json is left as it was then.
    """
    release = open_release(folder)
    places = [
        release.folder / ANNOTATIONS,
        release.folder / DIALOGUES,
        *(release.folder / name for name in (TEXTS, REWRITES) if (release.folder / name).is_file()),
        *sorted((release.folder / IMAGES).glob("*.png")),
    ]
    files = {path.relative_to(release.folder).as_posix(): file_sha256(path) for path in places}
    header = release.header.model_copy(update={"files": files})
    sealed = ReleaseFolder(release.folder, header, release_digest(header))
    check_opened(sealed)
    fresh = release.folder / f".{HEADER}"
    fresh.write_bytes(header_bytes(header))
    fresh.replace(release.folder / HEADER)
    return sealed


def replace_folder(fresh: Path, folder: Path, work: Path) -> None:
    """Moves a finished folder to its place; what stood there moves into `work`, which the caller removes."""
    replaced = work / "replaced"
    if folder.exists():
        os.rename(folder, replaced)
    try:
        os.rename(fresh, folder)
    except OSError:
        if replaced.exists():
            os.rename(replaced, folder)
        raise


def refuse_foreign(folder: Path) -> None:
    """Raises ReleaseError where a release cannot be written to `folder`: it is a file, or holds something else."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is a file; expected a folder or nothing")
    if any(folder.iterdir()) and not (folder / HEADER).is_file():
        raise ReleaseError(f"{folder} holds other files and no {HEADER}; expected an earlier release or an empty place")


def _image_place(image_id: str, files: dict[str, str], header: Release) -> str:
    """The image's file name, refused before anything is written when it would leave the folder or overwrite another."""
    if header.images == "withheld":
        raise ReleaseError(f"image {image_id!r} was given for a release that withholds its images; expected none")
    if not re.fullmatch(IDENTIFIER, image_id):
        raise ReleaseError(f"image_id {image_id!r} is not a file name; expected letters, digits, '-' and '_'")
    name = image_file(image_id)
    if name in files:
        raise ReleaseError(f"image_id {image_id!r} was given twice; expected one image for each id")
    return name


def _write_lines(path: Path, records: Iterable[Record]) -> str:
    """Writes records as JSON Lines and returns the sha256 of the file."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for record in records:
            line = record.model_dump_json().encode() + b"\n"
            file.write(line)
            digest.update(line)
    return digest.hexdigest()
