"""Coroutines in a thread of their own: that of the tests may have the loop of a browser running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_apart(coroutine: Coroutine) -> Any:
    """What the coroutine returns or raises."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, coroutine).result()
