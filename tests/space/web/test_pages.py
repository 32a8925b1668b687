"""Gradio's page gets its language, our script first of all, and our title; all else passes through."""

from __future__ import annotations

from pathlib import Path

import gradio
import pytest

from space.web.pages import PageFrame, framed
from tests.space.apart import run_apart

TEMPLATE = (Path(gradio.__file__).parent / "templates" / "frontend" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "title"), [("en", "MTurn-Seg leaderboard"), ("zh", "MTurn-Seg 排行榜")])
def test_gradios_own_template_is_framed(language, title):
    page = framed(TEMPLATE, language)
    assert f'lang="{language}"' in page[: page.index("<head>")]
    assert page.index("window.mturn") < page.index("<meta charset")
    assert f'<meta property="og:title" content="{title}" />' in page
    assert 'content="Gradio"' not in page
    assert "raw.githubusercontent.com" not in page[: page.index("<body")]


def _answer(path, kind, chunks, method="GET"):
    async def app(scope, receive, send):
        length = str(sum(map(len, chunks))).encode()
        headers = [(b"content-type", kind), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number, chunk in enumerate(chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})

    sent = []

    async def send(message):
        sent.append(message)

    answer = PageFrame(app)({"type": "http", "path": path, "method": method}, None, send)
    run_apart(answer)
    headers = dict(sent[0]["headers"])
    return headers[b"content-length"], b"".join(message["body"] for message in sent[1:])


def test_a_page_that_comes_in_pieces_is_edited_as_a_whole():
    length, body = _answer("/zh/", b"text/html; charset=utf-8", [b'<html lang="en"><he', "ad>中</html>".encode()])
    assert body.startswith('<html lang="zh"><head>\n<script data-title="MTurn-Seg 排行榜">'.encode())
    assert body.endswith("中</html>".encode())
    assert int(length) == len(body)


@pytest.mark.parametrize(("path", "kind"), [("/", b"application/json"), ("/gradio_api/info", b"text/html")])
def test_all_else_passes_through(path, kind):
    assert _answer(path, kind, [b"<head>"]) == (b"6", b"<head>")


def test_a_head_request_keeps_the_length_it_was_given():
    assert _answer("/", b"text/html", [b""], method="HEAD") == (b"0", b"")
