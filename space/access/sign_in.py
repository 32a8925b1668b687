"""Signing in with a Hugging Face account: the button, and what of it is kept in the visitor's cookie."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import gradio as gr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from space.words import Words

_OF_THE_USER = ("name", "preferred_username", "profile", "picture")


def sign_in_button(words: Words) -> gr.LoginButton:
    """In the language of the page. It tells who is signed in, and then signs out."""
    return gr.LoginButton(
        words("common.sign_in"), words("common.sign_out"), size="md", scale=0, min_width=260, elem_id="sign-in"
    )


class SmallSession:
    """ASGI middleware inside gradio's session: of a sign-in it keeps who it is, until when, and nothing else.

    Gradio puts all of it into a cookie. For members of several organisations that is more than the 4 KB that browsers
    take, and the sign-in is lost without a word; gradio 6.31 also fails on a session with a list, as of organisations.
    The access token, which nobody here needs, does not belong there at all.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Requests pass untouched; the session is trimmed before an answer begins."""

        async def trimmed(message: Message) -> None:
            if message["type"] == "http.response.start" and "oauth_info" in scope.get("session", {}):
                _trim(scope["session"])
            await send(message)

        await self._app(scope, receive, trimmed if scope["type"] == "http" else send)


def _trim(session: MutableMapping[str, Any]) -> None:
    info = session["oauth_info"]
    user = {name: info["userinfo"].get(name) or "" for name in _OF_THE_USER}
    small = {"userinfo": user, **{name: info[name] for name in ("expires_at",) if name in info}}
    if small != info:  # a session that is touched is sent again
        session["oauth_info"] = small
