"""Whether two ways to score an upload came to the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.comparison import DisagreementError

TOLERANCE = 1e-9
# Intervals come from other draws. They are checked where many patients leave little to chance.
INTERVAL_TOLERANCE, INTERVAL_PATIENTS = 0.02, 200
SCORED = ("tracks", "agreement")


def check_records(peer: dict[str, Any], ours: dict[str, Any], name: str) -> int:
    """Compare every score, count and interval of a peer's record with ours; how many were compared.

    Raises DisagreementError for the first that is not there or differs. Scores that a record keeps to itself because a
    stratum has few patients (null) are left out.
    """
    theirs, mine = (dict(_leaves({part: record[part] for part in SCORED})) for record in (peer, ours))
    compared = 0
    for place, value in theirs.items():
        if place not in mine:
            raise DisagreementError(f"{place}: {name} has {value}, ours nothing")
        if mine[place] is None:
            continue
        if not _alike(place, value, mine[place], theirs):
            raise DisagreementError(f"{place}: {value} by {name} and {mine[place]} by ours")
        compared += 1
    return compared


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every number, interval and null with the names that lead to it."""
    if not isinstance(value, dict):
        yield place, value
        return
    for key, item in value.items():
        yield from _leaves(item, f"{place}/{key}" if place else key)


def _alike(place: str, one: Any, other: Any, theirs: dict[str, Any]) -> bool:
    if not isinstance(one, list):
        return abs(one - other) <= TOLERANCE
    group = place.rpartition("/")[0]
    patients = theirs.get(f"{group}/n_patients") or theirs[f"{group}/overall/n_patients"]
    return patients < INTERVAL_PATIENTS or all(
        abs(mine - others) <= INTERVAL_TOLERANCE for mine, others in zip(one, other, strict=True)
    )
