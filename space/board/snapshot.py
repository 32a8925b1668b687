"""All that readers see of the results, at one moment. It is replaced as a whole and never changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from leaderboard import HistoryGap, Record, TableRow, TrackScore


@dataclass(frozen=True)
class Snapshot:
    """The tables of the ranked board with the records behind them, and the history gaps of the validation board."""

    made: str  # UTC, ISO 8601
    tables: dict[str, list[TableRow]]  # by track, every track of the split
    records: dict[str, Record]  # by id, each that stands in a table
    gaps: list[HistoryGap] = field(default_factory=list)
    unreachable_since: str | None = None  # UTC; then all else is as it was last seen

    def row(self, track: str, record_id: str) -> TableRow | None:
        """The row of a record in a track's table."""
        return next((row for row in self.tables.get(track, []) if row.record_id == record_id), None)

    def score(self, track: str, record_id: str) -> TrackScore | None:
        """All scores of a record in a track; None where it stands in no table or lacks the track."""
        record = self.records.get(record_id)
        return None if record is None else record.tracks.get(track)

    def cut_off(self, since: str | None) -> Snapshot:
        """The same results, not to be reached since that moment; None: reached again."""
        return replace(self, unreachable_since=since)
