"""Read a predictions file in JSON Lines: one object a line, an optional header line {"mturn_seg": {...}} first.

Python's own parser reads each line. Arrow's JSON reader would be somewhat faster, but a line `null` ends its process
(pyarrow 26), and a file may come from anybody.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from leaderboard.files.columns import ARROW_TYPES, COLUMNS, EXPECTED, KNOWN, Columns
from leaderboard.files.limits import Limits
from leaderboard.files.refused import too_large
from leaderboard.problems import Problem, ProblemCollector, shorten

_BATCH_ROWS = 20_000
_BATCH_BYTES = 4 * 2**20  # as Python objects a line takes up to thirty times its length
_EXTRA_SHOWN = 20
_ABSENT = object()


def read_jsonlines(stream: io.BufferedReader, limits: Limits, problems: ProblemCollector) -> Columns:
    """The columns of a stream; a line that is no JSON object is a problem and a row of nulls. Raises Refused."""
    reader = _Reader(limits, problems)
    for line in _lines(stream, limits):
        reader.take(line)
    return reader.finish()


def _lines(stream: io.BufferedReader, limits: Limits) -> Iterator[bytes]:
    number = 0
    while line := stream.readline(limits.line_bytes + 1):
        number += 1
        if len(line) > limits.line_bytes:
            raise too_large(f"line {number:,} is longer", f"at most {limits.line_bytes:,} bytes")
        if number > 2 * limits.rows + 1:  # as many blank lines as others, and a header
            raise too_large(f"more than {number - 1:,} lines", f"at most {limits.rows:,} rows")
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
        self.batch_bytes = 0
        self.broken: list[int] = []  # rows that are no object
        self.seen: set[str] = set()  # names of COLUMNS, and mask.size and mask.counts
        self.extra: set[str] = set()
        self.started = False

    def take(self, line: bytes) -> None:
        value = _parse(line)
        if not self.started:
            self.started = True
            if self._is_header(value):
                return
        if not isinstance(value, dict):
            self._report_line(line, value)
            value = {}
        self.batch.append(value)
        self.batch_bytes += len(line)
        if len(self.batch) == _BATCH_ROWS or self.batch_bytes > _BATCH_BYTES:
            self._flush()

    def _report_line(self, line: bytes, value: Any) -> None:
        row = self.columns.rows + len(self.batch)
        self.broken.append(row)
        if isinstance(value, _Fault):
            problem = Problem(kind=value.kind, row=row + 1, value=value.value, expected=value.expected)
        else:
            shown = shorten(line[:200].decode("utf-8", "replace").strip())
            problem = Problem(kind="not_json", row=row + 1, value=shown, expected="one JSON object on the line")
        self.problems.add(problem)

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
            raise too_large(f"more than {self.limits.rows:,}", f"at most {self.limits.rows:,}", "rows")
        rows = self.batch
        names = set().union(*rows)
        self.seen |= names & KNOWN
        if len(self.extra) < _EXTRA_SHOWN:
            self.extra |= names - KNOWN
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
        self.batch, self.batch_bytes = [], 0

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

    def finish(self) -> Columns:
        if self.batch:
            self._flush()
        columns = self.columns
        objects = columns.rows - len(self.broken)
        for name in COLUMNS:
            if name in self.seen or f"mask.{name}" in self.seen:
                columns.arrays[name] = pa.concat_arrays(self.parts.pop(name))
                # A line that is no object was reported as a whole.
                columns.reported.setdefault(name, []).extend(self.broken)
            elif objects:
                names = ", ".join(shorten(seen) for seen in sorted(self.seen | self.extra)[:_EXTRA_SHOWN])
                expected = f"a key with {EXPECTED[name]}"
                self.problems.add(Problem(kind="missing_column", field=name, value=f"keys {names}", expected=expected))
        if self.extra:
            names = ", ".join(shorten(name) for name in sorted(self.extra)[:_EXTRA_SHOWN])
            columns.notes.append(f"columns that are not used: {names}")
        if {"size", "counts"} & self.seen and "mask" in self.seen:
            columns.notes.append("size or counts stand both in the row and inside mask; those of the row are used")
        return columns


class _Fault(ValueError):  # noqa: N818 - a value that a line has, not an error of the package
    """JSON that Python would read and that is refused."""

    def __init__(self, kind: str, value: str, expected: str):
        super().__init__(kind)
        self.kind, self.value, self.expected = kind, value, expected


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in value if keys.count(key) > 1)
        raise _Fault("duplicate_key", f"{shorten(twice)} stands there more than once", "every key once in an object")
    return value


def _constant(name: str) -> None:
    raise _Fault("not_json", name, "a JSON value; NaN and Infinity are none")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _parse(line: bytes) -> Any:
    """The value of a line; a _Fault or _ABSENT when it is no JSON that is read."""
    try:
        return _DECODER.decode(line.decode("utf-8"))
    except _Fault as fault:
        return fault
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
