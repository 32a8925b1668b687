"""From a surface form to a regular expression that finds it, and what it says, in any question.

Forms of wording/forms.yaml are taken as they stand. Those of paraphrases.*.yaml may also hold (a|b), one of these;
[a|b], one of these or nothing; and …, words in between.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from authoring.rewriting.marks import of_kinds

#: What a structure may be told by: an earlier segmentation or a description. A Chinese one may be followed by a noun.
ARGUMENT = {
    "en": f"(?:(?:the|an|a|one of the|one of) )?(?P<{{name}}>[{of_kinds('reference', 'description')}])",
    "zh": f"(?P<{{name}}>[{of_kinds('reference', 'description')}])(?:(?:这一|这个|该|所指的|所指)结构)?",
}
#: Words that stay in the text, to be understood for themselves.
GAP = f"([^{of_kinds('reference')}]{{0,160}}?)"
STAYING = {"place": f"([{of_kinds('place')}])", "that": GAP, "d": GAP, "n": r"(\w+?)", "verb": r"([\w ]+?)"}
_PIECES = re.compile(r"\{\w+\}|…|[()\[\]|]")
_NOTATION = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|", "…": GAP}


def leaves(tree: Mapping | Sequence[str], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The forms of a nested table, each with the keys that lead to it."""
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            yield from leaves(branch, (*path, str(key)))
    else:
        yield from ((path, form) for form in tree)


def expression(form: str, language: str, literal: bool) -> re.Pattern:
    """The expression for a form with its slots; `literal` for forms without notation."""
    found = []
    place = 0
    for piece in _PIECES.finditer(form):
        found.append(_escaped(form[place : piece.start()]))
        found.append(_piece(piece.group(), language, literal))
        place = piece.end()
    found.append(_escaped(form[place:]))
    body = "".join(found)
    # Next to a gap there may be a comma, or nothing.
    body = body.replace(rf"\s+{GAP}", rf"\s*{GAP}").replace(rf"{GAP}\s+", rf"{GAP}\s*")
    return re.compile(rf"(?<![a-z]){body}(?![a-z])" if language == "en" else body)


def _piece(piece: str, language: str, literal: bool) -> str:
    if piece.startswith("{"):
        name = piece[1:-1].lower()
        return STAYING[name] if name in STAYING else ARGUMENT[language].format(name=name)
    return re.escape(piece) if literal else _NOTATION[piece]


def _escaped(text: str) -> str:
    return re.sub(r"\s+", r"\\s+", re.escape(text.lower()).replace(r"\ ", " "))
