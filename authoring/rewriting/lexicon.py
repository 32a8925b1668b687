"""What the check understands of a language: the forms of wording/forms.yaml and of paraphrases.*.yaml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from authoring.rewriting.notation import expression, leaves
from authoring.wording.forms import forms
from authoring.yaml_files import read_yaml

FOLDER = Path(__file__).parent
#: Frames that say something of their own; the others say what their clauses say.
TELLING = ("other", "counterpart", "again", "rest", "piece", "half", "together")
#: Clauses of these take a place, which is understood before them.
PLACES = ("OnSide", "InHalf", "InQuarter")

Meaning = tuple[str | int, ...]


@dataclass(frozen=True)
class Form:
    """An expression and what a text that it finds says."""

    meaning: Meaning
    expression: re.Pattern


@dataclass(frozen=True)
class Lexicon:
    """The forms by what they say, and the words that say nothing of their own.

    `silent` finds words that would be taken for a condition; `place_never` are expressions for what may not stand
    before and after a place; `frame_words` are harmless beside the frame that they are listed under, `glue` beside a
    description. `function_words` have no content, `poles` turn a meaning round, `ordered` tell that order matters.
    """

    language: str
    references: tuple[Form, ...]
    places: tuple[Form, ...]
    frames: tuple[Form, ...]
    clauses: tuple[Form, ...]
    numbers: tuple[Form, ...]
    silent: re.Pattern
    place_never: tuple[re.Pattern, re.Pattern]
    words: frozenset[str]
    frame_words: dict[str, frozenset[str]]
    requests: tuple[str, ...]
    glue: frozenset[str]
    function_words: frozenset[str]
    poles: frozenset[str]
    ordered: frozenset[str]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of 'en' or 'zh'."""
    own = forms()[language]
    other = read_yaml(FOLDER / f"paraphrases.{language}.yaml")
    places = _forms(language, own["places"], other["places"])
    return Lexicon(
        language=language,
        references=_forms(language, own["references"], other["references"]),
        places=places,
        frames=tuple(form for name in TELLING for form in _frame(language, name, own, other, places)),
        clauses=_forms(language, _without_places(own["clauses"]), other["clauses"]),
        numbers=_numbers(language, own["numbers"], other["numbers"]),
        silent=re.compile("|".join(other["silent"])),
        place_never=(re.compile(other["not_after"]), re.compile(other["not_before"])),
        words=frozenset(_words(other["words"])) | _words_of_frames(own),
        frame_words={name: frozenset(words) for name, words in other["frame_words"].items()},
        requests=tuple({*other["requests"], *own["verbs"]}),
        glue=frozenset(other["glue"]),
        function_words=frozenset(other["function_words"].split()),
        poles=frozenset(other["poles"].split()),
        ordered=frozenset(other["ordered"]),
    )


def _forms(language: str, own: dict, other: dict) -> tuple[Form, ...]:
    return tuple(
        Form(meaning, expression(form, language, literal))
        for tree, literal in ((own, True), (other, False))
        for path, written in leaves(tree)
        for meaning, form in _filled(path, written, language)
    )


def _filled(path: Meaning, form: str, language: str) -> Iterator[tuple[Meaning, str]]:
    """A form with its ordinal or organ system filled in, one for each; others as they are."""
    table = forms()[language]
    if "{ordinal}" in form:
        for number, ordinal in enumerate(table["ordinals"], 1):
            yield (*path, number), form.replace("{ordinal}", ordinal)
    elif "{system}" in form:
        for system, name in table["systems"].items():
            yield (*path, system), form.replace("{system}", name)
    else:
        yield path, form


def _frame(language: str, name: str, own: dict, other: dict, places: tuple[Form, ...]) -> tuple[Form, ...]:
    """The forms of one frame. Where it speaks of a half of the image, that half is a place like any other."""
    whole = {
        _with_place(form.replace("{half}", half), places) if "{half}" in form else form
        for form in own["frames"][name]
        for half in own["halves"].values()
    }
    found = [expression(form.rstrip(".?。？"), language, True) for form in sorted(whole)]
    found += [expression(form, language, False) for form in other["frames"][name]]
    return tuple(Form((name,), found_by) for found_by in found)


def _with_place(form: str, places: tuple[Form, ...]) -> str:
    for place in places:
        form, replaced = place.expression.subn("{place}", form, count=1)
        if replaced:
            return form
    return form


def _without_places(clauses: dict) -> dict:
    return {name: forms_of for name, forms_of in clauses.items() if name not in PLACES}


def _numbers(language: str, own: list[str], other: dict) -> tuple[Form, ...]:
    """Counts of two and more: "one" is a pronoun as well."""
    words = [(number, word) for number, word in enumerate(own, 1) if number > 1]
    words += [(number, word) for number, also in other.items() for word in also]
    counted = "[个处块]" if language == "zh" else ""
    around = ("", "") if language == "zh" else (r"\b", r"\b")
    return tuple(Form(("number", n), re.compile(f"{around[0]}{word}{counted}{around[1]}")) for n, word in words)


def _words(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield from re.findall(r"[\w'-]+", line.lower())


def _words_of_frames(own: dict) -> frozenset[str]:
    """The words around the slots of frames that say nothing of their own."""
    found = []
    texts = [*own["verbs"], *(form for name, frame in own["frames"].items() if name not in TELLING for form in frame)]
    for text in texts:
        for piece in re.split(r"\{\w+\}", text.lower()):
            found += re.findall(r"[^\W\d_]+", piece)
    return frozenset(found)
