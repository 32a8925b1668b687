"""A predictions file with a row for every turn of a split that is to be segmented, and an empty mask in each.

It shows what a file looks like, can be filled with a model's masks, and is accepted as it is. It tells what everybody
may know: dialogues, languages, turns and sizes of images.
"""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leaderboard import Truth
from leaderboard.truth import LANGUAGES
from masks import encode

FORMATS = ("parquet", "jsonl.gz")
_GZIP_LEVEL = 6


def example_file(truth: Truth, format: str) -> bytes:
    """The file's bytes, the same for the same data. format: "parquet" or "jsonl.gz"; raises ValueError for another."""
    if format not in FORMATS:
        raise ValueError(f"format is {format!r}; expected {' or '.join(FORMATS)}")
    table = _table(truth)
    return _parquet(table, truth.digest) if format == "parquet" else _json_lines(table, truth.digest)


def _table(truth: Truth) -> pa.Table:
    size = truth.size[truth.entry_row]
    sizes, which = np.unique(size, axis=0, return_inverse=True)
    empty = pa.array([encode(np.zeros(tuple(shape), bool))["counts"] for shape in sizes.tolist()])
    pairs = pa.FixedSizeListArray.from_arrays(pa.array(size.astype(np.int32).ravel()), 2)
    return pa.table(
        {
            "dialogue_id": truth.dialogue_ids.take(pa.array(truth.entry_dialogue)).cast(pa.string()),
            "language": pa.array(LANGUAGES).take(pa.array(truth.entry_language)),
            "turn": pa.array(truth.entry_turn.astype(np.int32)),
            "size": pairs.cast(pa.list_(pa.int32())),
            "counts": empty.take(pa.array(which.ravel())),
        }
    )


def _parquet(table: pa.Table, digest: str) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"mturn_seg.digest": digest}), sink, compression="zstd")
    return sink.getvalue()


def _json_lines(table: pa.Table, digest: str) -> bytes:
    rows = table.to_pylist()
    lines = [json.dumps({"mturn_seg": {"digest": digest}}), *(json.dumps(row, ensure_ascii=False) for row in rows)]
    # No time stamp: the same data gives the same bytes.
    return gzip.compress(("\n".join(lines) + "\n").encode(), _GZIP_LEVEL, mtime=0)
