"""What programs read by plain HTTP."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request

import pytest

from leaderboard import table_to_csv, table_to_markdown
from tests.space import making


def _get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.headers, answer.read()


def test_health_tells_what_is_served(address, served):
    headers, body = _get(f"{address}/health")
    told = json.loads(body)
    assert told["status"] == "ok"
    assert told["unreachable_since"] is None
    assert told["tables_made"] == served.parts.watch.snapshot.made
    assert told["data"] == {"version": "1.2.0", "digest": making.DIGEST, "split": "test"}
    assert headers["Cache-Control"] == "no-store"


def test_a_table_is_read_as_csv(address, board):
    headers, body = _get(f"{address}/table/en-multi.csv")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert body.decode("utf-8-sig") == table_to_csv(board.table("en-multi"))
    assert body.startswith(b"\xef\xbb\xbf")  # without it Excel takes Chinese names for something else
    assert len(list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))) == len(board.table("en-multi"))


def test_a_table_is_read_as_markdown(address, board):
    headers, body = _get(f"{address}/table/zh-single.md")
    assert headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert body.decode("utf-8") == table_to_markdown(board.table("zh-single"))


@pytest.mark.parametrize("form", ["parquet", "jsonl.gz"])
def test_the_example_file_is_a_valid_one(address, board, tmp_path, form):
    headers, body = _get(f"{address}/example/test.{form}")
    assert f'filename="example-test.{form}"' in headers["Content-Disposition"]
    path = tmp_path / f"example.{form}"
    path.write_bytes(body)
    report = board.validate(path)
    assert report.ok, report.to_text()
    assert report.tracks == board.tracks()


@pytest.mark.parametrize(
    "path", ["/table/xx.csv", "/table/en-multi.html", "/example/train.parquet", "/example/test.exe", "/example/test."]
)
def test_what_is_not_there_is_not_found(address, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        _get(address + path)
    assert refused.value.code == 404


def test_both_languages_have_a_page(address):
    for path, title in (("/", "MTurn-Seg leaderboard"), ("/zh", "MTurn-Seg 排行榜")):
        page = _get(address + path)[1].decode("utf-8")
        assert f'content="{title}"' in page
        assert "window.mturn" in page
