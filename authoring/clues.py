"""Clues: the conditions that a question puts on the wanted structure.

A clue answers for every labelled structure of the slice: True (it surely holds), False (it surely does not) or None
(too close to call). What follows from several clues together is proof.py's.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from typing import Literal, Protocol

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.structures import structures
from authoring.scene import Scene, SceneStructure

Verdict = bool | None
Side = Literal["left", "right"]
Direction = Literal["left", "right", "above", "below"]
Extreme = Literal["largest", "smallest", "leftmost", "rightmost"]

#: A structure is on a side when this share of its pixels is, and surely not when at most the second share is.
SURE_SHARE, OTHER_SHARE = 0.9, 0.1
#: A structure is beside another only if it lies beyond this share of the other's pixels.
BEYOND = 0.9
#: Centroids closer than this share of the image's width do not tell which is farther to a side.
DEAD_ZONE = 0.05
#: One area is surely larger than another from this ratio on.
LARGER = 1.4
#: One structure is surely nearer than another when the other is this many times as far.
FARTHER = 1.5


class Clue(Protocol):
    """A condition on the wanted structure.

    `facet` is the kind of reasoning that it takes; `references` are the earlier segmentations that it needs (1-based).
    `history` holds the structure ids of the dialogue's segmentations so far, in order.
    """

    @property
    def facet(self) -> Literal["clinical", "spatial"] | None: ...

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


class Ranking(ABC):
    """A clue that picks one of the structures which satisfy all others, so it comes last; it excludes none itself."""

    def holds(self, scene: Scene, history: Sequence[str], structure: SceneStructure) -> Verdict:
        return True

    @abstractmethod
    def pick(self, scene: Scene, history: Sequence[str], candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The picked candidate, or None where it does not lead clearly."""


@dataclass(frozen=True)
class Described(_Present):
    """A description in words that fits the structures of a concept and no others."""

    concept: Concept
    facet = "clinical"

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id in self.concept.fits


@dataclass(frozen=True)
class OnSide(_Present):
    """On the left or right side of the image, or of the patient (which lies on the other side of the image)."""

    whose: Literal["image", "patient"]
    side: Side
    facet = "spatial"

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
    facet = "spatial"

    def holds(self, scene, history, structure) -> Verdict:
        lower = structure.share_beyond("row", (scene.shape[0] - 1) / 2)
        return _sure(lower if self.half == "lower" else 1 - lower)


@dataclass(frozen=True)
class ToSideOf(_Referring):
    """To the image left or right of an earlier segmentation, or above or below it in the image."""

    ordinal: int
    direction: Direction
    facet = "spatial"

    def holds(self, scene, history, structure) -> Verdict:
        referent = self.referent(scene, history)
        if structure.id == referent.id:
            return False
        axis = "column" if self.direction in ("left", "right") else "row"
        towards_end = self.direction in ("right", "below")
        edge = referent.quantile(axis, BEYOND if towards_end else 1 - BEYOND)
        middle = referent.centroid[1 if axis == "column" else 0]
        beyond_edge, beyond_middle = structure.share_beyond(axis, edge), structure.share_beyond(axis, middle)
        if not towards_end:
            beyond_edge, beyond_middle = 1 - beyond_edge, 1 - beyond_middle
        return True if beyond_edge >= SURE_SHARE else False if beyond_middle <= OTHER_SHARE else None


@dataclass(frozen=True)
class SameSideAs(_Referring):
    """On the same side of the image as an earlier segmentation, or on the opposite one."""

    ordinal: int
    same: bool
    facet = "spatial"

    def holds(self, scene, history, structure) -> Verdict:
        middle = (scene.shape[1] - 1) / 2
        where = _sure(self.referent(scene, history).share_beyond("column", middle))
        if where is None or structure.id == history[self.ordinal - 1]:
            return None if where is None else False
        share = structure.share_beyond("column", middle)
        return _sure(share if where == self.same else 1 - share)


@dataclass(frozen=True)
class SizeAgainst(_Referring):
    """Larger or smaller in area than an earlier segmentation."""

    ordinal: int
    larger: bool
    facet = "spatial"

    def holds(self, scene, history, structure) -> Verdict:
        ratio = structure.area / self.referent(scene, history).area
        if not self.larger:
            ratio = 1 / ratio
        return True if ratio >= LARGER else False if ratio <= 1 / LARGER else None


@dataclass(frozen=True)
class CounterpartOf(_Referring):
    """The same structure of the body's other side."""

    ordinal: int
    facet = None

    def holds(self, scene, history, structure) -> Verdict:
        return structures()[structure.id].pair == self.referent(scene, history).id


@dataclass(frozen=True)
class OtherThan(_Referring):
    """Any structure but the one of an earlier segmentation."""

    ordinal: int
    facet = None

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id != self.referent(scene, history).id


@dataclass(frozen=True)
class SegmentedBefore:
    """One of the structures segmented so far."""

    facet = None

    def references(self, history: Sequence[str]) -> tuple[int, ...]:
        return tuple(range(1, len(history) + 1))

    def holds(self, scene, history, structure) -> Verdict:
        return structure.id in history


@dataclass(frozen=True)
class ExtremeOf(Ranking, _Present):
    """The largest, smallest, leftmost or rightmost (in the image) of the structures that satisfy all other clues."""

    extreme: Extreme
    facet = "spatial"

    def pick(self, scene: Scene, history: Sequence[str], candidates: Sequence[SceneStructure]) -> SceneStructure | None:
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


@dataclass(frozen=True)
class NearestTo(Ranking, _Referring):
    """Of the structures that satisfy all other clues, the one nearest to an earlier segmentation."""

    ordinal: int
    facet = "spatial"

    def pick(self, scene: Scene, history: Sequence[str], candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The nearest candidate by closest pixel and by centroid, or None where the two disagree or it is close.

        The earlier segmentation itself must not be among the candidates: it is no distance away.
        """
        referent = self.referent(scene, history)
        if len(candidates) < 2 or referent.id in {candidate.id for candidate in candidates}:
            return None
        gaps = {candidate.id: float(referent.distance[candidate.mask].min()) for candidate in candidates}
        centres = {candidate.id: dist(candidate.centroid, referent.centroid) for candidate in candidates}
        nearest = min(candidates, key=lambda candidate: gaps[candidate.id])
        for distances in (gaps, centres):
            others = min(distances[other.id] for other in candidates if other.id != nearest.id)
            if others < FARTHER * max(distances[nearest.id], 1):
                return None
        return nearest


def _sure(share: float) -> Verdict:
    return True if share >= SURE_SHARE else False if share <= OTHER_SHARE else None
