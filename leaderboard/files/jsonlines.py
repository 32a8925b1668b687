"""Read a predictions file in JSON Lines: one object a line, an optional header line {"mturn_seg": {...}} first.

Python's own parser reads each line. Arrow's JSON reader would be somewhat faster, but a line `null` ends its process
(pyarrow 26), and a file may come from anybody.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from heapq import nsmallest
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from leaderboard.files.columns import ARROW_TYPES, COLUMNS, EXPECTED, KNOWN, Columns
from leaderboard.files.keys import key_in_words
from leaderboard.files.limits import Limits
from leaderboard.files.objects import Fault, parse_object, slim
from leaderboard.files.refused import Refused, too_large
from leaderboard.problems import Problem, ProblemCollector, shorten

_BATCH_ROWS = 20_000
_BATCH_BYTES = 4 * 2**20  # as Python objects a line takes up to thirty times its length
_EXTRA_SHOWN = 20
_MOST_BROKEN = 100_000  # lines that are no object: what follows them says nothing new and takes long to read
_IN_MASK = {"size", "counts"}  # columns that may stand inside `mask`
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
        self.inside: dict[str, list[np.ndarray]] = {name: [] for name in _IN_MASK}
        self.batch: list[dict[str, Any]] = []
        self.batch_bytes = 0
        self.broken: list[int] = []  # rows that are no object
        self.seen: set[str] = set()  # names of COLUMNS, and mask.size and mask.counts
        self.extra: set[str] = set()  # other names, as many as are shown and one more
        self.started = False

    def take(self, line: bytes) -> None:
        value = parse_object(line)
        if not self.started:
            self.started = True
            if self._is_header(value):
                return
        if isinstance(value, Fault):
            self._report_line(line, value)
            value = {}
        slim(value)
        self.batch.append(value)
        self.batch_bytes += len(line)
        if len(self.batch) == _BATCH_ROWS or self.batch_bytes > _BATCH_BYTES:
            self._flush()

    def _report_line(self, line: bytes, fault: Fault) -> None:
        row = self.columns.rows + len(self.batch)
        self.broken.append(row)
        self.problems.add_many(
            fault.kind,
            [row],
            lambda row: Problem(
                kind=fault.kind,
                row=row + 1,
                value=shorten(line[:200].decode("utf-8", "replace").strip()) if fault.value is None else fault.value,
                expected=fault.expected,
            ),
        )
        if len(self.broken) > _MOST_BROKEN:
            value = f"more than {_MOST_BROKEN:,} lines that are no JSON object; the rest was not read"
            raise Refused(Problem(kind="not_predictions", value=value, expected="one JSON object a line"))

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
        self.extra = set(nsmallest(_EXTRA_SHOWN + 1, self.extra | (names - KNOWN)))
        if "mask" in names:
            self._report_masks(rows)
        for name in COLUMNS:
            values = [row.get(name, _ABSENT) for row in rows]
            if name in _IN_MASK:
                self.inside[name].append(self._from_masks(name, values, rows if "mask" in names else []))
            self.parts[name].append(self._array(name, values))
        self.columns.rows += len(rows)
        self.batch, self.batch_bytes = [], 0

    def _report_masks(self, rows: list[dict[str, Any]]) -> None:
        """Report masks that are no objects, where something would have been taken from them."""
        bad = [
            index
            for index, row in enumerate(rows)
            if not isinstance(row.get("mask"), dict | None) and not row.keys() >= _IN_MASK
        ]
        self._report("mask", [row.get("mask") for row in rows], bad, lambda index: "mask")

    def _from_masks(self, name: str, values: list[Any], rows: list[dict[str, Any]]) -> np.ndarray:
        """Take values that a row lacks from its mask; bool: in which rows that is their place."""
        inside = np.zeros(len(values), bool)
        for index, row in enumerate(rows):
            if values[index] is not _ABSENT or "mask" not in row:
                continue
            inside[index] = True
            mask = row["mask"]
            if isinstance(mask, dict):
                values[index] = mask.get(name, _ABSENT)
            elif mask is not None:  # reported as such
                self.columns.reported.setdefault(name, []).append(self.columns.rows + index)
            if mask is not None and (not isinstance(mask, dict) or name in mask):
                self.seen.add(f"mask.{name}")
        return inside

    def _array(self, name: str, values: list[Any]) -> pa.Array:
        for index, value in enumerate(values):
            if value is _ABSENT:
                values[index] = None
        fits = _FITS[name]
        if not fits(values):
            bad = [index for index, value in enumerate(values) if not fits([value])]
            inside = self.inside[name][-1] if name in _IN_MASK else np.zeros(len(values), bool)
            self._report(name, values, bad, lambda index: f"mask.{name}" if inside[index] else name)
            for index in bad:
                values[index] = None
        return pa.array(values, ARROW_TYPES[name])

    def _report(self, name: str, values: list[Any], bad: list[int], field: Callable[[int], str]) -> None:
        first_row = self.columns.rows
        self.columns.reported.setdefault(name, []).extend(first_row + index for index in bad)
        self.problems.add_many(
            "wrong_type",
            bad,
            lambda index: Problem(
                kind="wrong_type",
                row=first_row + index + 1,
                key=key_in_words(*map(self.batch[index].get, ("dialogue_id", "language", "turn"))),
                field=field(index),
                value=shorten(values[index]),
                expected=EXPECTED[name],
            ),
        )

    def finish(self) -> Columns:
        if self.batch:
            self._flush()
        columns = self.columns
        for name in COLUMNS:
            if name in self.seen or f"mask.{name}" in self.seen:
                self._join(name)
            elif columns.rows > len(self.broken):
                names = _listed(self.seen | self.extra)
                expected = f"a key with {EXPECTED[name]}"
                self.problems.add(Problem(kind="missing_column", field=name, value=f"keys {names}", expected=expected))
        if self.extra:
            columns.notes.append(f"columns that are not used: {_listed(self.extra)}")
        if _IN_MASK & self.seen and "mask" in self.seen:
            columns.notes.append("size or counts stand both in the row and inside mask; those of the row are used")
        return columns

    def _join(self, name: str) -> None:
        columns = self.columns
        columns.arrays[name] = pa.concat_arrays(self.parts.pop(name))
        # A line that is no object was reported as a whole.
        columns.reported.setdefault(name, []).extend(self.broken)
        if name in _IN_MASK:
            columns.inside[name] = np.concatenate(self.inside[name])
            if name not in self.seen:
                columns.fields[name] = f"mask.{name}"


def _listed(names: set[str]) -> str:
    more = " ..." if len(names) > _EXTRA_SHOWN else ""
    return ", ".join(shorten(name) for name in sorted(names)[:_EXTRA_SHOWN]) + more


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
