"""Recipes of small boards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from space.board.opening import Recipe
from space.settings import Settings
from tests.space import making


@pytest.fixture
def recipe(truth_file: Path, tmp_path: Path) -> Recipe:
    """Of a ranked and a validation board over a new SQLite file."""
    validation = making.write_truth(tmp_path / "validation.parquet", "validation")
    return Recipe.of(
        Settings(
            truth=str(truth_file), validation_truth=str(validation), store=str(tmp_path / "results.sqlite"), data=""
        )
    )


@pytest.fixture
def entered(tmp_path: Path) -> Callable:
    """entered(board, shift=1, model="A model", history="own"): a submission that is kept and still to be scored."""

    def enter(board, shift: int = 1, model: str = "A model", history: str = "own"):
        from leaderboard import SubmissionMeta

        path = making.write_predictions(making.prediction_rows(shift), tmp_path / f"{model}-{shift}-{history}.parquet")
        meta = SubmissionMeta(model=model, history_mode=history, signed="tester")
        return board.enter(path, meta, user="tester")

    return enter
