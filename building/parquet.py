"""Arrow shards of the builder -> the Parquet files that are published.

The library's own Parquet writer cuts files where its worker processes happened to stop. Here rows are cut by count and
size alone, so that one process or many give the same bytes, and every file carries the digest of its release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

DIGEST_KEY = b"mturn_seg.digest"
SCHEMA_KEY = b"mturn_seg.schema"
# The Hub's viewer refuses row groups of more rows.
ROWS_PER_GROUP = 100
BYTES_PER_FILE = 400 * 2**20


@dataclass(frozen=True)
class SplitFiles:
    """What was written of one split: rows, bytes of its Arrow form, bytes of its files and how many files."""

    rows: int
    arrow_bytes: int
    file_bytes: int
    files: int


def write_split(
    arrow_files: list[Path],
    folder: Path,
    split: str,
    metadata: dict[bytes, bytes],
    bytes_per_file: int = BYTES_PER_FILE,
    progress: Callable[[int], None] | None = None,
) -> SplitFiles:
    """Writes `folder`/<split>-0000X-of-0000N.parquet from the Arrow stream files of a split, in their order.

    At most ROWS_PER_GROUP rows are in memory; a file ends after the row group with which it passes `bytes_per_file`.
    `metadata` joins the schema's own; `progress` is called with the rows written so far.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schema = _schema(arrow_files[0], metadata)
    parts: list[Path] = []
    writer: pq.ParquetWriter | None = None
    rows = arrow_bytes = in_file = 0
    try:
        for group in _groups(arrow_files, schema):
            if writer is None:
                parts.append(folder / f"{split}.part{len(parts):05d}")
                writer, in_file = _open(parts[-1], schema), 0
            writer.write_table(group, row_group_size=ROWS_PER_GROUP)
            rows += group.num_rows
            arrow_bytes += group.nbytes
            in_file += group.nbytes
            if progress is not None:
                progress(rows)
            if in_file > bytes_per_file:
                writer.close()
                writer = None
    finally:
        if writer is not None:
            writer.close()
    names = [folder / f"{split}-{index:05d}-of-{len(parts):05d}.parquet" for index in range(len(parts))]
    for part, name in zip(parts, names, strict=True):
        part.rename(name)
    return SplitFiles(rows, arrow_bytes, sum(name.stat().st_size for name in names), len(names))


def read_metadata(file: Path) -> dict[bytes, bytes]:
    """The schema metadata of a Parquet file; empty where the file is not a whole Parquet file."""
    try:
        return pq.read_schema(file).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return {}


def _schema(arrow_file: Path, metadata: dict[bytes, bytes]) -> pa.Schema:
    with arrow_file.open("rb") as file, pa.ipc.open_stream(file) as reader:
        return reader.schema.with_metadata({**(reader.schema.metadata or {}), **metadata})


def _open(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Content-defined pages let the Hub store only what changed between two releases; the index serves single rows.
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_content_defined_chunking=True, write_page_index=True, store_schema=True
    )


def _groups(arrow_files: list[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of exactly ROWS_PER_GROUP rows (the last may have fewer), wherever the record batches end."""
    held: list[pa.RecordBatch] = []
    count = 0
    for arrow_file in arrow_files:
        # Read, not mapped: mapped pages would count as memory of the process.
        with arrow_file.open("rb") as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                held.append(batch)
                count += batch.num_rows
                while count >= ROWS_PER_GROUP:
                    table = pa.Table.from_batches(held)
                    yield _own(table.slice(0, ROWS_PER_GROUP), schema)
                    held = table.slice(ROWS_PER_GROUP).to_batches()
                    count -= ROWS_PER_GROUP
    if count:
        yield _own(pa.Table.from_batches(held), schema)


def _own(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in one chunk each column, without the rest of the batches that they were cut from."""
    return table.take(pa.array(range(table.num_rows))).combine_chunks().replace_schema_metadata(schema.metadata)
