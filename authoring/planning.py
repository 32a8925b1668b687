"""Plans dialogues over a scene: which question, about which structure, in which order.

Every planned question has been proven to have one answer, and every history question to need its history (clues.py).
"""

from collections.abc import Collection, Iterator, Sequence
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
    OnSide,
    OtherThan,
    SegmentedBefore,
    SizeAgainst,
    ToSideOf,
    needs_history,
    solve,
)
from authoring.scene import Scene

FILE = Path(__file__).with_name("planning.yaml")


@dataclass(frozen=True)
class Question:
    """A segmentation question: its pattern (wording.yaml), its clues, and the one structure that satisfies them."""

    pattern: str
    clues: tuple[Clue, ...]
    target: str


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

    New targets only, except for the patterns that go back to an earlier one.
    """
    questions = []
    for pattern, clues in _clue_sets(scene, history):
        target = solve(scene, history, clues)
        if target is None or target not in scene.askable:
            continue
        refers = any(clue.references(history) for clue in clues)
        if refers and not needs_history(scene, history, clues):
            continue
        if (target in history) == (pattern == "again_extreme"):
            questions.append(Question(pattern, tuple(clues), target))
    return questions


def _clue_sets(scene: Scene, history: Sequence[str]) -> Iterator[tuple[str, list[Clue]]]:
    """The clue sets worth trying, each with its pattern."""
    worth = {concept for structure in sorted(scene.askable) for concept in concepts_of(structure)}
    described = sorted((Described(concept) for concept in worth), key=lambda clue: clue.concept.descriptions["en"])
    ordinals = range(1, len(history) + 1)
    for words in described:
        several = len(words.concept.fits & scene.structures.keys()) > 1
        if not words.concept.is_group:
            yield "described", [words]
            for whose, side in product(("image", "patient"), ("left", "right")):
                yield "described_on_side", [words, OnSide(whose, side)]
            for half in ("upper", "lower"):
                yield "described_in_half", [words, InHalf(half)]
        if not several:
            continue
        for extreme in ("largest", "smallest"):
            yield "described_extreme", [words, ExtremeOf(extreme)]
        for ordinal in ordinals:
            for direction in ("left", "right", "above", "below"):
                yield "described_beside", [words, ToSideOf(ordinal, direction)]
            for larger in (True, False):
                yield "described_size", [words, SizeAgainst(ordinal, larger)]
            if history[ordinal - 1] in words.concept.fits:
                yield "described_other", [words, OtherThan(ordinal)]
    for ordinal in ordinals:
        yield "counterpart", [CounterpartOf(ordinal)]
    if len(set(history)) > 1:
        for extreme in ("largest", "smallest", "leftmost", "rightmost"):
            yield "again_extreme", [SegmentedBefore(), ExtremeOf(extreme)]


def _next_question(
    scene: Scene, history: Sequence[str], rng: np.random.Generator, *, avoid: Collection[str] = (), again: bool = True
) -> Question | None:
    """Draws one possible question: first whether it asks of the history, then the pattern, then the question.

    Targets in `avoid` are left out; without `again` no question goes back to a structure segmented before.
    """
    possible = [
        question
        for question in possible_questions(scene, history)
        if question.target not in avoid and (again or question.target not in history)
    ]
    referring = [q for q in possible if any(clue.references(history) for clue in q.clues)]
    plain = [q for q in possible if q not in referring]
    wants_history = bool(history) and rng.random() < _settings()["history"]
    pool = (referring or plain) if wants_history else (plain or referring)
    if not pool:
        return None
    patterns = sorted({question.pattern for question in pool})
    weights = np.array([_settings()["patterns"][pattern] for pattern in patterns], float)
    pattern = patterns[int(rng.choice(len(patterns), p=weights / weights.sum()))]
    choices = [question for question in pool if question.pattern == pattern]
    return choices[int(rng.integers(len(choices)))]


def _multi_turn(scene: Scene, rng: np.random.Generator) -> list[PlannedTurn] | None:
    """One dialogue with at least two segmentations, or None where the scene gives no second question.

    A drawn length that the scene cannot fill is cut to what it can.
    """
    lengths = _settings()["turns"]
    weights = np.array(list(lengths.values()))
    length = int(rng.choice(list(lengths), p=weights / weights.sum()))
    turns: list[PlannedTurn] = []
    history: list[str] = []
    told: set[str] = set()
    while len(turns) < length:
        text = _text_question(history, told, rng) if turns and rng.random() < _settings()["text_only"] else None
        turn = text or _next_question(scene, history, rng, avoid=history[-1:], again=len(set(history)) == len(history))
        if turn is None:
            break
        turns.append(turn)
        if isinstance(turn, Question):
            history.append(turn.target)
        else:
            told.add(turn.fact.question["en"])
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
