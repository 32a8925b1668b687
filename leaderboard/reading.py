"""Open a predictions file of either format within limits. No problem of a file's content raises: it is reported."""

from __future__ import annotations

from pathlib import Path

from leaderboard.jsonlines import read_jsonlines
from leaderboard.parquet import read_parquet
from leaderboard.predictions import Limits, RawPredictions, TooLarge, normalise
from leaderboard.report import Problem, ProblemCollector, shorten

__all__ = ["Limits", "read_predictions"]


def read_predictions(path: Path, limits: Limits, problems: ProblemCollector) -> RawPredictions | None:
    """The rows of `path`, or None when nothing can be said about rows; every fault found is in `problems`.

    Raises OSError (FileNotFoundError, IsADirectoryError ...) when the file itself cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        problems.add(Problem(kind="empty_file", value="0 bytes", expected="rows of predictions"))
        return None
    if size > limits.file_bytes:
        problems.add(
            Problem(kind="too_large", value=f"{size:,} bytes", expected=f"at most {limits.file_bytes:,} bytes")
        )
        return None
    try:
        columns = _read(path, head, limits, problems)
    except TooLarge as error:
        problems.add(error.problem)
        return None
    if columns is None:
        return None
    if not columns.rows:
        problems.add(Problem(kind="empty_file", value="0 rows", expected="rows of predictions"))
        return None
    return normalise(columns, problems)


def _read(path: Path, head: bytes, limits: Limits, problems: ProblemCollector):
    if head.startswith(b"PAR1"):
        return read_parquet(path, limits, problems)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return read_jsonlines(path, limits, problems)
    expected = "Parquet, or JSON Lines (one object a line)"
    if text.startswith(b"["):
        expected += "; a JSON array is neither"
    elif head.startswith(b"\x1f\x8b"):
        expected += "; unpack the gzip archive first"
    problems.add(Problem(kind="not_predictions", value=shorten(head[:24].decode("latin-1")), expected=expected))
    return None
