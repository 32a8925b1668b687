"""Clues that pick one of several candidates: the largest, the nearest, the second from a side."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from typing import Literal

from authoring.clues.base import DEAD_ZONE, FARTHER, LARGER, Direction, History, Ranking
from authoring.clues.referents import Referent
from authoring.scene import Scene, SceneStructure

#: However near both are, one is nearer only by so many pixels.
NEARER_PX = 5
#: How the extremes order the candidates: by area, row or column, and whether the greatest comes first.
ORDERS = {
    "largest": ("area", True),
    "smallest": ("area", False),
    "leftmost": ("column", False),
    "rightmost": ("column", True),
    "topmost": ("row", False),
    "lowest": ("row", True),
}
#: A structure is farther to a side only if its middle and both its ends are: the shares of its pixels up to each.
ENDS = (0.1, 0.5, 0.9)
FROM_SIDE: dict[Direction, str] = {"left": "leftmost", "right": "rightmost", "above": "topmost", "below": "lowest"}


@dataclass(frozen=True)
class ExtremeOf(Ranking):
    """The largest, smallest, leftmost, rightmost, topmost or lowest (in the image) of the candidates."""

    extreme: Literal["largest", "smallest", "leftmost", "rightmost", "topmost", "lowest"]
    facet = "spatial"

    def pick(self, scene: Scene, history: History, candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The extreme candidate, or None where there are fewer than two or the first leads any other by too little."""
        first, *others = _ordered(candidates, self.extreme)
        clear = others and all(_clear(scene, first, other, self.extreme) for other in others)
        return first if clear else None


@dataclass(frozen=True)
class NthFrom(Ranking):
    """The candidate `number` (2 for the second) counted from a side of the image, where no two are level."""

    number: int
    side: Direction
    facet = "spatial"

    def pick(self, scene: Scene, history: History, candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """None where there are fewer than three candidates, where it is the last, or where two may change places."""
        order = FROM_SIDE[self.side]
        ordered = _ordered(candidates, order)
        if len(ordered) < 3 or not 1 < self.number < len(ordered):
            return None
        pairs = itertools.pairwise(ordered)
        return ordered[self.number - 1] if all(_clear(scene, *pair, order) for pair in pairs) else None


@dataclass(frozen=True)
class NearestTo(Ranking):
    """Of the candidates, the one nearest to another structure."""

    to: Referent
    facet = "spatial"

    def references(self, history: History) -> tuple[int, ...]:
        return self.to.references()

    def rests_on(self, scene: Scene, history: History):
        return (self.to.resolve(scene, history),)

    def pick(self, scene: Scene, history: History, candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The nearest candidate by closest pixel and by centroid, or None where the two disagree or it is close.

        The other structure itself must not be among the candidates: it is no distance away.
        """
        other = self.to.resolve(scene, history)
        if other is None or len(candidates) < 2 or other.id in {candidate.id for candidate in candidates}:
            return None
        gaps = {candidate.id: float(other.distance[candidate.mask].min()) for candidate in candidates}
        centres = {candidate.id: dist(candidate.centroid, other.centroid) for candidate in candidates}
        nearest = min(candidates, key=lambda candidate: gaps[candidate.id])
        for distances in (gaps, centres):
            others = min(distances[rival.id] for rival in candidates if rival.id != nearest.id)
            if others < max(FARTHER * distances[nearest.id], distances[nearest.id] + NEARER_PX):
                return None
        return nearest


def _ordered(candidates: Sequence[SceneStructure], extreme: str) -> list[SceneStructure]:
    _, greatest_first = ORDERS[extreme]
    return sorted(candidates, key=lambda candidate: _measure(candidate, extreme), reverse=greatest_first)


def _measure(structure: SceneStructure, extreme: str) -> float:
    measure, _ = ORDERS[extreme]
    return structure.area if measure == "area" else structure.centroid[0 if measure == "row" else 1]


def _clear(scene: Scene, one: SceneStructure, other: SceneStructure, extreme: str) -> bool:
    """Whether two candidates differ enough in what the extreme is about."""
    first, second = _measure(one, extreme), _measure(other, extreme)
    measure, greatest_first = ORDERS[extreme]
    if measure == "area":
        return max(first, second) >= LARGER * min(first, second)
    ahead, behind = (other, one) if (first < second) == greatest_first else (one, other)
    margin = DEAD_ZONE * scene.shape[0 if measure == "row" else 1]
    leads = [ahead.quantile(measure, share) - behind.quantile(measure, share) for share in ENDS]
    foremost = leads[-1] if greatest_first else -leads[0]
    towards = all(lead > 0 if greatest_first else lead < 0 for lead in leads)
    return abs(first - second) >= margin and towards and foremost >= margin / 2
