"""Rows in several threads, for kernels that release the interpreter lock.

Python's threads and not numba's: the pool of numba ends the process when two threads of a web server enter it at once,
and does not survive a fork.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# Fewer rows than this take less time than starting a thread.
ROWS_A_BLOCK = 2048


def in_blocks(rows: int, threads: int | None, work: Callable[[int, int], object]) -> None:
    """Call work(first, last) on blocks that make up range(rows); threads=None takes every core of this process."""
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 2 or rows <= ROWS_A_BLOCK:
        work(0, rows)
        return
    starts = range(0, rows, ROWS_A_BLOCK)
    with ThreadPoolExecutor(threads) as pool:
        # list() so that an error in a block is raised here.
        list(pool.map(lambda first: work(first, min(first + ROWS_A_BLOCK, rows)), starts))
