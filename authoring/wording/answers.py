"""Answers to segmentation turns, and text-only turns."""

from collections.abc import Mapping

import numpy as np

from authoring.anatomy.knowledge import own_concept
from authoring.anatomy.structures import structures
from authoring.clues import History, PartInHalf, Region
from authoring.planning import Question, TextQuestion
from authoring.wording.forms import capitalised, forms, phrase, pick, reference
from mturn_seg import LANGUAGES


def answer_text(
    question: Question, history: History, asked: Mapping[str, str], rng: np.random.Generator
) -> dict[str, str]:
    """The answer to a segmentation turn: says what was segmented and, the first time, something of it that the question
    as it was `asked` did not say."""
    return {language: _answer(question, history, language, asked[language], rng) for language in LANGUAGES}


def fact_text(question: TextQuestion, history: History, rng: np.random.Generator) -> tuple[dict, dict]:
    """A text-only question after the segmentations of `history`, and its answer, in each language."""
    asked = {
        language: capitalised(
            question.fact.question[language].format(reference=reference(language, question.ordinal, history, rng))
        )
        for language in LANGUAGES
    }
    return asked, dict(question.fact.answer)


def _answer(question: Question, history: History, language: str, asked: str, rng: np.random.Generator) -> str:
    table = forms()[language]["answers"]
    target = question.target
    region = question.clues[0]
    if isinstance(region, Region):
        # The union of regions made earlier would have no name of its own; regions are made of structures alone.
        first, *second = (structures()[name].name(language) for name in target.parts)
        slots = {"name": first, "name2": second[0] if second else ""}
        if isinstance(region, PartInHalf):
            slots["half"] = forms()[language]["halves"][region.half]
        return pick(rng, table[question.pattern]).format(**slots)
    name = structures()[target.id].name(language)
    if any(item.id == target.id for item in history):
        return pick(rng, table["again"]).format(name=name)
    concept = own_concept(target.id)
    if concept is None:
        return pick(rng, table["name_only"]).format(name=name)
    return pick(rng, table["whole"]).format(name=name, d=phrase(concept, language, frozenset(), rng, said=asked))
