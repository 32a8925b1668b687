"""Rows in several threads, for kernels that release the interpreter lock.

Python's threads and not numba's: the pool of numba ends the process when two threads of a web server enter it at once,
and does not survive a fork.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

# Handing out so many costs nothing beside computing them, and no thread is left alone with a long last block.
MOST_ROWS_A_BLOCK = 2048
BLOCKS_A_THREAD = 4


def in_blocks(rows: int, threads: int | None, work: Callable[[int, int], Result], least: int = 512) -> list[Result]:
    """What work(first, last) returns for blocks that make up range(rows), in their order.

    threads=None takes every core of this process. least: rows that take as long as starting a thread.
    """
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 2 or rows <= least:
        return [work(0, rows)]
    size = min(max(-(-rows // (BLOCKS_A_THREAD * threads)), least), MOST_ROWS_A_BLOCK)
    starts = range(0, rows, size)
    with ThreadPoolExecutor(min(threads, len(starts))) as pool:
        return list(pool.map(lambda first: work(first, min(first + size, rows)), starts))
