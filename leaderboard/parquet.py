"""Read a predictions file in Parquet: only the columns that count, in small batches, decoded text limited.

A dictionary-encoded column can stand for a million times its bytes. Strings are therefore read as dictionaries, and
they are unfolded only after their lengths are known.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leaderboard.predictions import ARROW_TYPES, COLUMNS, EXPECTED, Columns, Limits, TooLarge
from leaderboard.report import Problem, ProblemCollector, shorten

DIGEST_KEY = b"mturn_seg.digest"
_BATCH_ROWS = 8192
_OPTIONAL = {"text"}
_TEXT_LEAVES = {"dialogue_id", "language", "counts", "mask.counts"}
_SIZE_VALUES_PER_ROW = 8  # list elements: generous for two, far below what a run-length encoded bomb holds


def read_parquet(path: Path, limits: Limits, problems: ProblemCollector) -> Columns | None:
    """The columns of `path`, or None (and a problem) when it cannot be read. Raises TooLarge."""
    try:
        metadata = pq.read_metadata(path)
        _check_metadata(metadata, limits)
        leaves = {metadata.schema.column(index).path for index in range(metadata.num_columns)}
        with pq.ParquetFile(path, metadata=metadata, read_dictionary=sorted(leaves & _TEXT_LEAVES)) as file:
            return _read(file, limits, problems)
    except TooLarge:
        raise
    except (
        Exception
    ) as error:  # a damaged file makes the parser raise nearly anything (OSError, KeyError, ArrowInvalid)
        message = shorten(str(error).split("\n")[0], 120)
        problems.add(Problem(kind="unreadable", value=message, expected="an undamaged Parquet file"))
        return None


def _read(file: pq.ParquetFile, limits: Limits, problems: ProblemCollector) -> Columns:
    schema = file.schema_arrow
    fields = _fields(schema)
    columns = Columns(rows=file.metadata.num_rows, arrays={}, fields={name: fields.get(name, name) for name in COLUMNS})
    columns.digest = _digest(schema)
    columns.notes = _notes(schema)
    usable = []
    for name in COLUMNS:
        if name not in fields:
            problems.add(
                Problem(
                    kind="missing_column",
                    field=name,
                    value=f"missing among {_shown_names(schema)}",
                    expected=f"a column {name!r} that holds {EXPECTED[name]}",
                )
            )
        elif schema.names.count(fields[name].split(".")[0]) > 1:
            problems.add(
                Problem(
                    kind="duplicate_column", field=name, value=_shown_names(schema), expected="one column of this name"
                )
            )
        elif _type_fits(name, kind := _type_of(schema, fields[name])):
            usable.append(name)
        else:
            problems.add(_wrong_type(name, fields[name], kind))
    if usable:
        _read_columns(file, usable, columns, limits, problems)
    return columns


def _check_metadata(metadata: pq.FileMetaData, limits: Limits) -> None:
    if metadata.num_rows > limits.rows:
        raise TooLarge(
            Problem(kind="too_large", field="rows", value=f"{metadata.num_rows:,}", expected=f"at most {limits.rows:,}")
        )
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            is_size = column.path_in_schema.split(".")[0] in ("size", "mask")
            if is_size and column.num_values > _SIZE_VALUES_PER_ROW * metadata.num_rows:
                value = f"{column.num_values:,} values in {metadata.num_rows:,} rows"
                raise TooLarge(
                    Problem(kind="too_large", field=column.path_in_schema, value=value, expected="two values a row")
                )


def _fields(schema: pa.Schema) -> dict[str, str]:
    """Column name -> its path in the file; flat columns win over those inside `mask`."""
    fields = {name: name for name in COLUMNS if name in schema.names}
    if "mask" in schema.names and pa.types.is_struct(mask := schema.field(schema.names.index("mask")).type):
        inside = {mask.field(index).name for index in range(mask.num_fields)}
        for name in ("size", "counts"):
            if name not in fields and name in inside:
                fields[name] = f"mask.{name}"
    return fields


def _type_of(schema: pa.Schema, path: str) -> pa.DataType:
    parts = path.split(".")
    kind = schema.field(schema.names.index(parts[0])).type
    return kind.field(parts[1]).type if len(parts) == 2 else kind


def _type_fits(name: str, kind: pa.DataType) -> bool:
    types = pa.types
    if name == "turn":
        return types.is_integer(kind)
    if name == "size":
        is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
        return is_list and types.is_integer(kind.value_type)
    return _is_text(kind.value_type if types.is_dictionary(kind) else kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _wrong_type(name: str, path: str, kind: pa.DataType) -> Problem:
    value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
    expected = EXPECTED[name]
    if pa.types.is_binary(value_type) or pa.types.is_large_binary(value_type):
        expected += "; bytes become text with .decode('ascii')"
    return Problem(
        kind="wrong_type", field=path, value=f"column of {shorten(str(kind)).strip(chr(39))}", expected=expected
    )


def _digest(schema: pa.Schema) -> str | None:
    value = (schema.metadata or {}).get(DIGEST_KEY)
    return None if value is None else value.decode("utf-8", "replace")


def _notes(schema: pa.Schema) -> list[str]:
    known = {*COLUMNS, "mask", *_OPTIONAL}
    extra = sorted(set(schema.names) - known)
    notes = [f"columns that are not used: {', '.join(shorten(name) for name in extra[:20])}"] if extra else []
    if "mask" in schema.names and {"size", "counts"} & set(schema.names):
        notes.append("size or counts stand both in the row and inside mask; those of the row are used")
    return notes


def _shown_names(schema: pa.Schema) -> str:
    return "columns " + ", ".join(shorten(name) for name in schema.names[:20])


def _read_columns(
    file: pq.ParquetFile, usable: list[str], columns: Columns, limits: Limits, problems: ProblemCollector
) -> None:
    parts: dict[str, list[pa.Array]] = {name: [] for name in usable}
    decoded = 0
    rows = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=[columns.fields[name] for name in usable], use_threads=False):
        for name in usable:
            array = _column(batch, columns.fields[name])
            if pa.types.is_dictionary(array.type):
                array, size = _unfold(array, name, rows, limits, columns, problems, limits.decoded_bytes - decoded)
                decoded += size
            parts[name].append(array.cast(ARROW_TYPES[name]))
        rows += batch.num_rows
    columns.rows = rows  # what was really there; the footer may say something else
    columns.arrays = {
        name: pa.concat_arrays(arrays) if arrays else pa.array([], ARROW_TYPES[name]) for name, arrays in parts.items()
    }


def _column(batch: pa.RecordBatch, path: str) -> pa.Array:
    top, _, inner = path.partition(".")
    array = batch.column(batch.schema.names.index(top))
    return pc.struct_field(array, inner) if inner else array


def _unfold(
    array: pa.DictionaryArray,
    name: str,
    first_row: int,
    limits: Limits,
    columns: Columns,
    problems: ProblemCollector,
    room: int,
) -> tuple[pa.Array, int]:
    """A dictionary column as plain strings, and their total length; too long a text becomes null and a problem."""
    lengths = pc.binary_length(array.dictionary).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    indices = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    lengths = np.append(lengths, 0)  # index -1, null, has no length
    too_long = np.flatnonzero(lengths[indices] > limits.rle_chars)
    if too_long.size:
        columns.reported.setdefault(name, []).extend((too_long + first_row).tolist())
        problems.add_many(
            "too_long",
            too_long,
            lambda row: Problem(
                kind="too_long",
                row=int(row) + first_row + 1,
                field=columns.fields[name],
                value=f"{lengths[indices[row]]:,} characters",
                expected=f"at most {limits.rle_chars:,}",
            ),
        )
        short = pa.array(lengths[:-1] <= limits.rle_chars)
        array = pa.DictionaryArray.from_arrays(array.indices, pc.if_else(short, array.dictionary, None))
        lengths[lengths > limits.rle_chars] = 0
    total = int(lengths[indices].sum())
    if total > room:
        raise TooLarge(
            Problem(
                kind="too_large",
                field=columns.fields[name],
                value=f"more than {limits.decoded_bytes:,} characters after decompression",
                expected=f"at most {limits.decoded_bytes:,}",
            )
        )
    return array.dictionary_decode(), total
