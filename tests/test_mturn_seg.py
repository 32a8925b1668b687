"""The schema, the builder and the helpers for training code."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import typing
from pathlib import Path

import datasets
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import masks
import mturn_seg
from benchmarks.synthetic import write_synthetic_release
from mturn_seg import MTurnSeg, decode_masks, draw_overlay, public_turn, segmentation_turns, to_messages
from release import open_release, records

TOP = Path(mturn_seg.__file__).parent


def text(en: str | None, zh: str | None) -> dict:
    return {"en": en, "zh": zh}


def mask(*pixels: tuple[int, int]) -> dict:
    grid = np.zeros((3, 4), dtype=bool)
    for row, column in pixels:
        grid[row, column] = True
    return masks.encode(grid)


@pytest.fixture
def row() -> dict:
    """Three segmentation turns around a text-only one; the third is asked in English alone."""
    blank = {"facets": [], "system": None, "refers_to": []}
    segment = {**blank, "kind": "segment", "target": "liver"}
    return {
        "dialogue_id": "d1",
        "image": Image.new("L", (4, 3)),
        "height": 3,
        "width": 4,
        "turns": [
            {**segment, "turn": 1, "question": text("Q1", "问1"), "answer": text("A1", "答1"), "mask": mask((0, 1))},
            {
                **{**blank, "kind": "answer", "target": None, "mask": None},
                "turn": 2,
                "question": text("Q2", "问2"),
                "answer": text("A2", "答2"),
            },
            {**segment, "turn": 3, "question": text("Q3", None), "answer": None, "mask": mask((2, 0), (2, 3))},
            {**segment, "turn": 4, "question": text("Q4", "问4"), "answer": None, "mask": mask()},
        ],
    }


def test_the_module_stands_alone() -> None:
    tree = ast.parse(Path(mturn_seg.__file__).read_text(encoding="utf-8"))
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported == {"array", "hashlib", "io", "datasets", "numpy"}


def test_importing_it_loads_neither_torch_nor_gradio_nor_our_stages() -> None:
    heavy = ["torch", "gradio", "numba", "masks", "release", "building", "leaderboard"]
    code = f"import json, sys, mturn_seg; print(json.dumps([name for name in {heavy} if name in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (mturn_seg.MODALITIES, records.Modality),
        (mturn_seg.SEQUENCES, records.Sequence),
        (mturn_seg.REGIONS, records.Region),
        (mturn_seg.PLANES, records.Plane),
        (mturn_seg.SYSTEMS, records.System),
        (mturn_seg.FACETS, records.Facet),
        (mturn_seg.LANGUAGES, records.Language),
        (mturn_seg.SPLITS, records.Split),
    ],
)
def test_the_vocabularies_are_those_of_the_release_folder(words, kind) -> None:
    assert words == typing.get_args(kind)


def test_segmentation_turns_are_counted_in_the_language(row: dict) -> None:
    def places(language: str | None) -> list[tuple[int, int]]:
        return [(turn["turn"], turn["segmentation_turn"]) for turn in segmentation_turns(row, language)]

    assert places(None) == places("en") == [(1, 1), (3, 2), (4, 3)]
    assert places("zh") == [(1, 1), (4, 2)]


def test_masks_are_decoded_one_for_each_segmentation_turn(row: dict) -> None:
    decoded = decode_masks(row)
    assert decoded.shape == (3, 3, 4)
    assert decoded.dtype == bool
    assert [list(map(tuple, np.argwhere(one))) for one in decoded] == [[(0, 1)], [(2, 0), (2, 3)], []]
    assert decode_masks(row, "zh").sum(axis=(1, 2)).tolist() == [1, 0]


@given(arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_mask_decodes_to_what_was_encoded(pixels: np.ndarray) -> None:
    height, width = pixels.shape
    turn = {"turn": 1, "kind": "segment", "question": text("Q", None), "mask": masks.encode(pixels)}
    row = {"dialogue_id": "d", "height": height, "width": width, "turns": [turn]}
    assert np.array_equal(decode_masks(row)[0], pixels)


def test_withheld_masks_are_told(row: dict) -> None:
    row["turns"] = [public_turn(turn) for turn in row["turns"]]
    with pytest.raises(ValueError, match="dialogue d1 turn 1 has no mask: the public test split withholds them"):
        decode_masks(row)


def test_a_mask_of_another_size_is_told(row: dict) -> None:
    row["width"] = 5
    with pytest.raises(ValueError, match=r"dialogue d1 turn 1 has a mask of size \[3, 4\]; expected \[3, 5\]"):
        decode_masks(row)


def test_a_row_becomes_a_chat(row: dict) -> None:
    chat = to_messages(row, "zh")
    assert chat["images"] == [row["image"]]
    assert chat["messages"] == [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "问1"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "答1 [SEG]"}]},
        {"role": "user", "content": [{"type": "text", "text": "问2"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "答2"}]},
        {"role": "user", "content": [{"type": "text", "text": "问4"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "[SEG]"}]},
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chat_has_one_mask_token_for_each_decoded_mask(row: dict, language: str) -> None:
    tokens = json.dumps(to_messages(row, language)["messages"]).count("[SEG]")
    assert tokens == len(decode_masks(row, language))


def test_the_chat_of_a_test_row_holds_questions_alone(row: dict) -> None:
    row["turns"] = [public_turn(turn) for turn in row["turns"]]
    messages = to_messages(row, "en")["messages"]
    assert [(message["role"], message["content"][-1]["text"]) for message in messages] == [
        ("user", "Q1"),
        ("user", "Q2"),
        ("user", "Q3"),
        ("user", "Q4"),
    ]


@pytest.mark.parametrize("language", ["de", "zh"])
def test_a_chat_in_a_language_that_the_dialogue_lacks_is_refused(row: dict, language: str) -> None:
    row["turns"] = [row["turns"][2]]
    with pytest.raises(ValueError, match=f"dialogue d1 has no turn in '{language}'"):
        to_messages(row, language)


def test_an_overlay_colours_the_masks_in_turn_order(row: dict) -> None:
    drawn = np.asarray(draw_overlay(row["image"], decode_masks(row), opacity=1.0))
    assert drawn.shape == (3, 4, 3)
    assert drawn[0, 1].tolist() == [0xE6, 0x19, 0x4B]
    assert drawn[2, 3].tolist() == [0x3C, 0xB4, 0x4B]
    assert drawn[1].sum() == 0


def test_an_overlay_of_a_large_image_is_made_smaller() -> None:
    assert draw_overlay(Image.new("L", (1024, 768)), np.zeros((0, 768, 1024), dtype=bool)).size == (512, 384)


def test_the_builder_gives_every_dialogue_of_the_release(synthetic_release: Path, tmp_path: Path) -> None:
    builder = MTurnSeg(data_dir=str(synthetic_release), cache_dir=str(tmp_path))
    builder.download_and_prepare()
    built = builder.as_dataset()
    expected: dict[str, set[str]] = {}
    for dialogue in open_release(synthetic_release).dialogues():
        expected.setdefault(dialogue.split, set()).add(dialogue.dialogue_id)
    assert {split: set(rows["dialogue_id"]) for split, rows in built.items()} == expected
    assert built["train"].features == mturn_seg.FEATURES


def test_rows_hold_what_the_release_says(synthetic_release: Path, tmp_path: Path) -> None:
    builder = MTurnSeg(data_dir=str(synthetic_release), cache_dir=str(tmp_path))
    builder.download_and_prepare()
    rows = builder.as_dataset("train").cast_column("image", datasets.Image(decode=False))
    release = open_release(synthetic_release)
    annotations = {annotation.image_id: annotation for annotation in release.annotations()}
    dialogues = {dialogue.dialogue_id: dialogue for dialogue in release.dialogues()}
    for row in rows:
        dialogue, annotation = dialogues[row["dialogue_id"]], annotations[row["image_id"]]
        assert row["image"] == {"bytes": release.image(annotation), "path": None}
        assert row["turns"] == dialogue.model_dump()["turns"]
        assert (row["patient_id"], row["slice_index"]) == (annotation.patient_id, annotation.slice_index)
        assert row["spacing_mm"] == (annotation.spacing_mm and pytest.approx(annotation.spacing_mm))


def test_streaming_gives_the_same_rows(synthetic_release: Path, tmp_path: Path) -> None:
    builder = MTurnSeg(data_dir=str(synthetic_release), cache_dir=str(tmp_path))
    streamed = [row["turns"] for row in builder.as_streaming_dataset("validation")]
    builder.download_and_prepare()
    assert streamed == list(builder.as_dataset("validation")["turns"])


def test_a_changed_release_does_not_come_back_stale(tmp_path: Path) -> None:
    release = tmp_path / "release"
    found = []
    for dialogues in (6, 9):
        write_synthetic_release(release, dialogues=dialogues, patients=4, size=(32, 32))
        builder = MTurnSeg(data_dir=str(release), cache_dir=str(tmp_path / "cache"))
        builder.download_and_prepare()
        found.append(len(builder.as_dataset("train")))
    assert found == [6, 9]


def test_a_tampered_release_is_not_built(tmp_path: Path) -> None:
    release = write_synthetic_release(tmp_path / "release", dialogues=3, patients=4, size=(32, 32))
    with (release / "dialogues.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    builder = MTurnSeg(data_dir=str(release), cache_dir=str(tmp_path / "cache"))
    with pytest.raises(ValueError, match="changed file"):
        builder.download_and_prepare()


def test_the_builder_asks_for_a_release_folder(tmp_path: Path) -> None:
    builder = MTurnSeg(cache_dir=str(tmp_path))
    with pytest.raises(ValueError, match="data_dir is missing; expected the path of a release folder"):
        builder.download_and_prepare()


def test_the_public_order_hangs_on_the_ids_alone(tmp_path: Path) -> None:
    release = write_synthetic_release(tmp_path / "release", dialogues=40, patients=20, size=(32, 32))
    stored = [dialogue.dialogue_id for dialogue in open_release(release).dialogues() if dialogue.split == "test"]
    builder = MTurnSeg(data_dir=str(release), cache_dir=str(tmp_path / "cache"))
    shown = [row["dialogue_id"] for row in builder.as_streaming_dataset("test")]
    assert shown != stored
    assert shown == sorted(stored, key=mturn_seg.public_order)


def test_no_file_of_the_machine_is_named_in_the_arrow_files(synthetic_release: Path, tmp_path: Path) -> None:
    builder = MTurnSeg(data_dir=str(synthetic_release), cache_dir=str(tmp_path))
    builder.download_and_prepare(str(tmp_path / "out"))
    for file in (tmp_path / "out").glob("*.arrow"):
        assert os.fsencode(synthetic_release.name) not in file.read_bytes()
