"""The command as the installed entry point runs it, and a small leaderboard whose scores can be checked on paper."""

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pycocotools import mask as coco
from rich.console import Console

import cli
from building.truth import TRUTH_SCHEMA

DIGEST = "d" * 64
# Each of 24 patients, 12 a region, has one dialogue of two segmentation turns.
# Targets are the first pixels of a 4 x 4 image.
PATIENTS = range(1, 25)
TARGETS = {1: 4, 2: 8}


@pytest.fixture
def mturn_seg(monkeypatch, capsys):
    """Runs the command: (exit code, standard output, standard error)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mturn-seg", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def wide():
    """A terminal of 100 columns: (console, function that gives what was printed)."""
    file = io.StringIO()
    return Console(file=file, width=100, soft_wrap=True), file.getvalue


def first_pixels(n):
    mask = np.zeros((4, 4), np.uint8, order="F")
    mask.T.flat[:n] = 1
    return {"size": [4, 4], "counts": coco.encode(mask)["counts"].decode("ascii")}


def write_truth(path, split="test", digest=DIGEST, version="1.0.0", targets=TARGETS):
    rows = [
        {
            "dialogue_id": f"d{patient}",
            "turn": turn,
            "segmentation_turn": turn,
            "target": "liver",
            "mask": first_pixels(pixels),
            "system": "digestive",
            "facets": ["clinical"],
            "refers_to": [],
            "languages": ["en", "zh"],
            "patient_id": f"p{patient}",
            "source": "made",
            "region": "head" if patient % 2 else "abdomen",
            "modality": "CT",
            "spacing_mm": [1.0, 1.0],
            "size": [4, 4],
        }
        for patient in PATIENTS
        for turn, pixels in targets.items()
    ]
    metadata = {
        "mturn_seg.digest": digest,
        "mturn_seg.version": version,
        "mturn_seg.split": split,
        "mturn_seg.answer_turns": json.dumps({}),
    }
    pq.write_table(pa.Table.from_pylist(rows, schema=TRUTH_SCHEMA).replace_schema_metadata(metadata), path)
    return path


def write_predictions(path, in_head, in_abdomen, languages=("en",), digest=DIGEST):
    """Predictions of the first pixels: a share of the target's, one share for each region."""
    rows = [
        {
            "dialogue_id": f"d{patient}",
            "language": language,
            "turn": turn,
            **first_pixels(int(pixels * (in_head if patient % 2 else in_abdomen))),
        }
        for language in languages
        for patient in PATIENTS
        for turn, pixels in TARGETS.items()
    ]
    table = pa.Table.from_pylist(rows).replace_schema_metadata({"mturn_seg.digest": digest})
    pq.write_table(table, path)
    return path


@pytest.fixture
def made(tmp_path):
    """Truth files and predictions of known scores, and the options that name this leaderboard.

    exact: every mask right. half: right in the head, half of each target in the abdomen: there Dice 2/3 and IoU 1/2,
    so the headline Dice is 5/6 and the headline IoU 3/4.
    """
    truth = write_truth(tmp_path / "test.parquet")
    store = tmp_path / "board.sqlite"
    return SimpleNamespace(
        truth=truth,
        store=store,
        board=("--truth", truth, "--store", store),
        exact=write_predictions(tmp_path / "exact.parquet", 1, 1),
        half=write_predictions(tmp_path / "half.parquet", 1, 0.5),
        both=write_predictions(tmp_path / "both.parquet", 1, 0.5, languages=("en", "zh")),
        write_truth=write_truth,
        write_predictions=write_predictions,
        folder=tmp_path,
    )


@pytest.fixture
def submit(made, mturn_seg):
    """Submits a file to the small leaderboard; the id of the submission."""

    def run(file, *options, name="model", user="me", signed="A Name"):
        arguments = ("--name", name, "--user", user, "--signed", signed, *made.board, *options)
        code, out, err = mturn_seg("submit", file, *arguments)
        assert code == 0, err
        return out.split("recorded as submission ")[1].split()[0]

    return run
