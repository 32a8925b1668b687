"""Small truth files and predictions, written by hand so that every expected score can be checked on paper."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pycocotools import mask as coco

from building.truth import TRUTH_SCHEMA
from leaderboard import Truth

DIGEST = "d" * 64


def first_pixels(n, size=(4, 4)):
    """The RLE of a mask whose first n pixels (column by column) are foreground."""
    mask = np.zeros(size, np.uint8, order="F")
    mask.T.flat[:n] = 1
    return {"size": list(size), "counts": coco.encode(mask)["counts"].decode("ascii")}


def truth_row(dialogue, turn, ordinal, pixels, **changes):
    """One truth row: the target is the first `pixels` pixels of a 4 x 4 image."""
    rle = changes.pop("mask", None) or first_pixels(pixels, changes.get("size", (4, 4)))
    return {
        "dialogue_id": dialogue,
        "turn": turn,
        "segmentation_turn": ordinal,
        "target": "liver",
        "mask": rle,
        "system": "digestive",
        "facets": ["clinical"],
        "refers_to": [],
        "languages": ["en", "zh"],
        "patient_id": "p1",
        "source": "made",
        "region": "abdomen",
        "modality": "CT",
        "spacing_mm": None,
        "size": rle["size"],
    } | changes


def write_truth(path, rows, split="test", digest=DIGEST, answer_turns=None, schema=TRUTH_SCHEMA):
    metadata = {
        "mturn_seg.digest": digest,
        "mturn_seg.version": "1.0.0",
        "mturn_seg.split": split,
        "mturn_seg.answer_turns": json.dumps(answer_turns or {}),
    }
    pq.write_table(pa.Table.from_pylist(rows, schema=schema).replace_schema_metadata(metadata), path)
    return path


def prediction(dialogue, language, turn, pixels=None, size=(4, 4), counts=None):
    counts = first_pixels(pixels or 0, size)["counts"] if counts is None else counts
    return {"dialogue_id": dialogue, "language": language, "turn": turn, "size": list(size), "counts": counts}


PREDICTION_SCHEMA = pa.schema(
    [
        ("dialogue_id", pa.string()),
        ("language", pa.string()),
        ("turn", pa.int32()),
        ("size", pa.list_(pa.int32())),
        ("counts", pa.string()),
    ]
)


def write_parquet(path, rows, digest=DIGEST, schema=PREDICTION_SCHEMA):
    metadata = {"mturn_seg.digest": digest} if digest else None
    pq.write_table(pa.Table.from_pylist(rows, schema=schema).replace_schema_metadata(metadata), path)
    return Path(path)


def write_jsonl(path, rows, digest=DIGEST):
    lines = [json.dumps({"mturn_seg": {"digest": digest}})] if digest else []
    Path(path).write_text("\n".join([*lines, *(json.dumps(row) for row in rows)]) + "\n", encoding="utf-8")
    return Path(path)


# d1: three turns, the second answered with text. d2: one turn. d3: one turn, asked in English only.
ROWS = [
    truth_row("d1", 1, 1, 4),
    truth_row("d1", 3, 2, 8, facets=["spatial", "history"], refers_to=[1]),
    truth_row("d2", 1, 1, 4, region="head", patient_id="p2", modality="MR", system="nervous"),
    truth_row("d3", 1, 1, 4, region="chest", patient_id="p3", languages=["en"], system=None, facets=[]),
]
# Every row of the English tracks. Dice d1: 1: 2*2/(2+4) = 2/3, 3: 1. d2: 0 (empty). d3: 2*4/(4+12) = 1/2.
GOOD = [
    prediction("d1", "en", 1, 2),
    prediction("d1", "en", 3, 8),
    prediction("d2", "en", 1, 0),
    prediction("d3", "en", 1, 12),
]


@pytest.fixture
def truth_path(tmp_path):
    return write_truth(tmp_path / "test.parquet", ROWS, answer_turns={"d1": [2]})


@pytest.fixture
def truth(truth_path):
    return Truth.load(truth_path)


@pytest.fixture
def good(tmp_path):
    return write_parquet(tmp_path / "good.parquet", GOOD)


@pytest.fixture
def make(tmp_path):
    """The builders above, file writers into the test's folder, and two ways to look into a report."""

    class Make:
        rows = ROWS
        good = GOOD
        digest = DIGEST
        schema = PREDICTION_SCHEMA
        row = staticmethod(prediction)
        truth_row = staticmethod(truth_row)
        first_pixels = staticmethod(first_pixels)

        @staticmethod
        def truth(rows, name="truth.parquet", **options):
            return write_truth(tmp_path / name, rows, **options)

        @staticmethod
        def parquet(rows, name="made.parquet", **options):
            return write_parquet(tmp_path / name, rows, **options)

        @staticmethod
        def jsonl(rows, name="made.jsonl", **options):
            return write_jsonl(tmp_path / name, rows, **options)

        @staticmethod
        def file(data, name="made.bin"):
            (tmp_path / name).write_bytes(data)
            return tmp_path / name

        @staticmethod
        def kinds(report):
            return {item.kind: item.count for item in report.groups}

        @staticmethod
        def group(report, kind):
            found = [item for item in report.groups if item.kind == kind]
            assert found, f"no {kind} in {report.to_text()}"
            return found[0]

    return Make
