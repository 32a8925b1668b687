"""Marks: single characters of Unicode's private area that stand in a text for what was understood of it."""

from collections.abc import Hashable
from dataclasses import dataclass, field

#: The first character of each kind of mark, and how many a text may hold.
KINDS = {"reference": 0xE000, "description": 0xE100, "place": 0xE200, "clause": 0xE300}
ROOM = 0x100


def of_kinds(*kinds: str) -> str:
    """A character class, without its brackets, of the marks of some kinds."""
    return "".join(f"{chr(KINDS[kind])}-{chr(KINDS[kind] + ROOM - 1)}" for kind in kinds)


@dataclass
class Marks:
    """The marks of one text and what each means."""

    meanings: dict[str, Hashable] = field(default_factory=dict)

    def new(self, kind: str, meaning: Hashable) -> str:
        """A fresh mark. Raises OverflowError for a text with more than 256 of a kind."""
        used = sum(1 for mark in self.meanings if KINDS[kind] <= ord(mark) < KINDS[kind] + ROOM)
        if used == ROOM:
            raise OverflowError(f"more than {ROOM} marks of kind {kind} in one text")
        mark = chr(KINDS[kind] + used)
        self.meanings[mark] = meaning
        return mark
