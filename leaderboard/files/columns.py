"""The columns of a predictions file once they are read: one shape for both file formats, with cell faults reported.

A reader (parquet.py, jsonlines.py) hands over Arrow columns; `normalise` reports nulls, bad or endless text and bad
sizes and leaves null (or size_ok False) where a cell cannot be used, so that the rules after it speak only about usable
cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leaderboard.files.keys import key_in_words
from leaderboard.files.limits import Limits
from leaderboard.problems import Problem, ProblemCollector, shorten

COLUMNS = ("dialogue_id", "language", "turn", "size", "counts")
KNOWN = {*COLUMNS, "mask", "text"}  # names that a file may hold; others are ignored with a note
EXPECTED = {
    "dialogue_id": "a string",
    "language": "a string",
    "turn": "an integer",
    "size": "a list of two integers [height, width]",
    "counts": "a string (COCO compressed RLE)",
    "mask": "an object with size and counts",
}
ARROW_TYPES = {
    "dialogue_id": pa.large_string(),
    "language": pa.large_string(),
    "turn": pa.int64(),
    "size": pa.large_list(pa.int64()),
    "counts": pa.large_string(),
}


@dataclass
class Columns:
    """What a reader hands over.

    fields: column name -> the name it has in the file ("mask.counts"). inside: for size and counts, in files that may
    differ from row to row, which rows have it inside `mask`.
    """

    rows: int
    arrays: dict[str, pa.Array]  # of ARROW_TYPES; a column that is missing or of the wrong type is absent
    fields: dict[str, str]
    inside: dict[str, np.ndarray] = field(default_factory=dict)  # column -> bool [rows]
    reported: dict[str, list[int]] = field(default_factory=dict)  # column -> row indices the reader spoke about
    digest: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RawPredictions:
    """N rows of a file, column by column; null or `size_ok` False marks a cell that cannot be used."""

    rows: int
    dialogue_id: pa.LargeStringArray
    language: pa.LargeStringArray
    turn: np.ndarray  # int64 [N]
    turn_ok: np.ndarray  # bool [N]
    size: np.ndarray  # int64 [N, 2]
    size_ok: np.ndarray  # bool [N]
    counts: pa.LargeStringArray
    has_keys: bool  # dialogue_id, language and turn are all there
    fields: dict[str, str]
    inside: dict[str, np.ndarray]
    digest: str | None
    notes: list[str]


def field_of(columns: Columns | RawPredictions, name: str, row: int) -> str:
    """What a column is called in a row (an index) of the file."""
    inside = columns.inside.get(name)
    return f"mask.{name}" if inside is not None and inside[row] else columns.fields[name]


def problem_of(columns: Columns, kind: str, row: int, name: str, value: str, expected: str) -> Problem:
    """A problem of one cell, with as much of its row's key as can be read; row: an index."""
    key = key_in_words(*(_readable(columns.arrays.get(part), row) for part in ("dialogue_id", "language", "turn")))
    field = field_of(columns, name, row)
    return Problem(kind=kind, row=row + 1, key=key, field=field, value=value, expected=expected)


def _readable(array: pa.Array | None, row: int) -> Any:
    try:
        return None if array is None else array[row].as_py()
    except UnicodeDecodeError:
        return None


def normalise(columns: Columns, limits: Limits, problems: ProblemCollector) -> RawPredictions:
    """Report every cell that is null, too long, not UTF-8 or no pair of integers, and blank it."""
    arrays = {}
    for name in COLUMNS:
        array = columns.arrays.get(name)
        if array is None:
            arrays[name] = pa.nulls(columns.rows, ARROW_TYPES[name])
            continue
        _report_nulls(name, array, columns, problems)
        if pa.types.is_large_string(array.type):
            array = _without_long_text(name, array, columns, limits, problems)
            array = _without_bad_text(name, array, columns, problems)
        arrays[name] = array
    size, size_ok = _split_sizes(arrays["size"], columns, problems)
    turn = arrays["turn"]
    return RawPredictions(
        rows=columns.rows,
        dialogue_id=arrays["dialogue_id"],
        language=arrays["language"],
        turn=turn.fill_null(0).to_numpy(),
        turn_ok=turn.is_valid().to_numpy(zero_copy_only=False),
        size=size,
        size_ok=size_ok,
        counts=arrays["counts"],
        has_keys={"dialogue_id", "language", "turn"} <= columns.arrays.keys(),
        fields=columns.fields,
        inside=columns.inside,
        digest=columns.digest,
        notes=columns.notes,
    )


