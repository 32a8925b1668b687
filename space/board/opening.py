"""From settings to the boards: both truths, one store, and what each board allows."""

from __future__ import annotations

from dataclasses import dataclass, field

from leaderboard import Leaderboard, Limits, Quota, Resampling, Truth, open_store, open_truth
from space.board.boards import Boards
from space.settings import Settings, SpaceError

# A page that waits for the Hub says so soon, rather than when the Hub is back.
_STORE_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Recipe:
    """All that boards are made from. It can be sent to another process, which makes the same boards."""

    store: str
    truths: tuple[Truth, ...]  # the ranked split's first
    limits: Limits
    quota: Quota
    admins: tuple[str, ...] = ()
    device: str | None = None
    resampling: Resampling = field(default_factory=Resampling)

    @classmethod
    def of(cls, settings: Settings) -> Recipe:
        """Reads the truths. Raises what `open_truth` raises, and SpaceError for truths of different data."""
        ranked = open_truth(settings.truth)  # first: without it nothing is made
        truths = [ranked]
        if settings.validation_truth:
            truths.append(open_truth(settings.validation_truth))
            _agree(*truths)
        return cls(
            store=settings.store,
            truths=tuple(truths),
            limits=Limits.from_environment(file_bytes=settings.max_file_mb * 2**20),
            quota=Quota(per_day=settings.quota_per_day, total=settings.quota_total),
            admins=settings.admins,
            device=settings.device,
        )

    def boards(self) -> Boards:
        """The boards over the store. Raises StoreError when it cannot be reached or used."""
        store = open_store(self.store, deadline=_STORE_PATIENCE_S)
        return Boards(
            *(
                Leaderboard(
                    truth,
                    store,
                    limits=self.limits,
                    quota=self.quota,
                    admins=self.admins,
                    device=self.device,
                    resampling=self.resampling,
                )
                for truth in self.truths
            )
        )


def _agree(ranked: Truth, validation: Truth) -> None:
    if validation.split == ranked.split:
        raise SpaceError(f"both truth files are of the {ranked.split} split; expected the validation split's second")
    if validation.digest != ranked.digest:
        raise SpaceError(
            f"the truth files belong to different data: {ranked.digest[:10]} and {validation.digest[:10]}; "
            "expected two splits of one data set"
        )
