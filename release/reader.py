"""Reads a release folder line by line: what it takes of memory does not grow with the number of dialogues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from release.errors import Problems, ReleaseError
from release.layout import ANNOTATIONS, DIALOGUES, HEADER, IMAGES, REWRITES, TEXTS, file_sha256, release_digest
from release.records import Annotation, Dialogue, Origin, Record, Release

AnyRecord = TypeVar("AnyRecord", bound=Record)
#: What the owner of a copy of the scans can do about withheld images.
RESTORING = "draw them again from your own copy of the scans: mturn-seg restore-images"


@dataclass(frozen=True)
class Line:
    """Where a record stands: line number from 1 and the byte offset at which the line starts."""

    number: int
    offset: int


@dataclass(frozen=True)
class ReleaseFolder:
    """An opened release folder. `digest` names its exact content."""

    folder: Path
    header: Release
    digest: str

    def annotations(self) -> Iterator[Annotation]:
        """The images' annotations in file order. Raises ReleaseError at the first line that is not one."""
        return (annotation for _, annotation in self.numbered_annotations())

    def dialogues(self) -> Iterator[Dialogue]:
        """The dialogues in file order. Raises ReleaseError at the first line that is not one."""
        return (dialogue for _, dialogue in self.numbered_dialogues())

    def origins(self) -> Iterator[Origin]:
        """How the questions came about, in the order of the dialogues; nothing where the release does not tell."""
        if TEXTS in self.header.files:
            yield from (origin for _, origin in read_records(self.folder, TEXTS, Origin))

    def rewrites(self) -> bytes:
        """The content of rewrites.jsonl; nothing where no model reworded questions."""
        return (self.folder / REWRITES).read_bytes() if REWRITES in self.header.files else b""

    def numbered_annotations(self) -> Iterator[tuple[Line, Annotation]]:
        """annotations() with the place of each."""
        return read_records(self.folder, ANNOTATIONS, Annotation)

    def numbered_dialogues(self) -> Iterator[tuple[Line, Dialogue]]:
        """dialogues() with the place of each."""
        return read_records(self.folder, DIALOGUES, Dialogue)

    def annotation_at(self, offset: int) -> Annotation:
        """The annotation whose line starts at a byte offset, as read_records gives it."""
        return self._record_at(ANNOTATIONS, Annotation, offset)

    def dialogue_at(self, offset: int) -> Dialogue:
        """The dialogue whose line starts at a byte offset, as read_records gives it."""
        return self._record_at(DIALOGUES, Dialogue, offset)

    def _record_at(self, name: str, model: type[AnyRecord], offset: int) -> AnyRecord:
        with (self.folder / name).open("rb") as file:
            file.seek(offset)
            content = file.readline()
        problems = Problems()
        record = parse(content, model, f"{name} at byte {offset}", None, problems)
        problems.raise_if_any(self.folder)
        return record

    def image(self, annotation: Annotation) -> bytes:
        """The PNG file of an annotated image.

        Raises FileNotFoundError where it is missing, and ReleaseError where the release withholds its images.
        """
        if self.header.images == "withheld":
            raise ReleaseError(f"{self.folder} withholds its images; {RESTORING}")
        return (self.folder / annotation.file).read_bytes()


def read_release(folder: Path | str) -> ReleaseFolder:
    """Opens a release folder after comparing every file with the sha256 that release.json gives.

    Raises ReleaseError naming each file that is missing, changed or unknown; the records are check_release's.
    """
    release = open_release(folder)
    problems = Problems()
    for name in compare_listing(release, problems):
        check_sha256(release, name, file_sha256(release.folder / name), problems)
    problems.raise_if_any(release.folder)
    return release


def open_release(folder: Path | str) -> ReleaseFolder:
    """Reads release.json alone. Raises ReleaseError where it is missing or breaks its schema."""
    folder = Path(folder)
    path = folder / HEADER
    if not path.is_file():
        raise ReleaseError(f"{folder} is not a release folder: expected a file {HEADER} in it")
    problems = Problems()
    header = parse(path.read_bytes(), Release, HEADER, None, problems)
    problems.raise_if_any(folder)
    return ReleaseFolder(folder, header, release_digest(header))


def compare_listing(release: ReleaseFolder, problems: Problems) -> list[str]:
    """Notes files that release.json lists but the folder lacks, and the reverse; returns those that stand in both."""
    expected = set(release.header.files)
    for required in sorted({ANNOTATIONS, DIALOGUES} - expected):
        problems.add("file not listed", HEADER, None, "files", required, "expected the sha256 of this file")
    found = {
        path.relative_to(release.folder).as_posix()
        for place in (release.folder, release.folder / IMAGES)
        if place.is_dir()
        for path in place.iterdir()
        # What a desktop leaves behind (.DS_Store) is no part of the release.
        if path.is_file() and not path.name.startswith(".")
    } - {HEADER}
    for name in sorted(expected - found):
        kind = "missing image" if name.startswith(f"{IMAGES}/") else "missing file"
        problems.add(
            kind, HEADER, None, f"files[{name}]", release.header.files[name], "expected the file in the folder"
        )
    for name in sorted(found - expected - {ANNOTATIONS, DIALOGUES}):
        problems.add("file not listed", name, None, "", name, f"expected its sha256 in {HEADER}")
    return sorted(expected & found)


def check_sha256(release: ReleaseFolder, name: str, found: str, problems: Problems) -> None:
    """Notes a file whose content is not the one that release.json names."""
    expected = release.header.files.get(name)
    if expected is not None and found != expected:
        told = f"expected {expected[:12]}… as in {HEADER}; after an edit by hand: mturn-seg seal {release.folder}"
        problems.add("changed file", name, None, "sha256", f"{found[:12]}…", told)


def read_records(
    folder: Path, name: str, model: type[AnyRecord], problems: Problems | None = None
) -> Iterator[tuple[Line, AnyRecord]]:
    """Yields the records of a JSON Lines file, one line in memory at a time.

    With `problems`, lines that break the schema are noted there and left out; without, the first raises ReleaseError.
    """
    offset = 0
    with (folder / name).open("rb") as file:
        for number, content in enumerate(file, start=1):
            collected = problems if problems is not None else Problems()
            record = parse(content, model, name, number, collected)
            if problems is None:
                collected.raise_if_any(folder)
            if record is not None:
                yield Line(number, offset), record
            offset += len(content)


def parse(content: bytes, model: type[AnyRecord], name: str, line: int | None, problems: Problems) -> AnyRecord | None:
    """One record from its JSON; every broken rule of its schema is noted in `problems`, and then None is returned."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_context=False):
            problems.add(_kind(item["type"]), name, line, _place(item["loc"]), item["input"], _expectation(item["msg"]))
    return None


def _kind(pydantic_type: str) -> str:
    named = {
        "missing": "missing field",
        "extra_forbidden": "unknown field",
        "literal_error": "unknown word",
        "json_invalid": "not JSON",
    }
    return named.get(pydantic_type, "wrong value")


def _expectation(message: str) -> str:
    """Pydantic's sentence, begun in lower case, so that it follows the value."""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _place(location: tuple[str | int, ...]) -> str:
    """A field as one reads it: turns[2].question.en."""
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place
