"""Figures are made once for each choice: many readers look at the same."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from space.board.snapshot import Snapshot
    from space.charts.view import Values, View

MOST = 64


class Kept:
    """The values of the latest views of the latest snapshot. Safe for parallel threads."""

    def __init__(self, most: int = MOST):
        self._most = most
        self._snapshot: Snapshot | None = None
        self._values: OrderedDict[tuple, Values] = OrderedDict()
        self._lock = Lock()

    def values(self, view: View) -> Values:
        """View.values, made or kept."""
        track = (view.words.language, view.track)
        return {
            **self._found(view.snapshot, (*track, view.measure, *view.chosen), view.of_models),
            **self._found(view.snapshot, track, view.of_track),
        }

    def _found(self, snapshot: Snapshot, key: tuple, make: Callable[[], Values]) -> Values:
        with self._lock:
            if snapshot is not self._snapshot:
                self._values.clear()
                self._snapshot = snapshot
            elif key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            if snapshot is self._snapshot:
                self._values[key] = made
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return made
