"""What a set of clues proves: that a question has one answer, which reasoning it takes, whether it needs its history.

A question has an answer only if exactly one labelled structure satisfies all clues and no other is in doubt: a spatial
clue that holds by a hair proves nothing. `history` holds the segmentations so far, in order.
"""

from collections.abc import Sequence

import numpy as np

from authoring.clues import Clue, CounterpartOf, Described, History, Ranking, Region, SegmentedBefore
from authoring.scene import Scene, SceneStructure

Clues = Sequence[Clue | Region]


def solve(scene: Scene, history: History, clues: Clues) -> SceneStructure | None:
    """The one structure that satisfies all clues, or None where there is none, more than one, or any doubt."""
    for clue in clues:
        if isinstance(clue, Region):
            return clue.result(scene, history)
    if _unlabelled_rivals(scene, clues):
        return None
    sure, doubtful = _candidates(scene, history, clues)
    if doubtful:
        return None
    for clue in clues:
        if isinstance(clue, Ranking):
            return clue.pick(scene, history, sure)
    return sure[0] if len(sure) == 1 else None


def facets(scene: Scene, history: History, clues: Clues) -> list[str]:
    """The reasoning that a solved question takes, of clinical, spatial and history, in this order.

    A place that only repeats what the words settle already is no spatial reasoning, and a reference whose structure
    does not matter is no use of the history.
    """
    found = {"clinical"} if any(clue.facet == "clinical" for clue in clues) else set()
    for clue in clues:
        others = [other for other in clues if other is not clue]
        if clue.facet == "spatial" and (isinstance(clue, Region) or solve(scene, history, others) is None):
            found.add("spatial")
    if needs_history(scene, history, clues):
        found.add("history")
    return [facet for facet in ("clinical", "spatial", "history") if facet in found]


def needs_history(scene: Scene, history: History, clues: Clues) -> bool:
    """Whether the answer depends on what was segmented before.

    It does if the same question has another answer after another history: some structure that may be asked for in the
    place of one that the question refers to. "The kidney to the right of the structure segmented first" fails this
    wherever it can be answered at all, because it is the rightmost kidney whatever was segmented; "the partner of it"
    passes.
    """
    references = {ordinal for clue in clues for ordinal in clue.references(history)}
    if not references:
        return False
    answer = solve(scene, history, clues)
    for ordinal in sorted(references):
        for name in sorted(scene.askable):
            supposed = [*history[: ordinal - 1], scene.structures[name], *history[ordinal:]]
            other = solve(scene, supposed, clues)
            if other is not None and not np.array_equal(other.mask, answer.mask):
                return True
    return False


def is_open(scene: Scene, history: History, clues: Clues) -> bool:
    """Whether two or more structures may satisfy the clues."""
    sure, doubtful = _candidates(scene, history, clues)
    return len(sure) + len(doubtful) > 1


def fitting(scene: Scene, described: Described) -> list[str]:
    """The labelled structures of the slice that a description fits."""
    return sorted(described.concept.fits & scene.structures.keys())


def _candidates(scene: Scene, history: History, clues: Clues) -> tuple[list, list]:
    """The structures that surely satisfy all clues, and those that may."""
    sure, doubtful = [], []
    for structure in scene.structures.values():
        verdicts = set()
        for clue in clues:
            verdicts.add(clue.verdict(scene, history, structure))
            if False in verdicts:
                break
        else:
            (doubtful if None in verdicts else sure).append(structure)
    return sure, doubtful


def _unlabelled_rivals(scene: Scene, clues: Clues) -> bool:
    """Whether the slice may show a structure that satisfies the clues but that the source did not label.

    Words alone could mean any structure of their concept, so each must be labelled here, labelled wherever it occurs,
    or belong to a part of the body that is not in view. Counterparts and earlier segmentations are labelled by
    construction; any other clue alone could mean anything.
    """
    if any(isinstance(clue, CounterpartOf | SegmentedBefore) for clue in clues):
        return False
    described = [clue.concept.fits for clue in clues if isinstance(clue, Described)]
    if not described:
        return True
    return any(scene.may_hold_unlabelled(name) for name in frozenset.intersection(*described))
