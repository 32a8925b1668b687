"""The pages of a Parquet column, by their headers alone, before anything is decompressed.

A page header states how large the page becomes, and Arrow makes that much room; the footer's numbers are only claims
about the same. So the headers of every column that is read are walked first: sizes, numbers of values and encodings.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from leaderboard.files.footer import Chunk
from leaderboard.files.limits import Limits
from leaderboard.files.refused import too_large
from leaderboard.files.thrift import I32, CutOff, Malformed, read_struct

# Numbers of the Parquet format: page types, encodings, fields of the headers.
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_PLAIN, _PLAIN_DICTIONARY, _DELTA_BYTE_ARRAY, _RLE_DICTIONARY = 0, 2, 7, 8
_DATA_FIELDS = _DICTIONARY_FIELDS = {1: I32, 2: I32}  # number of values, encoding
_V2_FIELDS = {1: I32, 4: I32, 5: I32, 6: I32}  # the same, and the lengths of its levels
_HEADER = {1: I32, 2: I32, 3: I32, 5: _DATA_FIELDS, 7: _DICTIONARY_FIELDS, 8: _V2_FIELDS}

_MAGIC = b"PAR1"
_WIDTH = {"BYTE_ARRAY": 4, "INT32": 4, "INT64": 8}  # bytes that a dictionary entry takes at least
_CODECS = {"SNAPPY": "snappy", "GZIP": "gzip", "BROTLI": "brotli", "ZSTD": "zstd", "LZ4_RAW": "lz4_raw"}
_ENTRY_COST = 32  # bytes: Arrow takes 16 or more for an entry beside its text
_FIRST_LOOK, _LONGEST_HEADER = 2048, 2**20


@dataclass(frozen=True)
class Dictionary:
    """A dictionary page: where its body lies in the file, in bytes, and how many entries it states."""

    start: int
    compressed: int
    uncompressed: int
    entries: int


@dataclass
class Pages:
    """What the pages of one column chunk hold."""

    count: int = 0
    decoded: int = 0  # bytes of all pages after decompression, and what the entries of a dictionary cost beside them
    spelled: int = 0  # bytes of those that spell out their values
    coded: int = 0  # values that are given as numbers of dictionary entries
    dictionary: Dictionary | None = None


def walk(file: BinaryIO, chunk: Chunk, limits: Limits, most_pages: int) -> Pages:
    """The pages of one column chunk. Raises Malformed, or Refused for a page that is too large or for too many pages.

    file: the whole Parquet file, opened for reading bytes. What Arrow would read lies between the first page and the
    last one needed for the chunk's number of values; both ends are found by the same rules as Arrow's.
    """
    pages, seen = Pages(), 0
    if not chunk.values:
        return pages
    at, end = chunk.start, chunk.start + chunk.length
    size = file.seek(0, io.SEEK_END)
    if at < len(_MAGIC) or not at <= end <= size:
        raise Malformed(f"bytes {at:,} to {end:,} do not lie in a file of {size:,} bytes")
    while seen < chunk.values:
        header, length = _header(file, at, end)
        uncompressed, compressed = _required(header, 2), _required(header, 3)
        body = at + length
        if uncompressed < 0 or compressed < 0 or body + compressed > end:
            raise Malformed(f"a page at byte {at:,} goes past the end of its column")
        # A page may be stored as it is: then its length in the file counts.
        size = max(uncompressed, compressed)
        if size > limits.page_bytes:
            raise too_large(
                f"a page of {size:,} bytes after decompression", f"at most {limits.page_bytes:,}", chunk.leaf.path
            )
        if header.get(1) == _DICTIONARY:
            if at != chunk.start:
                raise Malformed(f"a dictionary page at byte {at:,} does not come first")
            pages.dictionary = _dictionary(header, chunk, Dictionary(body, compressed, uncompressed, 0), limits)
            pages.decoded += _ENTRY_COST * pages.dictionary.entries
        else:
            seen += _count_data(header, size, chunk, pages)
            if seen > chunk.values:
                raise Malformed(f"pages hold more than the {chunk.values:,} values that the footer states")
        pages.count += 1
        if pages.count > most_pages:
            raise too_large("too many pages", f"at most {limits.pages:,}", chunk.leaf.path)
        pages.decoded += size
        at = body + compressed
    return pages


def text_bytes(file: BinaryIO, chunk: Chunk, pages: Pages) -> int | None:
    """At most so many bytes are the chunk's texts together; None where that cannot be told cheaply."""
    if not pages.coded:
        return pages.spelled
    if pages.dictionary.entries > chunk.values:
        return None
    longest = _longest_entry(file, chunk.codec, pages.dictionary)
    return None if longest is None else pages.spelled + pages.coded * longest


