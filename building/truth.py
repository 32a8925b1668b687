"""The truth of the validation and test splits: what predictions are scored against. Private for test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from building.parquet import DIGEST_KEY
from mturn_seg import LANGUAGES, segmentation_turns
from release import ReleaseFolder

TRUTH_SPLITS = ("validation", "test")
NAME_KEY = b"mturn_seg.name"
VERSION_KEY = b"mturn_seg.version"
SPLIT_KEY = b"mturn_seg.split"
ANSWER_TURNS_KEY = b"mturn_seg.answer_turns"
DIALOGUES_PER_GROUP = 500

TRUTH_SCHEMA = pa.schema(
    [
        ("dialogue_id", pa.string()),
        ("turn", pa.int32()),
        ("segmentation_turn", pa.int32()),
        ("target", pa.string()),
        ("mask", pa.struct([("size", pa.list_(pa.int32())), ("counts", pa.string())])),
        ("system", pa.string()),
        ("facets", pa.list_(pa.string())),
        ("refers_to", pa.list_(pa.int32())),
        ("languages", pa.list_(pa.string())),
        ("patient_id", pa.string()),
        ("source", pa.string()),
        ("region", pa.string()),
        ("modality", pa.string()),
        ("spacing_mm", pa.list_(pa.float32())),
        ("size", pa.list_(pa.int32())),
    ]
)


def write_truth(
    release: ReleaseFolder,
    split: str,
    places: np.ndarray,
    file: Path,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Writes one split's truth, a row for each segmentation turn, and returns the number of rows.

    `places` [dialogues, 2] as mturn_seg.dialogue_places gives them: the truth has the order of the public rows. The
    schema metadata names digest, name, version and split, and the answer turns of each dialogue that has any.
    """
    metadata = {
        DIGEST_KEY: release.digest.encode(),
        NAME_KEY: release.header.name.encode(),
        VERSION_KEY: release.header.version.encode(),
        SPLIT_KEY: split.encode(),
        ANSWER_TURNS_KEY: json.dumps(_answer_turns(release, places)).encode(),
    }
    schema = TRUTH_SCHEMA.with_metadata(metadata)
    rows = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for start in range(0, len(places), DIALOGUES_PER_GROUP):
            group = list(_rows(release, places[start : start + DIALOGUES_PER_GROUP]))
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            rows += len(group)
            if progress is not None:
                progress(min(start + DIALOGUES_PER_GROUP, len(places)))
    return rows


def _answer_turns(release: ReleaseFolder, places: np.ndarray) -> dict[str, list[int]]:
    found = {}
    for dialogue_at, _ in places.tolist():
        dialogue = release.dialogue_at(dialogue_at)
        turns = [turn.turn for turn in dialogue.turns if turn.kind == "answer"]
        if turns:
            found[dialogue.dialogue_id] = turns
    return found


def _rows(release: ReleaseFolder, places: np.ndarray) -> Iterator[dict]:
    for dialogue_at, annotation_at in places.tolist():
        dialogue = release.dialogue_at(dialogue_at).model_dump()
        annotation = release.annotation_at(annotation_at)
        for turn in segmentation_turns(dialogue):
            yield {
                "dialogue_id": dialogue["dialogue_id"],
                "turn": turn["turn"],
                "segmentation_turn": turn["segmentation_turn"],
                "target": turn["target"],
                "mask": turn["mask"],
                "system": turn["system"],
                "facets": turn["facets"],
                "refers_to": turn["refers_to"],
                "languages": [language for language in LANGUAGES if turn["question"][language] is not None],
                "patient_id": annotation.patient_id,
                "source": annotation.source,
                "region": annotation.region,
                "modality": annotation.modality,
                "spacing_mm": annotation.spacing_mm,
                "size": [annotation.height, annotation.width],
            }
