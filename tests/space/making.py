"""A small truth, predictions for it, and a board with submissions: what the tests of the page look at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leaderboard import Leaderboard, SubmissionMeta
from masks import encode

DIGEST = "5e2c" * 16
SIZE = (24, 32)  # height, width of every image
REGIONS = ("head", "chest", "abdomen")  # no prostate: the page has to say so
TURNS = {"single": 1, "multi": 5}  # segmentation turns of a dialogue; turn 2 of a multi-turn one is answered in words

TRUTH_SCHEMA = pa.schema(
    {
        "dialogue_id": pa.string(),
        "turn": pa.int32(),
        "segmentation_turn": pa.int32(),
        "target": pa.string(),
        "mask": pa.struct({"size": pa.list_(pa.int32()), "counts": pa.string()}),
        "system": pa.string(),
        "facets": pa.list_(pa.string()),
        "refers_to": pa.list_(pa.int32()),
        "languages": pa.list_(pa.string()),
        "patient_id": pa.string(),
        "source": pa.string(),
        "region": pa.string(),
        "modality": pa.string(),
        "spacing_mm": pa.list_(pa.float32()),
        "size": pa.list_(pa.int32()),
    }
)


def square(row: int, column: int, side: int = 8) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[row : row + side, column : column + side] = True
    return mask


def truth_rows(patients: int = 6) -> list[dict]:
    rows = []
    for patient in range(patients):
        region = REGIONS[patient % len(REGIONS)]
        for kind, count in TURNS.items():
            for ordinal in range(1, count + 1):
                rows.append(
                    {
                        "dialogue_id": f"dialogue-{kind}-{patient}",
                        "turn": ordinal if ordinal == 1 else ordinal + 1,
                        "segmentation_turn": ordinal,
                        "target": "liver",
                        "mask": encode(square(2 + ordinal, 3 + 2 * patient % 18)),
                        "system": "digestive",
                        "facets": ["clinical"] if ordinal == 1 else ["history"],
                        "refers_to": [] if ordinal == 1 else [1],
                        "languages": ["en", "zh"],
                        "patient_id": f"patient-{patient}",
                        "source": "squares",
                        "region": region,
                        "modality": "CT",
                        "spacing_mm": [1.0, 1.0],
                        "size": list(SIZE),
                    }
                )
    return rows


def write_truth(path: Path, split: str = "test", patients: int = 6) -> Path:
    """Of each patient a single-turn dialogue and one of 5 segmentation turns, in both languages."""
    rows = truth_rows(patients)
    metadata = {
        "mturn_seg.digest": DIGEST,
        "mturn_seg.version": "1.2.0",
        "mturn_seg.split": split,
        "mturn_seg.name": "Squares",
        "mturn_seg.answer_turns": json.dumps({f"dialogue-multi-{patient}": [2] for patient in range(patients)}),
    }
    pq.write_table(pa.Table.from_pylist(rows, TRUTH_SCHEMA.with_metadata(metadata)), path)
    return path


def prediction_rows(shift: int, languages: tuple[str, ...] = ("en", "zh"), patients: int = 6) -> list[dict]:
    """The true squares moved right by `shift` pixels, more with every turn: Dice falls with both."""
    rows = []
    for truth in truth_rows(patients):
        patient = int(truth["dialogue_id"].rsplit("-", 1)[1])
        ordinal = truth["segmentation_turn"]
        mask = encode(square(2 + ordinal, 3 + 2 * patient % 18 + min(shift + (ordinal > 1) * shift, 8)))
        for language in languages:
            rows.append({"dialogue_id": truth["dialogue_id"], "language": language, "turn": truth["turn"], **mask})
    return rows


def write_predictions(rows: list[dict], path: Path) -> Path:
    """Rows as a predictions file with the right digest; the format follows the name."""
    if path.suffix == ".jsonl":
        lines = [{"mturn_seg": {"digest": DIGEST}}, *rows]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata({"mturn_seg.digest": DIGEST}), path)
    return path


SCRIPT_NAME = '<script>window.hit=1</script><img src=x onerror="hit=2"> **b** ${1+1}'


def enter_some(board: Leaderboard, folder: Path) -> None:
    """Three submissions by "tester", one of which has markup and a script for a name."""
    entered = [
        ("Shifted by one", 1, ("en", "zh"), "https://example.org/one"),
        (SCRIPT_NAME, 2, ("en", "zh"), None),
        ("Shifted by four", 4, ("en",), None),
    ]
    for name, shift, languages, link in entered:
        path = write_predictions(prediction_rows(shift, languages), folder / f"{shift}.jsonl")
        meta = SubmissionMeta(
            model=name,
            organisation="<b>Institute</b> {{value}}",
            link=link,
            history_mode="own",
            training_data="<i>none</i>",
            signed="tester",
        )
        board.submit(path, meta, user="tester")