def _header(file: BinaryIO, at: int, end: int) -> tuple[dict, int]:
    length = _FIRST_LOOK
    while True:
        file.seek(at)
        data = file.read(min(length, end - at))
        try:
            return read_struct(data, _HEADER)
        except CutOff:
            if len(data) < length or length >= _LONGEST_HEADER:
                raise Malformed(f"the page header at byte {at:,} is cut off") from None
            length = min(16 * length, _LONGEST_HEADER)


def _required(fields: dict, number: int) -> int:
    if number not in fields:
        raise Malformed(f"a page header lacks field {number}")
    return fields[number]


def _dictionary(header: dict, chunk: Chunk, page: Dictionary, limits: Limits) -> Dictionary:
    fields = _required(header, 7)
    entries = _required(fields, 1)
    if _required(fields, 2) not in (_PLAIN, _PLAIN_DICTIONARY):
        raise Malformed(f"a dictionary page of encoding {fields[2]}")
    # Arrow makes room for the stated number of entries before it reads one.
    most = page.uncompressed // _WIDTH[chunk.leaf.kind]
    if not 0 <= entries <= most:
        raise Malformed(f"a dictionary page states {entries:,} entries; it can hold {most:,}")
    # There may be more of them than values: a writer of categories repeats them all in every row group.
    if entries > limits.rows:
        raise too_large(f"a dictionary of {entries:,} entries", f"at most {limits.rows:,}", chunk.leaf.path)
    return Dictionary(page.start, page.compressed, page.uncompressed, entries)


def _count_data(header: dict, size: int, chunk: Chunk, pages: Pages) -> int:
    """Add a data page to `pages`; how many values it states."""
    if header.get(1) == _DATA:
        fields = _required(header, 5)
        encoding = _required(fields, 2)
    elif header.get(1) == _DATA_V2:
        fields = _required(header, 8)
        encoding = _required(fields, 4)
        levels = _required(fields, 5), _required(fields, 6)
        if min(levels) < 0 or sum(levels) > min(_required(header, 2), _required(header, 3)):
            raise Malformed("the levels of a page are longer than the page")
    else:
        raise Malformed(f"a page of type {header.get(1)}")
    values = _required(fields, 1)
    if values < 1:
        raise Malformed(f"a page states {values:,} values")
    if encoding in (_PLAIN_DICTIONARY, _RLE_DICTIONARY):
        if pages.dictionary is None:
            raise Malformed("a page refers to a dictionary, but there is none")
        pages.coded += values
    elif encoding == _DELTA_BYTE_ARRAY:
        # Each text states how much of the one before it repeats, so that a few bytes can stand for any number.
        raise Malformed("texts are written as differences (DELTA_BYTE_ARRAY); write them plain or with a dictionary")
    else:
        pages.spelled += size
    return values


def _longest_entry(file: BinaryIO, codec: str, page: Dictionary) -> int | None:
    """Bytes of the longest text of a dictionary page; None where it cannot be read."""
    file.seek(page.start)
    data = file.read(page.compressed)
    if codec != "UNCOMPRESSED":
        if codec not in _CODECS:
            return None
        try:
            data = pa.Codec(_CODECS[codec]).decompress(data, decompressed_size=page.uncompressed, asbytes=True)
        except (pa.ArrowException, OSError):
            return None
    at = longest = 0
    try:
        for _ in range(page.entries):
            length = _LENGTH(data, at)[0]
            at += 4 + length
            if length > longest:
                longest = length
    except struct.error:
        raise Malformed("a dictionary page is shorter than its entries") from None
    return longest


_LENGTH = struct.Struct("<I").unpack_from
