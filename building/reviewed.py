"""What people reviewed of a release, and a data set whose test split holds nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from building.errors import BuildError
from mturn_seg import HIDDEN_SPLIT
from release import Dialogue, ReleaseFolder, write_release

Question = tuple[str, int, str]


def reviews(release: ReleaseFolder) -> dict[str, Counter[str]]:
    """How many questions of each dialogue were accepted ("accept") and edited ("edit") in a review; dialogues without
    any are left out."""
    found: dict[str, Counter[str]] = {}
    for origin in release.origins():
        if origin.reviewed:
            decisions = found.setdefault(origin.dialogue_id, Counter())
            decisions.update(review.decision for review in origin.reviewed.values())
    return found


def limit_to_reviewed(release: ReleaseFolder, folder: Path) -> Path:
    """Writes to `folder` the release with those dialogues of the test split alone of which every question was reviewed.

    Raises BuildError where there is none.
    """
    reviewed = _reviewed_questions(release)
    kept: set[str] = set()
    images: set[str] = set()
    left: Counter[str] = Counter()
    for dialogue in release.dialogues():
        if dialogue.split != HIDDEN_SPLIT or _questions(dialogue) <= reviewed:
            kept.add(dialogue.dialogue_id)
            images.add(dialogue.image_id)
            left[dialogue.split] += 1
    if not left[HIDDEN_SPLIT]:
        raise BuildError(
            f"{release.folder}: no dialogue of the {HIDDEN_SPLIT} split has all its questions reviewed; "
            f"expected one at least: mturn-seg review {release.folder} --split {HIDDEN_SPLIT} --whole-dialogues, then "
            "apply-review"
        )
    return write_release(
        folder,
        (annotation for annotation in release.annotations() if annotation.image_id in images),
        (dialogue for dialogue in release.dialogues() if dialogue.dialogue_id in kept),
        _images(release, images),
        release.header,
        (origin for origin in release.origins() if origin.dialogue_id in kept),
    )


def _reviewed_questions(release: ReleaseFolder) -> set[Question]:
    return {(origin.dialogue_id, origin.turn, language) for origin in release.origins() for language in origin.reviewed}


def _questions(dialogue: Dialogue) -> set[Question]:
    return {
        (dialogue.dialogue_id, turn.turn, language) for turn in dialogue.turns for language in turn.question.languages()
    }


def _images(release: ReleaseFolder, kept: set[str]) -> Iterator[tuple[str, bytes]]:
    for annotation in release.annotations():
        if annotation.image_id in kept:
            yield annotation.image_id, release.image(annotation)
