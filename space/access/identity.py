"""Who submits. The name comes from the sign-in or from a token, never from what the visitor writes."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import gradio as gr
from huggingface_hub import whoami
from huggingface_hub.errors import HfHubHTTPError

from leaderboard.stores.hub.calls import limit_waiting
from space.access.rates import Rate, is_space, visitor_of
from space.words import words

LOCAL_USER = "local"
_BEARER = re.compile(r"Bearer ([!-~]{1,400})", re.IGNORECASE)
_TOKEN_HEADERS = ("x-hf-authorization", "authorization")
# A browser says where a request comes from, and no script can change that. A Space's session cookie is sent along with
# requests that other sites make, so a session counts only for those of the page itself.
_OWN_SITE = (None, "same-origin", "none")
_BAD_TOKEN = (400, 401, 403)
_ANSWERS_KEPT = 1000

log = logging.getLogger(__name__)


class IdentityError(ValueError):
    """A token that tells no user; `key` names the words that say so."""

    def __init__(self, key: str):
        super().__init__(words("en")(key))
        self.key = key


class Identity(Protocol):
    """Tells the user behind a request. signs_in: whether people have to sign in before they submit."""

    signs_in: bool

    def user(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str | None:
        """The user name, or None for a visitor. Raises IdentityError for a token that tells no user.

        profile: as gradio gives it to a handler; with None the request's own session is looked into.
        """


class LocalIdentity:
    """One computer, one user: everything is entered under the name `local`."""

    signs_in = False

    def user(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str:
        """See Identity.user."""
        return LOCAL_USER


class HubIdentity:
    """Accounts of the Hugging Face Hub: people sign in on the page, scripts send a user's access token.

    known_s, refused_s: seconds for which it is remembered whose a token is, or that it is nobody's.
    lookups_per_minute: how often the Hub is asked, by one visitor and by all together. is_proxied: see `rates.visitor`.
    """

    signs_in = True

    def __init__(
        self,
        *,
        known_s: float = 600.0,
        refused_s: float = 20.0,
        lookups_per_minute: tuple[int, int] = (6, 60),
        is_proxied: bool | None = None,
        now: Callable[[], float] = time.monotonic,
    ):
        self._known_s, self._refused_s, self._now = known_s, refused_s, now
        self._lookups = Rate(*lookups_per_minute, window_s=60.0, now=now)
        self._is_proxied = is_space() if is_proxied is None else is_proxied
        self._lock = threading.Lock()
        # By a hash of the token: until when, and the user's name or the key of what is wrong.
        self._answers: OrderedDict[bytes, tuple[float, str | None, str | None]] = OrderedDict()

    def user(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str | None:
        """See Identity.user. A session goes before a token."""
        if request.headers.get("sec-fetch-site") in _OWN_SITE:
            profile = profile or session_profile(request)
            if profile is not None:
                return profile.username
        for header in _TOKEN_HEADERS:
            found = _BEARER.fullmatch(request.headers.get(header, ""))
            if found:
                return self._owner(found[1], visitor_of(request, self._is_proxied))
        return None

    def _owner(self, token: str, who: str) -> str:
        key = hashlib.sha256(token.encode()).digest()
        with self._lock:
            until, name, fault = self._answers.get(key, (0.0, None, None))
        if self._now() >= until:
            if self._lookups.take(who):
                raise IdentityError("submit.token_unchecked")
            name, fault = _asked(token)
            self._remember(key, name, fault)
        if name is None:
            raise IdentityError(fault)
        return name

    def _remember(self, key: bytes, name: str | None, fault: str | None) -> None:
        until = self._now() + (self._refused_s if name is None else self._known_s)
        with self._lock:
            self._answers[key] = until, name, fault
            self._answers.move_to_end(key)
            while len(self._answers) > _ANSWERS_KEPT:
                self._answers.popitem(last=False)


def session_profile(request: gr.Request) -> gr.OAuthProfile | None:
    """Who is signed in according to the request's session; None for nobody and for a sign-in that has expired.

    gr.Request.session cannot be used: gradio 6.31 fails on an id token that lists organisations.
    """
    scope = getattr(request.request, "scope", None) or {}
    info = scope.get("session", {}).get("oauth_info")
    if not info or info.get("expires_at", float("inf")) < time.time():
        return None
    return gr.OAuthProfile(info["userinfo"])


def _asked(token: str) -> tuple[str | None, str | None]:
    """Whose token it is according to the Hub: the user's name, or else the key of what is wrong."""
    limit_waiting()
    try:
        owner: dict[str, Any] = whoami(token=token)
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code in _BAD_TOKEN:
            return None, "submit.token_refused"
        log.warning("the Hub did not say whose a token is: status %s", getattr(error.response, "status_code", None))
        return None, "submit.token_unchecked"
    except Exception as error:  # no connection; its text may hold the request
        log.warning("the Hub could not be asked whose a token is: %s", type(error).__name__)
        return None, "submit.token_unchecked"
    if owner.get("type") != "user":
        return None, "submit.token_not_user"
    # Whoever runs another app holds such tokens of all who signed in there.
    if owner.get("auth", {}).get("type") == "oauth":
        return None, "submit.token_of_app"
    return owner["name"], None
