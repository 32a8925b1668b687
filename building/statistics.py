"""What a release holds, counted in one pass: the numbers of the card."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from building.reviewed import reviews
from mturn_seg import HIDDEN_SPLIT, LANGUAGES, segmentation_turns
from release import ReleaseFolder


@dataclass
class SplitCounts:
    """One split in numbers. `tracks` counts dialogues by "en-single", "en-multi", "zh-single", "zh-multi"; `questions`
    counts each language, `reviews` those that people accepted ("accept") and edited ("edit")."""

    dialogues: int = 0
    turns: int = 0
    masks: int = 0
    questions: int = 0
    images: set[str] = field(default_factory=set)
    patients: set[str] = field(default_factory=set)
    tracks: Counter[str] = field(default_factory=Counter)
    scans: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    reviews: Counter[str] = field(default_factory=Counter)


@dataclass
class Counts:
    """A release in numbers. `structures` counts masks by (target, system) where answers are public."""

    splits: dict[str, SplitCounts] = field(default_factory=dict)
    structures: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)


def count_release(release: ReleaseFolder) -> Counts:
    """Counts a release. Structures of the hidden split are left out: how frequent they are would help to guess them."""
    counts = Counts()
    images = {}
    for annotation in release.annotations():
        scan = (annotation.region, annotation.modality, annotation.sequence)
        images[annotation.image_id] = (annotation.patient_id, annotation.source, scan)
    used = set()
    reviewed = reviews(release)
    for dialogue in release.dialogues():
        split = counts.splits.setdefault(dialogue.split, SplitCounts())
        patient, source, scan = images[dialogue.image_id]
        row = dialogue.model_dump()
        split.dialogues += 1
        split.turns += len(dialogue.turns)
        split.masks += len(segmentation_turns(row))
        split.questions += sum(len(turn.question.languages()) for turn in dialogue.turns)
        split.reviews.update(reviewed.get(dialogue.dialogue_id, {}))
        split.patients.add(patient)
        if dialogue.image_id not in used:
            used.add(dialogue.image_id)
            split.images.add(dialogue.image_id)
            split.scans[scan] += 1
            counts.sources[source] += 1
        for language in LANGUAGES:
            asked = len(segmentation_turns(row, language))
            if asked:
                split.tracks[f"{language}-{'single' if asked == 1 else 'multi'}"] += 1
        if dialogue.split != HIDDEN_SPLIT:
            counts.structures.update((turn.target, turn.system) for turn in dialogue.turns if turn.kind == "segment")
    return counts
