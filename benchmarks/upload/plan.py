"""What a made-up benchmark asks: its images, patients and segmentation turns, in the numbers and shares as published.

Whole columns, drawn at once; no mask yet. The same scale and seed give the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mturn_seg import LANGUAGES, SYSTEMS

IMAGES, MASKS, TURNS, PATIENTS = 28_904, 113_963, 116_094, 3_000
REGION_SHARES = {"head": 0.42, "chest": 0.2, "abdomen": 0.31, "prostate": 0.07}
# In the order of SYSTEMS, of the published questions.
SYSTEM_SHARES = (0.345, 0.238, 0.129, 0.09, 0.067, 0.047, 0.03, 0.029, 0.018, 0.007)
# Dialogues of 1 to 10 turns; the others are longer. Counted in segmentation turns here.
LENGTH_SHARES = (0.132, 0.142, 0.364, 0.08, 0.054, 0.059, 0.049, 0.045, 0.031, 0.016, 0.028)
CT_SHARE = 0.58
EDGES = (256, 288, 320, 384, 448, 512)
SQUARE, UNKNOWN_SPACING, TWO_REGIONS, TEXT_BEFORE = 2 / 3, 0.12, 0.1, 0.2
FEWEST_IMAGES, FEWEST_PATIENTS = 40, 24


@dataclass(frozen=True)
class Plan:
    """I images with one dialogue each; T segmentation turns in the order of the images, all asked in both languages."""

    seed: int
    patient: np.ndarray  # int64 [I]
    region: list[str]  # [I]
    modality: list[str]  # [I]
    size: np.ndarray  # int64 [I, 2]: height and width in pixels
    spacing: list[list[float] | None]  # [I]: row and column in mm
    first: np.ndarray  # int64 [I + 1]: where the turns of each image begin
    turn: np.ndarray  # int64 [T]: number of the turn in its dialogue, turns answered with text counted
    same_as: (
        np.ndarray
    )  # int64 [T]: the turn of the same image that asks for the same mask; its own index if none before
    system: list[str]  # [T]
    facets: list[list[str]]  # [T]

    @property
    def images(self) -> int:
        return len(self.patient)

    @property
    def turns(self) -> int:
        return len(self.turn)

    @property
    def rows(self) -> int:
        """Of a predictions file."""
        return self.turns * len(LANGUAGES)

    def turns_of(self, image: int) -> range:
        return range(int(self.first[image]), int(self.first[image + 1]))

    def text_turns(self, image: int) -> list[int]:
        """The turns of its dialogue that are answered with text."""
        asked = self.turn[self.turns_of(image)].tolist()
        return sorted(set(range(1, asked[-1])) - set(asked))


def make_plan(scale: float = 1.0, seed: int = 0) -> Plan:
    """A plan of `scale` times the published numbers; of FEWEST_IMAGES images and FEWEST_PATIENTS patients at least."""
    rng = np.random.default_rng(seed)
    images = max(FEWEST_IMAGES, round(IMAGES * scale))
    patient, region = _patients(rng, images, max(FEWEST_PATIENTS, round(PATIENTS * scale)))
    first = np.concatenate([[0], np.cumsum(_lengths(rng, images))])
    ordinal = _ordinals(first)
    height = rng.choice(EDGES, images)
    width = np.where(rng.random(images) < SQUARE, height, rng.choice(EDGES, images))
    return Plan(
        seed=seed,
        patient=patient,
        region=region,
        modality=_shuffled(rng, ("CT", "MR"), (CT_SHARE, 1 - CT_SHARE), images),
        size=np.stack([height, width], axis=1),
        spacing=_spacings(rng, images),
        first=first,
        turn=_turn_numbers(rng, first, ordinal),
        same_as=_same_as(rng, first, ordinal),
        system=_shuffled(rng, SYSTEMS, SYSTEM_SHARES, int(first[-1])),
        facets=_facets(rng, ordinal),
    )


def _patients(rng: np.random.Generator, images: int, patients: int) -> tuple[np.ndarray, list[str]]:
    """Each image's patient and region. Patients have unequal numbers of images, some of them of a second region."""
    names = list(REGION_SHARES)
    home = np.array(_shuffled(rng, range(len(names)), REGION_SHARES.values(), patients))
    shares = rng.lognormal(0, 0.6, patients)
    more = rng.choice(patients, images - patients, p=shares / shares.sum())
    patient = rng.permutation(np.concatenate([np.arange(patients), more]))
    second = np.where(rng.random(patients) < TWO_REGIONS, (home + 1) % len(names), home)
    region = np.where(rng.random(images) < 0.5, home[patient], second[patient])
    return patient, [names[code] for code in region]


def _lengths(rng: np.random.Generator, images: int) -> np.ndarray:
    """Segmentation turns of each dialogue -> int64 [images]; those beyond ten are as long as the sum demands."""
    lengths = np.array(_shuffled(rng, range(1, len(LENGTH_SHARES) + 1), LENGTH_SHARES, images))
    long = np.flatnonzero(lengths == len(LENGTH_SHARES))
    lacking = max(0, round(TURNS * images / IMAGES) - int(lengths.sum()))
    lengths[long] += rng.multinomial(lacking, np.full(len(long), 1 / len(long)))
    return lengths


def _ordinals(first: np.ndarray) -> np.ndarray:
    """The number of each segmentation turn among those of its dialogue, from 1."""
    return np.arange(first[-1]) - np.repeat(first[:-1], np.diff(first)) + 1


def _turn_numbers(rng: np.random.Generator, first: np.ndarray, ordinal: np.ndarray) -> np.ndarray:
    before = np.cumsum((ordinal > 1) & (rng.random(len(ordinal)) < TEXT_BEFORE))
    return ordinal + before - np.repeat(before[first[:-1]], np.diff(first))


def _same_as(rng: np.random.Generator, first: np.ndarray, ordinal: np.ndarray) -> np.ndarray:
    """A few turns ask again for the mask of their dialogue's first: there are fewer masks than turns."""
    again = rng.permutation(np.flatnonzero(ordinal > 1))[: round(len(ordinal) * (TURNS - MASKS) / TURNS)]
    same = np.arange(len(ordinal))
    same[again] -= ordinal[again] - 1
    return same


def _spacings(rng: np.random.Generator, images: int) -> list[list[float] | None]:
    # What a DICOM header holds: a decimal string of few digits, the same along rows and columns.
    spacing = np.round(rng.uniform(0.5, 1.2, images), 3).tolist()
    unknown = rng.random(images) < UNKNOWN_SPACING
    return [None if lost else [value, value] for value, lost in zip(spacing, unknown, strict=True)]


def _facets(rng: np.random.Generator, ordinal: np.ndarray) -> list[list[str]]:
    """Clinical or spatial or both; from the second turn on half of the questions need the history as well."""
    kind = rng.integers(3, size=len(ordinal))
    history = (ordinal > 1) & (rng.random(len(ordinal)) < 0.5)
    words = (["clinical"], ["spatial"], ["clinical", "spatial"])
    return [words[one] + ["history"] * bool(other) for one, other in zip(kind, history, strict=True)]


def _shuffled(rng: np.random.Generator, values, shares, count: int) -> list:
    """`count` of the values in these shares, as near as whole numbers come, in any order."""
    exact = np.array(list(shares)) * count
    numbers = np.floor(exact).astype(int)
    nearest = np.argsort(numbers - exact, kind="stable")[: count - numbers.sum()]
    numbers[nearest] += 1
    values = list(values)
    return [values[code] for code in rng.permutation(np.repeat(np.arange(len(values)), numbers))]
