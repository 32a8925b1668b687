"""What one predictions file may cost, in numbers that whoever runs the leaderboard sets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from leaderboard.errors import SubmissionError

PREFIX = "MTURN_SEG_LIMIT_"


@dataclass(frozen=True)
class Limits:
    """What one file may cost; a file beyond a limit is refused with one problem. Every limit is 1 or more.

    file_bytes: size of the file as it is sent, in bytes.
    rows: rows of predictions.
    row_groups: row groups of a Parquet file; what else its footer may describe grows with them.
    decoded_bytes: bytes after decompression, of the columns that are read or of a gzip-compressed file, and bytes of
        the texts that come of them; memory grows to about twice as much. One Parquet page may take a quarter of it.
    line_bytes: one line of JSON Lines, in bytes.
    rle_chars: one mask's counts, or any other text of a row, in bytes (ASCII characters).
    dialogues: distinct values of dialogue_id.

    Raises SubmissionError for a limit that is no positive whole number.
    """

    file_bytes: int = 512 * 2**20
    rows: int = 2_000_000
    row_groups: int = 5_000
    decoded_bytes: int = 512 * 2**20
    line_bytes: int = 2 * 2**20  # a mask of rle_chars, every one of them a backslash that JSON writes as two
    rle_chars: int = 1_000_000
    dialogues: int = 1_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SubmissionError(f"limit {field.name} is {value!r}; expected a positive whole number")

    @property
    def page_bytes(self) -> int:
        """One Parquet page after decompression, in bytes."""
        return self.decoded_bytes // 4

    @property
    def pages(self) -> int:
        """Pages of a Parquet file in all."""
        return 40 * self.row_groups

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **changes: int) -> Limits:
        """The limits that variables such as MTURN_SEG_LIMIT_ROWS set; `changes` go before them.

        Raises SubmissionError for a variable of that prefix that names no limit and for a value that is no positive
        whole number.
        """
        names = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        values = {}
        for variable, text in environment.items():
            if not variable.startswith(PREFIX):
                continue
            if variable not in names:
                raise SubmissionError(f"{variable} names no limit; expected one of {', '.join(names)}")
            if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text)):
                raise SubmissionError(f"{variable} is {text[:40]!r}; expected a positive whole number")
            values[names[variable]] = int(text)
        return cls(**(values | changes))
