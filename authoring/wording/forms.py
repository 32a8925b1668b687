"""The surface forms of forms.yaml, and how one of them is taken."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.naming import sayable
from authoring.clues import History
from authoring.planning.questions import counting_is_plain
from authoring.yaml_files import read_yaml

FILE = Path(__file__).with_name("forms.yaml")


@cache
def forms() -> dict:
    """The forms by language."""
    return read_yaml(FILE)


def pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def capitalised(text: str) -> str:
    """With a capital first letter; Chinese stays as it is."""
    return text[0].upper() + text[1:]


def phrase(
    concept: Concept, language: str, unnamed: frozenset[str], rng: np.random.Generator, *, said: str = ""
) -> str:
    """One description of a concept that names none of the structures `unnamed` and was not `said` already: first the
    topic is drawn, then the description, so that function, anatomy, pathology and clinical relevance come up alike."""
    topics = sayable(concept, language, unnamed)
    fresh = [[text for text in topic if text not in said] for topic in topics]
    topics = [topic for topic in fresh if topic] or topics
    return pick(rng, topics[int(rng.integers(len(topics)))])


def reference(language: str, ordinal: int, history: History, rng: np.random.Generator) -> str:
    """A reference by place in the dialogue, never by name: the n-th, the latest, or the one before it.

    Where a structure was segmented twice, or a region made, "the structure segmented fourth" could be the fourth
    structure or the fourth segmentation; then the words count segmentations.
    """
    table, number = forms()[language]["references"], forms()[language]["ordinals"][ordinal - 1]
    if not counting_is_plain(history):
        return pick(rng, table["by_act"]).format(ordinal=number)
    choices = [form.format(ordinal=number) for form in table["by_number"]]
    if len(history) > 1 and ordinal == len(history):
        choices += table["last"]
    if len(history) > 2 and ordinal == len(history) - 1:
        choices += table["before_last"]
    return pick(rng, choices)
