"""Plans dialogues over a scene: which question, about which structure, in which order.

Every planned question has been proven to have one answer (proof.py).
"""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import yaml

from authoring.anatomy.knowledge import Fact, concepts_of, own_concept
from authoring.clues import (
    Clue,
    CounterpartOf,
    Described,
    ExtremeOf,
    InHalf,
    NearestTo,
    OnSide,
    OtherThan,
    SameSideAs,
    SegmentedBefore,
    SizeAgainst,
    ToSideOf,
)
from authoring.proof import is_open, solve
from authoring.scene import Scene

FILE = Path(__file__).with_name("planning.yaml")


@dataclass(frozen=True)
class Question:
    """A segmentation question: its pattern (wording.yaml), its clues, and the one structure that satisfies them."""

    pattern: str
    clues: tuple[Clue, ...]
    target: str

    def refers(self, history: Sequence[str]) -> bool:
        """Whether the question speaks of an earlier segmentation."""
        return any(clue.references(history) for clue in self.clues)


@dataclass(frozen=True)
class TextQuestion:
    """A text-only question about the segmentation `ordinal` (1 for the first)."""

    fact: Fact
    ordinal: int


PlannedTurn = Question | TextQuestion


def plan_dialogues(scene: Scene, rng: np.random.Generator) -> list[list[PlannedTurn]]:
    """The dialogues of one image: single-turn ones with different targets, then multi-turn ones.

    A scene whose structures support fewer dialogues gets fewer; equal dialogues are not repeated.
    """
    counts = _settings()["dialogues_per_image"]
    plans: list[list[PlannedTurn]] = []
    asked: list[str] = []
    for _ in range(counts["single_turn"]):
        question = _next_question(scene, [], rng, avoid=asked)
        if question is None:
            break
        asked.append(question.target)
        plans.append([question])
    for _ in range(counts["multi_turn"]):
        plan = _multi_turn(scene, rng)
        if plan is not None and plan not in plans:
            plans.append(plan)
    return plans


def possible_questions(scene: Scene, history: Sequence[str]) -> list[Question]:
    """Every question about the scene that has one answer which may be asked for, given the segmentations so far.

    New targets only, except for the patterns that go back to an earlier one. A question that refers to an earlier turn
    is open without it.
    """
    questions = []
    for pattern, clues in _clue_sets(scene, history):
        target = solve(scene, history, clues)
        if target is None or target not in scene.askable or (target in history) != (pattern == "again_extreme"):
            continue
        present = [clue for clue in clues if not clue.references(history)]
        if len(present) == len(clues) or is_open(scene, history, present):
            questions.append(Question(pattern, tuple(clues), target))
    return questions


def _clue_sets(scene: Scene, history: Sequence[str]) -> Iterator[tuple[str, list[Clue]]]:
    """The clue sets worth trying, each with its pattern."""
    worth = {concept for structure in sorted(scene.askable) for concept in concepts_of(structure)}
    described = sorted((Described(concept) for concept in worth), key=lambda clue: clue.concept.descriptions["en"])
    for words in described:
        fitting = words.concept.fits & scene.structures.keys()
        if len(fitting) > 1:
            yield from _choices(words, fitting, history)
        else:
            yield "described", [words]
        if words.concept.is_group:
            continue
        # A place settles what the words leave open, or is told beside words that settle it already.
        on_side, in_half = ("on_side", "in_half") if len(fitting) > 1 else ("at_side", "at_half")
        for whose, side in product(("image", "patient"), ("left", "right")):
            yield f"described_{on_side}", [words, OnSide(whose, side)]
        for half in ("upper", "lower"):
            yield f"described_{in_half}", [words, InHalf(half)]
    for ordinal in range(1, len(history) + 1):
        yield "counterpart", [CounterpartOf(ordinal)]
    if len(set(history)) > 1:
        for extreme in ("largest", "smallest", "leftmost", "rightmost"):
            yield "again_extreme", [SegmentedBefore(), ExtremeOf(extreme)]


def _choices(words: Described, fitting: Set[str], history: Sequence[str]) -> Iterator[tuple[str, list[Clue]]]:
    """Ways to choose between the structures that the words fit."""
    if len(fitting) == 2:
        for extreme in ("largest", "smallest"):
            yield "described_extreme", [words, ExtremeOf(extreme)]
    for ordinal, segmented in enumerate(history, 1):
        for direction in ("left", "right", "above", "below"):
            yield "described_beside", [words, ToSideOf(ordinal, direction)]
        for flag in (True, False):
            yield "described_size", [words, SizeAgainst(ordinal, flag)]
            yield "described_same_side" if flag else "described_opposite_side", [words, SameSideAs(ordinal, flag)]
        yield "described_nearest", [words, NearestTo(ordinal)]
        if segmented in fitting:
            yield "described_other", [words, OtherThan(ordinal)]


def _next_question(
    scene: Scene, history: Sequence[str], rng: np.random.Generator, *, avoid: Collection[str] = (), again: bool = False
) -> Question | None:
    """Draws one possible question: first whether it refers to the history, then the target, then the pattern.

    Targets in `avoid` are left out; only with `again` may it go back to a structure segmented before.
    """
    possible = [
        question
        for question in possible_questions(scene, history)
        if question.target not in avoid and (again or question.target not in history)
    ]
    refers = bool(history) and rng.random() < _settings()["history"]
    pool = [question for question in possible if question.refers(history) == refers] or possible
    if not pool:
        return None
    targets = sorted({question.target for question in pool})
    target = targets[int(rng.integers(len(targets)))]
    choices = [question for question in pool if question.target == target]
    patterns = sorted({question.pattern for question in choices})
    weights = np.array([_settings()["patterns"][pattern] for pattern in patterns], float)
    pattern = patterns[int(rng.choice(len(patterns), p=weights / weights.sum()))]
    choices = [question for question in choices if question.pattern == pattern]
    return choices[int(rng.integers(len(choices)))]


def _multi_turn(scene: Scene, rng: np.random.Generator) -> list[PlannedTurn] | None:
    """One dialogue with at least two segmentations, or None where the scene gives no second question.

    A drawn length that the scene cannot fill is cut to what it can. A question that goes back to an earlier structure
    comes last: after it, "the structure segmented third" could be counted in two ways.
    """
    lengths = _settings()["turns"]
    weights = np.array(list(lengths.values()))
    length = int(rng.choice(list(lengths), p=weights / weights.sum()))
    turns: list[PlannedTurn] = []
    history: list[str] = []
    told: set[str] = set()
    while len(turns) < length:
        turn = _text_question(history, told, rng) if turns and rng.random() < _settings()["text_only"] else None
        turn = turn or _next_question(scene, history, rng, again=len(turns) == length - 1)
        turn = turn or _next_question(scene, history, rng, avoid=history[-1:], again=True)
        if turn is None:
            break
        turns.append(turn)
        if isinstance(turn, TextQuestion):
            told.add(turn.fact.question["en"])
        elif turn.target in history:
            break
        else:
            history.append(turn.target)
    return turns if len(history) > 1 else None


def _text_question(history: Sequence[str], told: set[str], rng: np.random.Generator) -> TextQuestion | None:
    """A fact about one of the structures segmented so far that this dialogue has not asked yet."""
    choices = [
        TextQuestion(fact, ordinal)
        for ordinal, target in enumerate(history, 1)
        for fact in own_concept(target).facts
        if fact.question["en"] not in told
    ]
    return choices[int(rng.integers(len(choices)))] if choices else None


@cache
def _settings() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
