"""One row of a ranked table."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from leaderboard.records.scores import Count, Distances, Interval, Score


class TableRow(BaseModel):
    """One model in a track's table. `rank` is None for a row that does not compete.

    rank_interval, p_first and tier are None below ten patients. rank_interval: the ranks that the model takes in 95% of
    the resamples. p_first: the share of the resamples in which no other model is better. tier: 1 for the best; the
    models of one tier cannot be told from its first.
    """

    model_config = ConfigDict(frozen=True)

    rank: int | None
    model: str
    organisation: str
    user: str
    link: str | None
    parameters: int | None = None
    headline_dice: Score | None
    headline_dice_interval: Interval | None = None
    rank_interval: tuple[int, int] | None = None
    p_first: Score | None = None
    tier: int | None = None
    headline_iou: Score | None
    turn_weighted_dice: Score | None
    turn_weighted_iou: Score | None = None  # gIoU
    ciou: Score | None = None
    mm: Distances | None = None  # boundary distances over the turns of known spacing
    region_dice: dict[str, Score | None]
    turn_dice: dict[str, Score | None]  # "1" to "5"
    n: Count
    n_patients: Count
    n_empty: Count
    attempts: int
    history_mode: str
    verified: bool = False  # a maintainer ran it again; else it is the submitter's own run
    date: str  # YYYY-MM-DD
    data_version: str = ""
    scorer_version: str = ""
    submission: str = ""
    record_id: str
