"""One of the user's own submissions: a line of the list, and all that became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from space.cards.header import shown_moment
from space.cards.html import escape
from space.cards.outcome import kind_label
from space.words import NO_SCORE, Words


def line(words: Words, item: Mapping[str, Any]) -> list[str]:
    """The cells of its line, plain text; the last is its id. item: of OwnSubmissions.all."""
    return [
        item["date"][:16].replace("T", " "),
        item["model"],
        words.name("split", item["split"]),
        words(f"submit.state_{item['state']}"),
        words("common.comma").join(words.track(track) for track in item["tracks"]) or NO_SCORE,
        words("submit.yes" if item["shown"] else "submit.no"),
        item["submission"],
    ]


def details(words: Words, item: Mapping[str, Any]) -> str:
    """What is known of it, as a card."""
    problems = words("common.comma").join(
        f"{kind_label(words, kind)} ({count:,})" for kind, count in item["problems"].items()
    )
    facts = [
        ("date", shown_moment(words, item["date"])),
        ("state", words(f"submit.state_{item['state']}")),
        ("reason", item["reason"] or ""),
        ("problems", problems),
        ("id", item["submission"]),
    ]
    # Why a file was refused the checks say in English; other reasons are what somebody wrote.
    english = "reason" if item["state"] == "refused" else None
    lines = "".join(_fact(words(f"submit.mine_{name}"), value, name == english) for name, value in facts if value)
    return f'<article class="card"><h3>{escape(item["model"])}</h3><dl class="facts">{lines}</dl></article>'


def _fact(name: str, value: str, is_english: bool) -> str:
    language = ' lang="en"' if is_english else ""
    return f"<dt>{escape(name)}</dt><dd{language}>{escape(value)}</dd>"
