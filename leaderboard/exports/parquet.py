"""A table as Parquet, with typed columns."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leaderboard.exports.columns import columns
from leaderboard.records import TableRow

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64()}


def table_to_parquet(rows: Sequence[TableRow], path: Path | str, *, track: str) -> Path:
    """Write the rows in their order, with the columns of the CSV and nulls for missing values; returns the path.

    The track stands in the file's metadata as `mturn_seg.track`. The file appears whole or not at all. Raises OSError
    when it cannot be written.
    """
    path = Path(path)
    fields = columns(rows)
    schema = pa.schema(
        [(field.name, _TYPES[field.type]) for field in fields],
        metadata={"mturn_seg.track": track, "mturn_seg.rows": str(len(rows))},
    )
    table = pa.table([[field.value(row) for row in rows] for field in fields], schema=schema)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        pq.write_table(table, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path
