"""The truth in a private repository: read by token, and nothing of it left on this computer."""

from __future__ import annotations

import tempfile

import pytest
from huggingface_hub import HfApi, constants

from leaderboard import StoreError, Truth, TruthError, open_truth
from leaderboard import truth_opening as opening
from tests.hub_double import HubDouble, lead_client_to, without_network

TOKEN = "hf_the-token-of-the-truth"


@pytest.fixture
def hub(truth_path, monkeypatch):
    """A Hub that holds the truth in the private dataset ORG/TRUTH; its address is the client's own."""
    with without_network(), HubDouble() as double:
        lead_client_to(double.endpoint, TOKEN, monkeypatch)
        double.add_account(TOKEN, "keeper", ["ORG"])
        api = HfApi(endpoint=double.endpoint, token=TOKEN)
        api.create_repo("ORG/TRUTH", repo_type="dataset", private=True)
        api.upload_file(
            path_or_fileobj=truth_path, path_in_repo="v1/test.parquet", repo_id="ORG/TRUTH", repo_type="dataset"
        )
        yield double


def test_a_path_is_a_file_here(truth_path):
    assert open_truth(truth_path).digest == Truth.load(truth_path).digest


def test_the_truth_is_read_from_the_hub_and_leaves_nothing_behind(hub, truth_path, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    truth = open_truth("hub:ORG/TRUTH/v1/test.parquet")
    assert truth.counts.equals(Truth.load(truth_path).counts)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*.parquet"))


def test_a_stranger_does_not_get_it(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    hub.add_account("hf_other", "stranger")
    with pytest.raises(TruthError, match="not there, or not for this token"):
        open_truth("hub:ORG/TRUTH/v1/test.parquet")


def test_a_file_that_is_not_there_is_told(hub):
    with pytest.raises(TruthError, match=r"ORG/TRUTH: v2/test\.parquet is not there"):
        open_truth("hub:ORG/TRUTH/v2/test.parquet")


def test_a_hub_that_does_not_answer_is_no_missing_file(hub, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE_S", 1.0)
    hub.stop()
    with pytest.raises(StoreError, match="did not answer"):
        open_truth("hub:ORG/TRUTH/v1/test.parquet")


@pytest.mark.parametrize("place", ["hub:", "hub:ORG", "hub:ORG/TRUTH", "hub:ORG/TRUTH/", "hub://x"])
def test_half_a_place_is_refused(place):
    with pytest.raises(TruthError, match=r"expected hub:ORG/NAME/test\.parquet"):
        open_truth(place)
