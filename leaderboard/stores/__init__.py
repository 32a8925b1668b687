"""Where records live. Any store that keeps these promises can stand behind the leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from leaderboard.records import Record


class Store(Protocol):
    """Keeps records for ever: none is changed or removed. Safe for callers in parallel threads and processes."""

    def add(self, record: Record, raw: Path) -> Record:
        """Keep the record and, privately, the bytes of the file at `raw`; the record as kept.

        `attempts` is set here, where nobody can come in between: one more than the same user's model has on this split.
        When a record of this id is there already, that one is returned and nothing changes. Raises StoreError when the
        bytes of `raw` are not those the record speaks of.
        """

    def find(self, record_id: str) -> Record | None:
        """The record of this id, or None."""

    def records(self) -> list[Record]:
        """All records, in the order in which they were added."""

    def raw(self, record_id: str) -> Path:
        """The private copy of a submission's file. Raises RecordNotFound."""
