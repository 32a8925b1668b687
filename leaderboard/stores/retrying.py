"""Patience with a server: what passes by itself is tried again, with growing waits, until a deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from leaderboard.errors import StoreError

Result = TypeVar("Result")


class Passing(Exception):  # noqa: N818 - a report, not an error that leaves the stores
    """A call failed in a way that passes by itself.

    after: seconds that the server asked to wait, or None.
    """

    def __init__(self, reason: str, after: float | None = None):
        super().__init__(reason)
        self.after = after


class Patience:
    """How long one call may take in all, waits included.

    seconds: the deadline from now. first, longest: seconds of the first wait and of the longest; they double between,
    and the real wait is drawn evenly between nothing and that, so that those who met once do not meet again.
    """

    def __init__(self, seconds: float, first: float = 0.2, longest: float = 8.0):
        self.seconds = seconds
        self._first = first
        self._longest = longest
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds to the deadline, at least 0."""
        return max(0.0, self._end - time.monotonic())

    def wait(self, tries: int, failure: Passing) -> None:
        """Sleep before the next try, after `tries` that failed. Raises StoreError when the deadline comes first."""
        pause = random.uniform(0, min(self._longest, self._first * 2 ** min(tries - 1, 30)))
        if failure.after is not None:
            pause += failure.after  # asked of everybody at once, so the draw comes on top
        if pause >= self.left:
            raise StoreError(f"{failure}; given up after {tries} tries in {self.seconds:g} s") from failure
        time.sleep(pause)


def retried(call: Callable[[], Result], patience: Patience) -> Result:
    """What `call` returns in the end; it raises Passing to be called again. Raises StoreError after the deadline."""
    tries = 0
    while True:
        try:
            return call()
        except Passing as failure:
            tries += 1
            patience.wait(tries, failure)
