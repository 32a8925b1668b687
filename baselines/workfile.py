"""The work file of a run: every answered turn as one JSON line, appended as it happens, so that a run can be resumed.

A finished run renames it to the run's log beside the predictions file. Lines of another run (another hash), torn lines
and lines that follow a missing turn of their dialogue do not count.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from baselines.protocol import STATUSES, Status


@dataclass(frozen=True)
class TurnRecord:
    """What a model answered at one turn. `mask` is COCO RLE {size, counts}, or None where it gave none."""

    run: str
    dialogue_id: str
    language: str
    turn: int
    status: Status
    mask: dict | None
    text: str
    meta: dict
    seconds: float


class WorkFile:
    """Reads the turns of `run` that `path` already holds, then appends to it. Use as a context manager."""

    def __init__(self, path: Path, run: str):
        self.path = path
        self.run = run
        self._lines: dict[tuple[str, str], list[TurnRecord]] = defaultdict(list)
        self._file: IO[str] | None = None

    def __enter__(self) -> "WorkFile":
        torn = False
        if self.path.exists():
            with self.path.open("rb") as lines:
                for line in lines:
                    torn = not line.endswith(b"\n")
                    record = _parse(line)
                    if record is not None and record.run == self.run:
                        self._lines[record.dialogue_id, record.language].append(record)
        self._file = self.path.open("a", encoding="utf-8", newline="\n")
        if torn:
            # A record appended to a torn line would be lost with it.
            self._file.write("\n")
        return self

    def __exit__(self, kind, error, trace) -> None:
        self._file.close()

    def answered(self, dialogue_id: str, language: str, turns: Iterable[int]) -> list[TurnRecord]:
        """The records of the leading turns of a dialogue, of which `turns` are asked in this order."""
        order = {turn: place for place, turn in enumerate(turns)}
        kept: list[TurnRecord] = []
        for record in self._lines.pop((dialogue_id, language), []):
            place = order.get(record.turn)
            if place is not None and place <= len(kept):
                # An answer given again makes those that followed the first one stale.
                kept = [*kept[:place], record]
        return kept

    def append(self, record: TurnRecord) -> None:
        self._file.write(json.dumps(asdict(record), ensure_ascii=False, default=repr) + "\n")
        self._file.flush()


def _parse(line: bytes) -> TurnRecord | None:
    """The record on a line, None for a line that was not written whole."""
    try:
        record = TurnRecord(**json.loads(line))
    except (ValueError, TypeError):
        return None
    return record if record.status in STATUSES else None
