"""The demo's scans and dialogues, made once a test session."""

from pathlib import Path

import pytest

from authoring import author, demo_sources, fetch_scans
from demonstration.line import HEADER
from demonstration.places import Places
from release import read_release

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def scans():
    """Every demo source with the folder of its scans, fetched by pip on the first run."""
    return [(source, fetch_scans(source, Places(ROOT).cache)[0]) for source in demo_sources()]


@pytest.fixture(scope="session")
def demo_release(scans, tmp_path_factory):
    """The release folder authored from the demo scans."""
    return read_release(author(scans, tmp_path_factory.mktemp("authored") / "release", HEADER))
