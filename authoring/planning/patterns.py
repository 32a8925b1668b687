"""The patterns of questions: for a wanted structure, the clue sets worth trying, in a random order.

A pattern proposes; proof.py disposes. `ordinals` are the earlier segmentations that may be spoken of without doubt
about which is meant.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product

import numpy as np

from authoring.anatomy.knowledge import concepts, concepts_of
from authoring.anatomy.naming import can_be_said
from authoring.anatomy.structures import structures
from authoring.clues import (
    Around,
    Beside,
    CounterpartOf,
    Described,
    Earlier,
    ExtremeOf,
    History,
    InHalf,
    InQuarter,
    Inside,
    InSystem,
    Landmark,
    LargestPiece,
    NearestTo,
    NthFrom,
    OnSide,
    OtherThan,
    PartInHalf,
    PartOf,
    RestOf,
    SameSideAs,
    SegmentedBefore,
    SizeAgainst,
    Together,
    Touching,
)
from authoring.clues.base import PATIENT
from authoring.clues.rankings import ORDERS
from authoring.proof import Clues, fitting
from authoring.scene import Scene

Pattern = Callable[[Scene, History, Sequence[int], str], Iterator[Clues]]

HALVES, SIDES = ("upper", "lower"), ("left", "right")
#: Structures among which one that was segmented before is asked for again.
SEVERAL = 3
#: No question counts farther than this.
MOST = 12
IN_IMAGE = ("left", "right", "above", "below")


def words(scene, history, ordinals, target):
    yield from ([clue] for clue in _describing(scene, target))


def words_with_place(scene, history, ordinals, target):
    for clue, where in product(_describing(scene, target), _places()):
        if len(fitting(scene, clue)) == 1:
            yield [clue, where]


def place(scene, history, ordinals, target):
    yield from ([clue, where] for clue, where in product(_open(scene, target), _places()))


def extreme(scene, history, ordinals, target):
    yield from ([clue, ExtremeOf(name)] for clue, name in product(_open(scene, target), ORDERS))


def nth(scene, history, ordinals, target):
    for clue, side in product(_open(scene, target), IN_IMAGE):
        for number in range(2, len(fitting(scene, clue))):
            yield [clue, NthFrom(number, side)]


def landmark(scene, history, ordinals, target):
    for clue in _open(scene, target):
        yield from ([clue, relation] for mark in _landmarks(scene, clue) for relation in _relations(mark))


def nearest_landmark(scene, history, ordinals, target):
    for clue in _open(scene, target):
        yield from ([clue, NearestTo(mark)] for mark in _landmarks(scene, clue))


def two_places(scene, history, ordinals, target):
    for clue, side in product(_open(scene, target), SIDES):
        if len(fitting(scene, clue)) < 3:
            continue
        on_side = OnSide("image", side)
        yield from ([clue, on_side, ExtremeOf(name)] for name in ORDERS)
        yield from ([clue, on_side, NearestTo(mark)] for mark in _landmarks(scene, clue))


def relation(scene, history, ordinals, target):
    for clue, ordinal in product(_open(scene, target), ordinals):
        # What was segmented is on its own side: "the one on the same side" would be itself.
        of_them = history[ordinal - 1].id in clue.concept.fits
        for relation in _relations(Earlier(ordinal)):
            if not (of_them and isinstance(relation, SameSideAs) and relation.same):
                yield [clue, relation]


def nearest(scene, history, ordinals, target):
    yield from ([clue, NearestTo(Earlier(ordinal))] for clue, ordinal in product(_open(scene, target), ordinals))


def other(scene, history, ordinals, target):
    for clue, ordinal in product(_open(scene, target), ordinals):
        if history[ordinal - 1].id in clue.concept.fits and len(fitting(scene, clue)) == 2:
            yield [clue, OtherThan(Earlier(ordinal))]


def part(scene, history, ordinals, target):
    yield from ([clue, PartOf(Earlier(ordinal))] for clue, ordinal in product(_open(scene, target), ordinals))


def place_and_relation(scene, history, ordinals, target):
    for clue, ordinal in product(_open(scene, target), ordinals):
        if len(fitting(scene, clue)) > 2:
            earlier = Earlier(ordinal)
            where = [OnSide("image", side) for side in SIDES] + [InHalf(half) for half in HALVES]
            either = [NearestTo(earlier), *(SizeAgainst(earlier, flag) for flag in (True, False))]
            yield from ([clue, *pair] for pair in product(where, either))


def counterpart(scene, history, ordinals, target):
    yield from ([CounterpartOf(Earlier(ordinal))] for ordinal in ordinals)


def again_extreme(scene, history, ordinals, target):
    if _several(history):
        yield from ([SegmentedBefore(), ExtremeOf(name)] for name in ORDERS)


def again_system(scene, history, ordinals, target):
    if _several(history):
        yield [SegmentedBefore(), InSystem(structures()[target].system)]


def rest(scene, history, ordinals, target):
    yield from ([RestOf(whole, part)] for whole, part in permutations(ordinals, 2))


def piece(scene, history, ordinals, target):
    yield from ([LargestPiece(ordinal)] for ordinal in ordinals)


def half(scene, history, ordinals, target):
    yield from ([PartInHalf(ordinal, name)] for ordinal, name in product(ordinals, (*SIDES, *HALVES)))


def together(scene, history, ordinals, target):
    for first, second in permutations(ordinals, 2):
        # Unlike things, such as a lung and a vertebra, are nothing that anyone wants as one mask.
        systems = {structures()[history[ordinal - 1].id].system for ordinal in (first, second)}
        if first < second and len(systems) == 1:
            yield [Together(first, second)]


PRESENT: dict[str, Pattern] = {
    pattern.__name__: pattern
    for pattern in (words, words_with_place, place, extreme, nth, landmark, nearest_landmark, two_places)
}
REFERRING: dict[str, Pattern] = {
    pattern.__name__: pattern for pattern in (relation, nearest, other, part, place_and_relation, counterpart)
}
#: Patterns that go back to a structure segmented before.
AGAIN: dict[str, Pattern] = {pattern.__name__: pattern for pattern in (again_extreme, again_system)}
#: Patterns that make a region of earlier segmentations, whatever the target.
REGIONS: dict[str, Pattern] = {pattern.__name__: pattern for pattern in (rest, piece, half, together)}


def proposals(
    pattern: Pattern, scene: Scene, history: History, ordinals: Sequence[int], target: str, rng: np.random.Generator
) -> Iterator[Clues]:
    """The clue sets of a pattern, in a random order."""
    found = list(pattern(scene, history, ordinals, target))
    yield from (found[index] for index in rng.permutation(len(found)))


def _several(history: History) -> bool:
    """Whether enough was segmented for one of it to be searched for."""
    return len({item.id for item in history}) >= SEVERAL


def _describing(scene: Scene, target: str) -> list[Described]:
    """The descriptions that fit the target, and at most its counterpart."""
    return [clue for clue in _described(scene, target) if not clue.concept.is_group]


def _open(scene: Scene, target: str) -> list[Described]:
    """The descriptions that fit the target and something else in the slice, all of which a reader can make out and
    count."""
    return [
        clue
        for clue in _described(scene, target)
        if 1 < len(fitting(scene, clue)) <= MOST and scene.noticeable.issuperset(fitting(scene, clue))
    ]


def _described(scene: Scene, target: str) -> list[Described]:
    """All descriptions that fit the target and can be worded without a name of anything in the slice."""
    labelled = frozenset(scene.structures)
    return [Described(concept) for concept in concepts_of(target) if can_be_said(concept, labelled)]


def _places() -> list:
    sides = [OnSide(whose, side) for whose, side in product(("image", "patient"), SIDES)]
    quarters = [InQuarter(half, side) for half, side in product(HALVES, SIDES)]
    return [*sides, *(InHalf(half) for half in HALVES), *quarters]


def _landmarks(scene: Scene, clue: Described) -> list[Landmark]:
    """The words that single out a structure which can be seen in the slice and which the description does not fit.

    Words that fit a pair are left out: "the paired artery" as a landmark would leave the reader to look for two.
    """
    alone = [concept for concept in concepts() if len(concept.fits) == 1]
    return [
        Landmark(concept)
        for concept in alone
        if concept.fits <= scene.askable
        and not concept.fits & clue.concept.fits
        and can_be_said(concept, frozenset(scene.structures))
    ]


def _relations(to) -> list:
    beside = [Beside(to, direction, "image") for direction in IN_IMAGE]
    beside += [Beside(to, direction, "patient") for direction in PATIENT]
    flags = [kind(to, flag) for kind, flag in product((SameSideAs, SizeAgainst, Touching), (True, False))]
    return [*beside, *flags, Inside(to), Around(to)]
