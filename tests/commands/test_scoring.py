"""Validating and scoring a file on this computer: what is printed is what the file is worth."""

import json

import pyarrow.parquet as pq
import pytest

from leaderboard import SCORER_VERSION


def test_the_headline_its_interval_and_the_other_measures_are_printed(made, mturn_seg):
    code, out, err = mturn_seg("score", made.both, "--truth", made.truth)
    assert code == 0, err
    lines = out.splitlines()
    # Within a region all patients score the same, so every resample has the same headline.
    assert lines[0] == "en-multi  Dice 0.8333 (0.8333 to 0.8333)  IoU 0.7500 (0.7500 to 0.7500)"
    assert lines[1] == "  mean over regions abdomen, head; no turns in chest, prostate"
    # In pixels: 12 of 12 found for each of 12 patients, 6 of 12 for each of the others, so 216 of 288.
    assert "Dice 0.8333" in lines[2]
    assert "gIoU 0.7500" in lines[2]
    assert "cIoU 0.7500" in lines[2]
    # Abdomen, 2 of 4 pixels of a column: distances 0, 0, 1, 2, so 1.85; one of two columns: four times 0 and 1, so 1.
    # Head: 0. Twelve turns each, and 24 of the head: (12 x 1.85 + 12 x 1) / 48 = 0.7125.
    assert lines[3] == "  HD95 0.71 mm, NSD at 2 mm 1.0000: 48 turns"
    assert lines[4] == "  48 turns, 24 dialogues, 24 patients, 0 empty predictions"
    assert lines[5].startswith("zh-multi  Dice 0.8333")
    assert "English and Chinese agree  all turns: Dice 1.0000 (1.0000 to 1.0000); 48 turns of 24 patients" in out


@pytest.mark.parametrize("command", ["validate", "score"])
def test_a_path_is_no_markup(made, mturn_seg, monkeypatch, command):
    monkeypatch.chdir(made.folder)
    (made.folder / "a[").mkdir()
    made.half.rename(made.folder / "a[/b].parquet")
    code, _, err = mturn_seg(command, "a[/b].parquet", "--truth", made.truth)
    assert code == 0, err


def test_by_default_the_truth_is_that_of_the_validation_split(made, mturn_seg, monkeypatch):
    monkeypatch.chdir(made.folder)
    (made.folder / "mturn-seg-truth").mkdir()
    made.write_truth(made.folder / "mturn-seg-truth/validation.parquet", split="validation")
    code, out, err = mturn_seg("score", "half.parquet", "--json")
    assert code == 0, err
    assert json.loads(out)["split"] == "validation"


def test_json_holds_everything(made, mturn_seg):
    code, out, _ = mturn_seg("score", made.both, "--truth", made.truth, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["scorer_version"] == SCORER_VERSION
    assert found["dataset"]["digest"] == "d" * 64
    assert found["split"] == "test"
    assert found["report"]["ok"] is True
    assert found["resampling"]["resamples"] >= 100
    assert set(found["tracks"]) == {"en-multi", "zh-multi"}
    track = found["tracks"]["en-multi"]
    assert track["headline_dice"] == pytest.approx(5 / 6)
    assert track["strata"]["region"]["abdomen"]["iou"] == pytest.approx(0.5)
    assert track["overall"]["mm"]["n"] == 48
    assert found["agreement"]["all"]["dice"] == 1


def test_boundaries_can_be_left_out(made, mturn_seg):
    code, out, _ = mturn_seg("score", made.half, "--truth", made.truth, "--no-boundary")
    assert code == 0
    assert "Dice 0.8333" in out
    assert "HD95" not in out
    assert "agree" not in out  # one language only


def test_missing_rows_score_0_and_are_told(made, mturn_seg):
    table = pq.read_table(made.exact)
    short = made.folder / "short.parquet"
    pq.write_table(table.slice(1), short)  # without the first turn of patient 1: 23 of the 24 head turns are right
    code, out, err = mturn_seg("score", short, "--truth", made.truth)
    assert code == 0
    assert "rows are missing: they score 0 here" in err
    assert f"Dice {(23 / 24 + 1) / 2:.4f}" in out
    assert "1 missing row" in out


@pytest.mark.parametrize("command", ["validate", "score"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_file_that_breaks_rules_ends_with_its_problems(made, mturn_seg, command, as_json):
    table = pq.read_table(made.exact)
    broken = made.folder / "broken.parquet"
    place = table.column_names.index("language")
    pq.write_table(table.set_column(place, "language", [["fr"] * len(table)]), broken)
    code, out, err = mturn_seg(command, broken, "--truth", made.truth, *(["--json"] if as_json else []))
    assert code == 2
    if as_json:
        assert json.loads(out)["ok"] is False
    else:
        assert "fr" in err
