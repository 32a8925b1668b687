"""The last tables on disk, to be shown when the app starts and the results cannot be reached."""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from leaderboard import TableRow

log = logging.getLogger(__name__)


class LastTables(BaseModel):
    """Tables as they were last seen. made: UTC, ISO 8601. data: version and digest as the page shows them."""

    model_config = ConfigDict(frozen=True)

    made: str
    data: str
    tables: dict[str, list[TableRow]]


class Keeper:
    """One file, written beside and renamed. Nothing depends on it: what cannot be written or read is only logged."""

    def __init__(self, path: Path):
        self._path = path

    def keep(self, tables: dict[str, list[TableRow]], data: str, made: str) -> None:
        """Keep these tables in place of the last ones."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(LastTables(made=made, data=data, tables=tables).model_dump_json(), encoding="utf-8")
            beside.replace(self._path)
        except OSError:
            log.exception("the last tables could not be kept")

    def last(self) -> LastTables | None:
        """The last tables, or None where there are none that can be read."""
        try:
            return LastTables.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            log.exception("the last tables could not be read")
            return None
