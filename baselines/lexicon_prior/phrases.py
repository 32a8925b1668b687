"""Reads the words of place, order and size out of a question; the words themselves are in phrases.yaml."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_DATA = Path(__file__).with_name("phrases.yaml")
LATEST = -1

# Relations to whatever reference the question names, and where Clues keeps them.
RELATIONS = {
    "counterpart": "counterparts",
    "other": "others",
    "same_side": "same_sides",
    "opposite_side": "opposite_sides",
    "nearer": "nearer",
}


@dataclass(frozen=True)
class Direction:
    """Where the wanted structure lies: `vector` (row, column) from a reference, or from the image's centre if None."""

    vector: tuple[int, int]
    reference: int | None


@dataclass(frozen=True)
class SizeHint:
    """The wanted structure is larger (`sign` 1) or smaller (-1) than a reference, or than all others if None."""

    sign: int
    reference: int | None


@dataclass(frozen=True)
class Clues:
    """What a question says by such words. A reference is 1 for what was segmented first, ..., -1 for the latest.

    `extremes` are the vectors along which the wanted structure lies farthest; `counterparts` the references of whose
    structures it is the pair, `others` those that it is not, `same_sides`, `opposite_sides` and `nearer` those that it
    lies beside, across from and near to; `again` that it was segmented before. `text` is the question in lower case
    without the words that were understood: what is left for the lexicon.
    """

    directions: tuple[Direction, ...]
    extremes: tuple[tuple[int, int], ...]
    sizes: tuple[SizeHint, ...]
    counterparts: tuple[int, ...]
    others: tuple[int, ...]
    same_sides: tuple[int, ...]
    opposite_sides: tuple[int, ...]
    nearer: tuple[int, ...]
    again: bool
    text: str


@dataclass(frozen=True)
class _Word:
    kind: str
    value: object
    start: int
    end: int


def languages() -> tuple[str, ...]:
    """The languages that phrases.yaml has words for."""
    return tuple(_phrases())


def read_clues(question: str, language: str) -> Clues:
    """The clues of a question. A word that needs a reference and has none stays in the text."""
    text = question.lower()
    words = _find(text, language)
    references = tuple(dict.fromkeys(word.value for word in words if word.kind == "reference"))
    found: dict[str, list] = {"directions": [], "extremes": [], "sizes": [], "used": []}
    for word in words:
        beside = _reference_beside(word, words, text, language)
        if word.kind == "of_image" or (word.kind == "of_reference" and beside is not None):
            found["directions"].append(Direction(word.value, beside))
        elif word.kind == "extreme":
            found["extremes"].append(word.value)
        elif word.kind == "superlative" or (word.kind == "comparative" and beside is not None):
            found["sizes"].append(SizeHint(word.value, beside if word.kind == "comparative" else None))
        elif not (word.kind in ("reference", "again") or (word.kind in RELATIONS and references)):
            continue
        found["used"].append(word)
    kinds = {word.kind for word in words}
    return Clues(
        directions=tuple(found["directions"]),
        extremes=tuple(found["extremes"]),
        sizes=tuple(found["sizes"]),
        **{field: references if kind in kinds else () for kind, field in RELATIONS.items()},
        again="again" in kinds,
        text=_without(text, found["used"]),
    )


def _find(text: str, language: str) -> list[_Word]:
    pattern, meanings = _compiled(language)
    return [_Word(*meanings[match.group()], match.start(), match.end()) for match in pattern.finditer(text)]


def _reference_beside(word: _Word, words: list[_Word], text: str, language: str) -> int | None:
    """The reference that stands beside `word`, with nothing between them but what the language allows there."""
    phrases = _phrases()[language]
    for other in words:
        if other.kind != "reference":
            continue
        first, second = (word, other) if phrases["order"] == "word-reference" else (other, word)
        if first.end <= second.start and re.fullmatch(phrases["gap"], text[first.end : second.start]):
            return other.value
    return None


def _without(text: str, words: list[_Word]) -> str:
    pieces, at = [], 0
    for word in words:
        pieces.append(text[at : word.start])
        at = word.end
    return " ".join([*pieces, text[at:]])


@cache
def _phrases() -> dict:
    return yaml.safe_load(_DATA.read_text(encoding="utf-8"))


@cache
def _compiled(language: str) -> tuple[re.Pattern, dict[str, tuple[str, object]]]:
    """One pattern over all phrases of a language, the longest first, and what each of them means."""
    phrases = _phrases()[language]
    meanings: dict[str, tuple[str, object]] = {}
    for direction in phrases["directions"]:
        for kind in ("of_image", "of_reference"):
            meanings.update(dict.fromkeys(direction.get(kind, ()), (kind, tuple(direction["vector"]))))
    for extreme in phrases["extremes"]:
        meanings.update(dict.fromkeys(extreme["phrases"], ("extreme", tuple(extreme["vector"]))))
    references = phrases["references"]
    for number, ordinal in enumerate(references["ordinals"], start=1):
        meanings.update({form.format(ordinal): ("reference", number) for form in references["forms"]})
    meanings.update(dict.fromkeys(references.get("first", ()), ("reference", 1)))
    meanings.update(dict.fromkeys(references["latest"], ("reference", LATEST)))
    for kind, larger, smaller in (("comparative", "larger", "smaller"), ("superlative", "largest", "smallest")):
        meanings.update(dict.fromkeys(phrases["sizes"][larger], (kind, 1)))
        meanings.update(dict.fromkeys(phrases["sizes"][smaller], (kind, -1)))
    for kind in (*RELATIONS, "again"):
        meanings.update(dict.fromkeys(phrases[kind], (kind, None)))
    longest_first = sorted(meanings, key=lambda phrase: (-len(phrase), phrase))
    # Chinese has no spaces between words, so only Latin letters can bound one.
    pattern = "|".join(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])" for phrase in longest_first)
    return re.compile(pattern), meanings
