"""Whether an edited question may stand: it names no structure of the image, and every side says whose it is."""

from __future__ import annotations

import re

from authoring.anatomy.naming import names_any
from authoring.anatomy.structures import structures
from release import Annotation

LONGEST = 1000
_SIDES = {"en": re.compile(r"\b(?:left|right)(?:most)?\b", re.IGNORECASE), "zh": re.compile("[左右]")}
# Whose a side is, told before it or after it, in the same clause.
_BEFORE = {
    "en": re.compile(r"\b(?:image|patient['’]s)(?: [\w-]+){0,2} $", re.IGNORECASE),
    "zh": re.compile("(?:图像|画面|患者|病人)[^，。；？！]*$"),
}
_AFTER = {
    "en": re.compile(r"^(?: [\w-]+){0,3} of (?:the|this) (?:image|slice|patient)\b", re.IGNORECASE),
    "zh": re.compile("(?!)"),
}
_HAN = re.compile(r"[\u3400-\u9fff]")


def edit_problem(text: str, language: str, question: str, annotation: Annotation) -> str | None:
    """What keeps `text` from taking the place of `question` about an annotated image; None where nothing does.

    Structures of the image are those that are labelled in it, whatever the question asks for: a name in one question
    would answer another.
    """
    if not text.strip() or text != text.strip():
        return "expected a question that neither is blank nor begins or ends with spaces"
    if any(not character.isprintable() for character in text):
        return "expected one line without control characters"
    if len(text) > LONGEST:
        return f"{len(text)} characters; expected at most {LONGEST}"
    if (language == "zh") != bool(_HAN.search(text)):
        return f"expected a question in {'Chinese' if language == 'zh' else 'English'}"
    for structure in annotation.structures:
        if structure.id in structures() and names_any(text, language, frozenset({structure.id})):
            return f"it names {structure.id}, which the image shows; expected a description"
    side = unowned_side(text, language, question)
    if side is not None:
        told = "'of the image' or 'the patient's'" if language == "en" else "图像 or 患者"
        return f"{side!r} does not say whose side it is; expected {told} with it"
    return None


def unowned_side(text: str, language: str, question: str = "") -> str | None:
    """The first left or right in a text that does not say whose it is, with what follows; None where all do.

    What stood in `question` with the same word after it is taken as it is: "at right angles" is no side.
    """
    for side in _SIDES[language].finditer(text):
        start, end = side.span()
        owned = _BEFORE[language].search(text[:start]) or _AFTER[language].search(text[end:])
        ahead = re.match(r"\s*[\w-]*" if language == "en" else ".?", text[end:]).group()
        phrase = side.group() + ahead
        if not owned and not (ahead.strip() and _stood(phrase, language, question)):
            return phrase
    return None


def _stood(phrase: str, language: str, question: str) -> bool:
    """Whether the phrase stood in the question without an owner, too."""
    if language == "zh":
        return any(
            not _BEFORE["zh"].search(question[: match.start()]) for match in re.finditer(re.escape(phrase), question)
        )
    return any(
        not _BEFORE["en"].search(question[: match.start()])
        and not _AFTER["en"].search(question[match.start() + len(phrase.split()[0]) :])
        for match in re.finditer(rf"\b{re.escape(phrase)}\b", question, re.IGNORECASE)
    )
