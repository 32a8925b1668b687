"""A release in the numbers of the published overview, counted in one pass, and the published ones beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import get_args

import yaml

from building.reporting.words import QuestionCounter, Questions
from mturn_seg import HIDDEN_SPLIT, LANGUAGES
from release import Dialogue, ReleaseFolder, Turn
from release.records import Facet

PUBLISHED = Path(__file__).with_name("published.yaml")
#: Dialogues with more turns than the published overview tells one by one.
MORE = "more"
#: A region made of organs of several systems, and a text question that refers to none.
NO_SYSTEM = "several or none"
#: Targets that questions make of earlier masks, as a half or a union: no labelled structure.
MADE = "regions of earlier masks"


@dataclass
class Numbers:
    """A release in numbers.

    `pairs` are question-answer pairs: turns, each counted once a language. `scans` (as "CT CECT"), `regions` and
    `targets` (how many different targets are asked for) count images, `lengths` dialogues, `systems` pairs; a text
    question belongs to the system of what it refers to. `facets` count segmentation turns, `structures` those of the
    splits whose answers are public, with all MADE ones together.

    `references` counts references to earlier segmentations by how many segmentations back they reach, 1 being the last.
    `referring` are the segmentation turns that refer to an earlier one, `need_history` those of them whose answer was
    proven to depend on what was segmented before (facet history).
    """

    images: int = 0
    patients: int = 0
    dialogues: int = 0
    turns: int = 0
    masks: int = 0
    pairs: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    scans: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    systems: Counter[str] = field(default_factory=Counter)
    facets: Counter[str] = field(default_factory=Counter)
    references: Counter[int] = field(default_factory=Counter)
    referring: int = 0
    need_history: int = 0
    targets: Counter[int] = field(default_factory=Counter)
    structures: Counter[str] = field(default_factory=Counter)
    questions: dict[str, Questions] = field(default_factory=dict)

    def to_record(self) -> dict:
        """Everything as plain data, the numbers as counts."""
        record = {name: ranked(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}
        return record | {"questions": {language: asdict(found) for language, found in self.questions.items()}}


def count(release: ReleaseFolder) -> Numbers:
    """Counts a release. Kept in memory are counters, ids of images and patients, and a sample of the questions."""
    numbers = Numbers()
    patients, labelled = set(), set()
    for annotation in release.annotations():
        numbers.images += 1
        patients.add(annotation.patient_id)
        labelled.update(structure.id for structure in annotation.structures)
        numbers.scans[f"{annotation.modality} {annotation.sequence}"] += 1
        numbers.regions[annotation.region] += 1
    numbers.patients = len(patients)
    asked: dict[str, set[str]] = {}
    counters = {language: QuestionCounter(language) for language in LANGUAGES}
    for dialogue in release.dialogues():
        _count_dialogue(numbers, dialogue, labelled)
        targets = asked.setdefault(dialogue.image_id, set())
        targets.update(turn.target for turn in dialogue.turns if turn.kind == "segment")
        for turn in dialogue.turns:
            for language in turn.question.languages():
                counters[language].add(getattr(turn.question, language))
    numbers.targets.update(map(len, asked.values()))
    numbers.questions = {language: found for language in LANGUAGES if (found := counters[language].result())}
    return numbers


def _count_dialogue(numbers: Numbers, dialogue: Dialogue, labelled: set[str]) -> None:
    numbers.dialogues += 1
    numbers.turns += len(dialogue.turns)
    numbers.lengths[len(dialogue.turns)] += 1
    turns = {turn.turn: turn for turn in dialogue.turns}
    segmented: list[int] = []
    for turn in dialogue.turns:
        languages = len(turn.question.languages())
        numbers.pairs += languages
        numbers.systems[_system(turn, turns)] += languages
        numbers.references.update(
            len(segmented) - segmented.index(earlier) for earlier in turn.refers_to if earlier in segmented
        )
        if turn.kind != "segment":
            continue
        segmented.append(turn.turn)
        numbers.masks += 1
        numbers.facets.update(turn.facets)
        if turn.refers_to:
            numbers.referring += 1
            numbers.need_history += "history" in turn.facets
        if dialogue.split != HIDDEN_SPLIT:
            numbers.structures[turn.target if turn.target in labelled else MADE] += 1


def _system(turn: Turn, turns: Mapping[int, Turn]) -> str:
    if turn.kind == "segment":
        return turn.system or NO_SYSTEM
    systems = {turns[earlier].system for earlier in turn.refers_to if earlier in turns}
    return (systems.pop() if len(systems) == 1 else None) or NO_SYSTEM


@cache
def published() -> dict:
    """The published numbers, as published.yaml has them."""
    return yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))


def length_shares(numbers: Numbers) -> dict[int | str, float]:
    """Per cent of the dialogues by number of turns, with the rows of the published overview."""
    rows = {turns: numbers.lengths[turns] for turns in published()["turns"] if turns != MORE}
    rows[MORE] = numbers.lengths.total() - sum(rows.values())
    return shares(rows)


def reasoning_shares(numbers: Numbers) -> dict[str, float]:
    """Per cent of the segmentation turns that take each facet of reasoning, and that refer to an earlier mask."""
    rows = {facet: numbers.facets[facet] for facet in get_args(Facet)} | {"refers back": numbers.referring}
    return {name: 100 * value / numbers.masks if numbers.masks else 0.0 for name, value in rows.items()}


def shares(counts: Mapping) -> dict:
    """Per cent of the whole for each key, in the order of `counts`; 0 where the whole is 0."""
    whole = sum(counts.values())
    return {key: 100 * value / whole if whole else 0.0 for key, value in counts.items()}


def ranked(counts: Counter) -> dict:
    """Numbers in their order; names with the largest counts first, equal ones by name."""
    by_number = any(isinstance(key, int) for key in counts)
    return dict(sorted(counts.items(), key=lambda item: item[0] if by_number else (-item[1], item[0])))
