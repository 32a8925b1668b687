"""How often things may be done, by one visitor or user and by all together; and the gate before uploads."""

from __future__ import annotations

import ipaddress
import math
import os
import shutil
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from space.settings import Settings
from space.words import words

HOUR_S = 3600.0
UPLOAD_PATH = "/gradio_api/upload"
UPLOADS_AT_ONCE = 8
LEAST_FREE = 2 * 2**30  # bytes
_ALL_UPLOADS = 20  # times what one visitor may
_IPV6_SITE = 64  # bits: what one subscriber has, so it counts as one visitor
_FULL, _TOO_MANY = 507, 429
_SOON_S = 60.0  # when uploads of others may be done


class Rate:
    """At most `each` uses of every key, and `overall` uses of all keys together, within any `window_s` seconds.

    Safe for threads. It remembers the uses of one window, `overall` at most. now: a clock in seconds that never goes
    back.
    """

    def __init__(self, each: int, overall: int, *, window_s: float = HOUR_S, now: Callable[[], float] = time.monotonic):
        self._each, self._overall, self._window_s, self._now = each, overall, window_s, now
        self._uses: deque[tuple[float, str]] = deque()
        self._of_key: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Count one use and return 0.0; where a limit is reached count none, and return the seconds until it is not."""
        with self._lock:
            now = self._now()
            self._forget(now)
            own = self._of_key.get(key)
            ends = [own[0]] if own and len(own) >= self._each else []
            ends += [self._uses[0][0]] if len(self._uses) >= self._overall else []
            if ends:
                return max(ends) + self._window_s - now
            self._uses.append((now, key))
            self._of_key[key].append(now)
            return 0.0

    @property
    def keys(self) -> int:
        """How many keys are remembered."""
        return len(self._of_key)

    def _forget(self, now: float) -> None:
        while self._uses and self._uses[0][0] <= now - self._window_s:
            _, key = self._uses.popleft()
            self._of_key[key].popleft()
            if not self._of_key[key]:
                del self._of_key[key]


@dataclass(frozen=True)
class Rates:
    """What is limited on the page. is_proxied: see `visitor`."""

    check: Rate  # by visitor
    submit: Rate  # by user
    is_proxied: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Rates:
        """The hourly limits of the settings."""
        return cls(
            check=Rate(settings.checks_per_hour, settings.checks_per_hour_all),
            submit=Rate(settings.submits_per_hour, settings.submits_per_hour_all),
            is_proxied=_is_space(),
        )

    def visitor(self, request: gr.Request) -> str:
        """The visitor who sent a request; see `visitor`."""
        client = request.client
        return visitor(request.headers, client.host if client else None, self.is_proxied)


class UploadGate:
    """ASGI middleware that answers an upload in place of `app` where it may not be made. It never reads a body.

    The page shows the text of such an answer as it is, hence plain text.

    uploads_per_hour: of one visitor. at_once: uploads that may run at one time. least_free: bytes that have to stay
    free where uploads go, which is `folder`, by default gradio's. is_proxied: see `visitor`; by default as it is here.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        uploads_per_hour: int,
        at_once: int = UPLOADS_AT_ONCE,
        least_free: int = LEAST_FREE,
        folder: Path | None = None,
        is_proxied: bool | None = None,
    ):
        self._app = app
        self._rate = Rate(uploads_per_hour, _ALL_UPLOADS * uploads_per_hour)
        self._at_once, self._least_free = at_once, least_free
        self._folder = (folder or Path(get_upload_folder())).absolute()
        self._is_proxied = _is_space() if is_proxied is None else is_proxied
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything but uploads passes untouched."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(UPLOAD_PATH):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        say = words(_language(headers))
        if self._free() - _length(headers) < self._least_free:
            return PlainTextResponse(say("submit.upload_full"), _FULL)
        if self._running >= self._at_once:
            return _later(say("submit.upload_busy"), _SOON_S)
        host = scope["client"][0] if scope.get("client") else None
        wait = self._rate.take(visitor(headers, host, self._is_proxied))
        return _later(say("submit.upload_too_many", minutes=minutes(wait)), wait) if wait else None

    def _free(self) -> int:
        there = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        return shutil.disk_usage(there).free


def visitor(headers: Mapping[str, str], host: str | None, is_proxied: bool) -> str:
    """Who sent a request, for counting: an IPv4 address or the /64 network of an IPv6 address.

    Behind a proxy it is the last public address of X-Forwarded-For, which the outermost proxy wrote; what stands before
    it the visitor may have made up.
    """
    hops = [_address(part) for part in headers.get("x-forwarded-for", "").split(",")] if is_proxied else []
    public = [hop for hop in hops if hop is not None and hop.is_global]
    address = public[-1] if public else _address(host or "")
    if address is None:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, _IPV6_SITE), strict=False))
    return str(address)


def minutes(seconds: float) -> int:
    """A wait in whole minutes, 1 or more."""
    return max(1, math.ceil(seconds / 60))


def _is_space() -> bool:
    """On a Space every request comes through the Hub's proxies."""
    return bool(os.environ.get("SPACE_ID"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _later(text: str, wait_s: float) -> PlainTextResponse:
    return PlainTextResponse(text, _TOO_MANY, {"Retry-After": str(math.ceil(wait_s))})


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 20 else 0


def _language(headers: Headers) -> str:
    """That of the page on which the upload was begun."""
    path = urlsplit(headers.get("referer", "")).path.rstrip("/")
    return "zh" if path.endswith("/zh") else "en"
