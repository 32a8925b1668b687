"""Descriptions in questions: which a template holds, and where a reworded one has them, word for word."""

import re
from functools import cache

from authoring.anatomy.knowledge import concepts

_ARTICLE = re.compile(r"^(?:the|an|a) ")


def descriptions_in(text: str, language: str) -> list[str]:
    """The known descriptions that a text holds word for word, in lower case, the longest first, none inside another."""
    found, rest = [], text.lower()
    for phrase in _phrases(language):
        if phrase in rest:
            found.append(phrase)
            rest = rest.replace(phrase, "\0")
    return found


def expression_of(description: str, language: str) -> re.Pattern:
    """Finds a description of `descriptions_in` in a text in lower case: word for word, save for its article."""
    if language == "zh":
        return re.compile(re.escape(description))
    core = re.escape(_ARTICLE.sub("", description))
    article = "(?:(?:the|an|a) )?" if _ARTICLE.match(description) else ""
    return re.compile(rf"(?<![\w'-]){article}{core}(?![\w'-])")


@cache
def _phrases(language: str) -> tuple[str, ...]:
    known = {phrase.lower() for concept in concepts() for phrase in concept.phrases(language)}
    return tuple(sorted(known, key=lambda phrase: (-len(phrase), phrase)))
