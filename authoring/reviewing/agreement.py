"""How far two reviewers decide alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from scipy.stats import binomtest, norm

from authoring.errors import ReviewError
from authoring.reviewing.decisions import CHOICES, Decision, Item, latest

Interval = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """Two reviewers on the questions that both saw with the same text.

    `table` int64 [3, 3]: how often `first` chose the row and `second` the column, in the order of CHOICES. `changed`
    counts questions that both decided on, but whose text was another; they are in nothing else. `kappa` is None where
    chance alone agrees always, and `kappa_interval` where the formula gives it no width: all agree, or none does.
    """

    first: str
    second: str
    table: np.ndarray
    disagreements: list[tuple[Decision, Decision]]
    changed: int

    @property
    def common(self) -> int:
        """How many questions both decided on."""
        return int(self.table.sum())

    @property
    def share(self) -> float:
        """The share of questions on which both decided alike, 0..1."""
        return float(np.trace(self.table) / self.common)

    @property
    def share_interval(self) -> Interval:
        """Its 95 % interval (Wilson)."""
        return wilson(int(np.trace(self.table)), self.common)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, -1..1."""
        return cohens_kappa(self.table)

    @property
    def kappa_interval(self) -> Interval | None:
        """Its 95 % interval, from the large-sample variance."""
        return kappa_interval(self.table)


def agreements(decisions: Iterable[Decision]) -> list[Agreement]:
    """The agreement of every two reviewers who share questions.

    Raises ReviewError where there is one reviewer alone, or no question that two of them decided on.
    """
    by_item = latest(decisions)
    reviewers = sorted({decision.reviewer for found in by_item.values() for decision in found})
    if len(reviewers) < 2:
        raise ReviewError(
            f"all decisions are of {', '.join(reviewers) or 'nobody'}; expected two reviewers: "
            "`review --reviewer NAME` keeps them apart"
        )
    pairs = [_agreement(by_item, *pair) for pair in combinations(reviewers, 2)]
    found = [pair for pair in pairs if pair.common]
    if not found:
        raise ReviewError(
            f"{', '.join(reviewers)} share no question; expected reviews of the same sample: the same --seed"
        )
    return found


def _agreement(by_item: dict[Item, list[Decision]], first: str, second: str) -> Agreement:
    table = np.zeros((len(CHOICES), len(CHOICES)), np.int64)
    disagreements, changed = [], 0
    for found in by_item.values():
        of = {decision.reviewer: decision for decision in found}
        if not {first, second} <= of.keys():
            continue
        one, other = of[first], of[second]
        if one.question != other.question:
            changed += 1
            continue
        table[CHOICES.index(one.decision), CHOICES.index(other.decision)] += 1
        if (one.decision, one.text) != (other.decision, other.text):
            disagreements.append((one, other))
    return Agreement(first, second, table, disagreements, changed)


def wilson(count: int, total: int) -> Interval:
    """The 95 % interval of a share (Wilson 1927)."""
    interval = binomtest(count, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def cohens_kappa(table: np.ndarray) -> float | None:
    """Cohen's kappa of a square table of counts (Cohen 1960); None where chance alone agrees always."""
    shares = table / table.sum()
    by_chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
    return None if by_chance == 1 else (float(np.trace(shares)) - by_chance) / (1 - by_chance)


def kappa_interval(table: np.ndarray) -> Interval | None:
    """The 95 % interval of Cohen's kappa from its large-sample variance (Fleiss, Cohen and Everitt 1969, equation 13).

    None where kappa is not defined or the variance is 0.
    """
    kappa = cohens_kappa(table)
    if kappa is None:
        return None
    shares = table / table.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(rows @ columns)
    agreed = float(np.sum(np.diag(shares) * (1 - (rows + columns) * (1 - kappa)) ** 2))
    crossed = (columns[:, None] + rows[None, :]) ** 2 * shares
    differed = (1 - kappa) ** 2 * float(crossed.sum() - np.trace(crossed))
    spread = agreed + differed - (kappa - by_chance * (1 - kappa)) ** 2
    variance = spread / (table.sum() * (1 - by_chance) ** 2)
    # What should be 0 comes out as a rounding error.
    if variance < 1e-12:
        return None
    half = float(norm.ppf(0.975)) * sqrt(variance)
    return max(-1.0, kappa - half), min(1.0, kappa + half)
