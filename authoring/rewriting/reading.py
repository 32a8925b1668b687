"""Reads what a question says: its conditions, what they are told of, and whatever is not understood.

Every question is read alike, whoever worded it, from its words alone. Nothing is passed over: a word that neither says
a condition nor is known to say nothing is reported, so that a condition in unknown words is not taken for none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from authoring.rewriting.descriptions import align, difference
from authoring.rewriting.lexicon import Form, Lexicon, Meaning, lexicon
from authoring.rewriting.marks import ANY, Marks, kind_of, of_kinds

#: Their order against places matters: "the nearest on the left" need not be "on the left, and the nearest".
RANKINGS = ("ExtremeOf", "NearestTo", "NthFrom")
_PUNCTUATION = {"en": r"[,.;:?—–-]", "zh": r"[，。；：？、,.;:?]"}
_QUOTES = {"en": '"', "zh": "“”「」『』‘’\"'"}


@dataclass(frozen=True)
class Reading:
    """What a question says. `conditions` are (meaning, what it is told of); `told_of` is what stands for itself: the
    description of the wanted structure, say; `narrowing` are places and rankings as they follow each other; `unknown`
    is the first thing that was not understood, or None; `changed` is what became of a description, or None."""

    conditions: Counter
    told_of: Counter
    narrowing: tuple[Meaning, ...]
    unknown: str | None
    changed: str | None


def read(text: str, language: str, descriptions: Sequence[str]) -> Reading:
    """Reads a question in 'en' or 'zh' that holds these descriptions, in these or in similar words."""
    return _Reader(text, lexicon(language), descriptions).read()


def mark_references(text: str, language: str) -> tuple[str, Counter]:
    """A text with a mark for each reference to an earlier segmentation, and which they are."""
    reader = _Reader(text, lexicon(language), ())
    reader.find(reader.known.references, "reference")
    return reader.text, Counter(reader.marks.meanings.values())


class _Reader:
    """One text on its way to marks."""

    def __init__(self, text: str, known: Lexicon, descriptions: Sequence[str]):
        self.text = re.sub(r"[’‘]", "'", text.lower()) if known.language == "en" else text.lower()
        self.text = re.sub(r"[“”]", '"', self.text) if known.language == "en" else re.sub(r"\s+", "", self.text)
        self.known, self.marks, self._changed = known, Marks(), None
        self._descriptions = descriptions

    def read(self) -> Reading:
        known = self.known
        self.find(known.references, "reference")
        apart = [number for number, text in enumerate(self._descriptions) if not self._as_it_stands(number, text)]
        self.find(known.places, "place")
        for number in apart:
            self._reworded(number, self._descriptions[number])
        quotes = _QUOTES[known.language]
        described = f"[{of_kinds('description')}]"
        self.text = re.sub(rf"[{quotes}]?({described})[.,。，]?[{quotes}]?", r"\1", self.text)
        self.text = known.silent.sub(" ", self.text)
        self.find((*known.frames, *known.clauses), "condition")
        self.find(known.numbers, "number")
        return self._reading()

    def find(self, forms: Sequence[Form], kind: str) -> None:
        """Puts a mark for everything that the forms find; where several find something, for the one that says most."""
        while (best := max(self._matches(forms, kind), key=_said, default=None)) is not None:
            self._replace(*best, kind)

    def _matches(self, forms: Sequence[Form], kind: str) -> Iterator[tuple[re.Match, Meaning]]:
        for form in forms:
            for match in form.expression.finditer(self.text):
                if kind != "place" or not self._is_no_place(match):
                    yield match, form.meaning

    def _is_no_place(self, match: re.Match) -> bool:
        after, before = self.known.place_never
        return bool(after.search(self.text[: match.start()]) or before.match(self.text[match.end() :]))

    def _replace(self, match: re.Match, meaning: Meaning, kind: str) -> None:
        """Puts a mark in the place of a match, behind it the words that stay."""
        named = match.re.groupindex
        told_of = [self.marks.meanings[match[name]] for name in ("ref", "ref2") if name in named]
        if meaning == ("together",):
            told_of.sort()
        staying = _staying(match)
        mark = self.marks.new(kind, meaning if kind == "reference" else (meaning, tuple(told_of)))
        space = " " if self.known.language == "en" else ""
        behind = space.join(["", mark, *filter(None, staying), ""])
        changed = self.text[: match.start()] + behind + self.text[match.end() :]
        self.text = re.sub(r"\s+(?=[\s,.;:?])", "", changed)

    def _as_it_stands(self, number: int, description: str) -> bool:
        if description not in self.text:
            return False
        self.text = self.text.replace(description, self.marks.new("description", ("description", number)), 1)
        return True

    def _reworded(self, number: int, description: str) -> None:
        span = align(self.text, description, self.known.language)
        if span is None:
            self._changed = "a description is missing"
            return
        told = self.text[span[0] : span[1]]
        self._changed = self._changed or difference(description, re.sub(ANY, " ", told), self.known)
        # A place may stand in the middle of a description; it is no part of it.
        marks = "".join(re.findall(ANY, told))
        mark = self.marks.new("description", ("description", number))
        self.text = f"{self.text[: span[0]]}{mark}{marks}{self.text[span[1] :]}"

    def _reading(self) -> Reading:
        kinds = {mark: kind_of(mark) for mark in self.marks.meanings}
        standing = [character for character in self.text if character in kinds]
        said = [mark for mark in kinds if kinds[mark] in ("place", "number", "condition")]
        return Reading(
            conditions=Counter(self.marks.meanings[mark] for mark in said),
            told_of=Counter(self.marks.meanings[mark] for mark in standing if mark not in said),
            narrowing=tuple(
                self.marks.meanings[mark][0]
                for mark in standing
                if mark in said and (kinds[mark] == "place" or self.marks.meanings[mark][0][0] in RANKINGS)
            ),
            unknown=self._unknown({self.marks.meanings[mark][0][0] for mark in said}),
            changed=self._changed,
        )

    def _unknown(self, conditions: set) -> str | None:
        """The first thing left that is not known to say nothing."""
        known = self.known
        harmless = known.words.union(*(words for name, words in known.frame_words.items() if name in conditions))
        rest = re.sub(rf"{ANY}|{_PUNCTUATION[known.language]}", " ", self.text)
        if known.language == "zh":
            whole = _made_of(harmless)
            return next((piece for piece in rest.split() if not whole.fullmatch(piece)), None)
        words = (word.removesuffix("'s") for word in rest.split())
        return next((word for word in words if word and word not in harmless), None)


def _staying(match: re.Match) -> list[str]:
    """The words in a match that are to be understood for themselves."""
    named = match.re.groupindex.values()
    return [match[group] or "" for group in range(1, match.re.groups + 1) if group not in named]


def _said(found: tuple[re.Match, Meaning]) -> tuple[int, int]:
    """How much a form says of a text: the length of what it finds; the first where two say as much."""
    match, _ = found
    return len(match.group()) - sum(map(len, _staying(match))), -match.start()


def _made_of(words: frozenset[str]) -> re.Pattern:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})*")
