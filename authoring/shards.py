"""Finished cases on disk: what an interrupted run has done already is not done again."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np

from authoring.drafting import Draft, Wanted
from authoring.errors import AuthoringError
from authoring.sources.catalogue import Case, SourceDescription
from authoring.sources.fingerprint import Fingerprint
from release import Annotation, Dialogue, Origin

#: What a file of a shard holds, a record a line.
RECORDS = {"annotations": Annotation, "dialogues": Dialogue, "origins": Origin}
CODE = Path(__file__).parent


class Shards:
    """A folder with one subfolder for each finished case, named by a digest of all that its draft depends on.

    As a context it is this process's alone: raises AuthoringError where another one works in it. An empty folder is
    removed at the end.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> "Shards":
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self.folder.with_name(f"{self.folder.name}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise AuthoringError(
                f"{self.folder}: another run writes the same release; wait for it or stop it"
            ) from None
        return self

    def __exit__(self, *error: object) -> None:
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()
        Path(self._lock.name).unlink(missing_ok=True)
        self._lock.close()

    def place(self, source: SourceDescription, case: Case, folder: Path, wanted: Wanted) -> Path:
        """Where the shard of a case belongs: another description, seed, file or version of the code has another."""
        told = [source.model_dump_json(exclude={"cases", "files"}), case.model_dump_json(), repr(wanted)]
        told += [_state(path) for name in _files(case) for path in _found(folder / source.root, name)]
        return self.folder / hashlib.sha256("\n".join([*told, _code_digest()]).encode()).hexdigest()[:32]

    def remove(self) -> None:
        """Removes all shards."""
        shutil.rmtree(self.folder, ignore_errors=True)


def write_shard(draft: Draft, place: Path) -> None:
    """Writes a draft beside its place and renames it, so that a shard that is there is whole."""
    work = place.with_name(f"{place.name}.{os.getpid()}.part")
    shutil.rmtree(work, ignore_errors=True)
    (work / "images").mkdir(parents=True)
    for name in RECORDS:
        lines = (record.model_dump_json() + "\n" for record in getattr(draft, name))
        (work / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    for image_id, content in draft.images.items():
        (work / "images" / f"{image_id}.png").write_bytes(content)
    (work / "remarks.json").write_text(json.dumps(draft.remarks, ensure_ascii=False), encoding="utf-8")
    np.savez(work / "fingerprint.npz", **asdict(draft.fingerprint))
    try:
        os.rename(work, place)
    except OSError:
        # Another process was quicker with the same case.
        if not place.is_dir():
            raise
        shutil.rmtree(work)


def records(place: Path, name: str) -> Iterator:
    """The records of a shard, one at a time."""
    with (place / f"{name}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield RECORDS[name].model_validate_json(line)


def images(place: Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of a shard by image id, in the order of its annotations."""
    for annotation in records(place, "annotations"):
        path = place / "images" / f"{annotation.image_id}.png"
        if path.is_file():
            yield annotation.image_id, path.read_bytes()


def remarks(place: Path) -> list[str]:
    """What a reader of the log should know of the case."""
    return json.loads((place / "remarks.json").read_text(encoding="utf-8"))


def fingerprint_of(place: Path) -> Fingerprint:
    """The fingerprint of the case's scan."""
    with np.load(place / "fingerprint.npz") as stored:
        return Fingerprint(stored["thumbnails"], stored["indices"], float(stored["thickness_mm"]))


def _files(case: Case) -> list[str]:
    return [case.image, *(label.file for label in case.labels)]


def _found(root: Path, name: str) -> list[Path]:
    """The files behind a name: a file, what lies in a folder, or what fits a pattern."""
    path = root / name
    if path.is_dir():
        return sorted(path.iterdir())
    return [path] if path.exists() else sorted(root.glob(name))


def _state(path: Path) -> str:
    stat = path.stat()
    return f"{path} {stat.st_size} {stat.st_mtime_ns}"


@cache
def _code_digest() -> str:
    """A digest of this stage's code and data."""
    digest = hashlib.sha256()
    for path in sorted(path for path in CODE.rglob("*") if path.suffix in (".py", ".yaml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
