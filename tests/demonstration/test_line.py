"""The demo from scans to table, run twice: the second run gives the same bytes."""

import hashlib
import io
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco
from rich.console import Console

from demonstration.line import run_demo
from demonstration.places import Places
from release import read_release

ROOT = Path(__file__).resolve().parents[2]


class InFolder(Places):
    """The demo in a folder of its own, with the scans that are fetched already."""

    @property
    def cache(self):
        return Places(ROOT).cache


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """(places, what the demo printed)"""
    places = InFolder(tmp_path_factory.mktemp("demo"))
    printed = io.StringIO()
    run_demo(Console(file=printed, width=200), places)
    return places, printed.getvalue()


def digests(places):
    kept = [*sorted(places.release.rglob("*")), *sorted(places.data.rglob("*")), *sorted(places.truth.rglob("*"))]
    kept += sorted(places.predictions.glob("*.parquet"))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept if path.is_file()}


def test_it_tells_what_it_fetches_and_prints_a_dialogue_and_the_tables(demo):
    _, printed = demo
    for expected in ("Apache-2.0", "MIT", "BSD-3-Clause", "请", "test targets that the train split never shows"):
        assert expected in printed
    for track in ("en-single", "en-multi", "zh-single", "zh-multi"):
        assert track in printed
    assert "lexicon-prior" in printed
    assert "make serve" in printed


@pytest.mark.slow
def test_the_second_run_gives_the_same_bytes(demo):
    places, first = demo
    before = digests(places)
    printed = io.StringIO()
    run_demo(Console(file=printed, width=200), places)
    assert digests(places) == before
    assert printed.getvalue().split("Leaderboard")[-1] == first.split("Leaderboard")[-1]
    assert f"found {places.data}" in printed.getvalue().replace("\n", "")


def test_the_overview_is_a_picture_with_colour(demo):
    places, _ = demo
    pixels = np.asarray(Image.open(places.overview).convert("RGB")).astype(int)
    assert min(pixels.shape[:2]) > 800
    assert (np.ptp(pixels, axis=2) > 60).mean() > 0.01


@pytest.mark.parametrize("streaming", [False, True])
def test_load_dataset_and_pycocotools_read_what_was_authored(demo, monkeypatch, streaming):
    places, _ = demo
    monkeypatch.chdir(places.root)
    rows = {row["dialogue_id"]: row for row in datasets.load_dataset("mturn-seg", split="train", streaming=streaming)}
    release = read_release(places.release)
    masks = {item.image_id: {part.id: part.mask for part in item.structures} for item in release.annotations()}
    compared = 0
    for dialogue in release.dialogues():
        if dialogue.split != "train":
            continue
        row = rows[dialogue.dialogue_id]
        assert np.array_equal(
            np.asarray(row["image"]), np.asarray(Image.open(places.release / f"images/{dialogue.image_id}.png"))
        )
        for turn, authored in zip(row["turns"], dialogue.turns, strict=True):
            if authored.kind == "segment":
                # A region that a question makes of earlier masks is annotated nowhere else.
                expected = masks[dialogue.image_id].get(authored.target, authored.mask)
                decoded = coco.decode(turn["mask"])
                assert np.array_equal(decoded, coco.decode({"size": expected.size, "counts": expected.counts}))
                compared += authored.target in masks[dialogue.image_id]
            else:
                assert turn["mask"] is None
    assert compared > 100


def test_the_model_beats_the_empty_one_in_every_track(demo):
    from leaderboard import Leaderboard, SqliteStore

    places, _ = demo
    board = Leaderboard(places.truth / "test.parquet", SqliteStore(places.store))
    for track in board.tracks():
        rows = board.table(track)
        assert [row.model for row in rows] == ["lexicon-prior", "empty"]
        assert rows[1].headline_dice == 0
        assert rows[0].headline_dice > 0.05


def test_the_report_tells_of_the_model_that_learned(demo):
    places, _ = demo
    page = places.report.read_text(encoding="utf-8")
    assert "lexicon-prior" in page and "learned from the train split" in page
    assert page.count("<svg") > 4
