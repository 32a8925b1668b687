"""Results of a store side by side: paired differences from the sums by patient that are kept of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leaderboard.errors import ComparisonError
from leaderboard.records import Comparison, HistoryGap, Record, Resampling, Submission, model_key
from leaderboard.statistics import Companion, compare
from leaderboard.stores import Store


class Comparing:
    """min_patients: differences over fewer patients are left out, as their scores are in records."""

    def __init__(self, store: Store, resampling: Resampling, min_patients: int):
        self._store = store
        self._resampling = resampling
        self._min_patients = min_patients

    def compare(self, one: Record, other: Record) -> list[Comparison]:
        """A comparison for each track that both have. Raises ComparisonError when they cannot be compared."""
        if len({(item.split, item.dataset.digest, item.scorer_version) for item in (one, other)}) > 1:
            raise ComparisonError(
                f"{one.id} and {other.id} are results on different data or by different scorers; "
                "expected two of the same table"
            )
        tracks = [track for track in one.tracks if track in other.tracks]
        if not tracks:
            raise ComparisonError(f"{one.id} and {other.id} have no track in common")
        return [self._compared(one, other, track) for track in tracks]

    def history_gaps(self, shown: Mapping[str, Sequence[tuple[str, Submission]]]) -> list[HistoryGap]:
        """For each model with a result of its own history and one of the true. shown: by track, Standings.displayed."""
        latest: dict[tuple[str, str, str], dict[str, str]] = {}
        for track, entries in shown.items():
            for record_id, submission in entries:
                key = (submission.user, model_key(submission.meta.model), track)
                latest.setdefault(key, {})[submission.meta.history_mode] = record_id
        return [
            self._gap(user, track, ids["own"], ids["gt"])
            for (user, _, track), ids in latest.items()
            if {"own", "gt"} <= ids.keys()
        ]

    def _gap(self, user: str, track: str, own: str, true: str) -> HistoryGap:
        records = [self._store.record(record_id) for record_id in (own, true)]
        comparison = self._compared(*records, track)
        return HistoryGap(
            user=user, model=records[0].meta.model, track=track, own=own, true=true, comparison=comparison
        )

    def _compared(self, one: Record, other: Record, track: str) -> Comparison:
        sums = [Companion.from_bytes(self._store.companion(item.id), (track,)).sums(track) for item in (one, other)]
        names = (f"{one.meta.model} ({one.id[:6]})", f"{other.meta.model} ({other.id[:6]})")
        found = compare(*sums, track, names, self._resampling)
        kept = [item for item in found.differences if item.kind == "headline" or item.n_patients >= self._min_patients]
        return found.model_copy(update={"differences": kept})
