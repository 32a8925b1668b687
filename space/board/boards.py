"""The leaderboards of one page: of the ranked split and, where its truth is given, of the validation split."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard import Leaderboard


@dataclass(frozen=True)
class Boards:
    """Two boards over one store. Validation is never ranked; it takes true histories, so it knows history gaps."""

    ranked: Leaderboard
    validation: Leaderboard | None = None

    @property
    def splits(self) -> list[str]:
        """The splits that take submissions, the ranked one first."""
        return [board.truth.split for board in (self.ranked, self.validation) if board is not None]

    def of(self, split: str) -> Leaderboard:
        """The board of a split. Raises KeyError."""
        return {board.truth.split: board for board in (self.ranked, self.validation) if board is not None}[split]
