"""Sums by patient against numbers worked out by hand."""

import numpy as np
import pytest

TURNS = [
    ("b", "head", 0.5, 0.4),
    ("a", "chest", 1.0, 1.0),
    ("b", "chest", 0.2, 0.1),
    ("b", "head", 0.7, 0.6),
    ("c", "head", 0.0, 0.0),
]


def test_patients_are_sorted_and_those_without_turns_left_out(made):
    sums = made.sums(TURNS)
    assert sums.patients == ("a", "b", "c")
    assert sums.cells == (("overall", "all"), ("region", "chest"), ("region", "head"))
    assert sums.n.tolist() == [[1, 1, 0], [3, 1, 2], [1, 0, 1]]
    assert sums.dice == pytest.approx(np.array([[1, 1, 0], [1.4, 0.2, 1.2], [0, 0, 0]]))
    assert sums.iou == pytest.approx(np.array([[1, 1, 0], [1.1, 0.1, 1.0], [0, 0, 0]]))
    assert sums.intersection.tolist() == [100, 110, 0]
    assert sums.union.tolist() == [100, 300, 100]
    assert sums.n_patients.tolist() == [3, 2, 2]


def test_a_mean_is_over_turns_and_the_headline_over_regions(made):
    sums = made.sums(TURNS)
    assert sums.mean("dice", ("overall", "all")) == pytest.approx(2.4 / 5)
    assert sums.mean("iou", ("region", "head")) == pytest.approx(1.0 / 3)
    assert sums.headline("dice") == pytest.approx((1.2 / 2 + 1.2 / 3) / 2)
    assert sums.headline("iou") == pytest.approx((1.1 / 2 + 1.0 / 3) / 2)


def test_a_mean_of_ones_is_one(made):
    turns = [(f"p{index % 7}", ("chest", "head", "spine")[index % 3], 1.0, 1.0) for index in range(1000)]
    assert made.sums(turns).headline("dice") == 1


def stratum(made, regions):
    """regions: of each patient, the region of each of its turns."""
    turns = [(f"p{index:02d}", region, 0, 0) for index, of_one in enumerate(regions) for region in of_one.split()]
    return made.sums(turns).stratum.tolist()


def test_patients_are_drawn_within_the_region_of_most_of_their_turns(made):
    found = stratum(made, ["chest chest head", "chest", "chest", "head", "head head chest", "head chest head"])
    assert found[0] == found[1] == found[2] != found[3]
    assert found[3] == found[4] == found[5]


def test_regions_of_fewer_than_three_patients_go_together(made):
    found = stratum(made, ["chest"] * 4 + ["head"] * 2 + ["spine"])
    assert len(set(found[:4])) == len(set(found[4:])) == 1
    assert found[0] != found[4]


def test_fewer_than_three_patients_in_all_of_those_go_with_the_largest(made):
    found = stratum(made, ["chest"] * 3 + ["head"] * 4 + ["spine"] * 2)
    assert found[3:] == [found[3]] * 6
    assert found[0] != found[3]


def test_few_patients_are_one_stratum(made):
    assert len(set(stratum(made, ["chest", "head"]))) == 1


def test_picked_cells_stand_in_the_order_asked_for(made):
    sums = made.sums(TURNS, {"modality": ["CT", "MR", "CT", "CT", "MR"]})
    picked = sums.pick([("modality", "MR"), ("overall", "all")])
    assert picked.cells == (("modality", "MR"), ("overall", "all"))
    assert picked.n.tolist() == [[1, 1], [0, 3], [1, 1]]
    assert picked.patients == sums.patients
    with pytest.raises(KeyError):
        sums.pick([("modality", "US")])


def test_a_turn_may_stand_in_several_cells_or_in_none(made):
    from leaderboard.statistics import PatientSums
    from leaderboard.truth import Labels

    facets = np.array([0, 0, 2]), Labels(["clinical", "history", "spatial"], np.array([0, 2, 2]))
    values = {name: np.array([0.5, 0.1, 0.3]) for name in ("dice", "iou", "intersection", "union")}
    sums = PatientSums.of(np.array([0, 0, 1]), ["a", "b"], {"facet": facets}, **values)
    assert sums.cells == (("facet", "clinical"), ("facet", "spatial"))
    assert sums.n.tolist() == [[1, 1], [0, 1]]
    assert sums.dice.tolist() == [[0.5, 0.5], [0, 0.3]]
