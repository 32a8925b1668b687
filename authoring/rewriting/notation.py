"""From a form with slots to a regular expression over a text of marks and plain words.

(a|b): one of these; [a|b]: one of these or nothing; {name}: a slot or a piece. A word of an English expression takes
the one space behind it as well, so that expressions can be put behind each other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from authoring.rewriting.marks import of_kinds

#: Punctuation that does not count, in texts and in forms.
PUNCTUATION = {"en": ',.;:?!—–"“”', "zh": "，。；：？！、,.;:?!“”"}
_MARKED = {
    "d": ("description",),
    "ref": ("reference", "description"),
    "ref2": ("reference", "description"),
    "place": ("place",),
    "clause": ("clause",),
    "clause2": ("clause",),
}
_TOKENS = re.compile(r"\{\w+\}|[()\[\]|]|[^\s()\[\]|{}]+")
_NOTATION = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|"}
_SLOT = re.compile(r"\{(\w+)\}")


def leaves(tree: Mapping | Sequence[str], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The forms of a nested table, each with the keys that lead to it."""
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            yield from leaves(branch, (*path, str(key)))
    else:
        yield from ((path, form) for form in tree)


class Notation:
    """How the forms of a language are written: its pieces, its choices and the words that fill its slots."""

    def __init__(
        self,
        language: str,
        pieces: Mapping[str, str],
        choices: Mapping[str, Sequence[str]],
        words: Mapping[str, Sequence[str]],
    ):
        """`pieces` are put in as they are, a form with `choices` stands for several, `words` are what a slot may hold
        (the ordinals, say)."""
        self._language, self._pieces, self._choices, self._words = language, pieces, choices, words

    def expressions(self, form: str) -> Iterator[re.Pattern]:
        """The expressions of a form, with a named group for every slot."""
        for chosen in self._chosen(form.lower()):
            # No match begins within a word.
            yield re.compile(("(?<![^ ])" if self._language == "en" else "") + self._body(chosen))

    def _chosen(self, form: str) -> Iterator[str]:
        named = [name for name in _SLOT.findall(form) if name in self._choices]
        for fillings in product(*(self._choices[name] for name in named)):
            filled = form
            for name, filling in zip(named, fillings, strict=True):
                filled = filled.replace(f"{{{name}}}", filling)
            slots = [name for name in _SLOT.findall(filled) if name in _MARKED]
            # A sentence that has a place has no second one: choices that bring one are not for it.
            if len(slots) == len(set(slots)):
                yield filled

    def _body(self, form: str) -> str:
        return "".join(self._token(token) for token in _TOKENS.findall(form))

    def _token(self, token: str) -> str:
        if token in _NOTATION:
            return _NOTATION[token]
        if not token.startswith("{"):
            return self._word(token)
        name = token[1:-1]
        if name in self._pieces:
            return f"(?:{self._body(self._pieces[name])})"
        return self._slot(name)

    def _slot(self, name: str) -> str:
        if name in self._words:
            longest_first = sorted(self._words[name], key=lambda word: (-len(word), word))
            inside = "|".join(map(re.escape, longest_first))
        else:
            inside = f"[{of_kinds(*_MARKED[name])}]"
        behind = " " if self._language == "en" else ""
        if self._language == "zh" and name.startswith("ref"):
            behind = "(?:这一结构)?"
        return f"(?P<{name}>{inside}){behind}"

    def _word(self, word: str) -> str:
        plain = word.translate(dict.fromkeys(map(ord, PUNCTUATION[self._language])))
        if not plain:
            return ""
        return re.escape(plain) + (" " if self._language == "en" else "")
