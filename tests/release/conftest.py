"""A release folder that a test may spoil, and ways to spoil it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.synthetic import write_synthetic_release


@pytest.fixture(scope="session")
def _small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synthetic_release(
        tmp_path_factory.mktemp("small") / "release", dialogues=24, patients=20, size=(48, 56)
    )


@pytest.fixture
def small_release(_small_release: Path, tmp_path: Path) -> Path:
    """A copy of a valid release of 24 dialogues over 18 images of 48 x 56 pixels."""
    return Path(shutil.copytree(_small_release, tmp_path / "release"))


@pytest.fixture
def edit(small_release: Path) -> Callable:
    """edit(file, line, change): applies `change` to the record on a line (from 1) of a file of small_release."""

    def apply(file: str, line: int, change: Callable[[dict], object]) -> None:
        path = small_release / file
        lines = path.read_text(encoding="utf-8").splitlines()
        record = json.loads(lines[line - 1])
        change(record)
        lines[line - 1] = json.dumps(record, ensure_ascii=False)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return apply
