"""Finds the names of structures in a text: no question may name what it, or its image's other questions, ask for."""

import re
from functools import cache

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.structures import structures
from mturn_seg import LANGUAGES

#: What follows "T1" where it is no vertebra.
NO_NAME = "-weighted|加权"


def names_any(text: str, language: str, wanted: frozenset[str]) -> bool:
    """Whether a text in 'en' or 'zh' holds a term of one of the structures."""
    pattern = _pattern(language, wanted)
    return pattern is not None and pattern.search(text.lower()) is not None


@cache
def _pattern(language: str, wanted: frozenset[str]) -> re.Pattern | None:
    """One expression for all terms: whole words with their plurals in English, any occurrence in Chinese."""
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}; expected one of {LANGUAGES}")
    terms = {term.lower() for name in wanted for term in getattr(structures()[name], language)}
    if not terms:
        return None
    # The longest first, so that a match is the whole term.
    either = "|".join(_form(term, language) for term in sorted(terms, key=lambda term: (-len(term), term)))
    return re.compile(rf"(?<![a-z0-9])(?:{either})(?![a-z0-9]|{NO_NAME})" if language == "en" else either)


def _form(term: str, language: str) -> str:
    if language == "zh":
        return rf"(?<![a-z0-9]){term}(?![a-z0-9]|{NO_NAME})" if term.isascii() else re.escape(term)
    if term.endswith("y"):
        return rf"{re.escape(term[:-1])}(?:y|ies)"
    if term.endswith("a"):
        return rf"{re.escape(term)}[es]?"
    return rf"{re.escape(term)}(?:s|es)?"


@cache
def sayable(concept: Concept, language: str, unnamed: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """A concept's descriptions that name none of the structures `unnamed`, by topic; empty topics are left out."""
    topics = (
        tuple(text for text in topic if not names_any(text, language, unnamed))
        for topic in concept.descriptions[language].values()
    )
    return tuple(topic for topic in topics if topic)


def can_be_said(concept: Concept, unnamed: frozenset[str]) -> bool:
    """Whether both languages have a description that names none of the structures."""
    return all(sayable(concept, language, unnamed) for language in LANGUAGES)
