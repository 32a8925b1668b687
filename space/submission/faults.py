"""What is wrong with a field of a description, in the words of the page."""

from __future__ import annotations

from leaderboard import STATEMENT
from leaderboard.errors import FieldFault
from space.words import Words


def in_words(words: Words, fault: FieldFault) -> str:
    """The rule that is broken, and what is expected."""
    return words(f"submit.fault_{fault.kind}", **fault.values, statement=statement(words))


def statement(words: Words) -> str:
    """What is signed with a submission to the test split; where the page is not in English, with its translation."""
    return words("submit.statement", statement=STATEMENT)
