"""What may come in, and what is refused before gradio sees it."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from space.web.doors import BODY_BYTES
from tests.space import making


def _ask(address, method, path, body=None, headers=None, chunks=None):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(method, path, body=chunks or body, headers=headers or {}, encode_chunked=chunks is not None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/component_server",
        "/gradio_api/process_recording",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/runs",
        "/gradio_api/run-history/records",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/file=https://example.org/x",
        "/gradio_api/token",
        "/gradio_api/dev/reload",
        "/monitoring",
        "/monitoring/summary",
    ],
)
def test_routes_that_the_page_does_not_use_are_closed(address, path):
    for method in ("GET", "POST"):
        assert _ask(address, method, path)[0] == 404


def test_a_large_request_is_refused_whether_it_says_its_length_or_not(address):
    large = json.dumps({"data": ["x" * BODY_BYTES], "fn_index": 0, "session_hash": "s"}).encode()
    kind = {"Content-Type": "application/json"}
    assert _ask(address, "POST", "/gradio_api/run/predict", large, kind)[0] == 413
    pieces = (large[start : start + 65536] for start in range(0, len(large), 65536))
    assert _ask(address, "POST", "/gradio_api/queue/join", headers=kind, chunks=pieces)[0] == 413


@pytest.mark.parametrize("route", ["call/check", "run/predict", "queue/join"])
def test_a_file_is_not_fetched_from_an_address(address, route):
    file = {"path": "http://127.0.0.1:1/x.parquet", "meta": {"_type": "gradio.FileData"}}
    status, told = _ask(
        address,
        "POST",
        f"/gradio_api/{route}",
        json.dumps({"data": [[{"deep": file}]], "fn_index": 0, "session_hash": "s"}).encode(),
        {"Content-Type": "application/json"},
    )
    assert status == 400
    assert "expected an upload" in told


def test_nesting_without_end_is_refused(address):
    body = b"[" * 500_000
    assert _ask(address, "POST", "/gradio_api/run/predict", body, {"Content-Type": "application/json"})[0] == 400


def test_nobody_gets_past_the_queue_of_scoring(address, tmp_path):
    """A request that runs the check at once would not wait for its turn."""
    path = making.write_predictions(making.prediction_rows(1), tmp_path / "good.parquet")
    body = json.dumps({"data": [{"path": str(path), "meta": {"_type": "gradio.FileData"}}, "test"]}).encode()
    status, _ = _ask(address, "POST", "/gradio_api/run/check", body, {"Content-Type": "application/json"})
    assert status in (404, 500)


@pytest.mark.parametrize("host", ["rebind.example.org", "rebind.example.org:7860", "", "127.0.0.1.example.org"])
def test_local_mode_answers_under_this_computers_names_only(address, host):
    assert _ask(address, "GET", "/health", headers={"Host": host})[0] == 421
    assert _ask(address, "GET", "/health", headers={"Host": "localhost:1"})[0] == 200
    assert _ask(address, "GET", "/health", headers={"Host": "[::1]:7860"})[0] == 200
