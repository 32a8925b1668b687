"""The frame of gradio's pages: our script before anything else, and our title where links to the page are shown."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.words import words

PAGES = {"/": "en", "/zh": "zh"}  # path of the page in each language
_SCRIPT = (Path(__file__).parent / "script.js").read_text(encoding="utf-8")
_CARD = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>')


class PageFrame:
    """ASGI middleware for the pages of the app; everything else passes through untouched."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        language = PAGES.get(scope["path"].rstrip("/") or "/") if scope["type"] == "http" else None
        if language is None:
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def edit(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=start)
            whole = body
            if headers.get("content-type", "").startswith("text/html"):
                whole = framed(body.decode("utf-8"), language).encode("utf-8")
            if scope["method"] != "HEAD":
                headers["content-length"] = str(len(whole))
            await send(start)
            await send({"type": "http.response.body", "body": whole})

        await self._app(scope, receive, edit)


def framed(page: str, language: str) -> str:
    """A page of gradio with its language, our script and our title in it."""
    text = words(language)
    title, about = escape(text("common.title")), escape(text("common.subtitle"))
    card = (
        f'<meta property="og:type" content="website" /><meta property="og:title" content="{title}" />'
        f'<meta property="og:description" content="{about}" /><meta name="description" content="{about}" />'
    )
    head = f'<head>\n<script data-title="{title}">{_SCRIPT}</script>\n{card}'
    return _CARD.sub("", page).replace("<head>", head, 1).replace('lang="en"', f'lang="{language}"', 1)
