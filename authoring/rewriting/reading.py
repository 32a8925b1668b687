"""Reads what a question asks, as a sentence that is known from its first word to its last, or not at all.

A question is read alike, whoever worded it, from its words alone. First its descriptions, references, places and
clauses become marks; what is left between them has to be the rest of a known sentence. So no word is passed over: a
"not", an "every" or a "next to" that no sentence has in that place leaves the question unread.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from authoring.rewriting.descriptions import expression_of
from authoring.rewriting.lexicon import PLACES, Form, Lexicon, Meaning, lexicon
from authoring.rewriting.marks import Marks, of_kinds
from authoring.rewriting.notation import PUNCTUATION

#: Sentences in which it does not matter which reference comes first.
UNORDERED = ("together",)
_IGNORED = {
    language: re.escape(signs.translate(dict.fromkeys(map(ord, '"“”')))) for language, signs in PUNCTUATION.items()
}


@dataclass(frozen=True)
class Reading:
    """What a question asks: the kind of its sentence, and what fills its slots.

    A description is told by its number among those that the question may hold; a clause is (meaning, what it is told
    against); of `references`, which count for the sentence itself, the second is taken from the first where they differ
    in role.
    """

    asks: str
    description: Meaning | None = None
    number: int | None = None
    places: tuple[Meaning, ...] = ()
    clauses: tuple[tuple[Meaning, Meaning | None], ...] = ()
    references: tuple[Meaning, ...] = ()


def read(text: str, language: str, descriptions: Sequence[str]) -> Reading | None:
    """Reads a question in 'en' or 'zh' that may hold these descriptions, in lower case and word for word.

    None where it is no known sentence, and where it could be read in two ways.
    """
    if not text.isprintable():
        return None
    reader = _Reader(text, lexicon(language), descriptions)
    readings = set(reader.readings())
    return readings.pop() if len(readings) == 1 else None


def mark_references(text: str, language: str) -> tuple[str, tuple[Meaning, ...]]:
    """A text in lower case with one sign for all references to earlier segmentations, and which they are in order."""
    reader = _Reader(text, lexicon(language), ())
    reader.find(lexicon(language).references, "reference")
    found = re.findall(f"[{of_kinds('reference')}]", reader.text)
    plain = re.sub(f"[{of_kinds('reference')}]", "\0", reader.text)
    return plain, tuple(reader.marks.meanings[mark] for mark in found)


class _Reader:
    """One text on its way to marks."""

    def __init__(self, text: str, known: Lexicon, descriptions: Sequence[str]):
        self.known, self.marks = known, Marks()
        self.text = re.sub(r"[’‘]", "'", text.lower())
        for number, description in enumerate(descriptions):
            mark = self.marks.new("description", ("description", number))
            self.text = expression_of(description, known.language).sub(mark, self.text)
        self.text = self._plain(self.text)

    def find(self, forms: Sequence[Form], kind: str) -> None:
        """Puts a mark in the place of everything that the forms find, the longest first."""
        while found := max(self._matches(forms), key=lambda one: (len(one[0].group()), -one[0].start()), default=None):
            match, meaning = found
            mark = self.marks.new(*self._meant(match, meaning, kind))
            space = " " if self.known.language == "en" else ""
            self.text = f"{self.text[: match.start()]}{mark}{space}{self.text[match.end() :]}"

    def readings(self) -> Iterator[Reading]:
        """Every way in which the text is a known sentence."""
        self.find(self.known.references, "reference")
        untouched = self.text
        self.find(self.known.places, "place")
        yield from self._sentences(takes_clauses=False)
        # Clauses hold words of places ("counted from the left side of the image"): both are found at once.
        self.text = untouched
        self.find((*self.known.places, *self.known.clauses), "clause")
        yield from self._sentences(takes_clauses=True)

    def _plain(self, text: str) -> str:
        """The text as expressions expect it; anything that none can hold stays and keeps it from being read."""
        described = f"[{of_kinds('description')}]"
        for opening, closing in ('""', "“”", "「」", "『』"):
            text = re.sub(rf"{opening}({described})[.,。，]?{closing}", r"\1", text)
        if self.known.language == "zh":
            return re.sub(rf"[\s{_IGNORED['zh']}]", "", text)
        text = re.sub(rf"[{_IGNORED['en']}]|(?<= )-+(?= )", " ", text)
        return "".join(f"{word} " for word in re.sub(rf"({described})", r" \1 ", text).split())

    def _matches(self, forms: Sequence[Form]) -> Iterator[tuple[re.Match, Meaning]]:
        for form in forms:
            for match in form.expression.finditer(self.text):
                yield match, form.meaning

    def _meant(self, match: re.Match, meaning: Meaning, kind: str) -> tuple[str, Meaning]:
        """The kind of a mark and what it means, with the ordinal or the organ system that the form has a slot for."""
        words = self._words(match)
        meaning += tuple(words.values())
        if kind != "clause":
            return kind, meaning
        if meaning[0] in PLACES:
            return "place", meaning
        return "clause", (meaning, self._meaning(match, "ref"))

    def _sentences(self, takes_clauses: bool) -> Iterator[Reading]:
        for form in self.known.sentences:
            if ("clause" in form.expression.groupindex) == takes_clauses:
                match = form.expression.fullmatch(self.text)
                if match is not None:
                    yield self._reading(form.meaning[0], match)

    def _reading(self, asks: str, match: re.Match) -> Reading:
        references = self._meanings(match, "ref", "ref2")
        return Reading(
            asks=asks,
            description=self._meaning(match, "d"),
            number=self._words(match).get("n"),
            places=self._meanings(match, "place"),
            clauses=self._meanings(match, "clause", "clause2"),
            references=tuple(sorted(references)) if asks in UNORDERED else references,
        )

    def _words(self, match: re.Match) -> dict[str, int | str]:
        named = [name for name in match.re.groupindex if name in self.known.words]
        return {name: self.known.words[name][match[name]] for name in named}

    def _meaning(self, match: re.Match, name: str) -> Meaning | None:
        return self.marks.meanings[match[name]] if name in match.re.groupindex else None

    def _meanings(self, match: re.Match, *names: str) -> tuple[Meaning, ...]:
        found = (self._meaning(match, name) for name in names)
        return tuple(meaning for meaning in found if meaning is not None)
