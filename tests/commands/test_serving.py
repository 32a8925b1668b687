"""What `mturn-seg serve` starts the page with."""

import pytest

from space.settings import Settings


@pytest.fixture
def served(monkeypatch, tmp_path):
    """The settings that the page was started with."""
    settings = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("space.serving.serve", settings.append)
    return settings


def test_options_go_before_the_environment_and_that_before_the_demo(mturn_seg, served, monkeypatch):
    monkeypatch.setenv("MTURN_SEG_PORT", "8001")
    monkeypatch.setenv("MTURN_SEG_TRUTH", "env.parquet")
    monkeypatch.setenv("MTURN_SEG_ADMINS", "ann")
    monkeypatch.setenv("MTURN_SEG_VALIDATION_TRUTH", "validation.parquet")
    assert mturn_seg("serve", "--truth", "option.parquet")[0] == 0
    expected = Settings(truth="option.parquet", validation_truth="validation.parquet", port=8001, admins=("ann",))
    assert served == [expected]


def test_the_validation_truth_of_the_demo_is_found_beside_its_test_truth(mturn_seg, served, tmp_path):
    assert mturn_seg("serve")[0] == 0
    (tmp_path / "mturn-seg-truth").mkdir()
    (tmp_path / "mturn-seg-truth" / "validation.parquet").touch()
    assert mturn_seg("serve")[0] == 0
    assert mturn_seg("serve", "--truth", "mine.parquet")[0] == 0
    assert [item.validation_truth for item in served] == ["", "mturn-seg-truth/validation.parquet", ""]