def _report_nulls(name: str, array: pa.Array, columns: Columns, problems: ProblemCollector) -> None:
    if not array.null_count:
        return
    null = array.is_null().to_numpy(zero_copy_only=False).copy()
    null[columns.reported.get(name, [])] = False
    problems.add_many(
        "null",
        np.flatnonzero(null),
        lambda row: problem_of(columns, "null", int(row), name, "null", EXPECTED[name]),
    )


def _without_long_text(
    name: str, array: pa.Array, columns: Columns, limits: Limits, problems: ProblemCollector
) -> pa.Array:
    longest = pc.max(pc.binary_length(array)).as_py() or 0
    if longest <= limits.rle_chars:
        return array
    lengths = pc.binary_length(array).fill_null(0).to_numpy()
    long = lengths > limits.rle_chars
    problems.add_many(
        "too_long",
        np.flatnonzero(long),
        lambda row: problem_of(
            columns, "too_long", int(row), name, f"{lengths[row]:,} characters", f"at most {limits.rle_chars:,}"
        ),
    )
    return pc.if_else(pa.array(long), pa.scalar(None, array.type), array)


def _without_bad_text(name: str, array: pa.Array, columns: Columns, problems: ProblemCollector) -> pa.Array:
    try:
        array.validate(full=True)
        return array
    except pa.ArrowInvalid:
        raw = array.cast(pa.large_binary())
    bad = []
    for row in np.flatnonzero(~pc.string_is_ascii(array).fill_null(True).to_numpy(zero_copy_only=False)).tolist():
        try:
            raw[row].as_py().decode("utf-8")
        except UnicodeDecodeError:
            bad.append(row)
    problems.add_many(
        "not_text",
        bad,
        lambda row: problem_of(columns, "not_text", row, name, shorten(raw[row].as_py()), "text encoded as UTF-8"),
    )
    blank = np.zeros(len(array), bool)
    blank[bad] = True
    return pc.if_else(pa.array(blank), pa.scalar(None, array.type), array)


def _split_sizes(array: pa.Array, columns: Columns, problems: ProblemCollector) -> tuple[np.ndarray, np.ndarray]:
    """[N] lists -> int64 [N, 2] and bool [N]: is it a list of two integers."""
    size = np.zeros((columns.rows, 2), np.int64)
    pair = pc.equal(pc.list_value_length(array), 2).fill_null(False)
    rows = np.flatnonzero(pair.to_numpy(zero_copy_only=False))
    values = pc.list_flatten(array.filter(pair))
    size[rows] = values.fill_null(0).to_numpy().reshape(-1, 2)
    ok = np.zeros(columns.rows, bool)
    ok[rows] = values.is_valid().to_numpy(zero_copy_only=False).reshape(-1, 2).all(axis=1)
    bad = np.flatnonzero(~ok & array.is_valid().to_numpy(zero_copy_only=False))
    problems.add_many(
        "wrong_type",
        bad,
        lambda row: problem_of(columns, "wrong_type", int(row), "size", _shown_list(array[int(row)]), EXPECTED["size"]),
    )
    return size, ok


def _shown_list(scalar: pa.Scalar) -> str:
    values = scalar.values
    return shorten([value.as_py() for value in values[:8]]) + (" ..." if len(values) > 8 else "")
