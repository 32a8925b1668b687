"""The order of a table, how sure it is, and which models cannot be told apart: a pure function over its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.special import stdtr

from leaderboard.errors import ComparisonError
from leaderboard.records import MIN_PATIENTS, UNRANKED_HISTORY, TableRow

ALPHA = 0.05  # of one table: the chance that any tier begins between models that are equally good
_TAILS = (0.025, 0.975)
_DIGITS = 12  # below this two headlines differ only by the rounding of their sums


def rank(rows: Iterable[TableRow], draws: Mapping[str, np.ndarray | None] | None = None) -> list[TableRow]:
    """Rows by headline Dice, best first, each with its rank; those that do not compete come last with rank None.

    Ties share the lowest rank (1, 2, 2, 4) and keep the order they came in. A row does not compete when its headline is
    None or its history mode uses the truth.

    draws: record id -> float64 [B], the headline Dice of each bootstrap resample, the same resamples for all. From them
    come rank_interval (the ranks between the 2.5th and the 97.5th percentile, rounded outwards), p_first (the share of
    resamples in which no other is better) and tier (see `tiers`); these are None for all rows unless every competing
    one has draws and at least MIN_PATIENTS patients. Raises ComparisonError for draws of different lengths.
    """
    rows = list(rows)
    competing = sorted((row for row in rows if competes(row)), key=lambda row: -_headline(row))
    ranks = _ranks(competing)
    sureness = _sureness(competing, draws or {})
    ranked = [
        row.model_copy(update={"rank": place, **more})
        for row, place, more in zip(competing, ranks, sureness, strict=True)
    ]
    nothing = {"rank": None, "rank_interval": None, "p_first": None, "tier": None}
    others = [row.model_copy(update=nothing) for row in rows if not competes(row)]
    return ranked + sorted(others, key=lambda row: (row.headline_dice is None, -(row.headline_dice or 0)))


def competes(row: TableRow) -> bool:
    """Whether the row may have a rank."""
    return row.headline_dice is not None and row.history_mode not in UNRANKED_HISTORY


def tiers(headlines: np.ndarray, draws: np.ndarray, freedom: int) -> list[int]:
    """The tier of each of M >= 1 models, best first: 1, 1, 2, ...; models of one tier cannot be told from its first.

    headlines: [M], falling. draws: float64 [M, B]. freedom: degrees of freedom of Student's t.

    Down the ranking, a model begins a new tier when its paired difference to the first model of the current tier is
    significant: the difference over its bootstrap standard error, two-sided against t. The p-value is not a share of
    resamples, because the levels that many models need lie beyond what 2,000 resamples can tell.

    Levels are Holm's in the order of the walk: ALPHA / (pairs - rejections so far), of all M (M - 1) / 2 pairs, because
    which models are compared is read from the scores themselves: the first of M equal models is the luckiest of them.
    When a pair that is truly equal is rejected for the first time, at most all unequal ones were before, so the chance
    of any false rejection stays below ALPHA.
    """
    pairs = len(headlines) * (len(headlines) - 1) // 2
    found, first = [1], 0
    for model in range(1, len(headlines)):
        if headlines[model] == headlines[model - 1]:
            found.append(found[-1])
            continue
        p = _p_value(headlines[first] - headlines[model], draws[first] - draws[model], freedom)
        rejected = found[-1] - 1
        if p <= ALPHA / (pairs - rejected):
            first, rejected = model, rejected + 1
        found.append(rejected + 1)
    return found


def resampled_ranks(draws: np.ndarray) -> np.ndarray:
    """int32 [M, B]: the rank of each model in each resample, 1 the best; ties share the lowest.

    draws: float64 [M, B].
    """
    falling = np.ascontiguousarray(-draws.T)
    order = np.argsort(falling, axis=1)
    ordered = np.take_along_axis(falling, order, axis=1)
    begins = np.ones(ordered.shape, bool)  # where a new value begins, models so far count as better
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=begins[:, 1:])
    places = np.where(begins, np.arange(1, draws.shape[0] + 1, dtype=np.int32), 0)
    np.maximum.accumulate(places, axis=1, out=places)
    ranks = np.empty_like(places)
    np.put_along_axis(ranks, order, places, axis=1)
    return np.ascontiguousarray(ranks.T)


def _ranks(competing: list[TableRow]) -> list[int]:
    ranks: list[int] = []
    for position, row in enumerate(competing):
        tied = position and _headline(competing[position - 1]) == _headline(row)
        ranks.append(ranks[-1] if tied else position + 1)
    return ranks


def _sureness(competing: list[TableRow], draws: Mapping[str, np.ndarray | None]) -> list[dict[str, object]]:
    """rank_interval, p_first and tier of each competing row."""
    held = [draws.get(row.record_id) for row in competing]
    if not held or any(item is None for item in held) or min(row.n_patients for row in competing) < MIN_PATIENTS:
        return [dict.fromkeys(("rank_interval", "p_first", "tier"))] * len(competing)
    lengths = {np.shape(item) for item in held}
    if len(lengths) > 1:
        raise ComparisonError(f"draws of the shapes {sorted(lengths)}; expected the same resamples for every row")
    matrix = np.round(np.stack(held), _DIGITS)
    ranks = resampled_ranks(matrix)
    first = np.count_nonzero(ranks == 1, axis=1) / ranks.shape[1]
    low, high = np.percentile(ranks, np.multiply(_TAILS, 100), axis=1)
    headlines = np.array([_headline(row) for row in competing])
    return [
        {
            "rank_interval": (math.floor(low[index]), math.ceil(high[index])),
            "p_first": float(first[index]),
            "tier": tier,
        }
        for index, tier in enumerate(tiers(headlines, matrix, _freedom(competing)))
    ]


def _p_value(difference: float, draws: np.ndarray, freedom: int) -> float:
    if difference == 0 or not draws.any():
        return 1.0
    error = draws.std(ddof=1)
    return float(2 * stdtr(freedom, -abs(difference) / error)) if error else 0.0


def _freedom(competing: list[TableRow]) -> int:
    """Patients less the means estimated from them, one a region: with few patients t keeps the level, a normal not."""
    return max(1, min(row.n_patients - len(row.region_dice) for row in competing))


def _headline(row: TableRow) -> float:
    return round(row.headline_dice, _DIGITS)
