"""Answers are compressed once, and are the same when they are unpacked."""

from __future__ import annotations

import re
import urllib.request

import brotli
import pytest

from space.web import compression
from space.web.compression import Compression
from tests.space.apart import run_apart


def _get(url, encoding="br"):
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


def test_page_and_scripts_are_the_same_when_they_are_unpacked(address):
    _, plain = _get(address, "identity")
    headers, packed = _get(address)
    assert headers["Content-Encoding"] == "br"
    assert len(packed) < len(plain) / 3
    assert b"window.mturn" in brotli.decompress(packed)
    script = re.search(rb'src="\.?/?(assets/[^"]+[.]js)"', plain)[1].decode()
    headers, packed = _get(f"{address}/{script}")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert brotli.decompress(packed) == _get(f"{address}/{script}", "identity")[1]
    assert "Content-Encoding" not in _get(f"{address}/{script}", "identity")[0]


def _ask(middleware, path="/", encoding=b"gzip, br"):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", encoding)]}
    run_apart(middleware(scope, None, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:]), len(sent) - 1


def _app(parts, kind=b"application/json", status=200, extra=()):
    async def app(scope, receive, send):
        length = str(sum(map(len, parts))).encode()
        headers = [(b"content-type", kind), (b"content-length", length), *extra]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    return app


def test_the_same_answer_is_compressed_once(monkeypatch):
    made = []
    compress = brotli.compress
    monkeypatch.setattr(compression.brotli, "compress", lambda body, quality: made.append(1) or compress(body))
    middleware = Compression(_app([b"[1]" * 5000], kind=b"text/html"))
    for _ in range(3):
        headers, body, _ = _ask(middleware)
        assert brotli.decompress(body) == b"[1]" * 5000
        assert int(headers[b"content-length"]) == len(body)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("app", "path", "encoding"),
    [
        (_app([b"x" * 100]), "/", b"br"),
        (_app([b"x" * 5000], kind=b"text/event-stream"), "/", b"br"),
        (_app([b"x" * 5000], status=404), "/", b"br"),
        (_app([b"x" * 5000], extra=[(b"content-encoding", b"gzip")]), "/", b"br"),
        (_app([b"x" * 5000]), "/", b"gzip"),
        (_app([b"x" * 3000, b"y" * 3000]), "/stream", b"br"),
    ],
)
def test_all_else_is_sent_as_it_is(app, path, encoding):
    _, body, _ = _ask(app, path, encoding)
    assert _ask(Compression(app), path, encoding)[1] == body


def test_a_file_that_comes_in_pieces_is_compressed_as_a_whole():
    headers, body, pieces = _ask(Compression(_app([b"x" * 3000, b"y" * 3000], kind=b"text/css")), "/assets/a.css")
    assert brotli.decompress(body) == b"x" * 3000 + b"y" * 3000
    assert (headers[b"content-encoding"], pieces) == (b"br", 1)


def test_a_file_is_read_once():
    asked = []
    app = _app([b"x" * 3000], kind=b"text/css")

    async def counted(scope, receive, send):
        asked.append(scope["path"])
        await app(scope, receive, send)

    middleware = Compression(counted)
    answers = [_ask(middleware, "/assets/a.css") for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert asked == ["/assets/a.css"]
    _ask(middleware, "/other")
    _ask(middleware, "/other")
    assert asked[1:] == ["/other", "/other"]


def test_headers_for_one_visitor_are_not_sent_to_the_next():
    inner = Compression(_app([b"x" * 3000], kind=b"text/css"))

    async def outer(scope, receive, send):
        async def with_origin(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"access-control-allow-origin", scope["origin"]))
            await send(message)

        await inner(scope, receive, with_origin)

    def headers(origin):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/assets/a.css", "headers": [(b"accept-encoding", b"br")]}
        run_apart(outer({**scope, "origin": origin}, None, send))
        return [value for name, value in sent[0]["headers"] if name == b"access-control-allow-origin"]

    assert [headers(origin) for origin in (b"a", b"b", b"c")] == [[b"a"], [b"b"], [b"c"]]


def test_small_files_stay_as_they_are_whatever_others_make_of_an_answer(address):
    """Gradio's own compression, which is outside, takes what is too small for ours."""
    for _ in range(3):
        for encoding in ("br", "identity"):
            headers, body = _get(f"{address}/static/img/logo.svg", encoding)
            assert len(body) == int(headers["Content-Length"])
    middleware = Compression(_app([b"x" * 500], kind=b"text/css"))

    async def outer(scope, receive, send):
        async def shrink(message):
            if message["type"] == "http.response.body":
                message["body"] = message["body"][:10]
            await send(message)

        await middleware(scope, receive, shrink)

    assert [_ask(outer, "/assets/a.css")[1] for _ in range(2)] == [b"x" * 10] * 2
    assert _ask(middleware, "/assets/a.css")[1] == b"x" * 500


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(compression, "KEPT_BYTES", 60)
    middleware = Compression(None)
    for letter in b"abcdef":
        middleware._compressed(bytes([letter]) * 5000)
    assert middleware._size == sum(map(len, middleware._kept.values())) <= 60
