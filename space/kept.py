"""What was made of a snapshot is made once: many readers look at the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from space.board.snapshot import Snapshot


@dataclass
class _Making:
    of: Snapshot  # held, so that its id is no other's
    lock: Lock = field(default_factory=Lock)
    made: list[Any] = field(default_factory=list)


class Kept:
    """The `most` things that were asked for last. Safe for parallel threads: who asks for one that is being made waits
    for it alone."""

    def __init__(self, most: int):
        self._most = most
        self._makings: OrderedDict[tuple[int, Any], _Making] = OrderedDict()
        self._lock = Lock()

    def get(self, snapshot: Snapshot, key: Any, make: Callable[[], Any]) -> Any:
        """`make()`, or what it gave for this very snapshot and key before. Raises what it raises, and keeps nothing."""
        making = self._making(snapshot, key)
        with making.lock:
            if not making.made:
                making.made.append(make())
            return making.made[0]

    def _making(self, snapshot: Snapshot, key: Any) -> _Making:
        with self._lock:
            making = self._makings.setdefault((id(snapshot), key), _Making(snapshot))
            self._makings.move_to_end((id(snapshot), key))
            while len(self._makings) > self._most:
                self._makings.popitem(last=False)
            return making
