"""The public test rows must not hold what answers them, in any column and in any byte of the files."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mturn_seg import FEATURES
from release import open_release

ALLOWED_IN_TURN = {"turn", "kind", "question"}
ALLOWED = {
    "dialogue_id",
    "image_id",
    "image",
    "modality",
    "sequence",
    "region",
    "plane",
    "spacing_mm",
    "height",
    "width",
    "licence",
    "turns",
}


@pytest.fixture(scope="module")
def test_table(built_dataset) -> pa.Table:
    return pa.concat_tables(pq.read_table(file) for file in (built_dataset.folder / "data").glob("test-*.parquet"))


@pytest.fixture(scope="module")
def secrets(synthetic_release: Path) -> dict[str, set[str]]:
    """What the test split hides, by kind, taken from the release."""
    release = open_release(synthetic_release)
    annotations = {annotation.image_id: annotation for annotation in release.annotations()}
    found: dict[str, set[str]] = {"patient": set(), "source": set(), "target": set(), "mask": set(), "answer": set()}
    for dialogue in release.dialogues():
        if dialogue.split != "test":
            continue
        annotation = annotations[dialogue.image_id]
        found["patient"].add(annotation.patient_id)
        found["source"].add(annotation.source)
        found["mask"].update(structure.mask.counts for structure in annotation.structures)
        for turn in dialogue.turns:
            if turn.answer is not None:
                found["answer"].update(turn.answer.model_dump(exclude_none=True).values())
            if turn.target is not None:
                # A region may bear the name of an organ: prostate.
                found["target"].update({turn.target} - {annotation.region for annotation in annotations.values()})
            if turn.mask is not None:
                found["mask"].add(turn.mask.counts)
    assert all(found.values())
    return found


def test_columns_that_identify_or_answer_are_null_in_every_test_row(test_table: pa.Table) -> None:
    assert set(test_table.column_names) == set(FEATURES)
    for row in test_table.drop_columns("image").to_pylist():
        assert {name for name, value in row.items() if value is not None} <= ALLOWED
        for turn in row["turns"]:
            assert {name for name, value in turn.items() if value is not None} == ALLOWED_IN_TURN


def test_no_secret_stands_in_any_column_of_the_test_split(test_table: pa.Table, secrets) -> None:
    rows = test_table.drop_columns("image").to_pylist()
    shown = json.dumps(rows, ensure_ascii=False)
    assert rows[0]["dialogue_id"] in shown
    leaked = [secret for kind in secrets.values() for secret in kind if json.dumps(secret, ensure_ascii=False) in shown]
    assert leaked == []


def test_no_secret_stands_in_the_bytes_of_the_test_files(built_dataset, test_table, secrets, tmp_path: Path) -> None:
    # Compression and dictionaries would hide a string from a search: the same table is searched without them, too.
    plain = tmp_path / "plain.parquet"
    pq.write_table(test_table, plain, compression="none", use_dictionary=False)
    files = [plain, *(built_dataset.folder / "data").glob("test-*.parquet")]
    contents = b"".join(file.read_bytes() for file in files)
    assert test_table["dialogue_id"][0].as_py().encode() in contents
    # Shorter mask strings turn up in compressed data by chance.
    searched = {secret for kind in secrets.values() for secret in kind if len(secret) > 5}
    assert [secret for secret in searched if secret.encode() in contents] == []


def test_statistics_of_the_test_files_tell_nothing_either(built_dataset, secrets) -> None:
    told = set()
    for file in (built_dataset.folder / "data").glob("test-*.parquet"):
        metadata = pq.read_metadata(file)
        for group in range(metadata.num_row_groups):
            for column in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(column)
                if chunk.statistics is not None and chunk.statistics.has_min_max:
                    told.update({str(chunk.statistics.min), str(chunk.statistics.max)})
    assert told
    assert told.isdisjoint(set().union(*secrets.values()))


def test_images_carry_no_path(built_dataset) -> None:
    for file in built_dataset.folder.rglob("*.parquet"):
        paths = pq.read_table(file, columns=["image"])["image"].combine_chunks().field("path")
        assert paths.null_count == len(paths)


def test_the_preview_holds_no_dialogue_and_no_image_of_the_test_split(built_dataset, test_table) -> None:
    hidden = set(test_table["dialogue_id"].to_pylist())
    pictures = {row["bytes"] for row in test_table["image"].to_pylist()}
    for file in (built_dataset.folder / "preview").glob("*.parquet"):
        table = pq.read_table(file)
        assert hidden.isdisjoint(table["dialogue_id"].to_pylist())
        assert pictures.isdisjoint(row["bytes"] for row in table["image"].to_pylist())


def test_the_card_does_not_count_the_structures_of_the_test_split(built_dataset, synthetic_release) -> None:
    counted = {"public": Counter(), "hidden": Counter()}
    for dialogue in open_release(synthetic_release).dialogues():
        place = "hidden" if dialogue.split == "test" else "public"
        counted[place].update(turn.target for turn in dialogue.turns if turn.kind == "segment")
    card = (built_dataset.folder / "README.md").read_text(encoding="utf-8")
    section = card[card.index("## Structures") : card.index("## Sources")]
    told = dict(re.findall(r"^\| (\w+) \| \w+ \| (\d+) \|$", section, re.MULTILINE))
    assert counted["hidden"]
    assert told == {target: str(count) for target, count in counted["public"].items()}


def test_the_test_split_loads_with_null_answers(built_dataset, monkeypatch) -> None:
    monkeypatch.chdir(built_dataset.folder.parent)
    row = datasets.load_dataset("mturn-seg", split="test")[0]
    assert row["patient_id"] is None
    assert row["turns"][0]["question"]["en"] or row["turns"][0]["question"]["zh"]
    assert [row["turns"][0][name] for name in ("answer", "facets", "target", "refers_to", "mask")] == [None] * 5
