"""From Arrow files to Parquet files: rows are cut by count and size, wherever the batches ended."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from building.parquet import read_metadata, write_split


def arrow_file(path: Path, batches: list[list[int]]) -> Path:
    schema = pa.schema([("value", pa.int64()), ("text", pa.string())], metadata={b"own": b"kept"})
    with path.open("wb") as file, pa.ipc.new_stream(file, schema) as writer:
        for batch in batches:
            writer.write_batch(pa.record_batch([batch, [str(value) for value in batch]], schema=schema))
    return path


@pytest.mark.parametrize("cuts", [[250], [1, 249], [50] * 5, [99, 101, 50], [130, 120]])
def test_batches_of_any_length_give_the_same_bytes(cuts: list[int], tmp_path: Path) -> None:
    values = list(range(250))
    batches = [[values.pop(0) for _ in range(cut)] for cut in cuts]
    whole = arrow_file(tmp_path / "whole.arrow", [list(range(250))])
    pieces = [arrow_file(tmp_path / f"{index:03d}.arrow", [batch]) for index, batch in enumerate(batches)]
    expected = write_split([whole], tmp_path / "whole", "train", {b"key": b"value"})
    assert write_split(pieces, tmp_path / "pieces", "train", {b"key": b"value"}) == expected
    [first, second] = [tmp_path / name / "train-00000-of-00001.parquet" for name in ("whole", "pieces")]
    assert first.read_bytes() == second.read_bytes()
    metadata = pq.read_metadata(first)
    assert [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)] == [100, 100, 50]


def test_a_file_ends_with_the_row_group_that_makes_it_too_large(tmp_path: Path) -> None:
    source = arrow_file(tmp_path / "a.arrow", [list(range(1000))])
    written = write_split([source], tmp_path / "out", "test", {}, bytes_per_file=5_000)
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [
        f"test-{index:05d}-of-{len(files):05d}.parquet" for index in range(len(files))
    ]
    assert (written.rows, written.files) == (1000, len(files))
    assert written.file_bytes == sum(file.stat().st_size for file in files)
    assert len(files) > 2
    assert [value for file in files for value in pq.read_table(file)["value"].to_pylist()] == list(range(1000))


def test_the_metadata_joins_the_schemas_own(tmp_path: Path) -> None:
    source = arrow_file(tmp_path / "a.arrow", [[1]])
    write_split([source], tmp_path / "out", "test", {b"mturn_seg.digest": b"abc"})
    found = read_metadata(tmp_path / "out" / "test-00000-of-00001.parquet")
    assert (found[b"own"], found[b"mturn_seg.digest"]) == (b"kept", b"abc")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\x00" * 20 + b"PAR1"])
def test_the_metadata_of_a_broken_file_is_empty(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(content)
    assert read_metadata(tmp_path / "broken.parquet") == {}
    assert read_metadata(tmp_path / "missing.parquet") == {}
