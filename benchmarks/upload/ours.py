"""An upload to the leaderboard, and its table, as a server does them. Each function is run in a process of its own.

The truth is read and compiled loops are loaded before the clock starts, as in a server that is up.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import masks
from benchmarks.upload.processes import UPLOADS, timed
from leaderboard import Leaderboard, SubmissionMeta, Truth
from leaderboard.records import NSD_TOLERANCE
from leaderboard.stores.sqlite import SqliteStore

META = SubmissionMeta(model="Made-up model", history_mode="own", signed="The benchmark")
CALLS = 20


def upload(truth: str, predictions: str, store: str, boundary: bool) -> dict[str, Any]:
    """Submit a predictions file to new stores `store`-0 and so on, one after the other, up to the finished record."""
    loaded, loading = timed(lambda: Truth.load(truth))
    seconds = []
    for number in range(UPLOADS):
        board = _board(loaded, f"{store}-{number}", boundary)
        record, spent = timed(lambda board=board: board.submit(predictions, META, "benchmark"))
        seconds.append(spent)
    return {"seconds": seconds, "loading": loading, "record": record.model_dump(mode="json")}


def first_tables(truth: str, predictions: str, store: str, track: str, user: str) -> dict[str, Any]:
    """A table that nobody has made yet, the same again, and after one more submission to the process that made it."""
    board = _board(Truth.load(truth), store)
    rows, made = timed(lambda: board.table(track))
    warm = statistics.median(timed(lambda: board.table(track))[1] for _ in range(CALLS))
    after = _after_another(board, predictions, track, user)
    return {"rows": len(rows), "made": made, "warm": warm, "after": after}


def later_tables(truth: str, predictions: str, store: str, track: str, user: str) -> dict[str, Any]:
    """A table that another process has made, and after one more submission."""
    board = _board(Truth.load(truth), store)
    rows, found = timed(lambda: board.table(track))
    after = _after_another(board, predictions, track, user)
    return {"rows": len(rows), "found": found, "after": after}


def _after_another(board: Leaderboard, predictions: str, track: str, user: str) -> float:
    before = len(board.table(track))
    board.submit(predictions, META, user)
    rows, seconds = timed(lambda: board.table(track))
    if len(rows) != before + 1:
        raise RuntimeError(f"{len(rows)} rows after one more submission than {before}")
    return seconds


def _board(truth: Truth, store: str, boundary: bool = False) -> Leaderboard:
    one = (truth.counts[:1], truth.counts[:1], *truth.size[:1].T)
    masks.overlap_counts(*one)
    if boundary:
        masks.boundary_distances(*one, truth.spacing[:1], tolerances=(NSD_TOLERANCE,))
    return Leaderboard(truth, SqliteStore(Path(store)), boundary=boundary)
