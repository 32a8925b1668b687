"""Work on parts of a file in as many threads as there are cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def in_parts(count: int, work: Callable[[range], Result]) -> list[Result]:
    """What work(part) returns for parts that make up range(count), one a core, in their order.

    `work` releases the interpreter lock. Raises what it raises, that of the first part first.
    """
    parts = max(
        1, min(count, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )
    ends = [count * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, map(range, ends, ends[1:])))
