"""One question at a time: drawn at random, proven before it is taken."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from authoring.anatomy.knowledge import Fact, own_concept
from authoring.anatomy.naming import names_any
from authoring.clues import History
from authoring.planning.patterns import AGAIN, PRESENT, REFERRING, REGIONS, Pattern, proposals
from authoring.proof import Clues, is_open, needs_history, solve
from authoring.scene import Scene, SceneStructure

#: Clue sets that are tried for one pattern and target before the next pattern's turn.
TRIES = 24


@dataclass(frozen=True)
class Question:
    """A segmentation question: its pattern, its clues, and the one structure or region that satisfies them."""

    pattern: str
    clues: Clues
    target: SceneStructure


@dataclass(frozen=True)
class TextQuestion:
    """A text-only question about the segmentation `ordinal` (1 for the first)."""

    fact: Fact
    ordinal: int


def possible_question(
    scene: Scene,
    history: History,
    rng: np.random.Generator,
    weights: Mapping[str, float],
    *,
    asked: Mapping[str, int] = MappingProxyType({}),
    avoid: Collection[str] = (),
) -> Question | None:
    """One question that has exactly one answer, given the segmentations so far; None where none was found.

    The pattern is drawn by `weights`, then the target among the structures that may be asked for, rather one that was
    `asked` for seldom so far. A structure that was segmented before is asked for by the patterns that go back alone;
    `avoid` are other targets not wanted.
    """
    segmented = {item.id for item in history}
    fresh = sorted(scene.askable - segmented - set(avoid))
    earlier = [item.id for item in history if item.id in scene.askable and item.id not in avoid]
    targets = {**dict.fromkeys([*PRESENT, *REFERRING], fresh), **dict.fromkeys(AGAIN, earlier)}
    patterns: dict[str, Pattern] = {**PRESENT, **(REFERRING | AGAIN | REGIONS if history else {})}
    for name in _drawn(patterns, weights, rng):
        wanted = targets.get(name, [""])
        seldom = {target: (1 + asked.get(target, 0)) ** -2 for target in wanted}
        for target in _drawn(wanted, seldom, rng):
            question = _first_proven(name, patterns[name], scene, history, target, rng)
            if question is not None:
                return question
    return None


def counting_is_plain(history: History) -> bool:
    """Whether the n-th segmentation is also the n-th structure: nothing was segmented twice, and no region made."""
    names = [item.id for item in history]
    return len(set(names)) == len(names) and all(item.is_labelled for item in history)


def referable(history: History) -> list[int]:
    """The segmentations that "the structure segmented third" can mean without doubt.

    After a structure was segmented a second time, counting structures and counting segmentations differ, so only those
    before it remain. Regions made of structures are not spoken of again.
    """
    names = [item.id for item in history]
    repeat = next((place for place, name in enumerate(names) if name in names[:place]), len(names))
    return [place + 1 for place in range(repeat) if history[place].is_labelled]


def text_question(
    scene: Scene, history: History, told: Collection[str], rng: np.random.Generator
) -> TextQuestion | None:
    """A fact about one of the structures segmented so far that this dialogue has not asked yet.

    No question names a structure that the slice's labels show: another dialogue may ask for it.
    """
    labelled = frozenset(scene.structures)
    choices = [
        TextQuestion(fact, ordinal)
        for ordinal in referable(history)
        if (concept := own_concept(history[ordinal - 1].id)) is not None
        for fact in concept.facts
        if fact.question["en"] not in told
        and not any(names_any(text, language, labelled) for language, text in fact.question.items())
    ]
    return choices[int(rng.integers(len(choices)))] if choices else None


def _drawn(choices: Collection[str], weights: Mapping[str, float], rng: np.random.Generator) -> Sequence[str]:
    """The choices in a random order, those of great weight rather first; those without weight are left out."""
    names = sorted(name for name in choices if weights.get(name, 0) > 0)
    if not names:
        return []
    share = np.array([weights[name] for name in names], float)
    return [str(name) for name in rng.choice(names, len(names), replace=False, p=share / share.sum())]


def _first_proven(
    name: str, pattern: Pattern, scene: Scene, history: History, target: str, rng: np.random.Generator
) -> Question | None:
    ordinals = referable(history)
    for tried, clues in enumerate(proposals(pattern, scene, history, ordinals, target, rng)):
        if tried == TRIES:
            return None
        answer = solve(scene, history, clues)
        if answer is None or (name not in REGIONS and answer.id != target):
            continue
        if _worth_asking(name, scene, history, clues, answer):
            return Question(name, tuple(clues), answer)
    return None


def _worth_asking(name: str, scene: Scene, history: History, clues: Clues, answer: SceneStructure) -> bool:
    """A question that refers to an earlier turn must be open without it; one that makes a region must need it."""
    if name in REGIONS:
        known = any(np.array_equal(item.mask, answer.mask) for item in history)
        return not known and needs_history(scene, history, clues)
    if name in AGAIN:
        return True
    present = [clue for clue in clues if not clue.references(history)]
    return len(present) == len(clues) or is_open(scene, history, present)


def eased(weights: Mapping[str, float], used: Counter[str]) -> dict[str, float]:
    """The weights, each divided by how often its pattern was used already."""
    return {name: weight / (1 + used[name]) for name, weight in weights.items()}
