"""Read a predictions file in Parquet: only the columns that count, and nothing before it is known how large it gets.

Footer and page headers are checked first (footer.py, pages.py). What Arrow's Python side says of single column chunks
is not asked for: it ends the process on some damaged footers. A dictionary-encoded column can still stand for a million
times its bytes: a column of texts whose headers leave that open is read as a dictionary, and unfolded only after its
lengths are known.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leaderboard.files.columns import Columns
from leaderboard.files.footer import Chunk, RowGroup, read_footer
from leaderboard.files.limits import Limits
from leaderboard.files.pages import text_bytes, walk
from leaderboard.files.parts import in_parts
from leaderboard.files.refused import Refused, too_large
from leaderboard.files.schema import read_schema, type_of
from leaderboard.files.thrift import Malformed
from leaderboard.files.unsigned import read_type, signed
from leaderboard.problems import Problem, ProblemCollector, shorten

Pieces = dict[str, list[pa.Array]]  # of each column, by its name

_BATCH_ROWS = 8192
_SIZE_VALUES_PER_ROW = 8  # list elements: generous for two, far below what a run-length encoded bomb holds
_TEXT = "BYTE_ARRAY"
_TYPES = (_TEXT, "INT32", "INT64")
# No list in a footer and no text in a header of a predictions file comes near.
_THRIFT = {"thrift_string_size_limit": 2**24, "thrift_container_size_limit": 200_000, "schema_depth_limit": 32}
_OPTIONS = _THRIFT | {"arrow_extensions_enabled": False}


def read_parquet(path: Path, limits: Limits, problems: ProblemCollector) -> Columns | None:
    """The columns of `path`, or None (and a problem) when it cannot be read. Raises Refused."""
    try:
        groups = read_footer(path, limits)
        with pq.ParquetFile(path, **_OPTIONS) as file:
            metadata, schema = file.metadata, file.schema_arrow
        columns, usable = read_schema(schema, sum(group.rows for group in groups), problems)
        if usable:
            folded, texts = _check_pages(path, groups, [columns.fields[name] for name in usable], limits)
            wanted = {name: (columns.fields[name], _read_as(schema, columns, name)) for name in usable}
            room = _Room(limits.decoded_bytes - texts)

            def read(numbers: range) -> Pieces:
                with pq.ParquetFile(path, metadata=metadata, read_dictionary=folded, **_OPTIONS) as file:
                    return _read_columns(file, numbers, wanted, room)

            parts = in_parts(len(groups), read)
            for name in usable:
                columns.arrays[name] = _joined(parts, name)
            if {len(array) for array in columns.arrays.values()} != {columns.rows}:
                raise Malformed(f"columns of other lengths than {columns.rows:,} rows")
            for name in usable:
                columns.arrays[name] = signed(name, columns.arrays[name], columns, problems)
        return columns
    except Refused:
        raise
    # A damaged file makes the parser raise nearly anything (OSError, KeyError, ArrowInvalid).
    except Exception as error:
        message = shorten(str(error).split("\n")[0], 120)
        problems.add(Problem(kind="unreadable", value=message, expected="an undamaged Parquet file"))
        return None


def _read_as(schema: pa.Schema, columns: Columns, name: str) -> pa.DataType:
    return read_type(name, type_of(schema, columns.fields[name]))


def _joined(parts: list[Pieces], name: str) -> pa.Array:
    """A whole column, whose pieces are let go of before the next one is joined."""
    return pa.concat_arrays([array for part in parts for array in part.pop(name)])


def _check_pages(path: Path, groups: list[RowGroup], wanted: list[str], limits: Limits) -> tuple[list[str], int]:
    """Walk the pages of the columns -> text columns that may unfold to more than the limit, bytes of the others' texts.

    Raises Malformed and Refused.
    """
    decoded = pages = texts = 0
    folded = []
    with path.open("rb", buffering=0) as file:
        for leaf in _leaves(groups, wanted):
            bytes_of_text: int | None = 0
            for group in groups:
                chunk = group.chunks[leaf]
                _check_values(chunk, group.rows)
                found = walk(file, chunk, limits, limits.pages - pages)
                pages += found.count
                decoded += found.decoded
                if decoded > limits.decoded_bytes:
                    value = f"more than {limits.decoded_bytes:,} bytes after decompression"
                    raise too_large(value, f"at most {limits.decoded_bytes:,}")
                if chunk.leaf.kind == _TEXT and bytes_of_text is not None:
                    more = text_bytes(file, chunk, found)
                    bytes_of_text = None if more is None else bytes_of_text + more
            if bytes_of_text is None or texts + bytes_of_text > limits.decoded_bytes:
                folded.append(chunk.leaf.path)
            else:
                texts += bytes_of_text
    return folded, texts


def _leaves(groups: list[RowGroup], wanted: list[str]) -> list[int]:
    """Which leaves of the file Arrow reads for these paths."""
    found = []
    for index, chunk in enumerate(groups[0].chunks if groups else []):
        path = chunk.leaf.path
        if any(path == name or path.startswith(name + ".") for name in wanted):
            found.append(index)
    return found


def _check_values(chunk: Chunk, rows: int) -> None:
    values, path = chunk.values, chunk.leaf.path
    if chunk.leaf.kind not in _TYPES:
        raise Malformed(f"column {path} is stored as {chunk.leaf.kind}")
    if chunk.leaf.repeated and values > _SIZE_VALUES_PER_ROW * rows:
        raise too_large(f"{values:,} values in {rows:,} rows", "two values a row", path)
    if values < rows or (not chunk.leaf.repeated and values != rows):
        raise Malformed(f"column {path} holds {values:,} values for {rows:,} rows")


class _Room:
    """Bytes that texts may still take, counted by several threads."""

    def __init__(self, size: int):
        self._left = size
        self._lock = Lock()

    def take(self, size: int, field: str) -> None:
        """Raises Refused when they do not fit."""
        with self._lock:
            self._left -= size
            if self._left < 0:
                raise too_large("too many characters after decompression", f"at most {self._left + size:,} more", field)


def _read_columns(
    file: pq.ParquetFile, groups: range, wanted: dict[str, tuple[str, pa.DataType]], room: _Room
) -> Pieces:
    """The pieces of each column, by its name; `wanted` gives the name that it has in the file, and its type here."""
    pieces: Pieces = {name: [pa.array([], kind)] for name, (_, kind) in wanted.items()}
    paths = [path for path, _ in wanted.values()]
    # Batches, so that no more than one of them stands beside what is kept.
    for batch in file.iter_batches(_BATCH_ROWS, groups, columns=paths, use_threads=False):
        for name, (path, kind) in wanted.items():
            array = _column(batch, path)
            if pa.types.is_dictionary(array.type):
                array = _unfold(array, path, room)
            pieces[name].append(array.cast(kind))
    return pieces


def _column(batch: pa.RecordBatch, path: str) -> pa.Array:
    top, _, inner = path.partition(".")
    array = batch.column(batch.schema.names.index(top))
    return pc.struct_field(array, inner) if inner else array


def _unfold(array: pa.DictionaryArray, field: str, room: _Room) -> pa.Array:
    """A dictionary column as plain strings. Raises Refused when there is no room for them."""
    lengths = pc.binary_length(array.dictionary).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    indices = array.indices.cast(pa.int64()).fill_null(len(lengths)).to_numpy(zero_copy_only=False)
    room.take(int(np.append(lengths, 0)[indices].sum()), field)
    return array.dictionary_decode()
