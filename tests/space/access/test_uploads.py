"""The gate before uploads."""

from __future__ import annotations

import asyncio
import shutil
from types import SimpleNamespace

import pytest

from space.access.uploads import UPLOAD_PATH, UploadGate
from tests.space.apart import run_apart


class App:
    """Answers 200, when it is let to; `bodies` holds what it received."""

    def __init__(self):
        self.bodies, self.let = [], asyncio.Event()
        self.let.set()

    async def __call__(self, scope, receive, send) -> None:
        await self.let.wait()
        if scope["type"] == "http":
            self.bodies.append((await receive())["body"])
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"done"})


async def _ask(gate, path=UPLOAD_PATH, method="POST", host="1.2.3.4", headers=(), body=b"file", receive=None):
    sent = []

    async def whole() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "client": (host, 1)}
    await gate(scope, receive or whole, send)
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return SimpleNamespace(status=sent[0]["status"], headers=head, body=b"".join(m.get("body", b"") for m in sent[1:]))


def _gate(app, tmp_path, **changes) -> UploadGate:
    return UploadGate(app, **{"uploads_per_hour": 2, "file_bytes": 100, "folder": tmp_path, "least_free": 1, **changes})


def test_uploads_of_one_visitor_are_limited(tmp_path):
    async def scenario() -> None:
        app = App()
        gate = _gate(app, tmp_path)
        assert [(await _ask(gate)).status for _ in range(3)] == [200, 200, 429]
        assert (await _ask(gate, host="5.6.7.8")).status == 200
        refused = await _ask(gate)
        assert "60 min" in refused.body.decode()
        assert 3590 <= int(refused.headers["retry-after"]) <= 3600
        assert len(app.bodies) == 3

    run_apart(scenario())


def test_a_refusal_speaks_the_language_of_the_page(tmp_path):
    async def scenario() -> None:
        gate = _gate(App(), tmp_path, uploads_per_hour=1)
        await _ask(gate)
        refused = await _ask(gate, headers=[(b"referer", b"http://host/zh?tab=submit")])
        assert "分钟后重试" in refused.body.decode()

    run_apart(scenario())


def test_only_so_many_uploads_run_at_once(tmp_path):
    async def scenario() -> None:
        app = App()
        app.let.clear()
        gate = _gate(app, tmp_path, uploads_per_hour=9, at_once=2)
        running = [asyncio.create_task(_ask(gate)) for _ in range(2)]
        await asyncio.sleep(0)
        busy = await _ask(gate)
        assert (busy.status, busy.headers["retry-after"]) == (429, "60")
        app.let.set()
        assert [(await task).status for task in running] == [200, 200]
        assert (await _ask(gate)).status == 200

    run_apart(scenario())


def test_an_upload_that_fails_makes_room_again(tmp_path):
    async def broken(scope, receive, send) -> None:
        raise ConnectionResetError

    async def scenario() -> None:
        gate = _gate(broken, tmp_path, uploads_per_hour=9, at_once=1)
        for _ in range(3):
            with pytest.raises(ConnectionResetError):
                await _ask(gate)

    run_apart(scenario())


def test_no_upload_is_taken_on_a_full_disk(tmp_path, monkeypatch):
    asked = []

    def usage(path):
        asked.append(path)
        return SimpleNamespace(free=1000)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    monkeypatch.setattr("space.access.uploads._FORM_BYTES", 0)

    async def scenario() -> None:
        gate = _gate(App(), tmp_path / "not" / "there", least_free=950, uploads_per_hour=9)
        assert (await _ask(gate, headers=[(b"content-length", b"50")])).status == 200
        refused = await _ask(gate, headers=[(b"content-length", b"51")])
        assert refused.status == 507
        assert "no room" in refused.body.decode()
        assert (await _ask(gate)).status == 507  # of unknown length: it may become the largest there is
        assert set(asked) == {tmp_path}

    run_apart(scenario())


def test_uploads_that_run_count_as_what_they_may_become(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    monkeypatch.setattr("space.access.uploads._FORM_BYTES", 0)

    async def scenario() -> None:
        app = App()
        app.let.clear()
        gate = _gate(app, tmp_path, least_free=850, uploads_per_hour=9)
        running = asyncio.create_task(_ask(gate, headers=[(b"content-length", b"10")]))
        await asyncio.sleep(0)
        assert (await _ask(gate, host="5.6.7.8", headers=[(b"content-length", b"51")])).status == 507
        app.let.set()
        assert (await running).status == 200
        assert (await _ask(gate, host="5.6.7.8", headers=[(b"content-length", b"51")])).status == 200

    run_apart(scenario())


def test_one_visitor_leaves_room_for_others(tmp_path):
    async def scenario() -> None:
        app = App()
        app.let.clear()
        gate = _gate(app, tmp_path, uploads_per_hour=9, at_once=3, own_at_once=1)
        running = asyncio.create_task(_ask(gate))
        await asyncio.sleep(0)
        assert (await _ask(gate)).status == 429
        other = asyncio.create_task(_ask(gate, host="5.6.7.8"))
        await asyncio.sleep(0)
        app.let.set()
        assert [(await task).status for task in (running, other)] == [200, 200]

    run_apart(scenario())


def test_an_upload_larger_than_a_file_may_be_is_cut_off_whether_it_says_so_or_not(tmp_path, monkeypatch):
    monkeypatch.setattr("space.access.uploads._FORM_BYTES", 0)

    async def scenario() -> None:
        app = App()
        gate = _gate(app, tmp_path, uploads_per_hour=9)
        assert (await _ask(gate, headers=[(b"content-length", b"101")])).status == 413
        assert (await _ask(gate, body=b"x" * 101)).status == 413
        assert app.bodies == []
        assert (await _ask(gate, body=b"x" * 100)).status == 200

    run_apart(scenario())


def test_a_silent_sender_makes_room_for_others(tmp_path, monkeypatch):
    monkeypatch.setattr("space.access.uploads.IDLE_S", 0.05)

    async def scenario() -> None:
        gate = _gate(App(), tmp_path, uploads_per_hour=9, own_at_once=1)
        silent = await _ask(gate, receive=asyncio.Event().wait)
        assert silent.status == 408
        assert "took too long" in silent.body.decode()
        assert (await _ask(gate)).status == 200

    run_apart(scenario())


@pytest.mark.parametrize(("path", "method"), [("/gradio_api/queue/join", "POST"), (UPLOAD_PATH, "GET"), ("/", "GET")])
def test_everything_else_passes_untouched(tmp_path, path, method):
    async def scenario() -> None:
        app = App()
        gate = _gate(app, tmp_path, uploads_per_hour=1, at_once=1)
        for _ in range(4):
            assert (await _ask(gate, path=path, method=method)).status == 200
        assert app.bodies == [b"file"] * 4

    run_apart(scenario())


def test_other_kinds_of_connections_pass(tmp_path):
    seen = []

    async def app(scope, receive, send) -> None:
        seen.append(scope["type"])

    run_apart(_gate(app, tmp_path)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
