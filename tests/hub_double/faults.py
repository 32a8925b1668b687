"""Faults on demand: the next requests of a kind fail, are cut off, or wait."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Literal

Drop = Literal["before", "after"]


@dataclass
class Fault:
    """What happens to the next `times` requests that match.

    method: "GET", "POST" ...; None for any. path: a regular expression found anywhere in the path with its query.
    status: answered instead of doing anything. retry_after: seconds, sent as Retry-After.
    drop: the connection is cut "before" the request is handled, or "after" it was handled and before it is answered.
    delay: seconds to wait first. times: None for ever.
    """

    path: str = ""
    method: str | None = None
    status: int | None = None
    retry_after: int | None = None
    drop: Drop | None = None
    delay: float = 0.0
    times: int | None = 1

    def matches(self, method: str, target: str) -> bool:
        """Whether it strikes this request."""
        return self.times != 0 and self.method in (None, method) and re.search(self.path, target) is not None


class Faults:
    """The faults in force; the first that matches strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, **fields: object) -> Fault:
        """Put a Fault of these fields in force."""
        fault = Fault(**fields)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, target: str) -> Fault | None:
        """The fault that strikes this request, counted."""
        with self._lock:
            fault = next((item for item in self._faults if item.matches(method, target)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
        return fault
