"""Open a predictions file of either format within limits. No problem of a file's content raises: it is reported."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow.compute as pc

from leaderboard.files import gzipped
from leaderboard.files.columns import Columns, RawPredictions, normalise
from leaderboard.files.jsonlines import read_jsonlines
from leaderboard.files.limits import Limits
from leaderboard.files.parquet import read_parquet
from leaderboard.files.refused import Refused, too_large
from leaderboard.problems import Problem, ProblemCollector, shorten

_PARQUET = b"PAR1"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HINTS = (  # first bytes -> what to do instead
    (b"[", "a JSON array is neither"),
    (b"PK\x03\x04", "unpack the zip archive first"),
    (b"\x28\xb5\x2f\xfd", "unpack the zstd archive first"),
    (gzipped.MAGIC, "a file is packed once"),
    (_PARQUET, "a Parquet file is sent as it is, without gzip around it"),
)


def read_predictions(path: Path, limits: Limits, problems: ProblemCollector) -> RawPredictions | None:
    """The rows of `path`, or None when nothing can be said about rows; every fault found is in `problems`.

    Raises OSError (FileNotFoundError, IsADirectoryError ...) when the file itself cannot be opened.
    """
    try:
        columns = _read(path, limits, problems)
        if columns is not None and columns.rows:
            _check_dialogues(columns, limits)
    except Refused as error:
        problems.add(error.problem)
        return None
    if columns is None:
        return None
    if not columns.rows:
        problems.add(Problem(kind="empty_file", value="0 rows", expected="rows of predictions"))
        return None
    return normalise(columns, limits, problems)


def _read(path: Path, limits: Limits, problems: ProblemCollector) -> Columns | None:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.peek(len(_PARQUET))
        if not head:
            raise Refused(Problem(kind="empty_file", value="0 bytes", expected="rows of predictions"))
        if size > limits.file_bytes:
            raise too_large(f"{size:,} bytes", f"at most {limits.file_bytes:,} bytes")
        if head.startswith(_PARQUET):
            return read_parquet(path, limits, problems)
        if head.startswith(gzipped.MAGIC):
            with gzipped.unzipped(file, limits) as stream:
                return _read_lines(stream, limits, problems)
        return _read_lines(file, limits, problems)


def _read_lines(stream: BinaryIO, limits: Limits, problems: ProblemCollector) -> Columns:
    head = stream.peek(1)
    if not head:
        raise Refused(Problem(kind="empty_file", value="0 bytes in a gzip archive", expected="rows of predictions"))
    if head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{"):
        return read_jsonlines(stream, limits, problems)
    expected = "Parquet, or JSON Lines (one object a line), as it is or packed with gzip"
    for magic, hint in _HINTS:
        if head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(magic):
            expected += f"; {hint}"
    raise Refused(Problem(kind="not_predictions", value=shorten(head[:24].decode("latin-1")), expected=expected))


def _check_dialogues(columns: Columns, limits: Limits) -> None:
    if columns.rows <= limits.dialogues or "dialogue_id" not in columns.arrays:
        return
    distinct = pc.count_distinct(columns.arrays["dialogue_id"]).as_py()
    if distinct > limits.dialogues:
        raise too_large(f"{distinct:,} distinct values", f"at most {limits.dialogues:,}", columns.fields["dialogue_id"])
