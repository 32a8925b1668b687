"""What is wrong with a question, in words: another answer, several answers, a wrong count, a needless reference."""

from collections.abc import Iterator

import numpy as np

from tests.authoring.reading.anatomy import may_be_unlabelled
from tests.authoring.reading.asked import Asked
from tests.authoring.reading.meaning import RANKINGS, History, meant
from tests.authoring.reading.parsing import Mention, Reading, mentions
from tests.authoring.reading.picture import Picture
from tests.authoring.reading.shapes import Shape

#: Conditions that a place, a size or a distance decides.
SPATIAL = ("side", "half", "quarter", "beside", "same side", "size", "touches", "inside", "around", *RANKINGS)


def faults(question: Asked, exhaustive: frozenset[str]) -> list[str]:
    """All that is wrong with a question; `exhaustive` are the structures labelled wherever they occur in its source."""
    found = [*_answer(question), *_numbers(question), *_facets(question)]
    found += [*_counting(question), *_landmarks(question, exhaustive), *_unlabelled(question, exhaustive)]
    return [f"{question}: {fault}" for fault in found]


def answers(reading: Reading, picture: Picture, history: History) -> list[Shape]:
    """What a question means; nothing where a landmark of it means nothing."""
    try:
        return meant(reading, picture, history)
    except LookupError:
        return []


def other_answers(question: Asked) -> Iterator[Shape]:
    """The single answers, other than the expected one, after histories in which one of the earlier segmentations was
    another structure of the picture."""
    for place in range(len(question.history)):
        for shape in question.picture.shapes.values():
            supposed = [*question.history[:place], shape, *question.history[place + 1 :]]
            found = answers(question.reading, question.picture, supposed)
            if len(found) == 1 and not np.array_equal(found[0].mask, question.target):
                yield found[0]


def refers(reading: Reading) -> bool:
    """Whether a question speaks of earlier segmentations."""
    return ("before",) in reading.conditions or any(kind == "earlier" for kind, _ in _others(reading))


def landmarks(reading: Reading) -> list[frozenset[str]]:
    """The structures that the words of each landmark fit."""
    return [value for kind, value in _others(reading) if kind == "landmark"]


def miscounted(mention: Mention, history: History) -> bool:
    """Whether whoever counts structures comes to another one than whoever counts segmentations, where the words do not
    say which to count: regions are segmented, too, and a structure may be segmented twice."""
    counted = {"structure": history[: mention.ordinal], "last": history[-1:], "before last": history}
    names = [shape.name for shape in counted.get(mention.how, ())]
    return None in names or len(set(names)) < len(names)


def _others(reading: Reading) -> list[tuple]:
    """Everything that the conditions are told against."""
    return [value for condition in reading.conditions for value in condition if isinstance(value, tuple)]


def _answer(question: Asked) -> Iterator[str]:
    found = answers(question.reading, question.picture, question.history)
    if len(found) != 1:
        yield f"it may mean {[item.name or 'a region' for item in found]}"
    elif not np.array_equal(found[0].mask, question.target):
        yield f"it means {found[0].name or 'another region'}, the answer is {question.turn.target}"


def _facets(question: Asked) -> Iterator[str]:
    reading, facets = question.reading, question.turn.facets
    if "history" in facets and not any(other_answers(question)):
        yield "no other history gives another answer"
    if "spatial" in facets and not reading.named("piece", "part in half"):
        left = answers(reading.without(*SPATIAL), question.picture, question.history)
        if len(left) < 2 or not reading.named(*SPATIAL):
            yield "settled without its place"
    if not (refers(reading) or "spatial" in facets) and len(_candidates(question)) != 1:
        yield f"words alone, but they fit {_candidates(question)}"


def _numbers(question: Asked) -> Iterator[str]:
    """How many structures the sentence says or supposes there are."""
    reading, candidates = question.reading, len(_candidates(question))
    if reading.count is not None and reading.count != candidates:
        yield f"it counts {reading.count} structures, there are {candidates}"
    if reading.named("other") and candidates != 2:
        yield f"it speaks of the other one, there are {candidates}"
    if reading.compares == "two":
        compared = len(answers(reading.without(*RANKINGS), question.picture, question.history))
        if compared != 2:
            yield f"a comparative for {compared} structures"
    for _, number, _ in reading.named("nth"):
        if not 1 < number < candidates:
            yield f"it counts to number {number} of {candidates}"


def _counting(question: Asked) -> Iterator[str]:
    for mention in mentions(question.text, question.language, len(question.history)):
        if miscounted(mention, question.history):
            yield f"{mention} may count structures or segmentations"


def _candidates(question: Asked) -> list[str]:
    """The labelled structures that the description fits."""
    return sorted(question.picture.shapes.keys() & (question.reading.fits or ()))


def _landmarks(question: Asked, exhaustive: frozenset[str]) -> Iterator[str]:
    for fits in landmarks(question.reading):
        shown = fits & question.picture.shapes.keys()
        if len(shown) != 1:
            yield f"a landmark fits {sorted(shown)}"
        if shown & (question.reading.fits or frozenset()):
            yield "a landmark is among those it chooses from"
        for name in sorted(fits - shown - exhaustive):
            if may_be_unlabelled(name, question.picture.annotation.region):
                yield f"a landmark may mean {name}, which may be there without a label"


def _unlabelled(question: Asked, exhaustive: frozenset[str]) -> Iterator[str]:
    """Structures that the words fit and that may be there without a label."""
    if question.reading.fits is None:
        return
    for name in sorted(question.reading.fits - question.picture.shapes.keys() - exhaustive):
        if may_be_unlabelled(name, question.picture.annotation.region):
            yield f"{name} may be there without a label"
