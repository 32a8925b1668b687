"""Which rows of a column, or of two beside each other, go to a device together, and which bytes that takes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from masks._columns import Column

# A lane or a block of lanes reads one string from its first byte to its last, one byte after the other. A string longer
# than this would still be read when all others are done: a CPU, whose every core is much faster than a lane, takes it.
LONGEST = 1 << 15


class Piece(NamedTuple):
    """n rows of one or two columns: strings 0 to n - 1 are those of the first column, n to 2n - 1 of the second."""

    texts: list[np.ndarray]  # uint8; the bytes of all strings if laid end to end
    offsets: np.ndarray  # int32 [n + 1] or [2n + 1] into them


def travels(column: Column, longest: int = LONGEST) -> np.ndarray:
    """bool [N]: whether a row's offsets stay in the buffer, do not run backwards and hold no more than `longest`."""
    starts, stops = column.offsets[:-1], column.offsets[1:]
    return (starts >= 0) & (starts <= stops) & (stops <= column.data.size) & (stops - starts <= longest)


def cuts(costs: np.ndarray, most: int) -> Iterator[slice]:
    """Consecutive rows whose costs (int64 [N]) add up to at most `most`, or that are a single row."""
    total = np.cumsum(costs)
    first = 0
    while first < len(costs):
        spent = total[first - 1] if first else 0
        last = max(int(np.searchsorted(total, spent + most, side="right")), first + 1)
        yield slice(first, last)
        first = last


def stretches(chosen: np.ndarray) -> list[tuple[int, int]]:
    """Where the True of a bool [N] stand: (first, past the last) of every unbroken stretch."""
    edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def byte_counts(column: Column, chosen: np.ndarray) -> np.ndarray:
    """int64 [N]: bytes of each chosen row, 0 for the others, whose offsets may be anything."""
    return np.where(chosen, column.offsets[1:] - column.offsets[:-1], 0)


def piece(columns: Sequence[Column], chosen: np.ndarray, rows: slice) -> Piece:
    """These rows of one or two columns; of rows that are not `chosen` (bool [N]) an empty string."""
    sides = [column.rows(rows.start, rows.stop) for column in columns]
    part = chosen[rows]
    # Rows share their offsets, so those of a stretch lie one behind another: nothing is copied here.
    texts = [side.data[side.offsets[a] : side.offsets[b]] for side in sides for a, b in stretches(part)]
    offsets = np.zeros(len(columns) * len(part) + 1, np.int32)
    np.cumsum(np.concatenate([byte_counts(side, part) for side in sides]), out=offsets[1:])
    return Piece(texts, offsets)
