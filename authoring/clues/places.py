"""Clues about a place in the image: its sides, halves, quarters and middle."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from authoring.clues.base import Clue, Side, Whose, in_image, sure


@dataclass(frozen=True)
class OnSide(Clue):
    """On the left or right side of the image, or on that of the patient's body."""

    whose: Whose
    side: Side
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        if self.whose == "image":
            middles, towards = {(scene.shape[1] - 1) / 2}, self.side
        else:
            middles, towards = set(scene.midline), in_image(scene, self.side)
        if towards not in ("left", "right"):
            return None
        on_image_right = [structure.share_beyond("column", middle) for middle in middles]
        verdicts = {sure(share if towards == "right" else 1 - share) for share in on_image_right}
        return verdicts.pop() if len(verdicts) == 1 else None


@dataclass(frozen=True)
class InHalf(Clue):
    """In the upper or lower half of the image."""

    half: Literal["upper", "lower"]
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        lower = structure.share_beyond("row", (scene.shape[0] - 1) / 2)
        return sure(lower if self.half == "lower" else 1 - lower)


@dataclass(frozen=True)
class InQuarter(Clue):
    """In one of the four quarters of the image."""

    half: Literal["upper", "lower"]
    side: Side
    facet = "spatial"

    def holds(self, scene, rests_on, structure):
        rows, columns = (np.arange(size) > (size - 1) / 2 for size in scene.shape)
        row = rows if self.half == "lower" else ~rows
        column = columns if self.side == "right" else ~columns
        return sure(float(structure.mask[np.ix_(row, column)].sum()) / structure.area)
