"""What other libraries offer for the work of `masks`: each peer does what its users would do, as fast as it can.

A peer is handed what it takes (dicts with the string as bytes, arrays) ready made; only its call is timed. What it
returns is compared with what `masks` returns before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Peer:
    """One way to do the work of a group.

    run takes the work (Pairs or Stack) and a number of threads; it returns results by name, each with one entry an
    item. A peer that holds the interpreter lock is run in two threads all the same: the table shows what that gives.
    """

    name: str
    packages: tuple[str, ...]  # the distributions that it needs
    run: Callable[[Any, int], dict[str, Any]]
    at_most: int | None = None  # so many items are enough to time it
    isotropic: bool = False  # it knows one spacing only, not one for rows and one for columns
    target: float | None = None  # how many times as fast `masks` should be

    def missing(self) -> str:
        """The first distribution that it needs and that is not installed; "" if it can run."""
        return next((package for package in self.packages if not _version(package)), "")


def versions(peers: Iterable[Peer]) -> list[str]:
    """Every installed distribution that the peers need, with its version."""
    packages = sorted({package for peer in peers for package in peer.packages})
    return [f"{package} {_version(package)}" for package in packages if _version(package)]


def in_threads(function: Callable[[slice], list], rows: int, threads: int) -> list:
    """The lists that `function` returns for so many equal parts of range(rows), each in a thread of its own, as one."""
    if threads == 1:
        return function(slice(0, rows))
    edges = np.linspace(0, rows, threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        parts = pool.map(function, [slice(*part) for part in pairwise(edges)])
        return [item for part in parts for item in part]


def hotcoco() -> ModuleType:
    """Its functions on masks; imported when first asked for, as with every peer."""
    from hotcoco import mask

    return mask


def pycocotools() -> ModuleType:
    """Its functions on masks."""
    from pycocotools import mask

    return mask


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
