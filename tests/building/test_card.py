"""The card: its YAML is what the Hub and `datasets` read, its text tells what the release holds."""

from __future__ import annotations

from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from benchmarks.synthetic import write_synthetic_release
from building import build
from building.card import render_card
from building.statistics import count_release
from mturn_seg import FEATURES
from release import Source, Texts, open_release


@pytest.fixture(scope="module")
def card(built_dataset) -> str:
    return (built_dataset.folder / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


def test_the_yaml_says_what_the_hub_asks_for(front: dict) -> None:
    assert front["language"] == ["zh", "en"]
    assert front["license"] == "cc-by-nc-sa-4.0"
    assert front["task_categories"] == ["image-segmentation", "visual-question-answering"]
    assert front["pretty_name"] == "Synthetic ellipses"
    assert front["size_categories"] == ["n<1K"]


def test_the_configurations_are_default_and_preview(front: dict) -> None:
    configs = {config["config_name"]: config for config in front["configs"]}
    assert configs["default"]["default"] is True
    assert {files["split"]: files["path"] for files in configs["preview"]["data_files"]} == {
        "train": "preview/train-*.parquet",
        "validation": "preview/validation-*.parquet",
    }
    assert {files["split"] for files in configs["default"]["data_files"]} == {"train", "validation", "test"}


def test_sizes_in_the_yaml_are_those_of_the_files(front: dict, built_dataset) -> None:
    for info in front["dataset_info"]:
        folder = built_dataset.folder / {"default": "data", "preview": "preview"}[info["config_name"]]
        rows = {split["name"]: split["num_examples"] for split in info["splits"]}
        assert rows == {split: sum(pq.read_metadata(f).num_rows for f in folder.glob(f"{split}-*")) for split in rows}
        assert info["download_size"] == sum(file.stat().st_size for file in folder.iterdir())
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"])


def test_the_features_in_the_yaml_are_the_schema_and_readable_by_datasets_3(front: dict, card: str) -> None:
    [default] = [info for info in front["dataset_info"] if info["config_name"] == "default"]
    assert datasets.Features._from_yaml_list(default["features"]) == FEATURES
    assert "sequence:" not in card.split("---\n")[1].replace("name: sequence", "")


def test_nothing_of_the_template_is_left_open(card: str) -> None:
    assert "$" not in card


def test_the_text_tells_numbers_sources_and_limits(card: str, synthetic_release: Path) -> None:
    dialogues = list(open_release(synthetic_release).dialogues())
    splits = [sum(dialogue.split == split for dialogue in dialogues) for split in ("train", "validation", "test")]
    assert f"| dialogues | {splits[0]} | {splits[1]} | {splits[2]} |" in card
    for text in (
        "independent implementation",
        "Not for clinical decisions",
        'load_dataset("mturn-seg")',
        'load_dataset("ORG/mturn-seg")',
        "mask.decode(",
        "Machine-written and not reviewed by people",
        "| Synthetic ellipses, ellipse-hospital | ",
        "[CC0-1.0](https://creativecommons.org/publicdomain/zero/1.0/)",
        "@inproceedings{",
        "Nie, Haitao and Zheng, Yimeng and Ye, Ying and Xie, Bin",
    ):
        assert text in card


def test_the_decoding_example_of_the_card_runs(card: str, built_dataset, monkeypatch) -> None:
    monkeypatch.chdir(built_dataset.folder.parent)
    [example] = [block for block in card.split("```python\n")[1:] if block.startswith("from pycocotools")]
    names = {"dataset": datasets.load_dataset("mturn-seg")}
    exec(example.split("```")[0], names)
    assert names["pixels"].shape == (names["row"]["height"], names["row"]["width"])
    assert names["pixels"].any()


def test_counts_of_dialogues_turns_masks_and_tracks(tmp_path: Path) -> None:
    release = open_release(write_synthetic_release(tmp_path / "release", dialogues=20, patients=20, size=(32, 40)))
    counts = count_release(release)
    dialogues = list(release.dialogues())
    assert sum(split.dialogues for split in counts.splits.values()) == 20
    assert sum(len(split.images) for split in counts.splits.values()) == 15
    assert sum(split.turns for split in counts.splits.values()) == sum(len(dialogue.turns) for dialogue in dialogues)
    english = [
        sum(turn.kind == "segment" and turn.question.en is not None for turn in dialogue.turns)
        for dialogue in dialogues
    ]
    assert sum(split.tracks["en-single"] for split in counts.splits.values()) == english.count(1)
    assert sum(split.tracks["en-multi"] for split in counts.splits.values()) == sum(count > 1 for count in english)


def render(release, **changes: object) -> str:
    header = release.header.model_copy(update=changes)
    changed = type(release)(release.folder, header, release.digest)
    return render_card(changed, count_release(changed), {}, {})


def test_review_and_rewriting_are_told(synthetic_release: Path) -> None:
    texts = Texts(written_by="templates", rewritten_by="a language model", reviewed="a tenth, by two radiologists")
    card = render(open_release(synthetic_release), texts=texts)
    assert "Written by templates. Rewritten by a language model. Reviewed: a tenth, by two radiologists." in card
    assert "not reviewed" not in card


def test_a_licence_of_its_own_points_to_the_sources(synthetic_release: Path) -> None:
    front = yaml.safe_load(render(open_release(synthetic_release), licence="other").split("---\n")[1])
    assert (front["license"], front["license_name"], front["license_link"]) == (
        "other",
        "by-source",
        "#sources-and-licences",
    )


def test_a_source_that_may_not_be_passed_on_stands_out_and_bars_do_not_break_the_table(synthetic_release) -> None:
    release = open_release(synthetic_release)
    closed = Source(
        name="ellipse-clinic",
        title="Closed | scans",
        licence="all rights reserved",
        licence_url=None,
        citation="A,\nB",
        url="https://example.org",
        redistribute="no",
    )
    card = render(release, sources=[closed, *release.header.sources[:1]])
    assert "| [Closed / scans](https://example.org) | " in card
    assert "| all rights reserved | **no** | A, B |" in card


def test_the_card_of_a_release_without_a_test_split_says_so(tmp_path: Path) -> None:
    release = write_synthetic_release(tmp_path / "release", dialogues=4, patients=4, size=(24, 32))
    built = build(release, tmp_path / "mturn-seg", tmp_path / "mturn-seg-truth")
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    assert "|  | train |\n" in card
    assert "Masks of train by structure" in card
