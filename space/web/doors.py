"""What may come in: the routes that the page and its API use, requests of a sane size, files only by upload.

Gradio keeps whatever a request holds before anybody looks at it, fetches files from addresses that a request names, and
has routes that this page does not use.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.settings import is_loopback

BODY_BYTES = 2 * 2**20  # a whole form with all texts at their longest is far below
API = "/gradio_api/"
UPLOAD = "upload"
#: What of gradio's own routes the page and gradio_client ask for.
USED = (
    *("app_id", "cancel", "heartbeat/", "info", "login_check", "openapi.json", "queue/", "reset", "startup-events"),
    *("theme.css", "user", "api/", "call/", "file=", "run/", UPLOAD, "upload_progress"),
)
_CLOSED = ("/monitoring", "/login/token")


class Doors:
    """ASGI middleware. is_local: only this computer may ask, under one of its own names."""

    def __init__(self, app: ASGIApp, *, is_local: bool):
        self._app = app
        self._is_local = is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["method"] == "POST" and scope["path"].rstrip("/") != API + UPLOAD:
            body = await _read(scope, receive)
            refusal = _bad_body(body)
            receive = _replay(body or b"", receive)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        path = scope["path"]
        if self._is_local and not _names_this_computer(Headers(scope=scope).get("host", "")):
            # A site of somebody else whose name was made to lead here would act as the one user.
            return _no("this page is only served to the computer it runs on", HTTPStatus.MISDIRECTED_REQUEST)
        if path.startswith(_CLOSED) or (path.startswith(API) and not path.removeprefix(API).startswith(USED)):
            return _no("no such route", HTTPStatus.NOT_FOUND)
        if path.removeprefix(API).startswith(("file=http:", "file=https:")):
            return _no("no such file", HTTPStatus.NOT_FOUND)
        return None


def _names_this_computer(host: str) -> bool:
    return is_loopback(urlsplit(f"//{host}").hostname or "")


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The body; None for one above BODY_BYTES, of which no more is read."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > BODY_BYTES:
        return None
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


def _bad_body(body: bytes | None) -> JSONResponse | None:
    if body is None:
        return _no(
            f"the request is too large; expected at most {BODY_BYTES:,} bytes", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
    try:
        sent = json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None if body[:1] not in b"{[" else _no("the request is no JSON", HTTPStatus.BAD_REQUEST)
    if any(_is_address(path) for path in _paths(sent)):
        return _no("a file was named by its address; expected an upload", HTTPStatus.BAD_REQUEST)
    return None


def _paths(sent: object) -> Iterable[object]:
    """Every "path" in what was sent."""
    waiting = [sent]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item.get("path")
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _is_address(path: object) -> bool:
    return isinstance(path, str) and "://" in path


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, and then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _no(detail: str, status: HTTPStatus) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)
