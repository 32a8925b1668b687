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
        (words("submit.mine_date"), shown_moment(words, item["date"])),
        (words("submit.mine_state"), words(f"submit.state_{item['state']}")),
        (words("submit.mine_reason"), item["reason"] or ""),
        (words("submit.mine_problems"), problems),
        (words("submit.mine_id"), item["submission"]),
    ]
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    return f'<article class="card"><h3>{escape(item["model"])}</h3><dl class="facts">{lines}</dl></article>'
