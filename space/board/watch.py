"""Keeps the tables ready: readers get the latest snapshot at once, whatever the store is doing."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from functools import lru_cache

from leaderboard import Comparison, DataFacts, Record, data_facts
from leaderboard.records import moment
from space.board.boards import Boards
from space.board.keeping import Keeper
from space.board.snapshot import Snapshot

COMPARISONS_KEPT = 256

log = logging.getLogger(__name__)


class Watch:
    """Looks at the store every `every_s` seconds and after every change that is made here.

    When the store cannot be reached the last snapshot stays, marked with the time since when. keeper: keeps the last
    tables on disk for a start without a store; None keeps none.
    """

    def __init__(self, boards: Boards, *, every_s: float = 30.0, keeper: Keeper | None = None):
        self.data: DataFacts = data_facts(boards.ranked.truth)
        self._boards = boards
        self._every_s = every_s
        self._keeper = keeper
        self._version: str | None = None
        self._records: dict[str, Record] = {}  # they never change
        self._refreshing = threading.Lock()
        self._ended = threading.Event()
        self._compared = lru_cache(COMPARISONS_KEPT)(boards.ranked.compare)
        self.snapshot = self._last_known()

    def refresh(self) -> Snapshot:
        """Bring the snapshot up to date now; it. Never raises: a store that cannot be reached is told in it."""
        with self._refreshing:
            try:
                self._look()
            except Exception:
                log.exception("the results cannot be read")
                if self.snapshot.unreachable_since is None:
                    self.snapshot = self.snapshot.cut_off(_now())
            return self.snapshot

    def comparison(self, one: str, other: str) -> list[Comparison]:
        """Leaderboard.compare of two records of the ranked split; answers are kept. Raises what that raises."""
        return list(self._compared(one, other))

    def start(self) -> None:
        """Refresh once, then from a thread until `stop`."""
        self.refresh()
        threading.Thread(target=self._keep_looking, name="watch", daemon=True).start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()

    def _last_known(self) -> Snapshot:
        """What was kept of this data at the last run, until the results are read; empty tables where nothing was."""
        last = None if self._keeper is None else self._keeper.last()
        if last is None or last.data != self.data.label:
            return Snapshot(made=_now(), tables={track: [] for track in self.data.tracks}, records={})
        tables = {track: last.tables.get(track, []) for track in self.data.tracks}
        return Snapshot(made=last.made, tables=tables, records={})

    def _keep_looking(self) -> None:
        while not self._ended.wait(self._every_s):
            self.refresh()

    def _look(self) -> None:
        store = self._boards.ranked.store
        store.renew()
        version = store.version()
        if version != self._version:
            self.snapshot = self._made()
            self._version = version
            if self._keeper is not None:
                self._keeper.keep(self.snapshot.tables, self.data.label, self.snapshot.made)
        elif self.snapshot.unreachable_since is not None:
            self.snapshot = self.snapshot.cut_off(None)

    def _made(self) -> Snapshot:
        made = _now()
        board, validation = self._boards.ranked, self._boards.validation
        tables = {track: board.table(track) for track in self.data.tracks}
        shown = {row.record_id for rows in tables.values() for row in rows}
        self._records = {
            record_id: self._records.get(record_id) or board.record(record_id) for record_id in sorted(shown)
        }
        gaps = [] if validation is None else validation.history_gaps()
        return Snapshot(made=made, tables=tables, records=dict(self._records), gaps=gaps)


def _now() -> str:
    return moment(datetime.now(UTC))
