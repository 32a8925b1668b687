"""How events are registered: reading never waits for scoring, and only what is meant to be an API is one."""

from __future__ import annotations

from typing import Any

#: Reading goes to the server at once, past the queue; the page shows no spinner for it.
READING: dict[str, Any] = {
    "queue": False,
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": None,
}
#: One file at a time: scoring uses every core.
SCORING: dict[str, Any] = {"concurrency_id": "scoring", "concurrency_limit": 1}
