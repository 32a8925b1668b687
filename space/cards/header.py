"""The top of the page: what it is, which data is scored, in which mode it runs, and the switch of languages."""

from __future__ import annotations

from leaderboard import DataFacts
from space.cards.html import escape, notice
from space.words import Words

PATHS = {"en": "./", "zh": "./zh"}  # of the page in each language


def header(words: Words, data: DataFacts, local_mode: bool) -> str:
    """Title, chips of the data, the other language, and in local mode a line that says so."""
    facts = [
        data.name,
        words("common.split_chip", split=words.name("split", data.split)),
        words("common.version_chip", version=data.label),
    ]
    chips = "".join(f'<span class="chip">{escape(fact)}</span>' for fact in facts if fact)
    other = "en" if words.language == "zh" else "zh"
    # What the address asks for (track, model, dialogue) stays when the language changes.
    switch = (
        f'<a class="chip language" lang="{other}" href="{PATHS[other]}" onclick="mturn.switchLanguage(event, this)">'
        f"{escape(words('common.other_language'))}</a>"
    )
    mode = f'<p class="mode" role="note">{escape(words("common.local_mode"))}</p>' if local_mode else ""
    return (
        f'<header class="top"><div><h1>{escape(words("common.title"))}</h1><p>{escape(words("common.subtitle"))}</p>'
        f'</div><div class="chips">{chips}{switch}</div></header>{mode}'
    )


def reach(words: Words, unreachable_since: str | None) -> str:
    """A warning while the results cannot be reached, else nothing. unreachable_since: UTC, ISO 8601."""
    if unreachable_since is None:
        return ""
    return notice(words("common.unreachable", since=shown_moment(words, unreachable_since)), "warn")


def shown_moment(words: Words, moment: str) -> str:
    """A moment of a record for people: date and time to the minute, UTC."""
    return words("common.utc", date=moment[:10], time=moment[11:16])
