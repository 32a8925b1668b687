"""Words that no description and no fact may have: those that tell the structure, or a side, or point at an image."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from authoring.anatomy.checking.entries import Entry, Problem, Text
from authoring.anatomy.checking.shape import OWN_PHRASES
from authoring.anatomy.naming import names_any
from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from authoring.yaml_files import read_yaml
from mturn_seg import LANGUAGES

STEMS = Path(__file__).with_name("stems.yaml")

SIDES = {"en": re.compile(r"\b(?:left|right)(?:ward|wards|most)?\b", re.IGNORECASE), "zh": re.compile("[左右]")}
IMAGES = {
    "en": re.compile(
        r"\b(?:in|on|of) (?:the|this) (?:image|picture|figure|slice|scan)\b"
        r"|\b(?:this|shown|displayed) (?:image|picture|figure|slice|scan)\b|\bshown here\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("(?:本|此|该|这张|这幅|这一)(?:图|层|切面|扫描)|图中|画面|如图"),
}


def giveaway_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Own names and their stems, sides, references to an image; too few phrases that name no structure at all."""
    for entry in entries:
        for text in entry.texts:
            yield from _giveaways(text)
        if not entry.of_group:
            yield from _sayable(entry)


@cache
def stems() -> dict[str, dict[str, tuple[str, ...]]]:
    """Parts of words that give a structure away: {structure: {language: stems}}, the same for both of a pair.

    Raises SourceError for a structure that the catalogue does not have.
    """
    found = {}
    for name, by_language in read_yaml(STEMS).items():
        if name not in structures():
            raise SourceError(f"{STEMS}: {name!r}; expected a structure of the catalogue")
        each = {language: tuple(by_language.get(language, ())) for language in LANGUAGES}
        found[name] = each
        if pair := structures()[name].pair:
            found[pair] = each
    return found


def stem_in(text: str, language: str, wanted: frozenset[str]) -> str | None:
    """The first stem of one of the structures that a text holds, or None."""
    given = sorted({stem for name in wanted for stem in stems().get(name, {}).get(language, ())})
    return next((stem for stem in given if stem in text.lower()), None)


def _giveaways(text: Text) -> Iterator[Problem]:
    own, language = text.entry.fits, text.language
    if names_any(text.text, language, own):
        yield text.problem("a text without a name of its own structure")
    elif stem := stem_in(text.text, language, own):
        yield text.problem(f"a text without {stem!r}, which gives its own structure away")
    if side := SIDES[language].search(text.text):
        yield text.problem(f"a text without a side, and not {side.group()!r}")
    if image := IMAGES[language].search(text.text):
        yield text.problem(f"a text without reference to an image, and not {image.group()!r}")


def _sayable(entry: Entry) -> Iterator[Problem]:
    everything = frozenset(structures())
    for language in LANGUAGES:
        phrases = entry.phrases(language)
        unnamed = sum(not names_any(text.text, language, everything) for text in phrases)
        if unnamed < OWN_PHRASES <= len(phrases):
            yield entry.problem(f"{unnamed} phrases", f"{OWN_PHRASES} in {language} that name no structure at all")
