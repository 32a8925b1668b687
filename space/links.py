"""What the page's address asks for, so that a link leads to one table, one model or one dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass

import gradio as gr

_ID = re.compile(r"[\w.-]{1,80}")


@dataclass(frozen=True)
class Link:
    """The parts of the address that were given and are well formed; None for the others."""

    track: str | None = None
    model: str | None = None  # id of a record
    dialogue: str | None = None
    turn: int | None = None

    @classmethod
    def of(cls, request: gr.Request) -> Link:
        """From the query of the page's address; which tab it asks for is the business of web/script.js."""
        given = dict(request.query_params or {})
        found = {name: given[name] for name in ("track", "model", "dialogue") if _ID.fullmatch(given.get(name, ""))}
        turn = given.get("turn", "")
        return cls(**found, turn=int(turn) if re.fullmatch(r"[0-9]{1,4}", turn) else None)
