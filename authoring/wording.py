"""Puts planned questions and answers into English and Chinese sentences, from the forms of wording.yaml."""

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from authoring.anatomy.knowledge import Fact, own_concept
from authoring.anatomy.structures import structures
from authoring.clues import Described, ExtremeOf, InHalf, OnSide, SizeAgainst, ToSideOf
from authoring.planning import Question
from mturn_seg import LANGUAGES

FILE = Path(__file__).with_name("wording.yaml")


def question_text(question: Question, segmented: int, rng: np.random.Generator) -> dict[str, str]:
    """The question in each language, worded independently; `segmented` is the number of segmentations before it."""
    return {language: _question(question, segmented, rng, language) for language in LANGUAGES}


def answer_text(target: str, *, again: bool, rng: np.random.Generator) -> dict[str, str]:
    """The answer to a segmentation turn: names the structure and, the first time, says something of it."""
    kind = "answers_short" if again else "answers"
    return {
        language: _pick(rng, _forms()[language][kind]).format(
            name=structures()[target].name(language), d=_pick(rng, own_concept(target).descriptions[language])
        )
        for language in LANGUAGES
    }


def fact_text(fact: Fact, ordinal: int, segmented: int, rng: np.random.Generator) -> tuple[dict, dict]:
    """A text-only question about the segmentation `ordinal`, and its answer, in each language."""
    question = {
        language: _capitalised(fact.question[language].format(reference=_reference(language, ordinal, segmented, rng)))
        for language in LANGUAGES
    }
    return question, dict(fact.answer)


@cache
def _forms() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _question(question: Question, segmented: int, rng: np.random.Generator, language: str) -> str:
    forms = _forms()[language]
    words: dict[str, str] = {}
    for clue in question.clues:
        if ordinal := getattr(clue, "ordinal", None):
            words["ref"] = _reference(language, ordinal, segmented, rng)
            words["ref_cap"] = _capitalised(words["ref"])
        match clue:
            case Described():
                words["d"] = _pick(rng, clue.concept.descriptions[language])
            case OnSide():
                words["side"] = forms["side"][clue.whose][clue.side]
            case InHalf():
                words["half"] = forms["half"][clue.half]
            case ToSideOf():
                words["where"] = forms["where"][clue.direction].format(ref=words["ref"])
            case SizeAgainst():
                comparison = "larger" if clue.larger else "smaller"
                words["size"] = forms["size"][comparison]
            case ExtremeOf():
                table = "extreme" if question.pattern == "again_extreme" else "extreme_of_two"
                words["extreme"] = forms[table][clue.extreme]
    return _capitalised(_pick(rng, forms["questions"][question.pattern]).format(**words))


def _reference(language: str, ordinal: int, segmented: int, rng: np.random.Generator) -> str:
    """A reference by place in the dialogue, never by name: the n-th, or the latest, segmented structure."""
    forms = _forms()[language]
    by_number = forms["reference"].format(ordinal=forms["ordinals"][ordinal - 1])
    choices = [by_number, *forms["latest"]] if ordinal == segmented and segmented > 1 else [by_number]
    return _pick(rng, choices)


def _pick(rng: np.random.Generator, choices):
    return choices[int(rng.integers(len(choices)))]


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
