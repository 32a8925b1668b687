"""Clues and the proof that a question has one answer.

A question is a set of clues. Each clue answers for every labelled structure of the slice: True (it surely holds), False
(it surely does not) or None (too close to call). A question has an answer only if exactly one structure satisfies all
clues and no structure is in doubt: a spatial clue that holds by a hair proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.structures import structures
from authoring.scene import Scene, SceneStructure

Verdict = bool | None
Side = Literal["left", "right"]
Direction = Literal["left", "right", "above", "below"]
Extreme = Literal["largest", "smallest", "leftmost", "rightmost"]

#: A structure is on a side when this share of its pixels is, and is not when at most the second share is.
SURE_SHARE, OTHER_SHARE = 0.9, 0.3
#: Centroids closer than this share of the image's width or height are neither beside nor above one another.
DEAD_ZONE = 0.05
#: One area is larger than another from the first ratio on, and not larger up to the second.
LARGER, NOT_LARGER = 1.4, 1.0


class Clue(Protocol):
    """`facets` that the clue brings in, the earlier segmentations it needs (1-based), and its verdict on a structure.

    `history` holds the structure ids of the dialogue's segmentations so far, in order.
    """

    @property
    def facets(self) -> frozenset[str]: ...

    def references(self, history: Sequence[str]) -> tuple[int, ...]: ...

    def holds(self, scene: Scene, history: Sequence[str], structure: SceneStructure) -> Verdict: ...


class _Present:
    """A clue that needs nothing but the image."""

    def references(self, history: Sequence[str]) -> tuple[int, ...]:
        return ()


class _Referring:
    """A clue about one earlier segmentation, `ordinal` (1 for the first)."""

    ordinal: int

    def references(self, history: Sequence[str]) -> tuple[int, ...]:
        return (self.ordinal,)

    def referent(self, scene: Scene, history: Sequence[str]) -> SceneStructure:
        return scene.structures[history[self.ordinal - 1]]


@dataclass(frozen=True)
class Described(_Present):
    """A description in words that fits the structures of a concept and no others."""

    concept: Concept
    facets = frozenset({"clinical"})

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id in self.concept.fits


@dataclass(frozen=True)
class OnSide(_Present):
    """On the left or right side of the image, or of the patient (which lies on the other side of the image)."""

    whose: Literal["image", "patient"]
    side: Side
    facets = frozenset({"spatial"})

    def holds(self, scene, history, structure) -> Verdict:
        if self.whose == "patient" and not scene.patient_sides:
            return None
        middle = (scene.shape[1] - 1) / 2 if self.whose == "image" else scene.midline
        on_image_right = structure.share_beyond("column", middle)
        wants_image_right = (self.side == "right") == (self.whose == "image")
        return _sure(on_image_right if wants_image_right else 1 - on_image_right)


@dataclass(frozen=True)
class InHalf(_Present):
    """In the upper or lower half of the image."""

    half: Literal["upper", "lower"]
    facets = frozenset({"spatial"})

    def holds(self, scene, history, structure) -> Verdict:
        lower = structure.share_beyond("row", (scene.shape[0] - 1) / 2)
        return _sure(lower if self.half == "lower" else 1 - lower)


@dataclass(frozen=True)
class ToSideOf(_Referring):
    """To the image left or right of an earlier segmentation, or above or below it in the image."""

    ordinal: int
    direction: Direction
    facets = frozenset({"spatial", "history"})

    def holds(self, scene, history, structure) -> Verdict:
        referent = self.referent(scene, history)
        if structure.id == referent.id:
            return False
        axis = 1 if self.direction in ("left", "right") else 0
        beyond = structure.share_beyond("column" if axis else "row", referent.centroid[axis])
        distance = (structure.centroid[axis] - referent.centroid[axis]) / scene.shape[axis]
        if self.direction in ("left", "above"):
            beyond, distance = 1 - beyond, -distance
        if abs(distance) < DEAD_ZONE:
            return None
        return _sure(beyond)


@dataclass(frozen=True)
class SizeAgainst(_Referring):
    """Larger or smaller in area than an earlier segmentation."""

    ordinal: int
    larger: bool
    facets = frozenset({"spatial", "history"})

    def holds(self, scene, history, structure) -> Verdict:
        ratio = structure.area / self.referent(scene, history).area
        if not self.larger:
            ratio = 1 / ratio
        return True if ratio >= LARGER else False if ratio <= NOT_LARGER else None


@dataclass(frozen=True)
class CounterpartOf(_Referring):
    """The same structure of the body's other side."""

    ordinal: int
    facets = frozenset({"history"})

    def holds(self, scene, history, structure) -> Verdict:
        return structures()[structure.id].pair == self.referent(scene, history).id


@dataclass(frozen=True)
class OtherThan(_Referring):
    """Any structure but the one of an earlier segmentation."""

    ordinal: int
    facets = frozenset({"history"})

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id != self.referent(scene, history).id


@dataclass(frozen=True)
class SegmentedBefore:
    """One of the structures segmented so far."""

    facets = frozenset({"history"})

    def references(self, history: Sequence[str]) -> tuple[int, ...]:
        return tuple(range(1, len(history) + 1))

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id in history


@dataclass(frozen=True)
class ExtremeOf(_Present):
    """The largest, smallest, leftmost or rightmost (in the image) of the structures that satisfy all other clues.

    It ranks the others' candidates, so `solve` applies it last; on its own it excludes nothing.
    """

    extreme: Extreme
    facets = frozenset({"spatial"})

    def holds(self, scene, history, structure) -> Verdict:
        return True

    def pick(self, scene: Scene, candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The extreme candidate, or None where there are fewer than two or the first leads by too little."""
        if len(candidates) < 2:
            return None
        by_size = self.extreme in ("largest", "smallest")
        ordered = sorted(
            candidates,
            key=lambda structure: structure.area if by_size else structure.centroid[1],
            reverse=self.extreme in ("largest", "rightmost"),
        )
        first, second = ordered[:2]
        if by_size:
            clear = max(first.area, second.area) >= LARGER * min(first.area, second.area)
        else:
            clear = abs(first.centroid[1] - second.centroid[1]) >= DEAD_ZONE * scene.shape[1]
        return first if clear else None


def solve(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> str | None:
    """The one structure that satisfies all clues, or None where there is none, more than one, or any doubt."""
    if _unlabelled_rivals(scene, clues):
        return None
    sure, doubtful = _candidates(scene, history, clues)
    if doubtful:
        return None
    extremes = [clue for clue in clues if isinstance(clue, ExtremeOf)]
    if extremes:
        chosen = extremes[0].pick(scene, sure)
        return chosen.id if chosen else None
    return sure[0].id if len(sure) == 1 else None


def needs_history(scene: Scene, history: Sequence[str], clues: Sequence[Clue]) -> bool:
    """Whether two or more structures remain possible when every clue that refers to an earlier turn is left out."""
    present = [clue for clue in clues if not clue.references(history)]
    sure, doubtful = _candidates(scene, history, present)
    return len(sure) + len(doubtful) >= 2


def facets(clues: Sequence[Clue]) -> list[str]:
    """The reasoning facets of a question, in the order clinical, spatial, history."""
    found = frozenset().union(*(clue.facets for clue in clues))
    return [facet for facet in ("clinical", "spatial", "history") if facet in found]


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


def _sure(share: float) -> Verdict:
    return True if share >= SURE_SHARE else False if share <= OTHER_SHARE else None
