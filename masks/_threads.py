"""Rows in several threads, for kernels that release the interpreter lock.

Python's threads and not numba's: the pool of numba ends the process when two threads of a web server enter it at once,
and does not survive a fork.
"""

import os
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

# Handing out so many costs nothing beside computing them, and no thread is left alone with a long last block.
MOST_ROWS_A_BLOCK = 2048
BLOCKS_A_THREAD = 4


def in_blocks(rows: int, threads: int | None, work: Callable[[int, int], Result], least: int = 512) -> list[Result]:
    """What work(first, last) returns for blocks that make up range(rows), in their order.

    threads=None takes every core of this process. least: rows that take as long as starting a thread. The calling
    thread works as well. Where work raises, no further block is begun and the error is raised here.
    """
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 2 or rows <= least:
        return [work(0, rows)]
    size = min(max(-(-rows // (BLOCKS_A_THREAD * threads)), least), MOST_ROWS_A_BLOCK)
    starts = range(0, rows, size)
    left = iter(starts)  # the interpreter lock sees to it that no two threads are given the same one
    results: dict[int, Result] = {}
    errors: list[BaseException] = []

    def take_blocks() -> None:
        try:
            for first in left:
                if errors:
                    break
                results[first] = work(first, min(first + size, rows))
        except BaseException as error:
            errors.append(error)

    helpers = [threading.Thread(target=take_blocks, daemon=True) for _ in range(min(threads, len(starts)) - 1)]
    for helper in helpers:
        helper.start()
    take_blocks()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]
    return [results[first] for first in starts]
