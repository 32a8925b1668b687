"""Running a model writes a file that the other commands take as it is."""

import json
import shlex

import pytest


@pytest.fixture
def predictions(built_dataset, tmp_path, mturn_seg):
    """A complete predictions file for the test split of the synthetic data set, and what the run printed."""
    out = tmp_path / "predictions.parquet"
    code, printed, _ = mturn_seg("run", "--model", "empty", "--data", built_dataset.folder, "--out", out)
    assert code == 0
    return out, printed


def test_what_a_run_wrote_can_be_validated_scored_submitted_and_ranked(built_dataset, predictions, tmp_path, mturn_seg):
    out, printed = predictions
    truth = ("--truth", built_dataset.truth / "test.parquet")
    store = ("--store", tmp_path / "store.sqlite")
    assert mturn_seg("validate", out, *truth)[0] == 0
    code, scores, _ = mturn_seg("score", out, *truth, "--json")
    assert code == 0
    assert set(json.loads(scores)["tracks"]) == {"en-single", "en-multi", "zh-single", "zh-multi"}
    told = printed.split("next: mturn-seg ")[1]
    code, printed, err = mturn_seg(*shlex.split(told), *truth, *store)
    assert code == 0, err
    code, printed, _ = mturn_seg("table", *truth, *store, "--track", "en-multi")
    assert code == 0
    assert "YOUR-MODEL" in printed


def test_validation_history_is_scored_too(built_dataset, tmp_path, mturn_seg):
    out = tmp_path / "validation.jsonl"
    arguments = ("--data", built_dataset.folder, "--split", "validation", "--history", "gt", "--out", out)
    assert mturn_seg("run", "--model", "lexicon-prior", "--language", "zh", *arguments)[0] == 0
    code, printed, _ = mturn_seg("score", out, "--truth", built_dataset.truth / "validation.parquet")
    assert code == 0
    assert "zh-multi" in printed
    assert "en-multi" not in printed


@pytest.mark.parametrize("name", ["[bold]p.parquet", ":bomb:.parquet", "a[/b].parquet"])
def test_a_path_is_printed_as_it_is(built_dataset, tmp_path, mturn_seg, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    arguments = ("--data", built_dataset.folder, "--split", "validation", "--language", "zh", "--out", name)
    code, out, err = mturn_seg("run", "--model", "empty", *arguments)
    assert code == 0, err
    assert f"wrote {name}; next: mturn-seg score {name} --truth " in out


def test_true_history_is_refused_on_test(built_dataset, tmp_path, mturn_seg):
    out = tmp_path / "p.parquet"
    code, _, err = mturn_seg("run", "--model", "empty", "--data", built_dataset.folder, "--history", "gt", "--out", out)
    assert code == 2
    assert "history" in err
    assert not out.exists()
