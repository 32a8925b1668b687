"""The footer of a Parquet file, read by us before Arrow reads it.

Three bytes of a footer can cost Arrow a kilobyte of memory, and some footers make it end the process when its Python
side is asked about a column chunk. So size, parts and consistency are checked here, and the numbers that the pages are
walked by come from here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from leaderboard.files.limits import Limits
from leaderboard.files.refused import too_large, unreadable
from leaderboard.files.thrift import BINARY, I32, I64, Malformed, TooMany, read_struct

_MAGIC = b"PAR1"
_MOST_BYTES = 16 * 2**20
_COST_PER_ROW_GROUP = 400  # five columns cost about 200
_DEEPEST = 16  # groups within groups of a schema

# Numbers of the Parquet format: fields of the footer's structs, and names for its enumerations.
_ELEMENT = {1: I32, 3: I32, 4: BINARY, 5: I32}  # type, repetition, name, number of children
_CHUNK_METADATA = {4: I32, 5: I64, 7: I64, 9: I64, 11: I64}
_CHUNK = {1: BINARY, 3: _CHUNK_METADATA, 8: {}, 9: BINARY}  # file path, metadata, encryption
_FOOTER = {2: [_ELEMENT], 3: I64, 4: [{1: [_CHUNK], 3: I64}], 8: {}}
_REPEATED = 2
TYPES = ("BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
CODECS = ("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW")


@dataclass(frozen=True)
class Leaf:
    """A column that holds values. path: the names of the groups around it and its own, with dots."""

    path: str
    kind: str  # of TYPES
    repeated: bool  # in a list: several values a row


@dataclass(frozen=True)
class Chunk:
    """The values of one leaf in one row group: how many, and where in the file."""

    leaf: Leaf
    codec: str  # of CODECS
    values: int
    start: int  # of its first page
    length: int  # bytes in the file


@dataclass(frozen=True)
class RowGroup:
    """Some rows, and one chunk for each leaf."""

    rows: int
    chunks: list[Chunk]


def read_footer(path: Path, limits: Limits) -> list[RowGroup]:
    """The row groups of a Parquet file. Raises Refused for a footer that is damaged or describes too much."""
    try:
        return _row_groups(read_struct(_bytes(path), _FOOTER, _COST_PER_ROW_GROUP * limits.row_groups)[0], limits)
    except TooMany:
        raise too_large("a footer of too many parts", "fewer row groups and columns") from None
    except Malformed as error:
        raise unreadable(f"footer: {error}", "an undamaged Parquet file") from None


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        tail = file.read(8)
        if size < 12 or tail[4:] != _MAGIC:
            raise Malformed("the file does not end as a Parquet file does")
        length = struct.unpack("<I", tail[:4])[0]
        if length > size - 12:
            raise Malformed(f"a length of {length:,} bytes in a file of {size:,}")
        if length > _MOST_BYTES:
            raise too_large(f"a footer of {length:,} bytes", f"at most {_MOST_BYTES:,}; write fewer row groups")
        file.seek(size - 8 - length)
        return file.read(length)


def _row_groups(footer: dict, limits: Limits) -> list[RowGroup]:
    if 8 in footer:
        raise Malformed("the file is encrypted")
    rows, groups = _required(footer, 3, "number of rows"), _required(footer, 4, "row groups")
    for what, number, most in (("rows", rows, limits.rows), ("row groups", len(groups), limits.row_groups)):
        if number > most:
            raise too_large(f"{number:,}", f"at most {most:,}", what)
    leaves = _leaves(_required(footer, 2, "schema"))
    found = [_row_group(group, leaves) for group in groups]
    if sum(group.rows for group in found) != rows:
        raise Malformed(f"{rows:,} rows in all, but {sum(group.rows for group in found):,} in the row groups")
    return found


def _leaves(elements: list[dict]) -> list[Leaf]:
    """The schema is a tree, written parents first."""
    leaves = []
    open_groups: list[list] = []  # [children left, path, repeated]
    for number, element in enumerate(elements):
        while open_groups and not open_groups[-1][0]:
            open_groups.pop()
        if number and not open_groups:
            raise Malformed("a column outside the schema")
        name = _required(element, 4, "name of a column").decode("utf-8", "replace")
        repeated = element.get(3) == _REPEATED
        path = name
        if open_groups:
            open_groups[-1][0] -= 1
            repeated = repeated or open_groups[-1][2]
            path = f"{open_groups[-1][1]}.{name}" if len(open_groups) > 1 else name
        if number == 0 or element.get(5):
            children = element.get(5, 0)
            if not 0 <= children < len(elements) or len(open_groups) == _DEEPEST:
                raise Malformed("a schema that is no tree of columns")
            open_groups.append([children, path, repeated and number > 0])
        else:
            leaves.append(Leaf(path, _name(TYPES, _required(element, 1, "type of a column")), repeated))
    if any(left for left, _, _ in open_groups):
        raise Malformed("a schema that lacks columns")
    return leaves


def _row_group(group: dict, leaves: list[Leaf]) -> RowGroup:
    chunks, rows = _required(group, 1, "columns"), _required(group, 3, "number of rows")
    if len(chunks) != len(leaves) or rows < 0:
        raise Malformed(f"a row group of {rows:,} rows and {len(chunks):,} columns; there are {len(leaves):,} columns")
    return RowGroup(rows, [_chunk(chunk, leaf) for chunk, leaf in zip(chunks, leaves, strict=True)])


def _chunk(chunk: dict, leaf: Leaf) -> Chunk:
    if chunk.get(1) or 8 in chunk or 9 in chunk:
        raise Malformed(f"column {leaf.path} is in another file or encrypted")
    metadata = _required(chunk, 3, "metadata of a column")
    start, dictionary = _required(metadata, 9, "place of the first page"), metadata.get(11, 0)
    return Chunk(
        leaf=leaf,
        codec=_name(CODECS, _required(metadata, 4, "codec")),
        values=_required(metadata, 5, "number of values"),
        start=dictionary if 0 < dictionary < start else start,
        length=_required(metadata, 7, "length of a column"),
    )


def _required(fields: dict, number: int, what: str):
    if number not in fields:
        raise Malformed(f"the {what} is missing")
    return fields[number]


def _name(names: tuple[str, ...], number: int) -> str:
    if not 0 <= number < len(names):
        raise Malformed(f"{number} is none of {', '.join(names)}")
    return names[number]
