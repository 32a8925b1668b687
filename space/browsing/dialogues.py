"""The one door to the data set: its index, made in the background, and its dialogues one by one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pyarrow as pa

from leaderboard.stores.opening import HUB
from space.browsing.groups import read_group
from space.browsing.index import Filters, Index, IndexBuilder
from space.browsing.reading import ALL_COLUMNS, PUBLIC_COLUMNS, Dialogue, make_dialogue
from space.browsing.recent import Recent
from space.browsing.shards import BrowsingError, Shard, find_shards
from space.browsing.summary import Summary

RETRY_SECONDS = 60
_GROUP_BYTES = 64 * 2**20
_DIALOGUES_KEPT = 64
# Over the network a read is mostly waiting.
_HUB_READERS = 8
_log = logging.getLogger(__name__)


class Dialogues:
    """The dialogues of a built data set. Threads may share it."""

    def __init__(self, place: str | Path, endpoint: str | None = None):
        self._place = place
        self._endpoint = endpoint
        self._index: Index | None = None
        self._builder: IndexBuilder | None = None
        self._problem: str | None = None
        self._stopped = Event()
        self._settled = Event()
        self._groups: Recent[pa.Table] = Recent(_GROUP_BYTES, lambda table: table.nbytes)
        self._dialogues: Recent[Dialogue] = Recent(_DIALOGUES_KEPT)

    @classmethod
    def open(cls, place: str | Path, endpoint: str | None = None) -> Dialogues:
        """Those of the folder mturn-seg/ or of "hub:ORG/NAME", on another Hub by its `endpoint`. Reads nothing yet."""
        return cls(place, endpoint)

    def start(self) -> None:
        """Makes the index in a thread of its own. While the place cannot be reached, it tries again every minute."""
        Thread(target=self._make_index, name="browsing-index", daemon=True).start()

    def stop(self) -> None:
        """Ends the tries to reach the place."""
        self._stopped.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the first try was over within `seconds`: then it is ready, or there is a problem."""
        return self._settled.wait(seconds)

    @property
    def ready(self) -> bool:
        """Whether the index stands, so that dialogues can be found."""
        return self._index is not None

    @property
    def problem(self) -> str | None:
        """Why there is no index: "missing", "unreadable" or "unreachable"; None when it stands or is being made."""
        return self._problem

    @property
    def read_so_far(self) -> int:
        """How many dialogues the index has taken in."""
        return self._builder.dialogues if self._builder is not None else 0

    @property
    def index(self) -> Index:
        """The index. Raises BrowsingError before it is ready."""
        if self._index is None:
            raise BrowsingError(self._problem or "unreachable", "the index is not ready")
        return self._index

    def summary(self) -> Summary | None:
        """The data set in numbers; None before the index is ready."""
        return self._index.summary if self._index is not None else None

    def matching(self, filters: Filters) -> np.ndarray:
        """Positions of the dialogues that pass every filter, ascending. Raises BrowsingError before it is ready."""
        return self.index.matching(filters)

    def dialogue(self, identifier: str) -> Dialogue:
        """One dialogue by its id. Raises BrowsingError: "missing" for an unknown id."""
        index = self.index
        if identifier not in index.positions:
            raise BrowsingError("missing", f"no dialogue has the id {identifier!r}")
        return self._dialogues.get(identifier, lambda: self._read(index, identifier))

    def _read(self, index: Index, identifier: str) -> Dialogue:
        place = index.place(index.positions[identifier])
        shard = index.shards[place.shard]
        columns = PUBLIC_COLUMNS if shard.hidden else ALL_COLUMNS
        # Neighbours share a row group: going through them reads it once.
        group = self._groups.get((place.shard, place.group), lambda: shard.read(place.group, columns))
        [row] = group.slice(place.row, 1).to_pylist()
        return make_dialogue(row, shard.split, shard.hidden)

    def _make_index(self) -> None:
        while not self._stopped.is_set():
            try:
                self._index = self._built()
                self._problem = None
            except BrowsingError as error:
                _log.warning("The data set to browse is %s: %s", error.reason, error)
                self._problem = error.reason
            except Exception:
                # Whatever is wrong with the files, the page has to say so.
                _log.exception("The data set to browse cannot be indexed")
                self._problem = "unreadable"
            self._settled.set()
            if self._problem != "unreachable" or self._stopped.wait(RETRY_SECONDS):
                return

    def _built(self) -> Index:
        shards = find_shards(self._place, self._endpoint)
        self._builder = builder = IndexBuilder(shards)
        for shard, group, read in _groups(shards, _HUB_READERS if str(self._place).startswith(HUB) else 1):
            builder.add(shard, group, read)
        return builder.index()


def _groups(shards: list[Shard], readers: int) -> Iterator[tuple]:
    """(shard, group, what read_group gives) of all row groups in their order."""
    places = [(at, group) for at, shard in enumerate(shards) for group in range(shard.footer.num_row_groups)]
    with ThreadPoolExecutor(readers) as pool:
        read = pool.map(lambda place: (*place, read_group(shards[place[0]], place[1])), places)
        yield from read
