"""Answers are compressed once: gradio packs its scripts and styles for every visitor anew, and tables not at all."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_BYTES = 48 * 2**20
_SMALLEST = 1400  # less fits into one packet as it is
_QUALITY, _QUICK = 5, 1
_FILES = ("/assets/", "/static/")
_KINDS = ("text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml")
# The name of such a file changes with its content.
_FOR_EVER = "public, max-age=31536000, immutable"


class Compression:
    """ASGI middleware. What was compressed is kept by the digest of what it was made of, the latest KEPT_BYTES of it.

    The files of gradio's own pages, which never change, are kept by their paths and answered at once.
    """

    def __init__(self, app: ASGIApp):
        self._app = app
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0
        self._files: dict[str, tuple[Message, Message]] = {}
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; streams, and visitors who do not take brotli, get what the app sends."""
        if scope["type"] != "http" or "br" not in Headers(scope=scope).get("accept-encoding", ""):
            await self._app(scope, receive, send)
            return
        is_file = scope["path"].startswith(_FILES) and scope.get("method") == "GET"
        if is_file and scope["path"] in self._files:
            start, message = self._files[scope["path"]]
            await send(_copy(start))
            await send(dict(message))
            return
        held: Message | None = None
        body: list[bytes] = []

        async def edit(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if is_file and message["status"] == 200 and scope["path"].startswith("/assets/"):
                    headers["cache-control"] = _FOR_EVER
                if _is_worth_it(headers, message["status"]):
                    held = message
                    return
            elif held is not None:
                body.append(message.get("body", b""))
                if is_file and message.get("more_body"):
                    return
                begun, held = held, None
                if not message.get("more_body"):
                    message = {**message, "body": self._packed(begun, b"".join(body)), "more_body": False}
                    if is_file:
                        self._files[scope["path"]] = begun, message
                await send(_copy(begun))
            await send(dict(message))

        await self._app(scope, receive, edit)

    def _packed(self, start: Message, body: bytes) -> bytes:
        """The body as it is sent; its headers say how."""
        if len(body) < _SMALLEST:
            return body
        headers = MutableHeaders(raw=start["headers"])
        # What is made for one request alone is to be sent soon; what is kept may be small.
        is_kept = not headers["content-type"].startswith("application/json")
        packed = self._compressed(body) if is_kept else brotli.compress(body, quality=_QUICK)
        headers["content-encoding"] = "br"
        headers["content-length"] = str(len(packed))
        headers.add_vary_header("Accept-Encoding")
        return packed

    def _compressed(self, body: bytes) -> bytes:
        key = hashlib.blake2b(body, digest_size=16).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        packed = brotli.compress(body, quality=_QUALITY)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = packed
                self._size += len(packed)
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])
        return packed


def _copy(start: Message) -> Message:
    """What is sent goes through others, who write into it what is meant for one visitor."""
    return {**start, "headers": list(start["headers"])}


def _is_worth_it(headers: Headers, status: int) -> bool:
    kind = headers.get("content-type", "").partition(";")[0]
    return status == 200 and kind in _KINDS and "content-encoding" not in headers
