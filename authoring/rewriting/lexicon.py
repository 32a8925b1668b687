"""What the check understands of a language: the forms of wording/forms.yaml and of paraphrases.*.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from authoring.rewriting.notation import Notation, leaves
from authoring.wording.forms import forms
from authoring.yaml_files import read_yaml

FOLDER = Path(__file__).parent
#: Frames that ask for what their description and their clauses say, and for nothing of their own.
PLAIN = ("settled", "settled_at", "place", "chosen")
#: Clauses of these take a place, which sentences have a slot for.
PLACES = ("OnSide", "InHalf", "InQuarter")

Meaning = tuple[str | int, ...]


@dataclass(frozen=True)
class Form:
    """An expression and what a text that it finds says."""

    meaning: Meaning
    expression: re.Pattern


@dataclass(frozen=True)
class Lexicon:
    """The forms of a language by what they say; `words` are what its slots for ordinals, numbers and systems hold.

    `sentences` are whole questions: each has the name of what it asks for as its meaning. `openings` may stand before a
    text-only question.
    """

    language: str
    references: tuple[Form, ...]
    places: tuple[Form, ...]
    clauses: tuple[Form, ...]
    sentences: tuple[Form, ...]
    openings: tuple[str, ...]
    words: Mapping[str, Mapping[str, int | str]]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of 'en' or 'zh'."""
    own, other = forms()[language], read_yaml(FOLDER / f"paraphrases.{language}.yaml")
    words = _words(own, other["numbers"])
    pieces = other["pieces"] | {"verb": "|".join([other["pieces"]["verb"], *own["verbs"]])}
    notation = Notation(language, pieces, other["choices"], words)
    clauses = {name: forms_of for name, forms_of in own["clauses"].items() if name not in PLACES}
    return Lexicon(
        language=language,
        references=_forms(notation, own["references"], other["references"]),
        places=_forms(notation, own["places"], other["places"]),
        clauses=_forms(notation, clauses, other["clauses"]),
        sentences=_forms(notation, _sentences(own["frames"], other["half"]), other["sentences"]),
        openings=tuple(other["openings"] if language == "zh" else (f"{opening} " for opening in other["openings"])),
        words=words,
    )


def _forms(notation: Notation, *tables: Mapping) -> tuple[Form, ...]:
    return tuple(
        Form(path, expression)
        for table in tables
        for path, written in leaves(table)
        for expression in notation.expressions(written)
    )


def _sentences(frames: Mapping, half: str) -> dict[str, list[str]]:
    """The frames of forms.yaml by what they ask for."""
    found: dict[str, list[str]] = {}
    for name, frame in frames.items():
        asks = name.removesuffix("_of_group")
        # The half of the image that a frame speaks of is a place like any other.
        forms_of = [form.replace(half, "{place}") for form in frame]
        found.setdefault("selected" if asks in PLAIN else asks, []).extend(forms_of)
    return found


def _words(own: Mapping, numbers: Mapping[int, list[str]]) -> dict[str, dict[str, int | str]]:
    """What a slot of words may hold, with what each word means."""
    counts = {word: number for number, word in enumerate(own["numbers"], 1)}
    return {
        "ordinal": {word: number for number, word in enumerate(own["ordinals"], 1)},
        "n": counts | {word: number for number, also in numbers.items() for word in also},
        "system": {word: system for system, word in own["systems"].items()},
    }
