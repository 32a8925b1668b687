"""Calls to the Hub whose failures are sorted: those that pass by themselves, and those to tell the caller of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx2
from huggingface_hub import get_session
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from leaderboard.errors import StoreError
from leaderboard.stores.retrying import Passing

Result = TypeVar("Result")

_CONFLICTS = (409, 412)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_DENIED = (401, 403)
# Seconds. Without them the client waits for ever on a server that has gone silent.
_TIMEOUT = httpx2.Timeout(60.0, connect=10.0)


class Conflict(Passing):
    """Somebody else committed first."""


def call(what: str, place: str, function: Callable[[], Result]) -> Result:
    """What `function` returns.

    what, place: for messages, as in "ORG/RESULTS: the Hub did not answer: reading a file". Raises Passing (Conflict for
    a commit on an older head) for what is worth another try, RemoteEntryNotFoundError and RepositoryNotFoundError for
    their callers to judge, and StoreError for the rest. No message holds a token or a header.
    """
    limit_waiting()
    try:
        return function()
    except OfflineModeIsEnabled:
        raise StoreError(f"{place}: HF_HUB_OFFLINE is set; expected a connection to the Hub: {what}") from None
    except HfHubHTTPError as error:
        _judge(error, what, place)
        raise
    except httpx2.TransportError as error:
        raise _cut_off(error, what, place) from error
    except RuntimeError as error:  # the client wraps what goes wrong with an upload
        cause = error.__cause__
        if isinstance(cause, HfHubHTTPError):
            _judge(cause, what, place)
            status = cause.response.status_code
            raise StoreError(f"{place}: not there, or not for this token ({status}): {what}") from error
        if isinstance(cause, httpx2.TransportError):
            raise _cut_off(cause, what, place) from error
        raise


def limit_waiting() -> None:
    """Give the Hub's client limits of time, where it has none."""
    session = get_session()
    if session.timeout == httpx2.Timeout(None):
        session.timeout = _TIMEOUT


def is_missing(error: HfHubHTTPError) -> bool:
    """Whether the Hub said that something is not there, or not for this token."""
    return error.response.status_code == 404 or error.response.headers.get("X-Error-Code") == "RepoNotFound"


def _judge(error: HfHubHTTPError, what: str, place: str) -> None:
    """Raise what an answer means; nothing for one that says that something is missing."""
    status = error.response.status_code
    if is_missing(error):
        return
    message = f"{place}: the Hub answered {status}: {what}"
    if status in _CONFLICTS:
        raise Conflict(message, _asked(error)) from error
    if status in _PASSING:
        raise Passing(message, _asked(error)) from error
    if status in _DENIED:
        message += "; expected a token that may do this"
    raise StoreError(message) from error


def _cut_off(error: httpx2.TransportError, what: str, place: str) -> Passing:
    return Passing(f"{place}: the Hub did not answer ({type(error).__name__}): {what}")


def _asked(error: HfHubHTTPError) -> float | None:
    """The seconds of a Retry-After header, which is a number or a date."""
    text = error.response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())
