"""Agreement of two reviewers, against a table of the literature and against plain derivatives."""

from itertools import product
from math import sqrt

import numpy as np
import pytest

from authoring.errors import ReviewError
from authoring.reviewing import agreements
from authoring.reviewing.agreement import cohens_kappa, kappa_interval, wilson
from tests.authoring.reviewing.making import decided

# Fleiss, Statistical Methods for Rates and Proportions: 100 diagnoses by two raters, kappa .676, standard error .087.
DIAGNOSES = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])


def test_kappa_of_the_textbook_table():
    assert cohens_kappa(DIAGNOSES) == pytest.approx(0.676, abs=5e-4)
    assert kappa_interval(DIAGNOSES) == pytest.approx((0.676 - 1.96 * 0.087, 0.676 + 1.96 * 0.087), abs=2e-3)


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_is_that_of_the_delta_method(seed):
    table = np.random.default_rng(seed).integers(1, 40, (3, 3))
    total, step = table.sum(), 1e-6
    shares = table / total
    # How kappa changes with each cell, taken numerically; the cells are multinomial.
    slopes = np.zeros((3, 3))
    for cell in product(range(3), repeat=2):
        moved = np.zeros((3, 3))
        moved[cell] = step
        slopes[cell] = (kappa_of(shares + moved) - kappa_of(shares - moved)) / (2 * step)
    variance = ((slopes**2 * shares).sum() - (slopes * shares).sum() ** 2) / total
    half = 1.959964 * sqrt(variance)
    kappa = kappa_of(shares)
    assert kappa_interval(table) == pytest.approx((max(-1, kappa - half), min(1, kappa + half)), abs=1e-5)


def kappa_of(shares):
    chance = sum(shares[i].sum() * shares[:, i].sum() for i in range(3))
    return (np.trace(shares) - chance) / (1 - chance)


def test_kappa_where_there_is_nothing_to_tell():
    assert cohens_kappa(np.diag([5, 0, 0])) is None
    assert kappa_interval(np.diag([5, 0, 0])) is None
    assert cohens_kappa(np.diag([5, 3, 0])) == 1
    assert kappa_interval(np.diag([5, 3, 0])) is None


def test_wilson_by_its_formula():
    # (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n) for 2 of 10.
    z, n, p = 1.959964, 10, 0.2
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = [(p + z * z / (2 * n) + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
    assert wilson(2, 10) == pytest.approx(expected, abs=1e-6)
    assert wilson(0, 10)[0] == 0


def test_two_reviewers_on_the_questions_that_both_saw():
    decisions = [
        decided("long", 1, "en", "accept"),
        decided("long", 2, "en", "reject"),
        decided("long", 3, "en", "edit", text="So."),
        decided("long", 4, "en", "accept"),
        decided("long", 5, "en", "accept", question="An older text."),
        decided("other", 1, "en", "accept"),
        decided("long", 1, "en", "accept", reviewer="Wang"),
        decided("long", 2, "en", "accept", reviewer="Wang"),
        decided("long", 3, "en", "edit", text="Or so.", reviewer="Wang"),
        decided("long", 4, "en", "reject", reviewer="Wang"),
        decided("long", 4, "en", "accept", reviewer="Wang", minute=1),
        decided("long", 5, "en", "accept", reviewer="Wang"),
        decided("short", 1, "en", "accept", reviewer="Wang"),
    ]
    [found] = agreements(decisions)
    assert (found.first, found.second) == ("Li", "Wang")
    # Rows Li, columns Wang: accept, reject, edit.
    assert found.table.tolist() == [[2, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert (found.common, found.share, found.changed) == (4, 0.75, 1)
    # By chance: (2*3 + 1*0 + 1*1) / 16 = 7/16; kappa = (12/16 - 7/16) / (9/16).
    assert found.kappa == pytest.approx(5 / 9)
    assert [one.turn for one, _ in found.disagreements] == [2, 3]


def test_three_reviewers_are_compared_two_by_two():
    decisions = [decided("long", 1, "en", "accept", reviewer=name) for name in ("A", "B", "C")]
    assert [(found.first, found.second) for found in agreements(decisions)] == [("A", "B"), ("A", "C"), ("B", "C")]


def test_one_reviewer_alone_and_nothing_in_common_are_refused():
    with pytest.raises(ReviewError, match="all decisions are of Li; expected two reviewers"):
        agreements([decided("long", 1, "en", "accept")])
    with pytest.raises(ReviewError, match="share no question"):
        agreements([decided("long", 1, "en", "accept"), decided("long", 1, "zh", "accept", reviewer="Wang")])
