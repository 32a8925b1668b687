"""The table as Parquet: typed, with nulls, and whole or not at all."""

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.exports import table_to_csv, table_to_parquet
from leaderboard.records import Distances


def test_values_come_back_with_their_types(row, tmp_path):
    mm = Distances(n=8, hd95=12.5, nsd=0.25)
    rows = [row(rank_interval=(1, 4), headline_dice_interval=(0.1, 0.2), parameters=10**12, mm=mm), row(rank=None)]
    table = pq.read_table(table_to_parquet(rows, tmp_path / "table.parquet", track="en-multi"))
    assert table["rank"].to_pylist() == [1, None]
    assert table["rank_high"].to_pylist() == [4, None]
    assert table["parameters"].to_pylist() == [10**12, None]
    assert table["headline_dice_low"].to_pylist() == [0.1, None]
    assert table["hd95_mm"].to_pylist() == [12.5, None]
    assert table["spine_dice"].to_pylist() == [0.25, 0.25]
    types = {name: table.schema.field(name).type for name in ("rank", "model", "headline_dice", "link", "chest_dice")}
    assert types == {
        "rank": pa.int64(),
        "model": pa.string(),
        "headline_dice": pa.float64(),
        "link": pa.string(),  # though no row has one
        "chest_dice": pa.float64(),
    }


def test_text_is_kept_as_it_is(row, tmp_path):
    table = pq.read_table(table_to_parquet([row(model="=1+1 | 模型")], tmp_path / "t.parquet", track="zh-multi"))
    assert table["model"].to_pylist() == ["=1+1 | 模型"]


def test_the_track_stands_in_the_metadata(row, tmp_path):
    path = table_to_parquet([row()], tmp_path / "t.parquet", track="zh-single")
    assert pq.read_schema(path).metadata[b"mturn_seg.track"] == b"zh-single"


def test_it_has_the_columns_of_the_csv_even_when_empty(row, tmp_path):
    for rows in ([row()], []):
        table = pq.read_table(table_to_parquet(rows, tmp_path / "t.parquet", track="en-multi"))
        assert table.column_names == table_to_csv(rows).splitlines()[0].split(",")
        assert table.num_rows == len(rows)


def test_the_same_rows_give_the_same_bytes(row, tmp_path):
    one = table_to_parquet([row()], tmp_path / "1.parquet", track="en-multi")
    assert one.read_bytes() == table_to_parquet([row()], tmp_path / "2.parquet", track="en-multi").read_bytes()


def test_a_write_that_fails_leaves_the_earlier_file(row, tmp_path, monkeypatch):
    path = table_to_parquet([row()], tmp_path / "t.parquet", track="en-multi")
    before = path.read_bytes()

    def half(table, target):
        target.write_bytes(b"PAR1")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", half)
    with pytest.raises(OSError, match="disk full"):
        table_to_parquet([row(), row()], path, track="en-multi")
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["t.parquet"]


def test_no_score_is_written_as_nan(row, tmp_path):
    table = pq.read_table(
        table_to_parquet([row(headline_dice=None, rank=None)], tmp_path / "t.parquet", track="en-multi")
    )
    values = [value for column in table.columns for value in column.to_pylist()]
    assert table["headline_dice"].null_count == 1
    assert not any(isinstance(value, float) and math.isnan(value) for value in values)
