"""Clues: the conditions that a question puts on the wanted structure.

A clue answers for every labelled structure of the slice: True (it surely holds), False (it surely does not) or None
(too close to call). What follows from several clues together is proof.py's. A region (regions.py) is not chosen by
conditions but made of what was segmented before.
"""

from authoring.clues.base import Clue, History, Ranking, Verdict
from authoring.clues.places import InHalf, InQuarter, OnSide
from authoring.clues.rankings import ExtremeOf, NearestTo, NthFrom
from authoring.clues.referents import Earlier, Landmark
from authoring.clues.regions import LargestPiece, PartInHalf, Region, RestOf, Together
from authoring.clues.relations import (
    Around,
    Beside,
    CounterpartOf,
    Inside,
    OtherThan,
    PartOf,
    SameSideAs,
    SizeAgainst,
    Touching,
)
from authoring.clues.words import Described, InSystem, SegmentedBefore

__all__ = [
    "Around",
    "Beside",
    "Clue",
    "CounterpartOf",
    "Described",
    "Earlier",
    "ExtremeOf",
    "History",
    "InHalf",
    "InQuarter",
    "InSystem",
    "Inside",
    "Landmark",
    "LargestPiece",
    "NearestTo",
    "NthFrom",
    "OnSide",
    "OtherThan",
    "PartInHalf",
    "PartOf",
    "Ranking",
    "Region",
    "RestOf",
    "SameSideAs",
    "SegmentedBefore",
    "SizeAgainst",
    "Together",
    "Touching",
    "Verdict",
]
