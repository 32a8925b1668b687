"""What a question means in a picture: every structure, or the region, that fits what its sentence says.

Knows nothing of margins: of two centroids, the one with the lower column lies farther to the left.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tests.authoring.reading.anatomy import ancestors, catalogue
from tests.authoring.reading.parsing import Condition, Reading
from tests.authoring.reading.picture import Picture
from tests.authoring.reading.shapes import STEPS, Shape

RANKINGS = ("extreme", "nth", "nearest")
REGIONS = ("rest", "piece", "part in half", "together")
EXTREMES = {"leftmost": "left", "rightmost": "right", "topmost": "above", "lowest": "below"}

#: The segmentations of a dialogue so far.
History = Sequence[Shape]


def meant(reading: Reading, picture: Picture, history: History) -> list[Shape]:
    """Everything in a picture that a question may mean after a history.

    Raises LookupError where the words of a landmark fit none or several structures.
    """
    if made := reading.named(*REGIONS):
        return [Shape(None, region) for region in _regions(made[0], picture, history) if region.any()]
    plain = [condition for condition in reading.conditions if condition[0] not in RANKINGS]
    candidates = [
        shape
        for name, shape in sorted(picture.shapes.items())
        if (reading.fits is None or name in reading.fits)
        and all(_holds(condition, shape, picture, history) for condition in plain)
    ]
    rankings = reading.named(*RANKINGS)
    return _ranked(rankings[0], candidates, picture, history) if rankings else candidates


def _spoken_of(reference: Condition, picture: Picture, history: History) -> Shape:
    """What a reference means."""
    kind, value = reference
    if kind == "earlier":
        return history[value - 1]
    found = [shape for name, shape in picture.shapes.items() if name in value]
    if len(found) != 1:
        raise LookupError(f"a landmark fits {len(found)} structures")
    return found[0]


def _holds(condition: Condition, shape: Shape, picture: Picture, history: History) -> bool:
    match condition:
        case ("side", "image", side):
            return shape.beyond(picture.middle[1], side)
        case ("side", "patient", side):
            return shape.beyond(picture.body_middle, picture.in_image(side))
        case ("half", half):
            return shape.beyond(picture.middle[0], {"upper": "above", "lower": "below"}[half])
        case ("quarter", half, side):
            return all(_holds(part, shape, picture, history) for part in (("half", half), ("side", "image", side)))
        case ("system", system):
            return catalogue()[shape.name]["system"] == system
        case ("before",):
            return any(item.name == shape.name for item in history)
        case (*said, reference):
            other = _spoken_of(reference, picture, history)
            return shape.name != other.name and _related(tuple(said), shape, other, picture)
    raise ValueError(f"unknown condition {condition}")


def _related(said: Condition, shape: Shape, other: Shape, picture: Picture) -> bool:
    """Whether a structure stands in a relation to another one."""
    match said:
        case ("beside", whose, direction):
            where = direction if whose == "image" else picture.in_image(direction)
            return where is not None and shape.beside(other, where)
        case ("same side", same):
            sides = [each.beyond(picture.middle[1], "left") for each in (shape, other)]
            return (sides[0] == sides[1]) == same
        case ("size", "larger"):
            return shape.area > other.area
        case ("size", "smaller"):
            return shape.area < other.area
        case ("touches", expected):
            return shape.touches(other) == expected
        case ("inside",):
            return shape.inside(other)
        case ("around",):
            return shape.around(other)
        case ("part of",):
            return other.name in ancestors(shape.name)
        case ("counterpart",):
            return catalogue()[shape.name].get("pair") == other.name
        case ("other",):
            return True
    raise ValueError(f"unknown relation {said}")


def _ranked(ranking: Condition, candidates: list[Shape], picture: Picture, history: History) -> list[Shape]:
    """The candidates that a ranking may mean: more than one where two are level, or where readings of it differ."""
    match ranking:
        case ("extreme", "largest"):
            return _least(candidates, lambda shape: -shape.area)
        case ("extreme", "smallest"):
            return _least(candidates, lambda shape: shape.area)
        case ("extreme", extreme):
            return _least(candidates, _from_edge(EXTREMES[extreme]))
        case ("nth", number, side):
            # The second from the left is the second to be met coming from the left edge.
            return sorted(candidates, key=_from_edge(side))[number - 1 : number]
        case ("nearest", reference):
            other = _spoken_of(reference, picture, history)
            rivals = [shape for shape in candidates if shape.name != other.name]
            nearest = [*_least(rivals, lambda shape: shape.gap(other))]
            nearest += _least(rivals, lambda shape: shape.centre_distance(other))
            return list({shape.name: shape for shape in nearest}.values())
    raise ValueError(f"unknown ranking {ranking}")


def _from_edge(direction: str) -> Callable[[Shape], float]:
    """How far a centroid lies from the edge of the image that a direction goes to, up to a constant."""
    axis, sign = STEPS[direction]
    return lambda shape: -sign * shape.centre[axis]


def _least(candidates: list[Shape], measure: Callable[[Shape], float]) -> list[Shape]:
    """The candidates of the least measure."""
    measures = [measure(shape) for shape in candidates]
    return [shape for shape, value in zip(candidates, measures, strict=True) if value == min(measures)]


def _regions(made: Condition, picture: Picture, history: History) -> list[np.ndarray]:
    """The region that a question makes of earlier masks, or the regions where it is not clear which."""
    kind, *values = made
    first, *second = (_spoken_of(value, picture, history) for value in values if isinstance(value, tuple))
    match kind:
        case "rest":
            return [first.mask & ~second[0].mask]
        case "together":
            return [first.mask | second[0].mask]
        case "piece":
            return first.largest_pieces()
        case _:
            return [first.mask & picture.half(values[0])]
