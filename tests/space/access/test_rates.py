"""Limits on how often things are done, and the gate before uploads."""

from __future__ import annotations

import asyncio
import shutil
import threading
from types import SimpleNamespace

import pytest

from space.access.rates import UPLOAD_PATH, Rate, Rates, UploadGate, minutes, visitor
from space.settings import Settings
from tests.space.apart import run_apart


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_uses_of_one_key_are_limited_within_any_window(clock):
    rate = Rate(2, 100, window_s=60, now=clock)
    assert rate.take("a") == 0
    clock.time += 40
    assert rate.take("a") == 0
    clock.time += 5
    assert rate.take("a") == 15  # the first use, 45 s ago, ends after 60
    assert rate.take("b") == 0
    clock.time += 15
    assert rate.take("a") == 0
    assert rate.take("a") == 40  # now the use of 20 s ago is the oldest


def test_uses_of_all_keys_together_are_limited(clock):
    rate = Rate(10, 3, window_s=60, now=clock)
    for key in "abc":
        assert rate.take(key) == 0
        clock.time += 10
    assert rate.take("d") == 30
    clock.time += 30
    assert rate.take("d") == 0


def test_the_longer_of_two_waits_is_told(clock):
    rate = Rate(1, 2, window_s=60, now=clock)
    rate.take("a")
    clock.time += 30
    rate.take("b")
    assert rate.take("b") == 60
    assert rate.take("c") == 30


def test_a_refused_use_does_not_count(clock):
    rate = Rate(1, 100, window_s=60, now=clock)
    rate.take("a")
    for _ in range(5):
        clock.time += 10
        assert rate.take("a") > 0
    clock.time += 10
    assert rate.take("a") == 0


def test_keys_of_past_windows_are_forgotten(clock):
    rate = Rate(1, 1000, window_s=60, now=clock)
    for key in range(1000):
        assert rate.take(str(key)) == 0
    assert rate.take("one more") > 0
    assert rate.keys == 1000
    clock.time += 61
    rate.take("later")
    assert rate.keys == 1


def test_threads_never_get_more_than_the_limit():
    rate = Rate(1000, 50)
    taken = []

    def take() -> None:
        for _ in range(40):
            if rate.take("a") == 0:
                taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 50


@pytest.mark.parametrize(("seconds", "told"), [(0.5, 1), (60, 1), (61, 2), (3599, 60)])
def test_a_wait_is_told_in_whole_minutes(seconds, told):
    assert minutes(seconds) == told


@pytest.mark.parametrize(
    ("forwarded", "host", "is_proxied", "found"),
    [
        ("", "127.0.0.1", False, "127.0.0.1"),
        ("9.9.9.9", "127.0.0.1", False, "127.0.0.1"),  # who is not behind a proxy may say what they like
        ("9.9.9.9", "10.0.0.1", True, "9.9.9.9"),
        ("1.1.1.1, 9.9.9.9, 10.20.0.4", "10.0.0.1", True, "9.9.9.9"),  # the first was made up
        ("nonsense, 10.0.0.7", "10.0.0.1", True, "10.0.0.1"),
        ("2606:4700:1:2:3:4:5:6", "10.0.0.1", True, "2606:4700:1:2::/64"),
        ("::ffff:9.9.9.9", "10.0.0.1", True, "9.9.9.9"),
        ("", None, True, "unknown"),
    ],
)
def test_a_visitor_is_the_address_that_the_proxy_saw(forwarded, host, is_proxied, found):
    assert visitor({"x-forwarded-for": forwarded} if forwarded else {}, host, is_proxied) == found


def test_the_limits_of_the_page_are_those_of_the_settings():
    rates = Rates.of(Settings(checks_per_hour=2, checks_per_hour_all=3, submits_per_hour=1, submits_per_hour_all=9))
    request = SimpleNamespace(headers={}, client=SimpleNamespace(host="127.0.0.1"))
    who = rates.visitor(request)
    assert [bool(rates.check.take(who)) for _ in range(3)] == [False, False, True]
    assert [bool(rates.check.take("other")) for _ in range(2)] == [False, True]
    assert [bool(rates.submit.take("user")) for _ in range(2)] == [False, True]


# Uploads


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


async def _ask(gate, path=UPLOAD_PATH, method="POST", host="1.2.3.4", headers=(), body=b"file") -> SimpleNamespace:
    sent = []

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "client": (host, 1)}
    await gate(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return SimpleNamespace(status=sent[0]["status"], headers=head, body=b"".join(m.get("body", b"") for m in sent[1:]))


def _gate(app, tmp_path, **changes) -> UploadGate:
    return UploadGate(app, **{"uploads_per_hour": 2, "folder": tmp_path, "least_free": 1, **changes})


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

    async def scenario() -> None:
        gate = _gate(App(), tmp_path / "not" / "there", least_free=900)
        assert (await _ask(gate)).status == 200
        assert (await _ask(gate, headers=[(b"content-length", b"99")])).status == 200
        refused = await _ask(gate, headers=[(b"content-length", b"101")])
        assert refused.status == 507
        assert "no room" in refused.body.decode()
        assert set(asked) == {tmp_path}

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
