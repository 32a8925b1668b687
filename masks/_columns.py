"""Columns of RLE strings as bytes with offsets: of Arrow arrays without touching a row, of lists row by row."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from masks._messages import quote
from masks.reasons import MAX_PIXELS

# Larger than any height that can pass, small enough that comparing and dividing it never overflows.
HUGE = 1 << 40


def limit(max_pixels: int) -> int:
    """The caller's limit on pixels, where it is below that of the format."""
    return min(int(max_pixels), MAX_PIXELS)


class Column(NamedTuple):
    """Row i is data[offsets[i]:offsets[i + 1]] if valid[i], else no text at all."""

    data: np.ndarray  # uint8 [bytes]
    offsets: np.ndarray  # int64 [N + 1]
    valid: np.ndarray  # bool [N]

    def rows(self, first: int, last: int) -> "Column":
        return Column(self.data, self.offsets[first : last + 1], self.valid[first:last])

    def text(self, row: int) -> bytes | None:
        start, end = self.offsets[row], self.offsets[row + 1]
        return self.data[start:end].tobytes() if self.valid[row] and 0 <= start <= end <= self.data.size else None


def is_arrow(values: Any) -> bool:
    """Whether this is an Arrow array; imports nothing, because whoever holds one has imported pyarrow."""
    pyarrow = sys.modules.get("pyarrow")
    return pyarrow is not None and isinstance(values, pyarrow.Array | pyarrow.ChunkedArray)


def held(counts: Any) -> Any:
    """The column such that it is the same when it is read again, whatever kind of sequence it was."""
    one = isinstance(counts, str | bytes | Mapping) or hasattr(counts, "columns")
    return counts if is_arrow(counts) or one else list(counts)


def columns(counts: Any) -> Iterator[Column]:
    """The column, chunk after chunk. Arrow (large) strings and binaries are not copied."""
    if not is_arrow(counts):
        yield _from_sequence(counts)
        return
    for chunk in getattr(counts, "chunks", [counts]):
        yield _from_arrow(chunk)


def aligned(ones: Iterator[Column], others: Iterator[Column]) -> Iterator[tuple[Column, Column]]:
    """Two columns of as many rows, cut further so that the chunks of both hold the same rows."""
    one = other = None
    while True:
        one = one if one is not None and len(one.valid) else next(filter(_has_rows, ones), None)
        other = other if other is not None and len(other.valid) else next(filter(_has_rows, others), None)
        if one is None or other is None:
            return
        rows = min(len(one.valid), len(other.valid))
        yield one.rows(0, rows), other.rows(0, rows)
        one, other = one.rows(rows, len(one.valid)), other.rows(rows, len(other.valid))


def _has_rows(column: Column) -> bool:
    return len(column.valid) > 0


def encoded(counts: Any) -> bytes | None:
    """A string as the bytes that the kernels read, None if it is none. What is not ASCII is no RLE in any encoding."""
    if isinstance(counts, str):
        return counts.encode("utf-8", "surrogatepass")
    return bytes(counts) if isinstance(counts, bytes) else None


def _from_sequence(counts: Sequence) -> Column:
    if isinstance(counts, str | bytes | Mapping):
        raise TypeError(f"counts is one {type(counts).__name__}, but a sequence of strings was expected")
    texts = [encoded(item) for item in counts]
    # A table counts its rows but yields its columns.
    if hasattr(counts, "columns") or len(texts) != len(counts):
        raise TypeError(f"counts is a {type(counts).__name__}, but one column of strings was expected")
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text or b"") for text in texts], out=offsets[1:])
    valid = np.array([text is not None for text in texts], bool)
    return Column(_bytes(b"".join(text or b"" for text in texts)), offsets, valid)


def _from_arrow(chunk: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(chunk.type, pa.BaseExtensionType):
        chunk = chunk.storage
    if isinstance(chunk.type, pa.RunEndEncodedType):
        chunk = pc.run_end_decode(chunk)
    if isinstance(chunk.type, pa.DictionaryType):
        chunk = chunk.dictionary_decode()
    if chunk.type in (pa.string_view(), pa.binary_view()) or isinstance(chunk.type, pa.FixedSizeBinaryType):
        chunk = chunk.cast(pa.large_binary())
    kind = chunk.type
    if kind in (pa.string(), pa.binary()):
        width = np.int32
    elif kind in (pa.large_string(), pa.large_binary()):
        width = np.int64
    else:  # numbers, lists, nulls: nothing in it is a string
        return Column(_bytes(b""), np.zeros(len(chunk) + 1, np.int64), np.zeros(len(chunk), bool))
    validity, offsets, data = chunk.buffers()
    if len(chunk) == 0:
        return Column(_bytes(b""), np.zeros(1, np.int64), np.zeros(0, bool))
    rows = chunk.offset + len(chunk)
    starts = np.frombuffer(offsets, width, offsets.size // np.dtype(width).itemsize)[chunk.offset : rows + 1]
    # Arrow reads files whose buffers are shorter than the arrays that they claim to hold.
    if len(starts) != len(chunk) + 1 or (validity is not None and 8 * validity.size < rows):
        raise ValueError(f"the column claims {len(chunk)} rows, but its buffers hold fewer")
    starts = starts.astype(np.int64)
    valid = chunk.is_valid().to_numpy(zero_copy_only=False)
    return Column(_bytes(data if data is not None else b""), starts, valid)


def _bytes(data: Any) -> np.ndarray:
    view = np.frombuffer(data, np.uint8) if len(data) else np.zeros(0, np.uint8)
    # Always read-only, so that a kernel is compiled once.
    view.flags.writeable = False
    return view


def dimension(value: Any) -> int:
    """A height or width as the kernels take it: 0 if it is no positive integer, at most HUGE."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        return 0
    return min(max(int(value), 0), HUGE)


def dimensions(values: Any, rows: int) -> np.ndarray:
    """Heights or widths as int64 [rows], each as by `dimension`; a single number stands for all rows."""
    if isinstance(values, int | np.integer):
        return np.full(rows, dimension(values), np.int64)
    if not hasattr(values, "__len__") or hasattr(values, "columns"):
        found = quote(values) if not hasattr(values, "columns") else f"a {type(values).__name__}"
        raise TypeError(f"heights or widths are {found}, but an integer or {rows} integers were expected")
    shape = np.shape(values) if isinstance(values, np.ndarray) else (len(values),)
    if shape != (rows,):
        raise ValueError(f"heights and widths have shape {list(shape)}, but [{rows}] was expected")
    if is_arrow(values):
        import pyarrow as pa

        if isinstance(values.type, pa.DictionaryType):
            values = values.cast(values.type.value_type)
        values = values.fill_null(0).to_numpy() if pa.types.is_integer(values.type) else np.zeros(rows, np.int64)
    elif not isinstance(values, np.ndarray) or values.dtype == object:
        values = np.array([dimension(value) for value in values], np.int64)
    if values.dtype.kind not in "iu":
        return np.zeros(rows, np.int64)
    return np.clip(values, 0, min(HUGE, np.iinfo(values.dtype).max)).astype(np.int64)
