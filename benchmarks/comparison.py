"""Compares `masks` with its peers: their results first, then their speed, then a table of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from rich import box
from rich.table import Table

from benchmarks.peers import Peer
from benchmarks.timing import Contender, race, ratio

THREADS = (1, 2)
# How far results may lie apart, absolutely and relatively: some peers compute in float32, which holds seven digits.
# What is not named must be equal.
TOLERANCES = {"iou": (1e-12, 0), "hd95": (1e-4, 1e-6), "nsd": (1e-4, 0)}
HOLDS_ONE_SPACING = "one spacing only"


class DisagreementError(RuntimeError):
    """A peer and `masks` differ: one of the two is wrong, and to time it would tell nothing."""


@dataclass(frozen=True)
class Work:
    """What one table measures: items that can be counted and thinned out, and what is said of them."""

    title: str
    items: Any  # Pairs or Stack
    unequal_spacing: bool = False


@dataclass
class Row:
    """A line of a table. Speeds in items per second and ratios, one for each of THREADS; a word instead if not run."""

    name: str
    word: str = ""
    speeds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    target: float | None = None

    def cells(self) -> list[str]:
        if self.word:
            return [f"{self.name} ({self.word})", *[""] * 5]
        return [
            self.name,
            *(f"{speed:,.0f}" for speed in self.speeds),
            *([f"{times:.1f} x" for times in self.ratios] or ["", ""]),
            f"{self.target:g} x" if self.target else "",
        ]


def compare(
    work: Work,
    ours: Peer,
    peers: Sequence[Peer],
    rounds: int,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> list[Row]:
    """One row for `masks` and one for every peer. Raises DisagreementError before anything is timed."""
    words = {peer.name: _why_not(work, peer) for peer in peers}
    entrants = [ours, *(peer for peer in peers if not words[peer.name])]
    contenders: dict[str, list[Contender]] = {}
    for peer in entrants:
        items = _thinned(work.items, peer.at_most)
        check_agreement(peer, ours, items)
        contenders[peer.name] = [
            Contender(lambda p=peer, i=items, t=threads: p.run(i, t), len(items)) for threads in THREADS
        ]
    race([contender for pair in contenders.values() for contender in pair], rounds, progress=progress)
    rows = [Row(ours.name, speeds=[contender.speed for contender in contenders[ours.name]])]
    for peer in peers:
        if words[peer.name]:
            rows.append(Row(peer.name, word=words[peer.name]))
            continue
        single, double = contenders[peer.name]
        # Threads that wait for each other are nobody's choice: what is faster is compared with.
        best = (single, max(single, double, key=lambda contender: contender.speed))
        ratios = [ratio(mine, theirs) for mine, theirs in zip(contenders[ours.name], best, strict=True)]
        rows.append(Row(peer.name, "", [single.speed, double.speed], ratios, peer.target))
    return rows


def check_agreement(peer: Peer, ours: Peer, items: Any) -> None:
    """Raises DisagreementError for the first item on which the peer, in any number of threads, differs from `masks`."""
    expected = ours.run(items, 1)
    for threads in THREADS:
        for key, found in peer.run(items, threads).items():
            theirs, mine = _comparable(found), _comparable(expected[key])
            if len(theirs) != len(mine):
                raise DisagreementError(f"{peer.name} gives {len(theirs)} {key}, {ours.name} {len(mine)}")
            for item, pair in enumerate(zip(theirs, mine, strict=True)):
                if not _agree(*pair, TOLERANCES.get(key)):
                    values = " and ".join(_shown(value) for value in pair)
                    raise DisagreementError(f"{key} of item {item} by {peer.name} and by {ours.name}: {values}")


def markdown(rows: Iterable[Row], items: str) -> str:
    lines = [_header(items), ["---"] * 6, *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rich_table(title: str, rows: Iterable[Row], items: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    for place, name in enumerate(_header(items)):
        table.add_column(name.replace(", ", "\n"), justify="right" if place else "left", no_wrap=place > 0)
    for row in rows:
        table.add_row(*row.cells())
    return table


def _header(items: str) -> list[str]:
    counts = [f"{threads} thread{'s' if threads > 1 else ''}" for threads in THREADS]
    speeds = [f"{items}/s, {count}" for count in counts]
    return ["", *speeds, *(f"faster by, {count}" for count in counts), "target"]


def _why_not(work: Work, peer: Peer) -> str:
    """Why a peer cannot do this work here, or ""."""
    if peer.missing():
        return f"{peer.missing()} is not installed"
    return HOLDS_ONE_SPACING if work.unequal_spacing and peer.isotropic else ""


def _thinned(items: Any, at_most: int | None) -> Any:
    return items if at_most is None or len(items) <= at_most else items.spread(at_most)


def _comparable(values: Any) -> Sequence:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return [text.encode() for text in values.to_pylist()]
    return values


def _agree(one: Any, other: Any, tolerance: tuple[float, float] | None) -> bool:
    if tolerance is None:
        return np.array_equal(one, other)
    absolute, relative = tolerance
    return bool(abs(one - other) <= absolute + relative * abs(other))


def _shown(value: Any) -> str:
    return f"an array {list(value.shape)}" if isinstance(value, np.ndarray) and value.ndim > 1 else str(value)
