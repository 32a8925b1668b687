"""What a relation is told against: an earlier segmentation, or a structure that words alone single out."""

from dataclasses import dataclass

from authoring.anatomy.knowledge import Concept
from authoring.clues.base import History
from authoring.scene import Scene, SceneStructure


@dataclass(frozen=True)
class Earlier:
    """The segmentation `ordinal` of the dialogue, 1 for the first."""

    ordinal: int

    def resolve(self, scene: Scene, history: History) -> SceneStructure:
        return history[self.ordinal - 1]

    def references(self) -> tuple[int, ...]:
        return (self.ordinal,)

    def record(self) -> dict:
        return {"earlier": self.ordinal}


@dataclass(frozen=True)
class Landmark:
    """The one structure of the slice that a concept's words fit."""

    concept: Concept

    def resolve(self, scene: Scene, history: History) -> SceneStructure | None:
        """None where the words fit several structures of the slice, or one that may be there without a label."""
        fitting = [scene.structures[name] for name in self.concept.fits if name in scene.structures]
        doubt = any(scene.may_hold_unlabelled(name) for name in self.concept.fits)
        return fitting[0] if len(fitting) == 1 and not doubt else None

    def references(self) -> tuple[int, ...]:
        return ()

    def record(self) -> dict:
        return {"landmark": sorted(self.concept.fits)}


Referent = Earlier | Landmark
