"""What a validation says: every problem of a file, grouped by kind, a few of each kind shown in full."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict

SHOWN = 20  # problems of one kind that are shown in full; the rest is counted
_VALUE_LENGTH = 60


class Problem(BaseModel):
    """One broken rule: where (row, key, field), what was found and what was expected."""

    model_config = ConfigDict(frozen=True)

    kind: str
    row: int | None = None  # 1-based data row; None when the problem is not one row's
    key: str | None = None  # "dialogue d1, en, turn 2"
    field: str | None = None
    value: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row is not None else ""
        key = (f"({self.key})" if row else self.key) if self.key else ""
        place = " ".join(part for part in (row, key) if part)
        found = " ".join(part for part in (self.field, self.value) if part)
        text = ": ".join(part for part in (place, found) if part)
        return f"{text}; expected {self.expected}" if self.expected else text


class ProblemGroup(BaseModel):
    """All problems of one kind: how many, and the first few."""

    model_config = ConfigDict(frozen=True)

    kind: str
    count: int
    first: list[Problem]


class ValidationReport(BaseModel):
    """The result of validating one prediction file. `ok` means: it would be accepted and ranked."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    rows: int
    tracks: list[str]  # complete and faultless tracks
    languages: list[str]
    groups: list[ProblemGroup]
    notes: list[str]

    def to_text(self) -> str:
        """The report for a terminal."""
        tracks = ", ".join(self.tracks) or "none"
        lines = [f"{'ok' if self.ok else 'refused'}: {self.rows:,} rows; complete tracks: {tracks}"]
        for group in self.groups:
            lines.append(f"{group.kind} ({group.count:,})")
            lines.extend(f"  {problem}" for problem in group.first)
            if group.count > len(group.first):
                lines.append(f"  ... and {group.count - len(group.first):,} more")
        lines.extend(f"note: {note}" for note in self.notes)
        return "\n".join(lines)

    def to_json(self) -> str:
        """The report as JSON text, two spaces indented."""
        return self.model_dump_json(indent=2)

    def to_rows(self) -> list[dict[str, str | int | None]]:
        """One dict per shown problem with the keys kind, count (of its kind), row, key, field, value, expected."""
        return [
            {"kind": group.kind, "count": group.count, **problem.model_dump(exclude={"kind"})}
            for group in self.groups
            for problem in group.first
        ]


class ProblemCollector:
    """Counts problems by kind in the order of their first appearance; keeps only the first few of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, list[Problem]] = {}

    def add(self, problem: Problem) -> None:
        """Count one problem."""
        self.add_many(problem.kind, [problem], lambda item: item)

    def add_many(self, kind: str, items: Iterable, build: Callable[..., Problem], count: int | None = None) -> None:
        """Count all items (`count` when it is known) and call `build` only for those that are shown.

        `items` must have a length when `count` is not given.
        """
        count = len(items) if count is None else count
        if not count:
            return
        self._counts[kind] = self._counts.get(kind, 0) + count
        shown = self._first.setdefault(kind, [])
        for item in items:
            if len(shown) >= SHOWN:
                break
            shown.append(build(item))

    @property
    def kinds(self) -> set[str]:
        """Kinds seen so far."""
        return set(self._counts)

    def groups(self) -> list[ProblemGroup]:
        """Everything collected."""
        return [ProblemGroup(kind=kind, count=n, first=self._first[kind]) for kind, n in self._counts.items()]


def shorten(value: object, length: int = _VALUE_LENGTH) -> str:
    """A value as one safe line: strings quoted, unprintable characters escaped, cut in the middle when long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > 2 * length:  # a hostile value may be megabytes long: cut before anything walks over it
        text = text[:length] + text[-length:]
    text = "".join(char if _stands_alone(char) else _escaped(char) for char in text)
    if len(text) > length:
        half = (length - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return f"'{text}'" if isinstance(value, str) else text


def _stands_alone(char: str) -> bool:
    """Whether a character is seen by itself: it is no control and does not change those around it."""
    return char.isprintable() and not unicodedata.combining(char)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
