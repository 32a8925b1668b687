"""Integers that need all 64 bits: none of them is a turn or a side of an image, and the rules count in signed ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leaderboard.files.columns import ARROW_TYPES, EXPECTED, Columns, problem_of
from leaderboard.problems import ProblemCollector, shorten

_MOST = 2**63 - 1


def read_type(name: str, kind: pa.DataType) -> pa.DataType:
    """The type to read a column as: the one of ARROW_TYPES, with unsigned 64-bit integers left as they are."""
    if kind == pa.uint64():
        return kind
    if getattr(kind, "value_type", None) == pa.uint64():
        return pa.large_list(pa.uint64())
    return ARROW_TYPES[name]


def signed(name: str, array: pa.Array, columns: Columns, problems: ProblemCollector) -> pa.Array:
    """The column as of ARROW_TYPES; rows with a number beyond it are reported and become null."""
    if array.type == ARROW_TYPES[name]:
        return array
    is_list = pa.types.is_large_list(array.type)
    values = pc.list_flatten(array) if is_list else array
    big = pc.greater(values, pa.scalar(_MOST, pa.uint64())).fill_null(False).to_numpy(zero_copy_only=False)
    if big.any():
        row_of = pc.list_parent_indices(array).to_numpy() if is_list else np.arange(len(array))
        rows = np.unique(row_of[big])
        columns.reported.setdefault(name, []).extend(rows.tolist())
        problems.add_many(
            "wrong_type",
            rows,
            lambda row: problem_of(
                columns, "wrong_type", int(row), name, shorten(array[int(row)].as_py()), f"{EXPECTED[name]} below 2^63"
            ),
        )
        blank = np.zeros(len(array), bool)
        blank[rows] = True
        array = pc.if_else(pa.array(blank), pa.scalar(None, array.type), array)
    return array.cast(ARROW_TYPES[name])
