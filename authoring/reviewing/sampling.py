"""Which questions people look at: a seeded sample in which every kind of question has its share."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from authoring.errors import ReviewError
from authoring.reviewing.decisions import Item
from mturn_seg import LANGUAGES, SPLITS
from release import ReleaseFolder

UNTOLD = "not told"


@dataclass(frozen=True)
class Sampled:
    """A question of the sample, the pattern it was made by, and where its dialogue and its annotation start."""

    item: Item
    pattern: str
    dialogue_at: int
    annotation_at: int


@dataclass(frozen=True)
class Extent:
    """How much to look at: a `share` of the questions (0..1) or a `number` of them, in which splits and languages.

    With `whole_dialogues` all questions of a dialogue are taken together or not at all.
    """

    share: float = 0.1
    number: int | None = None
    splits: Collection[str] = SPLITS
    languages: Collection[str] = LANGUAGES
    whole_dialogues: bool = False


@dataclass
class _Unit:
    """What is drawn together: one question or one dialogue. `key` names it, `stratum` holds its like."""

    key: str
    stratum: tuple
    questions: list[Sampled]


def sample(release: ReleaseFolder, extent: Extent = Extent(), seed: int = 0) -> list[Sampled]:
    """The questions to look at, in the order of the review.

    Strata are split, language, pattern and body region (of whole dialogues: split, region and number of turns). The
    units of a stratum are shuffled and spread evenly over 0..1 from a random start, and the sample is what comes first:
    every stratum has its share to within one unit, a larger sample begins with the smaller one, and a review that is
    stopped early is still a fair sample. Every unit is equally likely, so plain shares estimate those of the release.

    Raises ReviewError where there is nothing to look at.
    """
    strata: dict[tuple, list[_Unit]] = {}
    for unit in _units(release, extent):
        strata.setdefault(unit.stratum, []).append(unit)
    placed: list[tuple[float, _Unit]] = []
    for stratum, units in strata.items():
        start = _draw(seed, "stratum", *map(str, stratum))
        units.sort(key=lambda unit: (_draw(seed, "unit", unit.key), unit.key))
        placed += [((index + start) / len(units), unit) for index, unit in enumerate(units)]
    placed.sort(key=lambda entry: (entry[0], entry[1].key))
    total = sum(len(unit.questions) for _, unit in placed)
    if not total:
        wanted = f"{', '.join(extent.splits)} in {', '.join(extent.languages)}"
        raise ReviewError(f"{release.folder}: no question of {wanted}; expected a split and a language of the release")
    number = extent.number if extent.number is not None else max(1, round(extent.share * total))
    chosen: list[Sampled] = []
    for _, unit in placed:
        if len(chosen) >= number:
            break
        chosen += unit.questions
    return chosen


def _units(release: ReleaseFolder, extent: Extent) -> Iterator[_Unit]:
    patterns = {(origin.dialogue_id, origin.turn): origin.pattern for origin in release.origins()}
    images = {note.image_id: (line.offset, note.region) for line, note in release.numbered_annotations()}
    for line, dialogue in release.numbered_dialogues():
        if dialogue.split not in extent.splits:
            continue
        offset, region = images[dialogue.image_id]
        # Language by language: a reader follows one dialogue at a time.
        questions = [
            Sampled(
                Item(dialogue.dialogue_id, turn.turn, language),
                patterns.get((dialogue.dialogue_id, turn.turn), UNTOLD),
                line.offset,
                offset,
            )
            for language in extent.languages
            for turn in dialogue.turns
            if language in turn.question.languages()
        ]
        if extent.whole_dialogues and questions:
            yield _Unit(dialogue.dialogue_id, (dialogue.split, region, len(dialogue.turns)), questions)
        elif not extent.whole_dialogues:
            for one in questions:
                key = f"{one.item.dialogue_id} {one.item.turn} {one.item.language}"
                yield _Unit(key, (dialogue.split, one.item.language, one.pattern, region), [one])


def _draw(seed: int, *names: str) -> float:
    """A number in 0..1 that depends on the seed and the names alone."""
    digest = hashlib.blake2b("\0".join((str(seed), *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
