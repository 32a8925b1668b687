"""The example file is accepted as it is, and tells nothing that is not public."""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from leaderboard import Truth, validate_file
from masks import decode
from space.submission.example import FORMATS, example_file


@pytest.fixture(scope="module")
def truth(truth_file) -> Truth:
    return Truth.load(truth_file)


@pytest.mark.parametrize("form", FORMATS)
def test_the_example_is_accepted_with_every_row(truth, tmp_path, form):
    path = tmp_path / f"example.{form}"
    path.write_bytes(example_file(truth, form))
    report = validate_file(path, truth)
    assert report.ok, report.to_text()
    assert report.rows == len(truth.entry_row) == 72
    assert report.tracks == ["en-single", "en-multi", "zh-single", "zh-multi"]
    assert report.notes == []


def _rows(form: str, content: bytes) -> list[dict]:
    if form == "parquet":
        return pq.read_table(io.BytesIO(content)).to_pylist()
    header, *lines = map(json.loads, gzip.decompress(content).decode().splitlines())
    assert header == {"mturn_seg": {"digest": "5e2c" * 16}}
    return lines


@pytest.mark.parametrize("form", FORMATS)
def test_every_mask_of_the_example_is_empty(truth, form):
    rows = _rows(form, example_file(truth, form))
    assert {tuple(row) for row in rows} == {("dialogue_id", "language", "turn", "size", "counts")}
    for row in rows:
        assert not decode({"size": row["size"], "counts": row["counts"]}).any()
    asked = {(row["dialogue_id"], row["language"], row["turn"]) for row in rows}
    multi = {(f"dialogue-multi-{p}", lang, turn) for p in range(6) for lang in ("en", "zh") for turn in (1, 3, 4, 5, 6)}
    assert asked == multi | {(f"dialogue-single-{p}", lang, 1) for p in range(6) for lang in ("en", "zh")}


def test_images_of_different_sizes_get_masks_of_theirs(truth, tmp_path):
    size = truth.size.copy()
    size[::2] = (7, 1)
    varied = Truth(**{**vars(truth), "size": size, "counts": truth.counts})
    rows = _rows("parquet", example_file(varied, "parquet"))
    assert {tuple(row["size"]) for row in rows} == {(7, 1), (24, 32)}
    assert all(decode({"size": row["size"], "counts": row["counts"]}).shape == tuple(row["size"]) for row in rows)
    assert np.array_equal([row["size"] for row in rows], size[truth.entry_row])


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_data_gives_the_same_bytes(truth, form):
    assert example_file(truth, form) == example_file(truth, form)


def test_another_format_is_refused(truth):
    with pytest.raises(ValueError, match=r"'csv'; expected parquet or jsonl\.gz"):
        example_file(truth, "csv")
