"""Decides whether a reworded question may stand: it must put the same conditions as its template, in sound words.

The check reads both texts as reading.py does. It knows nothing of the image and nothing of how the template was made,
so what it accepts does not rest on the code that proved the question.
"""

import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache

from authoring.anatomy.naming import names_any
from authoring.anatomy.structures import structures
from authoring.rewriting.descriptions import descriptions_in, difference
from authoring.rewriting.lexicon import lexicon
from authoring.rewriting.marks import ANY
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
    return template_reading(template, language).unknown is None


@lru_cache(maxsize=4096)
def template_reading(template: str, language: str) -> Reading:
    """What a template says."""
    return read(template, language, descriptions_in(template, language))


def _outside(template: str, reworded: str, language: str) -> str | None:
    """What is wrong with the text as a text."""
    if not reworded.strip():
        return "it is empty"
    if reworded.strip() == template.strip():
        return "it repeats the template"
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
    """How the conditions of a segmentation question differ from its template's."""
    wanted = template_reading(template, language)
    if wanted.unknown is not None:
        return f"its template is not understood: {wanted.unknown!r}"
    found = read(reworded, language, descriptions_in(template, language))
    if found.changed is not None:
        return found.changed
    if found.conditions != wanted.conditions:
        return f"it has other conditions: {_shown(wanted.conditions, found.conditions)}"
    if found.told_of != wanted.told_of:
        return f"it speaks of other structures: {_shown(wanted.told_of, found.told_of)}"
    if len(wanted.narrowing) > 1 and found.narrowing != wanted.narrowing:
        return "it chooses and narrows down in another order"
    if found.unknown is not None:
        return f"it holds {found.unknown!r}, which the template does not"
    # Some templates ask by what is to be done ("keep only the part"), without a word of `requests`.
    if _asks(template, language) and not _asks(reworded, language):
        return "it does not ask for a segmentation"
    return None


def _asks(text: str, language: str) -> bool:
    requests = lexicon(language).requests
    if language == "zh":
        return any(request in text for request in requests)
    return any(re.search(rf"\b{request}\b", text.lower()) for request in requests)


def _other_question(template: str, reworded: str, language: str) -> str | None:
    """How a text-only question differs from its template: it is read like one long description."""
    if reworded.rstrip()[-1] not in "?？":
        return "it is not a question"
    before, wanted = mark_references(template, language)
    after, found = mark_references(reworded, language)
    if wanted != found:
        return f"it speaks of other structures: {_shown(wanted, found)}"
    return difference(*(re.sub(ANY, " ", text) for text in (before, after)), lexicon(language))


def _shown(wanted: Counter, found: Counter) -> str:
    """What is missing and what is new, for a reader of the log."""
    changes = [("without", wanted - found), ("with", found - wanted)]
    return "; ".join(f"{word} {_flat(item)}" for word, items in changes for item in sorted(items, key=repr))


def _flat(item: object) -> str:
    parts = item if isinstance(item, tuple) else (item,)
    return " ".join(_flat(part) if isinstance(part, tuple) else str(part) for part in parts).strip()
