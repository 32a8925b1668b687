"""What reviewers decided: a file of JSON Lines that grows by one line for each decision."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from pydantic import AwareDatetime, ValidationError, model_validator

from authoring.errors import ReviewError
from release.records import Identifier, Language, Positive, Record, Words

Choice = Literal["accept", "reject", "edit"]
CHOICES: tuple[Choice, ...] = ("accept", "reject", "edit")
_BEGINNING = b'{"dialogue_id"'


class Item(NamedTuple):
    """What is reviewed: the question of one turn in one language."""

    dialogue_id: str
    turn: int
    language: str

    def __str__(self) -> str:
        return f"dialogue {self.dialogue_id}, turn {self.turn}, {self.language}"


class Decision(Record):
    """One decision of one reviewer: a line of a decisions file.

    `question` is the text as the reviewer saw it; an edit carries the new `text`, a rejection its `reason`.
    """

    dialogue_id: Identifier
    turn: Positive
    language: Language
    decision: Choice
    text: Words | None = None
    reason: Words | None = None
    reviewer: Words
    time: AwareDatetime
    question: Words

    @model_validator(mode="after")
    def _is_whole(self) -> Decision:
        for choice, field in (("edit", "text"), ("reject", "reason")):
            if (self.decision == choice) != (getattr(self, field) is not None):
                raise ValueError(f"decision is {self.decision}; expected a {field} with {choice} and with nothing else")
        return self

    @property
    def item(self) -> Item:
        """The question that was decided on."""
        return Item(self.dialogue_id, self.turn, self.language)


def read_decisions(file: Path) -> list[Decision]:
    """The decisions of a file in their order. Raises ReviewError at the first line that is not one."""
    with file.open("rb") as lines:
        return [_parsed(line, f"{file}:{number}") for number, line in enumerate(lines, 1)]


def latest(decisions: Iterable[Decision]) -> dict[Item, list[Decision]]:
    """For each question the last decision of every reviewer, reviewers in alphabetical order."""
    last: dict[tuple[Item, str], Decision] = {}
    for decision in sorted(decisions, key=lambda decision: decision.time):
        last[decision.item, decision.reviewer] = decision
    found: dict[Item, list[Decision]] = {}
    for (item, _), decision in sorted(last.items(), key=lambda entry: entry[0]):
        found.setdefault(item, []).append(decision)
    return found


class DecisionLog:
    """A decisions file that is written to while a review goes on; every decision is on disk before the next."""

    def __init__(self, file: Path):
        """Reads what is there already. Raises ReviewError where that is not a decisions file."""
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            _complete(file)
        self.decisions: list[Decision] = read_decisions(file) if file.exists() else []

    def append(self, decision: Decision) -> None:
        """Writes a decision behind the others, whole or not at all, whoever else writes to the file."""
        line = decision.model_dump_json(exclude_none=True).encode() + b"\n"
        with self.file.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            try:
                file.write((b"" if _ends_in_line_break(file, size) else b"\n") + line)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self.file, size)
                raise
        self.decisions.append(decision)

    def of(self, reviewer: str) -> dict[Item, Decision]:
        """The last decision of a reviewer on each question."""
        own = latest(decision for decision in self.decisions if decision.reviewer == reviewer)
        return {item: decision for item, (decision,) in own.items()}


def read_all(files: Sequence[Path]) -> list[Decision]:
    """The decisions of several files. Raises ReviewError where they hold none."""
    decisions = [decision for file in files for decision in read_decisions(file)]
    if not decisions:
        raise ReviewError(f"{', '.join(map(str, files))}: no decision; expected at least one")
    return decisions


def _parsed(line: bytes, place: str) -> Decision:
    try:
        return Decision.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        told = first["msg"].removeprefix("Value error, ")
        raise ReviewError(f"{place}: {field + ': ' if field else ''}{told}; expected a decision of `review`") from None


def _ends_in_line_break(file: BinaryIO, size: int) -> bool:
    if not size:
        return True
    file.seek(size - 1)
    return file.read(1) == b"\n"


def _complete(file: Path) -> None:
    """Cuts off a last line that a crash left unfinished, or ends one that merely lacks its line break."""
    content = file.read_bytes()
    end = content.rfind(b"\n") + 1
    tail = content[end:]
    # Anything else that lacks its last line break is not this review's to change: reading it will say what is wrong.
    if not tail or not tail.startswith(_BEGINNING[: len(tail)]):
        return
    try:
        json.loads(tail)
        fresh = content + b"\n"
    except ValueError:
        fresh = content[:end]
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(fresh)
    beside.replace(file)
