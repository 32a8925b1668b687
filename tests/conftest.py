"""Data that several stages test with: one synthetic release and the data set built from it, made once a session."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

# Set before `datasets` is imported: tests neither read nor fill the cache of whoever runs them.
_CACHE = tempfile.mkdtemp(prefix="mturn-seg-tests-")
atexit.register(shutil.rmtree, _CACHE, ignore_errors=True)
os.environ["HF_HOME"] = _CACHE


@pytest.fixture(scope="session")
def synthetic_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid release folder: 60 dialogues over 45 images of 20 patients, three splits, four regions, two languages."""
    from benchmarks.synthetic import write_synthetic_release

    return write_synthetic_release(tmp_path_factory.mktemp("release") / "synthetic-release", dialogues=60, patients=20)


@pytest.fixture(scope="session")
def built_dataset(synthetic_release: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The data set built from synthetic_release: .folder (mturn-seg/), .truth (mturn-seg-truth/) and .digest."""
    from building import build

    place = tmp_path_factory.mktemp("built")
    built = build(synthetic_release, place / "mturn-seg", place / "mturn-seg-truth")
    return SimpleNamespace(folder=built.folder, truth=built.truth, digest=built.digest)
