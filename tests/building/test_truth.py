"""The truth files: every segmentation turn of validation and test, and all that scoring needs to know of it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from building.truth import TRUTH_SCHEMA
from release import open_release


@pytest.fixture(scope="module")
def release(synthetic_release: Path):
    return open_release(synthetic_release)


def test_there_is_truth_for_validation_and_test_alone(built_dataset) -> None:
    assert sorted(path.name for path in built_dataset.truth.iterdir()) == ["test.parquet", "validation.parquet"]


@pytest.mark.parametrize("split", ["validation", "test"])
def test_every_segmentation_turn_has_one_row_with_what_the_release_says(split, built_dataset, release) -> None:
    annotations = {annotation.image_id: annotation for annotation in release.annotations()}
    expected = {}
    for dialogue in release.dialogues():
        if dialogue.split != split:
            continue
        annotation = annotations[dialogue.image_id]
        segments = [turn for turn in dialogue.turns if turn.kind == "segment"]
        for ordinal, turn in enumerate(segments, start=1):
            expected[dialogue.dialogue_id, turn.turn] = {
                "dialogue_id": dialogue.dialogue_id,
                "turn": turn.turn,
                "segmentation_turn": ordinal,
                "target": turn.target,
                "mask": turn.mask.model_dump(),
                "system": turn.system,
                "facets": turn.facets,
                "refers_to": turn.refers_to,
                "languages": turn.question.languages(),
                "patient_id": annotation.patient_id,
                "source": annotation.source,
                "region": annotation.region,
                "modality": annotation.modality,
                "spacing_mm": annotation.spacing_mm and pytest.approx(annotation.spacing_mm),
                "size": [annotation.height, annotation.width],
            }
    table = pq.read_table(built_dataset.truth / f"{split}.parquet")
    rows = {(row["dialogue_id"], row["turn"]): row for row in table.to_pylist()}
    assert rows == expected
    assert table.num_rows == len(expected)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_the_metadata_names_digest_version_split_and_answer_turns(split, built_dataset, release) -> None:
    schema = pq.read_schema(built_dataset.truth / f"{split}.parquet")
    assert schema.remove_metadata() == TRUTH_SCHEMA
    answer_turns = {
        dialogue.dialogue_id: [turn.turn for turn in dialogue.turns if turn.kind == "answer"]
        for dialogue in release.dialogues()
        if dialogue.split == split
    }
    assert schema.metadata[b"mturn_seg.digest"].decode() == release.digest
    assert schema.metadata[b"mturn_seg.name"].decode() == release.header.name
    assert schema.metadata[b"mturn_seg.version"] == b"1.0.0"
    assert schema.metadata[b"mturn_seg.split"] == split.encode()
    assert json.loads(schema.metadata[b"mturn_seg.answer_turns"]) == {
        dialogue: turns for dialogue, turns in answer_turns.items() if turns
    }


@pytest.mark.parametrize("split", ["validation", "test"])
def test_the_truth_has_the_order_of_the_public_rows(split, built_dataset) -> None:
    public = pq.read_table(built_dataset.folder / "data" / f"{split}-00000-of-00001.parquet", columns=["dialogue_id"])
    truth = pq.read_table(built_dataset.truth / f"{split}.parquet", columns=["dialogue_id", "turn"]).to_pylist()
    assert list(dict.fromkeys(row["dialogue_id"] for row in truth)) == public["dialogue_id"].to_pylist()
    place = {dialogue: index for index, dialogue in enumerate(public["dialogue_id"].to_pylist())}
    assert truth == sorted(truth, key=lambda row: (place[row["dialogue_id"]], row["turn"]))
