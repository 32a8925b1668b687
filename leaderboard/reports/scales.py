"""Where the axes of figures end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from matplotlib.ticker import MaxNLocator

from leaderboard.records import Cell

Measure = Literal["dice", "iou"]
MEASURES = {"dice": "Dice", "iou": "IoU"}

_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)


def rounded_up(value: float) -> float:
    """The next of a few round numbers from 0.01 to 1, so that figures of like results have like axes."""
    return next((limit for limit in _ENDS if value <= limit), 1.0)


def upper_limit(cells: Iterable[Cell], measure: Measure) -> float:
    """A round number at or above every mean and the upper end of every interval."""
    ends = [end for cell in cells for end in (getattr(cell, measure), *(getattr(cell, f"{measure}_interval") or ()))]
    return rounded_up(max((end for end in ends if end is not None), default=0))


def round_ticks() -> MaxNLocator:
    """A few ticks at round numbers."""
    return MaxNLocator(5, steps=[1, 2, 5, 10])
