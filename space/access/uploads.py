"""The gate before uploads: how many, how large, how long, and whether there is room."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from gradio.utils import get_upload_folder
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.access.rates import Rate, is_space, minutes, visitor
from space.words import Words, words

UPLOAD_PATH = "/gradio_api/upload"
UPLOADS_AT_ONCE, OWN_UPLOADS_AT_ONCE = 8, 4
IDLE_S, UPLOAD_S = 30.0, 1800.0  # how long a sender may be silent, and an upload take in all
LEAST_FREE = 2 * 2**30  # bytes
_FORM_BYTES = 2**20  # what a form puts around a file
_ALL_UPLOADS = 20  # times what one visitor may
_FULL, _TOO_LARGE, _TOO_SLOW, _TOO_MANY = 507, 413, 408, 429
_SOON_S = 60.0  # when uploads of others may be done


class _TooMuch(Exception):  # noqa: N818 - it says what happened
    """More bytes came than a file may have."""


class UploadGate:
    """ASGI middleware that answers an upload in place of `app` where it may not be made or goes on too long.

    The page shows the text of such an answer as it is, hence plain text.

    uploads_per_hour: of one visitor. file_bytes: the largest file. at_once, own_at_once: uploads that may run at one
    time, of all and of one visitor. least_free: bytes that have to stay free where uploads go, which is `folder`, by
    default gradio's. is_proxied: see `visitor`; by default as it is here.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        uploads_per_hour: int,
        file_bytes: int,
        at_once: int = UPLOADS_AT_ONCE,
        own_at_once: int = OWN_UPLOADS_AT_ONCE,
        least_free: int = LEAST_FREE,
        folder: Path | None = None,
        is_proxied: bool | None = None,
    ):
        self._app = app
        self._rate = Rate(uploads_per_hour, _ALL_UPLOADS * uploads_per_hour)
        self._most = file_bytes + _FORM_BYTES
        self._at_once, self._own_at_once, self._least_free = at_once, own_at_once, least_free
        self._folder = (folder or Path(get_upload_folder())).absolute()
        self._is_proxied = is_space() if is_proxied is None else is_proxied
        self._running: Counter[str] = Counter()  # by visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything but uploads passes untouched."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(UPLOAD_PATH):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = scope["client"][0] if scope.get("client") else None
        who = visitor(headers, host, self._is_proxied)
        refusal = self._refusal(headers, who)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._running[who] += 1
        try:
            await self._passed(scope, receive, send, words(_language(headers)))
        finally:
            self._running -= Counter({who: 1})

    async def _passed(self, scope: Scope, receive: Receive, send: Send, say: Words) -> None:
        """Let an upload through for as long as it keeps coming, and is no larger than a file may be."""
        size, begun = 0, False

        async def counted() -> Message:
            nonlocal size
            async with asyncio.timeout(IDLE_S):
                message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise _TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(UPLOAD_S):
                await self._app(scope, counted, noted)
        except (_TooMuch, TimeoutError) as error:
            if begun:
                raise
            large = isinstance(error, _TooMuch)
            text = say("submit.upload_too_large") if large else say("submit.upload_too_slow")
            await PlainTextResponse(text, _TOO_LARGE if large else _TOO_SLOW)(scope, receive, send)

    def _refusal(self, headers: Headers, who: str) -> Response | None:
        say = words(_language(headers))
        length = _length(headers)
        if length > self._most:
            return PlainTextResponse(say("submit.upload_too_large"), _TOO_LARGE)
        coming = self._most * self._running.total() + (length or self._most)
        if self._free() - coming < self._least_free:
            return PlainTextResponse(say("submit.upload_full"), _FULL)
        if self._running.total() >= self._at_once or self._running[who] >= self._own_at_once:
            return _later(say("submit.upload_busy"), _SOON_S)
        wait = self._rate.take(who)
        return _later(say("submit.upload_too_many", minutes=minutes(wait)), wait) if wait else None

    def _free(self) -> int:
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        return shutil.disk_usage(there).free


def _later(text: str, wait_s: float) -> PlainTextResponse:
    return PlainTextResponse(text, _TOO_MANY, {"Retry-After": str(math.ceil(wait_s))})


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 20 else 0


def _language(headers: Headers) -> str:
    """That of the page on which the upload was begun."""
    path = urlsplit(headers.get("referer", "")).path.rstrip("/")
    return "zh" if path.endswith("/zh") else "en"
