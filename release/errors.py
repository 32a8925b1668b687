"""What can be wrong with a release folder, and how it is told.

ValueError
└── ReleaseError      .problems: the Problems that were found; none where the folder as a whole is refused
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field

SHOWN_PER_KIND = 20
VALUE_LENGTH = 60


class ReleaseError(ValueError):
    """A release folder that is not what it should be."""

    def __init__(self, message: str, problems: Problems | None = None) -> None:
        super().__init__(message)
        self.problems = problems if problems is not None else Problems()


@dataclass(frozen=True)
class Problem:
    """One broken rule: where it was found, what stood there and what was expected."""

    kind: str
    file: str
    line: int | None
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = f"{self.field} is {self.value}" if self.field else self.value
        return f"{place}: {subject}; {self.expected}"


@dataclass
class Problems:
    """Collects broken rules: the first of each kind in full, the rest as a count, so that memory stays bounded."""

    shown: dict[str, list[Problem]] = dataclass_field(default_factory=dict)
    counts: dict[str, int] = dataclass_field(default_factory=dict)

    def add(self, kind: str, file: str, line: int | None, field: str, value: object, expected: str) -> None:
        """Notes one broken rule. `kind` groups equal mistakes; `value` is shortened for display."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        shown = self.shown.setdefault(kind, [])
        if len(shown) < SHOWN_PER_KIND:
            shown.append(Problem(kind, file, line, field, shorten(value), expected))

    def __iter__(self) -> Iterator[Problem]:
        for shown in self.shown.values():
            yield from shown

    def __len__(self) -> int:
        return sum(self.counts.values())

    def raise_if_any(self, folder: object) -> None:
        """Raises ReleaseError that lists the problems, when there are any."""
        if len(self):
            raise ReleaseError(self.report(folder), self)

    def report(self, folder: object) -> str:
        """The problems as text: one paragraph for each kind."""
        total = len(self)
        lines = [f"{folder}: {total} problem{'s' if total > 1 else ''}"]
        for kind, shown in self.shown.items():
            count = self.counts[kind]
            lines.append(f"{kind} ({count})")
            lines.extend(f"  {problem}" for problem in shown)
            if count > len(shown):
                lines.append(f"  and {count - len(shown)} more of this kind")
        return "\n".join(lines)


def shorten(value: object) -> str:
    """A value as it stands in JSON, or a raw line as it is, cut to VALUE_LENGTH characters."""
    text = value.decode("utf-8", "replace").rstrip() if isinstance(value, bytes) else _as_json(value)
    if len(text) <= VALUE_LENGTH:
        return text
    return f"{text[: VALUE_LENGTH - 1]}… ({len(text)} characters)"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
