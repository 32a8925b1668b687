"""How often things may be done, by one visitor or user and by all together."""

from __future__ import annotations

import ipaddress
import math
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gradio as gr

from space.settings import Settings

HOUR_S = 3600.0
_IPV6_SITE = 64  # bits: what one subscriber has, so it counts as one visitor


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
            is_proxied=is_space(),
        )

    def visitor(self, request: gr.Request) -> str:
        """The visitor who sent a request; see `visitor`."""
        return visitor_of(request, self.is_proxied)


def visitor_of(request: gr.Request, is_proxied: bool) -> str:
    """The visitor who sent a request of gradio's; see `visitor`."""
    client = getattr(request.request, "client", None)
    return visitor(request.headers, client.host if client else None, is_proxied)


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


def is_space() -> bool:
    """On a Space every request comes through the Hub's proxies."""
    return bool(os.environ.get("SPACE_ID"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
