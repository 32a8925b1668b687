"""What the reader orders the table by: one measure, over everything or over one stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from leaderboard import Cell, TrackScore
from leaderboard.records import Interval
from space.words import Words

Overlap = Literal["dice", "iou"]
Measure = Literal["dice", "iou", "hd95", "nsd"]
OVERLAPS: tuple[Overlap, ...] = get_args(Overlap)  # those with intervals
MEASURES: tuple[Measure, ...] = get_args(Measure)
WHOLE = "all"
#: Of strata, as they follow each other everywhere on the page.
KINDS = ("region", "modality", "facet", "system", "segmentation_turn", "target_size", "target_size_px")


@dataclass(frozen=True)
class Choice:
    """stratum: WHOLE or "<kind>.<value>", as "region.chest". HD95 and NSD are those in millimetres."""

    measure: Measure = "dice"
    stratum: str = WHOLE

    @classmethod
    def of(cls, measure: object, stratum: object, offered: list[str]) -> Choice:
        """From what a page or an address asks for; what is not offered becomes the headline's."""
        return cls(
            cast(Measure, measure) if measure in MEASURES else "dice",
            stratum if isinstance(stratum, str) and stratum in offered else WHOLE,
        )

    @property
    def is_headline(self) -> bool:
        """Whether it is what the rank follows."""
        return self == Choice()

    @property
    def is_lower_better(self) -> bool:
        """Whether a smaller value is the better one."""
        return self.measure == "hd95"

    @property
    def is_distance(self) -> bool:
        """Whether it is measured in millimetres, and so only over the turns whose pixel spacing is known."""
        return self.measure not in OVERLAPS

    def cell(self, score: TrackScore) -> Cell | None:
        """The cell that the choice is about, with its counts; None where the track has no such stratum."""
        if self.stratum == WHOLE:
            return score.overall
        kind, _, value = self.stratum.partition(".")
        return score.strata.get(kind, {}).get(value)

    def value(self, score: TrackScore) -> float | None:
        """The score itself; over everything, Dice and IoU are the headline's."""
        if self.stratum == WHOLE and not self.is_distance:
            return getattr(score, f"headline_{self.measure}")
        cell = self.cell(score)
        found = cell.mm if cell is not None and self.is_distance else cell
        return None if found is None else getattr(found, self.measure)

    def interval(self, score: TrackScore) -> Interval | None:
        """The 95% interval of the value; distances have none."""
        if self.is_distance:
            return None
        if self.stratum == WHOLE:
            return getattr(score, f"headline_{self.measure}_interval")
        cell = self.cell(score)
        return None if cell is None else getattr(cell, f"{self.measure}_interval")

    def label(self, words: Words) -> str:
        """The heading of its column."""
        measure = words.name("measure", self.measure)
        if self.stratum == WHOLE:
            return measure
        return words("table.chosen", measure=measure, stratum=stratum_name(words, *self.stratum.split(".", 1)))


def offered(score: TrackScore | None) -> list[str]:
    """WHOLE and the strata that have scores, in the order of KINDS. None: of a track without a submission."""
    strata = {} if score is None else score.strata
    return [
        WHOLE,
        *(f"{kind}.{value}" for kind in KINDS for value, cell in strata.get(kind, {}).items() if cell.dice is not None),
    ]


def stratum_name(words: Words, kind: str, value: str) -> str:
    """How one value of a stratum is called where its kind is not told."""
    if kind == "segmentation_turn":
        return words("table.turn", turn=value)
    if kind in ("target_size", "target_size_px"):
        return words("table.of_kind", kind=words.name("kind", kind), value=words.name(kind, value))
    return words.name(kind, value)


def stratum_option(words: Words, stratum: str, measure: Measure = "dice") -> str:
    """How a stratum is called in the list of all. Distances over everything are no headline."""
    if stratum == WHOLE:
        return words("table.whole" if measure in OVERLAPS else "table.whole_distance")
    kind, value = stratum.split(".", 1)
    if kind == "segmentation_turn":
        return words("table.turn", turn=value)
    return words("table.of_kind", kind=words.name("kind", kind), value=words.name(kind, value))
