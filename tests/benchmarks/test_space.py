"""The load of the served page: what a visit is, how readers and copies behave, and what the report says of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import space
from benchmarks.serving.app import family, resident_mb
from benchmarks.serving.readers import read
from benchmarks.serving.submitters import copy_of, write_template
from benchmarks.serving.visit import SESSION, Visit, visit_of

ADDRESS = "http://127.0.0.1:7860"
EVENT = '{"data":[],"fn_index":3,"session_hash":"abc123"}'
ASKED = [
    ("GET", f"{ADDRESS}/", ""),
    ("GET", f"{ADDRESS}/assets/index.js", ""),
    ("GET", f"{ADDRESS}/theme.css?v=1", ""),
    ("GET", "https://elsewhere.example/font.woff", ""),
    ("GET", f"{ADDRESS}/gradio_api/heartbeat/abc123", ""),
    ("POST", f"{ADDRESS}/gradio_api/run/predict", EVENT),
    ("GET", f"{ADDRESS}/assets/index.js", ""),
]


def test_a_visit_is_what_the_browser_asked_of_this_host_with_the_session_taken_out():
    visit = visit_of(ADDRESS, ASKED)
    assert visit == Visit(
        page="/",
        files=("/assets/index.js", "/theme.css?v=1"),
        events=(("/gradio_api/run/predict", EVENT.replace("abc123", SESSION)),),
        listening=f"/gradio_api/heartbeat/{SESSION}",
    )
    assert Visit.from_json(json.loads(json.dumps(visit.to_json()))) == visit


def test_a_page_that_fires_no_event_is_no_visit():
    with pytest.raises(RuntimeError, match="0 sessions"):
        visit_of(ADDRESS, [one for one in ASKED if one[0] == "GET"])


@pytest.fixture
def site() -> Iterator[SimpleNamespace]:
    """A server that answers as the app would and counts what it is asked; `failing` makes its events fail."""
    asked, bodies = Counter(), []
    state = SimpleNamespace(asked=asked, bodies=bodies, failing=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked[self.path.rpartition("/")[0] if "heartbeat" in self.path else self.path] += 1
            self._answer(200, b"<html>")

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(500 if state.failing else 200, b'{"data": ["Model 7"]}')

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *values: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


def _read(site: SimpleNamespace, marker: str = "Model 7") -> dict:
    visit = visit_of(ADDRESS, ASKED).to_json()
    return read(site.address, visit, marker, readers=3, seconds=1.5, think_s=0.1, seed=1)


def test_readers_fetch_scripts_once_and_fill_the_page_at_every_visit(site):
    seen = _read(site)
    visits = len(seen["first_ms"]) + len(seen["open_ms"])
    assert seen["errors"] == []
    assert len(seen["first_ms"]) == 3 and visits > 6
    assert site.asked["/"] == len(site.bodies) == len(seen["page_ms"]) == len(seen["fill_ms"]) == visits
    assert site.asked["/assets/index.js"] == site.asked["/theme.css?v=1"] == 3
    # A visit listens until the reader leaves; the last ones may have been left before they asked.
    assert visits - 3 <= site.asked["/gradio_api/heartbeat"] <= visits
    # Every visit has a session of its own.
    assert len({json.loads(body)["session_hash"] for body in site.bodies}) == visits
    assert all(first >= page for first, page in zip(sorted(seen["open_ms"]), sorted(seen["page_ms"]), strict=False))


def test_a_wrong_status_and_a_page_without_its_table_are_errors(site):
    seen = _read(site, marker="Model 8")
    assert seen["open_ms"] == seen["first_ms"] == []
    assert seen["errors"] and all("'Model 8' stands in no answer" in error for error in seen["errors"])
    site.failing = True
    assert all("POST /gradio_api/run/predict: status 500" in error for error in _read(site)["errors"])


def test_copies_are_other_files_with_the_same_predictions(tmp_path):
    table = pa.table({"dialogue_id": ["a", "b"], "counts": ["23;", "2003;"]})
    predictions, template = tmp_path / "predictions.parquet", tmp_path / "template.parquet"
    pq.write_table(table.replace_schema_metadata({"mturn_seg.digest": "5e2c"}), predictions)
    write_template(predictions, template)
    contents = [template.read_bytes(), *(copy_of(template.read_bytes(), number) for number in (1, 2, 123_456))]
    assert len({hashlib.sha256(content).hexdigest() for content in contents}) == 4
    for content in contents:
        read_back = pq.read_table(pa.BufferReader(content))
        assert read_back.to_pydict() == table.to_pydict()
        assert read_back.schema.metadata[b"mturn_seg.digest"] == b"5e2c"


def test_the_family_of_a_process_is_it_and_what_it_started():
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as process:
        for _ in range(1000):
            if len(family(process.pid)) == 2:
                break
            threading.Event().wait(0.01)
        pids = family(process.pid)
        process.communicate(b"\n")
    assert len(pids) == 2 and pids[0] == process.pid
    assert resident_mb(os.getpid()) > 10
    assert resident_mb(process.pid) == 0


def _found(tmp_path: Path, **sent: list) -> space.Found:
    predictions = tmp_path / "predictions.parquet"
    predictions.write_bytes(b"x" * 2_000_000)
    seen = {
        "page_ms": [float(value) for value in range(1, 102)],
        "fill_ms": [5.0] * 101,
        "open_ms": [10.0] * 100,
        "first_ms": [2000.0],
        "errors": ["ReadTimeout: "],
    }
    app = SimpleNamespace(health_s=3.21, table_s=4.56, peak_mb=512.4, peak_all_mb=1800.0)
    return space.Found(
        upload=SimpleNamespace(rows=232_188, predictions=predictions),
        visit=visit_of(ADDRESS, ASKED),
        first=app,
        again=app,
        alone=seen,
        loaded=seen,
        sent={"ids": ["a", "b"], "seconds": [10.0, 30.0], "errors": [], **sent},
    )


def test_the_report_tells_counts_quantiles_and_errors(tmp_path):
    text = space.report(space.Load(), _found(tmp_path, errors=["submission 3: refused"]))
    # Of 1 to 101 the median is 51, and 95% of the way lies 96.
    assert "| the page, while files are scored | 101 | 51.0 | 96.0 | 101.0 |" in text
    assert "| opened, first, readers alone | 1 | 2,000.0 | 2,000.0 | 2,000.0 |" in text
    assert "Errors of readers and submitters: 3." in text
    assert "- submission 3: refused" in text
    assert "2 submissions answered" in text and "20.0, 29.0, 30.0 s" in text
    assert "| again | 3.2 | 4.6 |" in text
    assert "232,188 rows" in text and "(2 MB" in text and "2 scripts and styles, what fills the page (1 event)" in text


@pytest.fixture
def kept(monkeypatch) -> SimpleNamespace:
    """What a store holds: submission ids with their states, and the submission of each record."""
    kept = SimpleNamespace(states={"old": "scored", "a": "scored"}, of_record=["old", "a"])
    store = SimpleNamespace(
        submissions=lambda: [SimpleNamespace(id=name, state=state) for name, state in kept.states.items()],
        record_keys=lambda: [SimpleNamespace(submission=name) for name in kept.of_record],
    )
    monkeypatch.setattr(space, "SqliteStore", lambda path: store)
    return kept


def test_a_store_with_each_submission_scored_once_is_right(kept):
    space._check_store(Path("store"), ["a"], records=1)


@pytest.mark.parametrize(
    ("states", "of_record", "sent"),
    [
        ({"old": "scored", "a": "pending"}, ["old", "a"], ["a"]),
        ({"old": "scored", "a": "scored"}, ["old", "a", "a"], ["a"]),
        ({"old": "scored"}, ["old"], ["a"]),
        ({"old": "scored", "a": "scored", "more": "pending"}, ["old", "a"], ["a"]),
        ({"old": "scored", "a": "scored"}, ["old", "a"], ["a", "a"]),
    ],
)
def test_a_store_that_lost_or_doubled_a_submission_is_told(kept, states, of_record, sent):
    kept.states, kept.of_record = states, of_record
    with pytest.raises(RuntimeError, match="submissions were answered"):
        space._check_store(Path("store"), sent, records=1)
