"""What a set of clues proves: that a question has one answer, which reasoning it takes, whether it needs its history.

A question has an answer only if exactly one labelled structure satisfies all clues and no other is in doubt: a spatial
clue that holds by a hair proves nothing. `history` holds the ids of the structures segmented so far, in order.
"""

from collections.abc import Sequence

from authoring.clues import Clue, CounterpartOf, Described, Ranking, SegmentedBefore
from authoring.scene import Scene


def solve(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> str | None:
    """The one structure that satisfies all clues, or None where there is none, more than one, or any doubt."""
    if _unlabelled_rivals(scene, clues):
        return None
    sure, doubtful = _candidates(scene, history, clues)
    if doubtful:
        return None
    for clue in clues:
        if isinstance(clue, Ranking):
            chosen = clue.pick(scene, history, sure)
            return chosen.id if chosen else None
    return sure[0].id if len(sure) == 1 else None


def facets(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> list[str]:
    """The reasoning that a solved question takes, of clinical, spatial and history, in this order.

    A place that only repeats what the words settle already is no spatial reasoning, and a reference whose structure
    does not matter is no use of the history.
    """
    found = {"clinical"} if any(clue.facet == "clinical" for clue in clues) else set()
    for clue in clues:
        if clue.facet == "spatial" and solve(scene, history, [other for other in clues if other is not clue]) is None:
            found.add("spatial")
    if needs_history(scene, history, clues):
        found.add("history")
    return [facet for facet in ("clinical", "spatial", "history") if facet in found]


def needs_history(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> bool:
    """Whether the answer depends on what was segmented before.

    It does if the same question has another answer after another history: some structure that may be asked for in the
    place of one that the question refers to. "The kidney to the right of the structure segmented first" fails this
    wherever it can be answered at all, because it is the rightmost kidney whatever was segmented; "the partner of it"
    passes.
    """
    answer = solve(scene, history, clues)
    for ordinal in {ordinal for clue in clues for ordinal in clue.references(history)}:
        for other in sorted(scene.askable):
            supposed = [*history[: ordinal - 1], other, *history[ordinal:]]
            if solve(scene, supposed, clues) not in (None, answer):
                return True
    return False


def is_open(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> bool:
    """Whether two or more structures may satisfy the clues."""
    sure, doubtful = _candidates(scene, history, clues)
    return len(sure) + len(doubtful) > 1


def _candidates(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> tuple[list, list]:
    """The structures that surely satisfy all clues, and those that may."""
    sure, doubtful = [], []
    for structure in scene.structures.values():
        verdicts = [clue.holds(scene, history, structure) for clue in clues]
        if False in verdicts:
            continue
        (doubtful if None in verdicts else sure).append(structure)
    return sure, doubtful


def _unlabelled_rivals(scene: Scene, clues: Sequence[Clue]) -> bool:
    """Whether the slice may show a structure that satisfies the clues but that the source did not label.

    Words alone could mean any structure of their concept, so each must be labelled here or labelled wherever it
    occurs. Counterparts and earlier segmentations are labelled by construction.
    """
    if any(isinstance(clue, CounterpartOf | SegmentedBefore) for clue in clues):
        return False
    described = [clue.concept.fits for clue in clues if isinstance(clue, Described)]
    if not described:
        return True
    return not frozenset.intersection(*described) <= scene.structures.keys() | scene.exhaustive
