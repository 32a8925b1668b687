"""What a question says, from its sentence alone: a description, conditions on the wanted structure, or a region."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.authoring.reading import chinese, english
from tests.authoring.reading.anatomy import descriptions

GRAMMARS = {"en": english, "zh": chinese}

HOW = {"by_number": "structure", "by_act": "act"}

#: A condition is its name with its values, such as ("beside", "image", "left", ("earlier", 1)).
Condition = tuple


@dataclass(frozen=True)
class Reading:
    """One sentence: the structures that its description fits (None where it has none), its conditions in no order.

    `count` is how many structures the sentence says that the description fits, `compares` "two" for a comparative and
    "more" for a superlative. Languages may differ in these two, so they do not make two readings differ.
    """

    fits: frozenset[str] | None
    conditions: frozenset[Condition]
    count: int | None = None
    compares: str | None = None

    @property
    def meaning(self) -> tuple:
        """What the other language must say, too."""
        return self.fits, self.conditions

    def named(self, *names: str) -> list[Condition]:
        """The conditions of these names."""
        return [condition for condition in self.conditions if condition[0] in names]

    def without(self, *names: str) -> "Reading":
        """The reading less its conditions of these names."""
        return Reading(self.fits, frozenset(item for item in self.conditions if item[0] not in names))


@dataclass(frozen=True)
class Mention:
    """A segmentation that a text speaks of by its place in the dialogue, 1 for the first.

    `how` it says so: by the number of the structure, of the act, or from the end.
    """

    ordinal: int
    how: Literal["structure", "act", "last", "before last"]


class UnreadableError(AssertionError):
    """A sentence with no reading, or with more than one."""


def read(text: str, language: str, segmented: int) -> Reading:
    """The one reading of a question before which `segmented` structures and regions were segmented."""
    found = set(_Reader(language, segmented).sentences(text))
    if len(found) != 1:
        raise UnreadableError(f"{len(found)} readings of {text!r}: {found}")
    return found.pop()


def mentions(text: str, language: str, segmented: int) -> list[Mention]:
    """The segmentations that a text speaks of, as it comes to them."""
    return [
        _mention(match, language, segmented) for match in re.finditer(GRAMMARS[language].EARLIER, text, re.IGNORECASE)
    ]


def _mention(match: re.Match, language: str, segmented: int) -> Mention:
    said = match.groupdict()
    for group, how in HOW.items():
        if said.get(group):
            return Mention(GRAMMARS[language].ORDINALS.index(said[group].lower()) + 1, how)
    return Mention(segmented - 1, "before last") if said["before_last"] else Mention(segmented, "last")


class _Reader:
    """Reads the sentences of one language at one place of a dialogue."""

    def __init__(self, language: str, segmented: int):
        self._language, self._grammar, self._segmented = language, GRAMMARS[language], segmented
        self._descriptions = descriptions(language)

    def sentences(self, text: str) -> Iterator[Reading]:
        for kind, form in self._grammar.SENTENCES:
            if match := re.fullmatch(form, text, re.IGNORECASE):
                yield from self._sentence(kind, match.groupdict())

    def _sentence(self, kind: str, said: dict[str, str | None]) -> Iterator[Reading]:
        fits = None
        if said.get("d") and (fits := self._fits(said["d"])) is None:
            return
        count = self._grammar.NUMBERS.index(said["n"].lower()) + 1 if said.get("n") else None
        whole = [*self._own(kind, said)]
        if said.get("place"):
            whole.append(self._place(said["place"]))
        for clauses in self._all_clauses(said["that"]) if said.get("that") else [[]]:
            rankings = [compares for _, compares in clauses if compares]
            if rankings and len(clauses) > 1:
                # "Lies on the left and is nearest" may mean the nearest of all, which lies elsewhere.
                raise UnreadableError(f"a ranking beside another condition: {said['that']!r}")
            conditions = frozenset([*whole, *(condition for condition, _ in clauses)])
            yield Reading(fits, conditions, count, rankings[0] if rankings else None)

    def _own(self, kind: str, said: dict) -> Iterator[Condition]:
        """What the frame of a sentence says by itself."""
        if kind == "ask":
            return
        named = [self._reference(said[name]) for name in ("ref", "ref2") if said.get(name)]
        half = (self._grammar.HALVES[said["half"].lower()],) if said.get("half") else ()
        yield (kind, *half, *named)

    def _fits(self, phrase: str) -> frozenset[str] | None:
        return self._descriptions.get(phrase.casefold())

    def _place(self, phrase: str) -> Condition:
        return next(
            condition for form, condition in self._grammar.PLACES.items() if re.fullmatch(form, phrase, re.IGNORECASE)
        )

    def _all_clauses(self, text: str) -> Iterator[list]:
        """Every way to read a text as clauses joined by "and"."""
        yield from ([clause] for clause in self._clauses(text))
        for joint in re.finditer(self._grammar.AND, text):
            for first in self._clauses(text[: joint.start()]):
                yield from ([first, *others] for others in self._all_clauses(text[joint.end() :]))

    def _clauses(self, text: str) -> Iterator[tuple[Condition, str | None]]:
        """The conditions that a single clause may say, and how a ranking compares."""
        for form, condition, compares in self._grammar.CLAUSES:
            match = re.fullmatch(form, text)
            if match is None:
                continue
            said = match.groupdict()
            if "ref" in said:
                if (ref := self._reference(said["ref"])) is None:
                    continue
                condition = (*condition, ref)
            if "place" in said:
                condition = self._place(said["place"])
            if "ordinal" in said:
                condition = (condition[0], self._grammar.ORDINALS.index(said["ordinal"]) + 1, *condition[1:])
            if "system" in said:
                condition = (*condition, self._grammar.SYSTEMS[said["system"]])
            yield condition, compares

    def _reference(self, text: str) -> Condition | None:
        """("earlier", n), ("landmark", structures), or None for neither."""
        if match := re.fullmatch(self._grammar.EARLIER, text, re.IGNORECASE):
            return ("earlier", _mention(match, self._language, self._segmented).ordinal)
        if match := re.fullmatch(self._grammar.LANDMARK, text):
            fits = self._fits(match["d"])
            return None if fits is None else ("landmark", fits)
        return None
