"""Building: what comes out loads, is the release, is the same each time, and nothing half-written stays."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest

from benchmarks.synthetic import write_synthetic_release
from building import BuildError, Built, build
from mturn_seg import FEATURES, PREVIEW_FEATURES
from release import ReleaseError, open_release


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def tiny_release(tmp_path: Path) -> Path:
    return write_synthetic_release(tmp_path / "release", dialogues=16, patients=20, size=(32, 40))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def build_at(release: Path, place: Path, **options: object) -> Built:
    return build(release, place / "mturn-seg", place / "mturn-seg-truth", **options)


def test_load_dataset_by_name_beside_the_folder(built_dataset, synthetic_release, monkeypatch) -> None:
    monkeypatch.chdir(built_dataset.folder.parent)
    loaded = datasets.load_dataset("mturn-seg")
    assert loaded["train"].features == FEATURES
    expected = [dialogue for dialogue in open_release(synthetic_release).dialogues() if dialogue.split == "train"]
    turns = {row["dialogue_id"]: row["turns"] for row in loaded["train"].remove_columns("image")}
    assert turns == {dialogue.dialogue_id: dialogue.model_dump()["turns"] for dialogue in expected}
    without_mask = [turn for row in turns.values() for turn in row if turn["kind"] == "answer"]
    assert without_mask
    assert all(turn["mask"] is None for turn in without_mask)


def test_streaming_gives_the_rows_that_loading_gives(built_dataset, monkeypatch) -> None:
    monkeypatch.chdir(built_dataset.folder.parent)
    for split in ("train", "test"):
        loaded = datasets.load_dataset("mturn-seg", split=split)
        streamed = datasets.load_dataset("mturn-seg", split=split, streaming=True)
        assert [row["turns"] for row in streamed] == list(loaded["turns"])


def test_the_preview_shows_overlays_and_never_the_test_split(built_dataset, monkeypatch) -> None:
    monkeypatch.chdir(built_dataset.folder.parent)
    preview = datasets.load_dataset("mturn-seg", "preview")
    assert set(preview) == {"train", "validation"}
    assert preview["train"].features == PREVIEW_FEATURES
    row = preview["train"][0]
    assert row["image"].mode == "L"
    assert row["overlay"].mode == "RGB"
    assert row["overlay"].size == row["image"].size
    assert row["overlay"].tobytes() != row["image"].convert("RGB").tobytes()


def test_every_file_carries_the_digest_and_the_viewer_can_read_it(built_dataset) -> None:
    recorded = json.loads((built_dataset.folder / "digest.json").read_text(encoding="utf-8"))
    assert recorded == {"name": "Synthetic ellipses", "version": "1.0.0", "digest": built_dataset.digest}
    files = [*built_dataset.folder.rglob("*.parquet"), *built_dataset.truth.glob("*.parquet")]
    assert len(files) == 7
    for file in files:
        assert pq.read_schema(file).metadata[b"mturn_seg.digest"].decode() == built_dataset.digest
    for file in built_dataset.folder.rglob("*.parquet"):
        metadata = pq.read_metadata(file)
        assert all(metadata.row_group(group).num_rows <= 100 for group in range(metadata.num_row_groups))


def test_counts_are_text(built_dataset) -> None:
    table = pq.read_table(built_dataset.folder / "data" / "train-00000-of-00001.parquet")
    counts = [turn["mask"]["counts"] for row in table["turns"].to_pylist() for turn in row if turn["mask"]]
    assert counts
    assert not any(value.startswith("b'") for value in counts)


def test_the_same_release_gives_the_same_bytes_with_one_process_or_two(tmp_path: Path, place: Path) -> None:
    # More than one unit of work in the train split, so that the second process has something to do.
    release = write_synthetic_release(tmp_path / "release", dialogues=200, patients=20, size=(24, 32))
    once = build_at(release, place / "once")
    again = build_at(release, place / "again", num_proc=2)
    assert once.rows["train"] > 100
    assert contents(once.folder) == contents(again.folder)
    assert contents(once.truth) == contents(again.truth)


def test_a_second_build_of_the_same_release_is_kept_unless_forced(tiny_release: Path, place: Path) -> None:
    assert not build_at(tiny_release, place).reused
    card = place / "mturn-seg" / "README.md"
    card.write_text("changed by hand", encoding="utf-8")
    assert build_at(tiny_release, place).reused
    assert card.read_text(encoding="utf-8") == "changed by hand"
    assert not build_at(tiny_release, place, force=True).reused
    assert card.read_text(encoding="utf-8") != "changed by hand"


def lose_truth(place: Path) -> None:
    (place / "mturn-seg-truth" / "test.parquet").unlink()


def lose_rows(place: Path) -> None:
    (place / "mturn-seg" / "data" / "train-00000-of-00001.parquet").unlink()


def cut_file(place: Path) -> None:
    file = place / "mturn-seg" / "data" / "test-00000-of-00001.parquet"
    file.write_bytes(file.read_bytes()[:-10])


def spoil_digest(place: Path) -> None:
    (place / "mturn-seg" / "digest.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("spoil", [lose_truth, lose_rows, cut_file, spoil_digest])
def test_an_incomplete_build_is_built_again(spoil, tiny_release: Path, place: Path) -> None:
    build_at(tiny_release, place)
    whole = contents(place)
    spoil(place)
    assert not build_at(tiny_release, place).reused
    assert contents(place) == whole


def test_another_release_replaces_the_build(tiny_release: Path, place: Path) -> None:
    first = build_at(tiny_release, place)
    write_synthetic_release(tiny_release, dialogues=20, patients=20, size=(32, 40))
    second = build_at(tiny_release, place)
    assert not second.reused
    assert second.digest != first.digest
    assert sum(second.rows.values()) == 20
    assert sorted(path.name for path in place.iterdir()) == ["mturn-seg", "mturn-seg-truth"]


def test_a_faulty_release_is_refused_and_nothing_is_written(tiny_release: Path, place: Path) -> None:
    next((tiny_release / "images").iterdir()).unlink()
    with pytest.raises(ReleaseError, match="missing image"):
        build_at(tiny_release, place)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("step", ["write_split", "write_truth", "render_card"])
def test_a_failure_leaves_the_earlier_build_and_nothing_else(step, tiny_release, place, monkeypatch) -> None:
    build_at(tiny_release, place)
    before = contents(place)
    write_synthetic_release(tiny_release, dialogues=20, patients=20, size=(32, 40))

    def fail(*arguments: object, **options: object) -> None:
        raise OSError("no space left on device")

    # By name, because the package shows the function `build` where the module stood.
    monkeypatch.setattr(sys.modules["building.build"], step, fail)
    with pytest.raises(OSError, match="no space left"):
        build_at(tiny_release, place)
    assert contents(place) == before
    assert sorted(path.name for path in place.iterdir()) == ["mturn-seg", "mturn-seg-truth"]


def test_a_release_without_some_splits_is_built(tmp_path: Path, place: Path, monkeypatch) -> None:
    # Four patients: the first group, which is train.
    release = write_synthetic_release(tmp_path / "release", dialogues=4, patients=4, size=(24, 32))
    built = build_at(release, place)
    assert built.rows == {"train": 4}
    assert list(built.truth.iterdir()) == []
    monkeypatch.chdir(place)
    assert set(datasets.load_dataset("mturn-seg")) == {"train"}
    assert build_at(release, place).reused


def test_folders_of_others_are_never_replaced(tiny_release: Path, place: Path) -> None:
    (place / "mturn-seg").mkdir()
    (place / "mturn-seg" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match=r"holds other files and no digest\.json"):
        build_at(tiny_release, place)
    shutil.rmtree(place / "mturn-seg")
    (place / "mturn-seg-truth").mkdir()
    (place / "mturn-seg-truth" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match=r"holds notes\.txt; expected test\.parquet and validation\.parquet alone"):
        build_at(tiny_release, place)
    assert contents(place) == {"mturn-seg-truth/notes.txt": hashlib.sha256(b"mine").hexdigest()}


@pytest.mark.parametrize(
    ("out", "truth", "message"),
    [
        ("place/a", "place/a/truth", "truth_out is .*, inside out"),
        ("place/a", "place/a", "truth_out is .*, inside out"),
        ("release/out", "place/truth", "out is .*, inside the release"),
    ],
    ids=["truth in the public folder", "one folder for both", "inside the release"],
)
def test_the_three_folders_are_kept_apart(out, truth, message, tiny_release, tmp_path) -> None:
    before = contents(tiny_release)
    with pytest.raises(BuildError, match=message):
        build(tiny_release, tmp_path / out, tmp_path / truth)
    assert contents(tiny_release) == before


def test_progress_tells_every_stage_to_its_end(tiny_release: Path, place: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    build_at(tiny_release, place, progress=lambda stage, done, total: last.update({stage: (done, total)}))
    assert all(done == total for done, total in last.values())
    assert {"check", "default train", "default test", "preview train", "truth validation", "truth test"} <= set(last)
