"""The outline of a mask along the edges of its pixels, and where its number is written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# A mask whose highest row lies in this share of the image has no room for a number above it.
_TOP_SHARE = 0.12


def outline(mask: np.ndarray) -> str:
    """A bool array [height, width] -> an SVG path in pixels whose even-odd interior is exactly the mask.

    The pixel in row 0 and column 0 covers x and y from 0 to 1. "" for an empty mask.
    """
    across: dict[tuple[int, int], list[int]] = {}
    for y, x, end in _edges(mask, forward=1):
        across.setdefault((x, y), []).append(end)
    down: dict[tuple[int, int], list[int]] = {}
    for x, y, end in _edges(mask.T, forward=-1):
        down.setdefault((x, y), []).append(end)
    return "".join(_loop(*corner, across, down) for corner in sorted(across) if across[corner])


def label_place(mask: np.ndarray) -> tuple[float, float, bool] | None:
    """Where the number of a mask [height, width] goes: x and y in pixels, and whether it stands above that point.

    It stands above the middle of the highest row, or below that of the lowest where there is no room; None for an empty
    mask.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    above = bool(rows[0] >= _TOP_SHARE * len(mask))
    row = int(rows[0] if above else rows[-1])
    columns = np.flatnonzero(mask[row])
    return float(columns[len(columns) // 2] + 0.5), float(row if above else row + 1), above


def _edges(mask: np.ndarray, forward: int) -> Iterator[tuple[int, int, int]]:
    """The straight edges between rows as (line, from, to); `forward` is 1 where those above the mask run rightwards,
    -1 where those below do."""
    steps = np.diff(mask.astype(np.int8), axis=0, prepend=0, append=0)
    for sign in (1, -1):
        turns = np.diff((steps == sign).astype(np.int8), axis=1, prepend=0, append=0)
        lines, starts = (found.tolist() for found in np.nonzero(turns == 1))
        stops = np.nonzero(turns == -1)[1].tolist()
        yield from zip(lines, *((starts, stops) if sign == forward else (stops, starts)), strict=True)


def _loop(x: int, y: int, across: dict, down: dict) -> str:
    """The outline that leaves a corner, until it is closed; takes its edges out of both mappings.

    Every corner is entered and left equally often, and across and down take turns: it always comes back.
    """
    steps = [f"M{x} {y}"]
    while across.get((x, y)):
        x = across[x, y].pop()
        y = down[x, y].pop()
        steps.append(f"H{x}V{y}")
    return "".join(steps) + "Z"
