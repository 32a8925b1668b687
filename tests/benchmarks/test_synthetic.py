"""The synthetic release: everything that tests and measurements rely on is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.synthetic import write_synthetic_release
from mturn_seg import LANGUAGES, REGIONS, SPLITS
from release import open_release, read_release


def test_the_same_arguments_give_the_same_release_and_another_seed_another(tmp_path: Path) -> None:
    digests = [
        read_release(write_synthetic_release(tmp_path / str(index), dialogues=8, size=(24, 32), seed=seed)).digest
        for index, seed in enumerate([0, 0, 1])
    ]
    assert digests[0] == digests[1] != digests[2]


def test_every_split_holds_every_region_and_both_kinds_of_dialogue_in_both_languages(synthetic_release: Path) -> None:
    release = open_release(synthetic_release)
    annotations = {annotation.image_id: annotation for annotation in release.annotations()}
    regions: dict[str, set[str]] = {split: set() for split in SPLITS}
    tracks: dict[str, set[tuple[str, bool]]] = {split: set() for split in SPLITS}
    kinds, one_language = set(), 0
    for dialogue in release.dialogues():
        regions[dialogue.split].add(annotations[dialogue.image_id].region)
        kinds.update(turn.kind for turn in dialogue.turns)
        one_language += any(len(turn.question.languages()) == 1 for turn in dialogue.turns)
        for language in LANGUAGES:
            asked = [
                turn for turn in dialogue.turns if turn.kind == "segment" and language in turn.question.languages()
            ]
            if asked:
                tracks[dialogue.split].add((language, len(asked) > 1))
    assert all(found == {"head", "chest", "abdomen", "prostate"} <= set(REGIONS) for found in regions.values())
    assert all(len(found) == 4 for found in tracks.values())
    assert kinds == {"segment", "answer"}
    assert one_language
    assert len({annotation.patient_id for annotation in annotations.values()}) == 20
    assert {annotation.modality for annotation in annotations.values()} == {"CT", "MR"}


def test_masks_of_an_image_do_not_overlap(synthetic_release: Path) -> None:
    from masks import decode

    for annotation in open_release(synthetic_release).annotations():
        layers = sum(decode(structure.mask.model_dump()).astype(int) for structure in annotation.structures)
        assert layers.max() == 1


def test_there_must_be_something_to_write(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dialogues is 0 and patients is 20; expected at least 1 of each"):
        write_synthetic_release(tmp_path / "release", dialogues=0)
