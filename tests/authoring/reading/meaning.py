"""What a question means in a picture: every structure, or the region, that fits what its sentence says.

Knows nothing of margins: of two centroids, the one with the lower column lies farther to the left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.authoring.reading.anatomy import ancestors, catalogue
from tests.authoring.reading.parsing import Condition, Reading
from tests.authoring.reading.picture import (
    STEPS,
    Picture,
    around,
    beside,
    beyond,
    centre,
    centre_distance,
    gap,
    inside,
    largest_piece,
    touches,
)

RANKINGS = ("extreme", "nth", "nearest")
REGIONS = ("rest", "piece", "part in half", "together")
EXTREMES = {"leftmost": "left", "rightmost": "right", "topmost": "above", "lowest": "below"}


@dataclass(frozen=True)
class Segmented:
    """What a turn segmented: a labelled structure, or a region of some (no name)."""

    name: str | None
    mask: np.ndarray


History = Sequence[Segmented]


def meant(reading: Reading, picture: Picture, history: History) -> list[Segmented]:
    """Everything in a picture that a question may mean after a history."""
    if made := reading.named(*REGIONS):
        return [Segmented(None, region) for region in _region(made[0], picture, history) if region.any()]
    candidates = [
        Segmented(name, picture.masks[name]) for name in sorted(picture.masks) if fits(name, reading, picture, history)
    ]
    rankings = reading.named(*RANKINGS)
    return _ranked(rankings[0], candidates, picture, history) if rankings else candidates


def fits(name: str, reading: Reading, picture: Picture, history: History) -> bool:
    """Whether a structure of the picture fits the description and every condition but a ranking."""
    return (reading.fits is None or name in reading.fits) and all(
        _holds(condition, name, picture, history) for condition in reading.conditions if condition[0] not in RANKINGS
    )


def spoken_of(reference: Condition, picture: Picture, history: History) -> Segmented:
    """What a reference means. Raises LookupError where a landmark's words fit none or several structures."""
    kind, value = reference
    if kind == "earlier":
        return history[value - 1]
    found = [name for name in picture.masks if name in value]
    if len(found) != 1:
        raise LookupError(f"the landmark fits {found}")
    return Segmented(found[0], picture.masks[found[0]])


def _holds(condition: Condition, name: str, picture: Picture, history: History) -> bool:
    mask = picture.masks[name]
    match condition:
        case ("side", "image", side):
            return beyond(mask, picture.middle[1], side)
        case ("side", "patient", side):
            return beyond(mask, picture.body_middle, picture.in_image(side))
        case ("half", half):
            return beyond(mask, picture.middle[0], {"upper": "above", "lower": "below"}[half])
        case ("quarter", half, side):
            return all(_holds(part, name, picture, history) for part in (("half", half), ("side", "image", side)))
        case ("system", system):
            return catalogue()[name]["system"] == system
        case ("before",):
            return any(item.name == name for item in history)
        case (*said, reference):
            other = spoken_of(reference, picture, history)
            return name != other.name and _related(tuple(said), name, mask, other, picture)
    raise ValueError(f"unknown condition {condition}")


def _related(said: Condition, name: str, mask: np.ndarray, other: Segmented, picture: Picture) -> bool:
    """Whether a structure stands in a relation to another one."""
    match said:
        case ("beside", whose, direction):
            where = direction if whose == "image" else picture.in_image(direction)
            return where is not None and beside(mask, other.mask, where)
        case ("same side", same):
            on_left = [centre(each)[1] < picture.middle[1] for each in (mask, other.mask)]
            return (on_left[0] == on_left[1]) == same
        case ("size", which):
            return bool(mask.sum() > other.mask.sum()) == (which == "larger") and mask.sum() != other.mask.sum()
        case ("touches", expected):
            return touches(mask, other.mask) == expected
        case ("inside",):
            return inside(mask, other.mask)
        case ("around",):
            return around(mask, other.mask)
        case ("part of",):
            return other.name in ancestors(name)
        case ("counterpart",):
            return catalogue()[name].get("pair") == other.name
        case ("other",):
            return True
    raise ValueError(f"unknown relation {said}")


def _ranked(ranking: Condition, candidates: list[Segmented], picture: Picture, history: History) -> list[Segmented]:
    """The candidates that a ranking may mean: more than one where two are level, or where readings of it differ."""
    match ranking:
        case ("extreme", "largest"):
            return _least(candidates, lambda mask: -mask.sum())
        case ("extreme", "smallest"):
            return _least(candidates, lambda mask: mask.sum())
        case ("extreme", extreme):
            return _least(candidates, _along(EXTREMES[extreme]))
        case ("nth", number, side):
            # The second from the left is the second to be met coming from the left edge.
            ordered = sorted(candidates, key=lambda item: _along(side)(item.mask))
            return ordered[number - 1 : number]
        case ("nearest", reference):
            other = spoken_of(reference, picture, history)
            rivals = [item for item in candidates if item.name != other.name]
            nearest = _least(rivals, lambda mask: gap(mask, other.mask))
            nearest += _least(rivals, lambda mask: centre_distance(mask, other.mask))
            return list({item.name: item for item in nearest}.values())
    raise ValueError(f"unknown ranking {ranking}")


def _along(direction: str):
    """How far a mask's centroid lies from the edge of the image that a direction goes to, up to a constant."""
    axis, sign = STEPS[direction]
    return lambda mask: -sign * centre(mask)[axis]


def _least(candidates: list[Segmented], measure) -> list[Segmented]:
    """The candidates of the least measure."""
    measures = [float(measure(item.mask)) for item in candidates]
    return [item for item, value in zip(candidates, measures, strict=True) if value == min(measures)]


def _region(made: Condition, picture: Picture, history: History) -> list[np.ndarray]:
    """The region that a question makes of earlier masks."""
    kind, *values = made
    first, *second = (spoken_of(value, picture, history).mask for value in values if isinstance(value, tuple))
    match kind:
        case "rest":
            return [first & ~second[0]]
        case "together":
            return [first | second[0]]
        case "piece":
            return [largest_piece(first)]
        case _:
            return [first & picture.half(values[0])]
