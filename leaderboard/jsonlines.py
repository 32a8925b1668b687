"""Read a predictions file in JSON Lines: one object a line, an optional header line {"mturn_seg": {...}} first.

Python's own parser reads each line. Arrow's JSON reader would be somewhat faster, but a line `null` ends its process
(pyarrow 26), and a file may come from anybody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from leaderboard.predictions import ARROW_TYPES, COLUMNS, EXPECTED, Columns, Limits, TooLarge
from leaderboard.report import Problem, ProblemCollector, shorten

_BATCH_ROWS = 20_000
_KNOWN = {*COLUMNS, "mask", "text"}
_ABSENT = object()


def read_jsonlines(path: Path, limits: Limits, problems: ProblemCollector) -> Columns:
    """The columns of `path`; a line that is no JSON object is a problem and a row of nulls. Raises TooLarge."""
    reader = _Reader(limits, problems)
    with path.open("rb") as file:
        for line in _lines(file, limits):
            reader.take(line)
    return reader.finish()


def _lines(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    number = 0
    while line := file.readline(limits.line_bytes + 1):
        number += 1
        if len(line) > limits.line_bytes:
            expected = f"at most {limits.line_bytes:,} bytes"
            raise TooLarge(Problem(kind="too_large", value=f"line {number:,} is longer", expected=expected))
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.isspace():
            yield line


class _Reader:
    def __init__(self, limits: Limits, problems: ProblemCollector):
        self.limits = limits
        self.problems = problems
        self.columns = Columns(rows=0, arrays={}, fields={name: name for name in COLUMNS})
        self.parts: dict[str, list[pa.Array]] = {name: [] for name in COLUMNS}
        self.batch: list[dict[str, Any]] = []
        self.broken: set[int] = set()  # rows that are no object
        self.seen: set[str] = set()
        self.nested = self.flat = False
        self.started = False

    def take(self, line: bytes) -> None:
        value = _parse(line)
        if not self.started:
            self.started = True
            if self._is_header(value):
                return
        if not isinstance(value, dict):
            row = self.columns.rows + len(self.batch)
            self.broken.add(row)
            shown = shorten(line[:200].decode("utf-8", "replace").strip())
            self.problems.add(
                Problem(kind="not_json", row=row + 1, value=shown, expected="one JSON object on the line")
            )
            value = {}
        self.batch.append(value)
        if len(self.batch) == _BATCH_ROWS:
            self._flush()

    def _is_header(self, value: Any) -> bool:
        if not isinstance(value, dict) or "mturn_seg" not in value or "dialogue_id" in value:
            return False
        header = value["mturn_seg"]
        digest = header.get("digest") if isinstance(header, dict) else None
        if digest is not None and not isinstance(digest, str):
            self.problems.add(
                Problem(kind="wrong_type", field="mturn_seg.digest", value=shorten(digest), expected="a string")
            )
        self.columns.digest = digest if isinstance(digest, str) else None
        return True

    def _flush(self) -> None:
        if self.columns.rows + len(self.batch) > self.limits.rows:
            raise TooLarge(
                Problem(
                    kind="too_large",
                    field="rows",
                    value=f"more than {self.limits.rows:,}",
                    expected=f"at most {self.limits.rows:,}",
                )
            )
        rows = self.batch
        self.seen.update(*rows)
        masks = [mask if isinstance(mask := row.get("mask"), dict) else {} for row in rows]
        for name in COLUMNS:
            values = [row.get(name, _ABSENT) for row in rows]
            if name in ("size", "counts"):
                values = [
                    mask.get(name, _ABSENT) if value is _ABSENT else value
                    for value, mask in zip(values, masks, strict=True)
                ]
                if any(name in mask for mask in masks):
                    self.columns.fields[name] = f"mask.{name}"
                    self.seen.add(f"mask.{name}")
            self.parts[name].append(self._array(name, values))
        self.columns.rows += len(rows)
        self.batch = []

    def _array(self, name: str, values: list[Any]) -> pa.Array:
        first_row = self.columns.rows
        for index, value in enumerate(values):
            if value is _ABSENT:
                values[index] = None
        fits = _FITS[name]
        if not fits(values):
            bad = [index for index, value in enumerate(values) if not fits([value])]
            self._report(name, values, bad, first_row)
            for index in bad:
                values[index] = None
        if name == "counts":
            self._blank_too_long(values, first_row)
        return pa.array(values, ARROW_TYPES[name])

    def _report(self, name: str, values: list[Any], bad: list[int], first_row: int) -> None:
        self.columns.reported.setdefault(name, []).extend(first_row + index for index in bad)
        self.problems.add_many(
            "wrong_type",
            bad,
            lambda index: Problem(
                kind="wrong_type",
                row=first_row + index + 1,
                field=self.columns.fields[name],
                value=shorten(values[index]),
                expected=EXPECTED[name],
            ),
        )

    def _blank_too_long(self, values: list[str | None], first_row: int) -> None:
        limit = self.limits.rle_chars
        long = [index for index, value in enumerate(values) if value is not None and len(value) > limit]
        if not long:
            return
        self.columns.reported.setdefault("counts", []).extend(first_row + index for index in long)
        self.problems.add_many(
            "too_long",
            long,
            lambda index: Problem(
                kind="too_long",
                row=first_row + index + 1,
                field=self.columns.fields["counts"],
                value=f"{len(values[index]):,} characters",
                expected=f"at most {limit:,}",
            ),
        )
        for index in long:
            values[index] = None

    def finish(self) -> Columns:
        if self.batch:
            self._flush()
        columns = self.columns
        objects = columns.rows - len(self.broken)
        for name in COLUMNS:
            if name in self.seen or f"mask.{name}" in self.seen:
                columns.arrays[name] = pa.concat_arrays(self.parts[name])
                # A line that is no object was reported as a whole.
                columns.reported.setdefault(name, []).extend(self.broken)
            elif objects:
                names = ", ".join(shorten(seen) for seen in sorted(self.seen)[:20])
                expected = f"a key with {EXPECTED[name]}"
                self.problems.add(Problem(kind="missing_column", field=name, value=f"keys {names}", expected=expected))
        extra = sorted(name for name in self.seen - _KNOWN if not name.startswith("mask."))
        if extra:
            columns.notes.append(f"columns that are not used: {', '.join(shorten(name) for name in extra[:20])}")
        if {"size", "counts"} & self.seen and "mask" in self.seen:
            columns.notes.append("size or counts stand both in the row and inside mask; those of the row are used")
        return columns


def _parse(line: bytes) -> Any:
    """The value of a line; _ABSENT when it is no JSON."""
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return _ABSENT


def _all_text(values: list[Any]) -> bool:
    if not set(map(type, values)) <= {str, type(None)}:
        return False
    try:  # a lone surrogate ("\ud800") is legal in JSON but is no text
        "".join(value for value in values if value is not None).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _all_integers(values: list[Any]) -> bool:
    if not set(map(type, values)) <= {int, type(None)}:
        return False
    numbers = [value for value in values if value is not None]
    return not numbers or (min(numbers) >= -(2**63) and max(numbers) < 2**63)


def _all_lists(values: list[Any]) -> bool:
    if not set(map(type, values)) <= {list, type(None)}:
        return False
    return _all_integers(list(chain.from_iterable(value for value in values if value is not None)))


_FITS: dict[str, Callable[[list[Any]], bool]] = {
    "dialogue_id": _all_text,
    "language": _all_text,
    "turn": _all_integers,
    "size": _all_lists,
    "counts": _all_text,
}
