"""What a user may still submit, and what counts."""

from __future__ import annotations

from leaderboard import Allowance
from space.cards.header import shown_moment
from space.cards.html import escape, notice, tiles
from space.words import Words


def allowance(words: Words, split: str, left: Allowance | None, user: str | None) -> str:
    """The user's numbers for a split. left None: they cannot be read. user None: nobody is signed in."""
    if user is None:
        return notice(words("submit.sign_in_why"))
    if left is None:
        return notice(words("submit.allowance_unknown"), "hint")
    items = [
        (words("submit.used_today"), f"{left.used_today:,}"),
        (words("submit.left_today"), _count(words, left.left_today)),
        (words("submit.used"), f"{left.used:,}"),
        (words("submit.left"), _count(words, left.left)),
        (words("submit.next"), _next(words, left)),
    ]
    caption = words("submit.allowance_caption", split=words.name("split", split))
    return (
        f'<section class="allowance"><h3>{escape(caption)}</h3>{tiles(items)}'
        f"{notice(words('submit.costs_nothing'), 'hint')}</section>"
    )


def _count(words: Words, left: int | None) -> str:
    return words("submit.no_limit") if left is None else f"{left:,}"


def _next(words: Words, left: Allowance) -> str:
    if left.next is None:
        return words("submit.never")
    return words("submit.now") if left.remaining != 0 else shown_moment(words, left.next)
