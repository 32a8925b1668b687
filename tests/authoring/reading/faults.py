"""What is wrong with a question, as sentences: another answer, several answers, a wrong count, a needless reference."""

from collections.abc import Iterator

import numpy as np

from tests.authoring.reading.anatomy import may_be_unlabelled
from tests.authoring.reading.asked import Asked
from tests.authoring.reading.meaning import RANKINGS, History, Segmented, meant
from tests.authoring.reading.parsing import Reading
from tests.authoring.reading.picture import Picture

#: Conditions that a place, a size or a distance decides.
SPATIAL = {"side", "half", "quarter", "beside", "same side", "size", "touches", "inside", "around", *RANKINGS}


def faults(question: Asked, exhaustive: frozenset[str]) -> list[str]:
    """All that is wrong with a question; `exhaustive` are the structures labelled wherever they occur in its source."""
    found = [*_answers(question), *_words(question), *_landmarks(question, exhaustive)]
    found += _unlabelled(question, exhaustive)
    if "history" in question.turn.facets and not other_answers(question):
        found.append("no other history gives another answer")
    return [f"{question}: {fault}" for fault in found]


def answers(reading: Reading, picture: Picture, history: History) -> list[Segmented]:
    """What a question means; nothing where a landmark of it means nothing."""
    try:
        return meant(reading, picture, history)
    except LookupError:
        return []


def other_answers(question: Asked) -> list[np.ndarray]:
    """The single answers after other histories that are not the expected one: each earlier segmentation that the
    question refers to, or any where it refers to all, was another structure of the picture."""
    found = []
    for place in range(len(question.history)):
        for name, mask in question.picture.masks.items():
            supposed = [*question.history[:place], Segmented(name, mask), *question.history[place + 1 :]]
            answer = answers(question.reading, question.picture, supposed)
            if len(answer) == 1 and not np.array_equal(answer[0].mask, question.target):
                found.append(answer[0].mask)
    return found


def without(reading: Reading, *names: str) -> Reading:
    """A reading less its conditions of these names."""
    return Reading(reading.fits, frozenset(item for item in reading.conditions if item[0] not in names))


def refers(condition: tuple) -> bool:
    """Whether a condition speaks of earlier segmentations."""
    return condition == ("before",) or any(isinstance(value, tuple) and value[0] == "earlier" for value in condition)


def landmarks(reading: Reading) -> list[frozenset[str]]:
    """The structures that each landmark's words fit."""
    return [
        value[1]
        for condition in reading.conditions
        for value in condition
        if isinstance(value, tuple) and value[0] == "landmark"
    ]


def _answers(question: Asked) -> Iterator[str]:
    found = answers(question.reading, question.picture, question.history)
    if len(found) != 1:
        yield f"it may mean {[item.name or 'a region' for item in found]}"
    elif not np.array_equal(found[0].mask, question.target):
        yield f"it means {found[0].name or 'another region'}, the answer is {question.turn.target}"


def _words(question: Asked) -> Iterator[str]:
    """Counts, comparatives, and clues that say nothing."""
    reading, picture = question.reading, question.picture
    candidates = len(picture.masks.keys() & reading.fits) if reading.fits else 0
    if reading.count is not None and reading.count != candidates:
        yield f"it counts {reading.count} structures, there are {candidates}"
    if reading.named("other") and candidates != 2:
        yield f"it speaks of the other one, there are {candidates}"
    if reading.compares == "two":
        compared = len(answers(without(reading, *RANKINGS), picture, question.history))
        if compared != 2:
            yield f"a comparative for {compared} structures"
    for _, number, _ in reading.named("nth"):
        if not 1 < number < candidates:
            yield f"counted to the {number}. of {candidates}"
    spatial = [item for item in reading.conditions if item[0] in SPATIAL]
    if "spatial" in question.turn.facets and reading.fits and (not spatial or candidates < 2):
        yield "settled without its place"
    if "spatial" not in question.turn.facets and not any(map(refers, reading.conditions)) and candidates != 1:
        yield f"words alone, but they fit {candidates} structures"


def _landmarks(question: Asked, exhaustive: frozenset[str]) -> Iterator[str]:
    for meant_by in landmarks(question.reading):
        shown = meant_by & question.picture.masks.keys()
        if len(shown) != 1:
            yield f"a landmark fits {sorted(shown)}"
        if shown & (question.reading.fits or set()):
            yield "a landmark is among those it chooses from"
        for name in sorted(meant_by - shown - exhaustive):
            if may_be_unlabelled(name, question.picture.annotation.region):
                yield f"a landmark may mean {name}, which may be there without a label"


def _unlabelled(question: Asked, exhaustive: frozenset[str]) -> Iterator[str]:
    """Structures that the words fit and that may be there without a label."""
    if question.reading.fits is None or question.reading.named("before", "counterpart"):
        return
    for name in sorted(question.reading.fits - question.picture.masks.keys() - exhaustive):
        if may_be_unlabelled(name, question.picture.annotation.region):
            yield f"{name} may be there without a label"
