"""The key of a row in words, as far as the row itself says it."""

from __future__ import annotations

from leaderboard.problems import shorten


def key_in_words(dialogue: object, language: object, turn: object) -> str | None:
    """ "dialogue d1, en, turn 2"; a value that is no text or no integer is left out. None when nothing is left."""
    parts = [
        f"dialogue {_bare(dialogue)}" if isinstance(dialogue, str) else "",
        _bare(language) if isinstance(language, str) else "",
        f"turn {turn}" if type(turn) is int and abs(turn) < 2**64 else "",
    ]
    return ", ".join(part for part in parts if part) or None


def _bare(text: str) -> str:
    return shorten(text)[1:-1]
