"""Decides whether a reworded question may stand: it must put the same conditions as its template, in sound words.

The check reads both texts as reading.py does. It knows nothing of the image and nothing of how the template was made,
so what it accepts does not rest on the code that proved the question.
"""

import re
from collections.abc import Collection
from dataclasses import fields
from functools import lru_cache

from authoring.anatomy.naming import names_any
from authoring.anatomy.structures import structures
from authoring.rewriting.descriptions import descriptions_in
from authoring.rewriting.lexicon import lexicon
from authoring.rewriting.reading import Reading, mark_references, read

#: The shortest and longest that a reworded question may be, in lengths of its template.
SHORTEST, LONGEST = 0.4, 2.5
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]+", re.IGNORECASE)
_MARKUP = re.compile(r"[*#`<>{}\[\]|_~\\\n\r\t]|\*\*|^\s*[-•]|https?:")
_SENTENCE_END = {"en": re.compile(r"[.?!](?=\s|$)"), "zh": re.compile(r"[。？！?!]")}


def problem(template: str, reworded: str, language: str, kind: str, unnamed: Collection[str]) -> str | None:
    """What keeps a reworded question from being accepted; None where nothing does.

    `kind` is that of the turn, 'segment' or 'answer'; `unnamed` are the ids of the structures that the image's labels
    show, none of which the question may name.
    """
    known = frozenset(name for name in unnamed if name in structures())
    found = _outside(template, reworded, language)
    if found is None and names_any(reworded, language, known):
        found = "it names a structure of the image"
    if found is not None:
        return found
    differs = _other_question if kind == "answer" else _other_wish
    return differs(template, reworded, language)


def understood(template: str, language: str) -> bool:
    """Whether the check can read a segmentation question in full; where not, no rewording of it is accepted."""
    return template_reading(template, language) is not None


@lru_cache(maxsize=4096)
def template_reading(template: str, language: str) -> Reading | None:
    """What a template asks; None where the check cannot read it."""
    return read(template, language, descriptions_in(template, language))


def _outside(template: str, reworded: str, language: str) -> str | None:
    """What is wrong with the text as a text."""
    if not reworded.strip():
        return "it is empty"
    if reworded.strip() == template.strip():
        return "it repeats the template"
    if not reworded.isprintable():
        return "it holds a character that cannot be printed"
    if _MARKUP.search(reworded):
        return "it holds markup"
    if not SHORTEST * len(template) <= len(reworded) <= LONGEST * len(template):
        return "it is too short or too long"
    if _other_script(template, reworded, language):
        return "it is in another language"
    if sorted(re.findall(r"\d+", template)) != sorted(re.findall(r"\d+", reworded)):
        return "it holds another number"
    if len(_SENTENCE_END[language].findall(reworded)) not in (1, 2):
        return "it is not one sentence or two"
    return None


def _other_script(template: str, reworded: str, language: str) -> bool:
    if language == "en":
        return bool(_CHINESE.search(reworded)) or not _LATIN.search(reworded)
    # Abbreviations such as CT stand in Chinese texts, too.
    latin = {word.lower() for word in _LATIN.findall(reworded)}
    return not _CHINESE.search(reworded) or not latin <= {word.lower() for word in _LATIN.findall(template)}


def _other_wish(template: str, reworded: str, language: str) -> str | None:
    """How what a segmentation question asks differs from what its template asks."""
    wanted = template_reading(template, language)
    if wanted is None:
        return "its template is not understood"
    found = read(reworded, language, descriptions_in(template, language))
    if found is None:
        return "it is no sentence that is known to ask the same"
    for part in fields(Reading):
        if getattr(found, part.name) != getattr(wanted, part.name):
            told = (_flat(getattr(reading, part.name)) for reading in (found, wanted))
            return f"it asks for something else: {' in place of '.join(told)}"
    return None


def _other_question(template: str, reworded: str, language: str) -> str | None:
    """How a text-only question differs from its template: only references may be put otherwise, and what opens it."""
    if reworded.rstrip()[-1] != template.rstrip()[-1]:
        return "it does not end as its template does"
    before, wanted = mark_references(template, language)
    after, found = mark_references(reworded, language)
    if wanted != found:
        return f"it speaks of other structures: {_flat(found)} in place of {_flat(wanted)}"
    if after not in {before, *(opening + before for opening in lexicon(language).openings)}:
        return "it is not the same question word for word"
    return None


def _flat(value: object) -> str:
    """What fills a slot, for a reader of the log."""
    return " ".join(map(_flat, value)) if isinstance(value, tuple) and value else str(value or "nothing")
