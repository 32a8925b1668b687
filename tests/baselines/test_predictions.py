import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import masks
from baselines import Prediction, RunError, dataset_digest, run, write_predictions

COLUMNS = ["dialogue_id", "language", "turn", "size", "counts", "text"]


def test_a_run_writes_one_row_per_segmentation_turn_and_language(rows, spy, tmp_path):
    summary = run(rows, spy(), out=tmp_path / "p.parquet", digest="abc")
    table = pq.read_table(summary.out)
    assert table.column_names == COLUMNS
    assert [str(field.type) for field in table.schema] == [
        "string",
        "string",
        "int32",
        "list<element: int32>",
        "string",
        "string",
    ]
    assert table.schema.metadata[b"mturn_seg.digest"] == b"abc"
    written = [(row["dialogue_id"][-1], row["language"], row["turn"]) for row in table.to_pylist()]
    a = [("a", language, turn) for language in ("en", "zh") for turn in (1, 3, 4)]
    b = [("b", "en", 1), ("b", "en", 2), ("b", "en", 3), ("b", "zh", 1), ("b", "zh", 3)]
    assert written == a + b + [("c", "en", 1), ("c", "zh", 1)]
    third = table.to_pylist()[1]
    assert (third["size"], third["text"]) == ([20, 24], "reply to question 3?")
    decoded = masks.decode({"size": third["size"], "counts": third["counts"]})
    assert np.argwhere(decoded)[0].tolist() == [8, 3]


def test_json_lines_hold_the_same_rows_after_a_header(rows, spy, tmp_path):
    run(rows, spy(), out=tmp_path / "p.parquet", digest="abc")
    run(rows, spy(), out=tmp_path / "p.jsonl", digest="abc")
    header, *lines = (tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(header) == {"mturn_seg": {"digest": "abc"}}
    assert [json.loads(line) for line in lines] == pq.read_table(tmp_path / "p.parquet").to_pylist()


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_without_a_digest_the_file_names_none(tmp_path, suffix):
    path = tmp_path / f"p.{suffix}"
    write_predictions(path, [Prediction.of_mask("d", "en", 1, np.eye(3, dtype=bool))])
    if suffix == "parquet":
        assert b"mturn_seg.digest" not in (pq.read_schema(path).metadata or {})
    else:
        assert list(json.loads(path.read_text().splitlines()[0])) == COLUMNS


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_a_file_that_failed_half_way_leaves_the_old_one_alone(tmp_path, suffix):
    path = tmp_path / f"p.{suffix}"
    one = Prediction.of_mask("d", "en", 1, np.eye(3, dtype=bool))
    write_predictions(path, [one])
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError):
        write_predictions(path, _one_and_then_fail(one))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def _one_and_then_fail(one):
    yield one
    raise ZeroDivisionError


def test_many_rows_come_back_in_order(tmp_path):
    one = Prediction.of_mask("d", "zh", 1, np.zeros((2, 3), dtype=bool), "空")
    many = [Prediction(f"d{n}", one.language, n, one.size, one.counts, one.text) for n in range(10_001)]
    write_predictions(tmp_path / "p.parquet", iter(many))
    assert pq.ParquetFile(tmp_path / "p.parquet").num_row_groups == 2
    assert [row["turn"] for row in pq.read_table(tmp_path / "p.parquet").to_pylist()] == list(range(10_001))


def test_the_digest_is_read_from_the_built_folder(tmp_path):
    (tmp_path / "digest.json").write_text(json.dumps({"name": "n", "version": "1", "digest": "abc"}))
    assert dataset_digest(tmp_path) == "abc"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), ("{", "is not JSON"), ("[]", "field digest is None"), ('{"digest": 3}', "digest is 3")],
)
def test_a_folder_without_a_digest_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "digest.json").write_text(content)
    with pytest.raises(RunError, match=rf"digest\.json: .*{message}"):
        dataset_digest(tmp_path)
