"""From a question to a structure: the words of the lexicon, the clues of place, order and size, the turns before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baselines.lexicon_prior.body import Body
from baselines.lexicon_prior.model import Model
from baselines.lexicon_prior.phrases import Clues, SizeHint, read_clues

# How sharply a side is judged, per share of the image's extent: at 0.1 on the wrong side a structure loses e^4.
SIDE_SHARPNESS = 40.0
# How much one share of the image's extent counts where the nearer structure is asked for.
DISTANCE_SHARPNESS = 20.0
# How much a factor e in area counts where a size is given.
SIZE_SHARPNESS = 2.0
# How much a factor e in likeness to the mirrored map counts where a pair is asked for.
PAIR_SHARPNESS = 3.0
# The least similarity of two maps, so that a pair that never overlaps is unlikely and not impossible.
LEAST_SIMILARITY = 0.02
# What a structure loses that the question rules out.
RULED_OUT = 20.0


@dataclass(frozen=True, eq=False)
class Segmented:
    """A mask of an earlier turn: bool [H, W], and the structure that its question was routed to.

    `centre` is its centroid (row, column) in the body's box, `area` its share of the box; None without foreground.
    """

    structure: int
    mask: np.ndarray
    centre: np.ndarray | None
    area: float | None

    @classmethod
    def of(cls, structure: int, mask: np.ndarray, body: Body) -> "Segmented":
        rows, columns = np.nonzero(mask)
        if rows.size == 0:
            return cls(structure, mask, None, None)
        centre = np.array(body.to_box(rows.mean(), columns.mean()))
        return cls(structure, mask, centre, rows.size / (body.height * body.width))


@dataclass(frozen=True, eq=False)
class Route:
    """Where a question leads: to a `structure`, or `again` to an earlier mask; `wants_words`: rather to no mask."""

    structure: int
    again: Segmented | None
    wants_words: bool


def route(model: Model, question: str, language: str, modality: str, body: Body, before: Sequence[Segmented]) -> Route:
    """The route of a question; `before` holds the masks so far, in order."""
    clues = read_clues(question, language)
    scores, words_score = model.lexicons[language].scores_of(clues.text, language)
    scores = scores + model.priors.modality_scores(modality)
    scores = scores + _clue_scores(clues, model.priors.centres, model.priors.areas, body, before)
    scores = scores + _history_scores(model, clues, before)
    structure = int(scores.argmax())
    again = _again(clues, body, before) if clues.again else None
    return Route(structure if again is None else again.structure, again, words_score > 0)


def _again(clues: Clues, body: Body, before: Sequence[Segmented]) -> Segmented | None:
    """The earlier mask that fits the clues of place and size best."""
    known = [turn for turn in before if turn.centre is not None]
    if not known:
        return None
    centres, areas = np.array([turn.centre for turn in known]), np.array([turn.area for turn in known])
    return known[int(_clue_scores(clues, centres, areas, body, before).argmax())]


def _clue_scores(
    clues: Clues, centres: np.ndarray, areas: np.ndarray, body: Body, before: Sequence[Segmented]
) -> np.ndarray:
    """How well candidates with `centres` [N, 2] and `areas` [N], as shares of the body's box, fit the clues: [N]."""
    scores = np.zeros(len(centres))
    height, width = body.outline.shape
    extent = np.array([body.height / height, body.width / width])
    middle = np.array(body.to_box((height - 1) / 2, (width - 1) / 2))
    for direction in clues.directions:
        origin = middle
        if direction.reference is not None:
            reference = _referred(direction.reference, before)
            if reference is None or reference.centre is None:
                continue
            origin = reference.centre
        ahead = ((centres - origin) * extent) @ np.array(direction.vector)
        scores -= np.logaddexp(0, -SIDE_SHARPNESS * ahead)
    for numbers, towards in ((clues.same_sides, 1), (clues.opposite_sides, -1)):
        for reference in _placed(numbers, before):
            side = np.sign(reference.centre[1] - middle[1]) * towards
            scores -= np.logaddexp(0, -SIDE_SHARPNESS * side * (centres[:, 1] - middle[1]) * extent[1])
    for reference in _placed(clues.nearer, before):
        scores -= DISTANCE_SHARPNESS * np.linalg.norm((centres - reference.centre) * extent, axis=1)
    for vector in clues.extremes:
        scores += SIDE_SHARPNESS * (((centres - middle) * extent) @ np.array(vector))
    for hint in clues.sizes:
        scores += _size_scores(hint, areas, before)
    return scores


def _size_scores(hint: SizeHint, areas: np.ndarray, before: Sequence[Segmented]) -> np.ndarray:
    if hint.reference is None:
        return hint.sign * SIZE_SHARPNESS * np.log(areas)
    reference = _referred(hint.reference, before)
    if reference is None or reference.area is None:
        return np.zeros(len(areas))
    return -np.logaddexp(0, -hint.sign * SIZE_SHARPNESS * np.log(areas / reference.area))


def _history_scores(model: Model, clues: Clues, before: Sequence[Segmented]) -> np.ndarray:
    scores = np.zeros(len(model.priors.structures))
    if before:
        scores += np.mean([model.priors.company_scores(turn.structure) for turn in before], axis=0)
    for number in clues.counterparts:
        reference = _referred(number, before)
        if reference is not None:
            similarity = _mirror_similarity(model.priors.maps, reference.structure)
            scores += PAIR_SHARPNESS * np.log(np.maximum(similarity, LEAST_SIMILARITY))
    for number in clues.others:
        reference = _referred(number, before)
        if reference is not None:
            scores[reference.structure] -= RULED_OUT
    return scores


def _mirror_similarity(maps: np.ndarray, structure: int) -> np.ndarray:
    """Cosine between each map and the left-right mirrored map of `structure`: [S]; 0 for the structure itself."""
    flat = maps.reshape(len(maps), -1)
    mirrored = maps[structure][:, ::-1].ravel()
    similarity = flat @ mirrored / (np.linalg.norm(flat, axis=1) * np.linalg.norm(mirrored))
    similarity[structure] = 0
    return similarity


def _placed(numbers: Sequence[int], before: Sequence[Segmented]) -> list[Segmented]:
    """The turns that references mean, those with a mask that is not empty."""
    referred = (_referred(number, before) for number in numbers)
    return [turn for turn in referred if turn is not None and turn.centre is not None]


def _referred(number: int, before: Sequence[Segmented]) -> Segmented | None:
    """The turn that a reference means: 1 the first, -1 the latest; None if there are not so many."""
    place = number - 1 if number > 0 else len(before) + number
    return before[place] if 0 <= place < len(before) else None
