"""A table row to change field by field."""

import pytest

from leaderboard.records import TableRow


@pytest.fixture
def row():
    def made(**changes):
        return TableRow(
            **{
                "rank": 1,
                "model": "net",
                "organisation": "lab",
                "user": "ann",
                "link": None,
                "headline_dice": 0.123456,
                "headline_iou": 0.1,
                "turn_weighted_dice": None,
                "region_dice": {"head": 0.5, "spine": 0.25},
                "turn_dice": {"1": 0.75, "2": None},
                "n": 10,
                "n_patients": 3,
                "n_empty": 1,
                "attempts": 2,
                "history_mode": "own",
                "date": "2026-01-01",
                "record_id": "abc",
            }
            | changes
        )

    return made
