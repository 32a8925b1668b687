"""What every clue is: a condition with three answers, measured once for each scene."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields
from typing import ClassVar, Literal

from authoring.scene import Scene, SceneStructure

Verdict = bool | None
#: The segmentations of a dialogue so far, in order.
History = Sequence[SceneStructure]
Side = Literal["left", "right"]
Whose = Literal["image", "patient"]
Direction = Literal["left", "right", "above", "below"]

#: A condition on pixels surely holds when this share of them meets it, and surely not when at most the second does.
SURE_SHARE, OTHER_SHARE = 0.9, 0.1
#: Centroids closer than this share of the image's width or height do not tell which lies farther to a side.
DEAD_ZONE = 0.05
#: One area is surely larger than another from this ratio on.
LARGER = 1.6
#: One structure is surely nearer than another when the other is this many times as far.
FARTHER = 1.5

OPPOSITE = {"R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S"}
PATIENT = {"right": "R", "left": "L", "front": "A", "behind": "P", "head": "S", "feet": "I"}


class Clue(ABC):
    """A condition on the wanted structure. `facet` is the kind of reasoning that it takes, if any by itself."""

    facet: ClassVar[Literal["clinical", "spatial"] | None] = None

    def references(self, history: History) -> tuple[int, ...]:
        """The earlier segmentations that the clue speaks of, 1 for the first."""
        return ()

    def rests_on(self, scene: Scene, history: History) -> tuple[SceneStructure | None, ...]:
        """What else of the scene and the history the verdict depends on."""
        return ()

    def verdict(self, scene: Scene, history: History, structure: SceneStructure) -> Verdict:
        """Whether the clue holds for a structure; measured once for each scene."""
        rests_on = self.rests_on(scene, history)
        if None in rests_on:
            return None
        key = (self, *(other.id for other in rests_on), structure.id)
        if key not in scene.verdicts:
            scene.verdicts[key] = self.holds(scene, rests_on, structure)
        return scene.verdicts[key]

    @abstractmethod
    def holds(self, scene: Scene, rests_on: Sequence[SceneStructure], structure: SceneStructure) -> Verdict:
        """True (surely), False (surely not) or None (in doubt)."""

    def record(self) -> dict:
        """The clue as plain data, for the release's account of how a question came about."""
        return {
            "clue": type(self).__name__,
            **{field.name: _plain(getattr(self, field.name)) for field in fields(self)},
        }


class Ranking(Clue):
    """A clue that picks one of the structures which satisfy all others, so it comes last; it excludes none itself."""

    def holds(self, scene: Scene, rests_on: Sequence[SceneStructure], structure: SceneStructure) -> Verdict:
        return True

    @abstractmethod
    def pick(self, scene: Scene, history: History, candidates: Sequence[SceneStructure]) -> SceneStructure | None:
        """The picked candidate, or None where it does not lead clearly."""


def sure(share: float) -> Verdict:
    """The verdict on a condition that this share of the pixels meets."""
    return True if share >= SURE_SHARE else False if share <= OTHER_SHARE else None


def in_image(scene: Scene, direction: str) -> Direction | None:
    """Where in the image a direction of the patient points, None where the image does not show it."""
    if scene.edges is None:
        return None
    wanted = PATIENT[direction]
    for edge, towards, away in ((scene.edges.left, "left", "right"), (scene.edges.top, "above", "below")):
        if wanted == edge:
            return towards
        if wanted == OPPOSITE[edge]:
            return away
    return None


def _plain(value):
    return value.record() if hasattr(value, "record") else value
