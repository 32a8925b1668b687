"""Ranks of small tables with ties and rows that do not compete."""

import random

import pytest

from leaderboard import TableRow, rank


def row(model, dice, history="own"):
    return TableRow(
        rank=None,
        model=model,
        organisation="",
        user="u",
        link=None,
        headline_dice=dice,
        headline_iou=None,
        turn_weighted_dice=None,
        region_dice={},
        turn_dice={},
        n=1,
        n_patients=1,
        n_empty=0,
        attempts=1,
        history_mode=history,
        date="2026-01-01",
        record_id=model,
    )


@pytest.mark.parametrize(
    ("dice", "ranks"),
    [
        ([], []),
        ([0.5], [1]),
        ([0.1, 0.3, 0.2], [3, 1, 2]),
        ([0.3, 0.3, 0.1], [1, 1, 3]),
        ([0.5, 0.3, 0.3, 0.1], [1, 2, 2, 4]),
        ([0.2, 0.2, 0.2], [1, 1, 1]),
        ([0.0, 1.0], [2, 1]),
        ([0.3, None, 0.4], [2, None, 1]),
        ([None, None], [None, None]),
        ([0.1 + 0.2, 0.3], [1, 1]),  # they differ in the last binary digit only
        ([0.30001, 0.3], [1, 2]),
    ],
)
def test_ranks(dice, ranks):
    rows = [row(f"m{index}", value) for index, value in enumerate(dice)]
    by_model = {item.model: item.rank for item in rank(rows)}
    assert [by_model[item.model] for item in rows] == ranks


def test_best_first_and_rows_without_a_rank_last():
    rows = [
        row("none", None),
        row("low", 0.1),
        row("truth", 0.9, "gt"),
        row("high", 0.2),
        row("mixed", 0.95, "text_gt_mask_own"),
    ]
    ranked = rank(rows)
    assert [(item.model, item.rank) for item in ranked] == [
        ("high", 1),
        ("low", 2),
        ("mixed", None),
        ("truth", None),
        ("none", None),
    ]


def test_ties_keep_the_order_they_came_in():
    assert [item.model for item in rank([row("b", 0.1), row("a", 0.1), row("c", 0.2)])] == ["c", "b", "a"]


def test_order_of_rows_does_not_change_a_rank_and_the_input_is_left_alone():
    rows = [row(f"m{index}", index % 4 / 4) for index in range(12)]
    expected = {item.model: item.rank for item in rank(rows)}
    shuffled = random.Random(3).sample(rows, len(rows))
    assert {item.model: item.rank for item in rank(shuffled)} == expected
    assert all(item.rank is None for item in rows)
