"""Clues in words: what a structure is, to which organ system it belongs, whether it was segmented before."""

from dataclasses import dataclass

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.structures import structures
from authoring.clues.base import Clue, History
from authoring.scene import Scene


@dataclass(frozen=True)
class Described(Clue):
    """A description that fits the structures of a concept and no others."""

    concept: Concept
    facet = "clinical"

    def holds(self, scene, rests_on, structure):
        return structure.id in self.concept.fits

    def record(self) -> dict:
        return {"clue": "Described", "fits": sorted(self.concept.fits)}


@dataclass(frozen=True)
class InSystem(Clue):
    """Belonging to an organ system. Structures of a system beyond count are never labelled, so this clue chooses only
    among what other clues enumerate."""

    system: str
    facet = "clinical"

    def holds(self, scene, rests_on, structure):
        anatomy = structures()[structure.id]
        # The pancreas is a gland of digestion and an endocrine one.
        return None if self.system in anatomy.also else anatomy.system == self.system


@dataclass(frozen=True)
class SegmentedBefore(Clue):
    """One of the structures segmented so far."""

    def references(self, history: History) -> tuple[int, ...]:
        return tuple(range(1, len(history) + 1))

    def rests_on(self, scene: Scene, history: History):
        return tuple(history)

    def holds(self, scene, rests_on, structure):
        if not all(earlier.is_labelled for earlier in rests_on):
            # A region made of structures was segmented, too: what "one of them" means is no longer clear.
            return None
        return structure in rests_on
