"""Two results on the same data, compared patient by patient."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from leaderboard.records.scores import Count, Resampling, Score

Signed = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class Difference(BaseModel):
    """One score of both results and their difference, b - a: above 0 where b is better.

    kind and value: the cell, as "region" and "chest"; "headline" (value "all") is the unweighted mean over regions,
    "overall" the mean over all turns. interval: 95%, over the same resamples of the patients for both; None below
    MIN_PATIENTS patients.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    value: str
    measure: Literal["dice", "iou"]
    n: Count
    n_patients: Count
    a: Score
    b: Score
    difference: Signed
    interval: tuple[Signed, Signed] | None = None


class Comparison(BaseModel):
    """Two results on one track. wilcoxon_p: signed-rank test on the patients' mean Dice; None below MIN_PATIENTS."""

    model_config = ConfigDict(frozen=True)

    track: str
    a: str  # what the first result is called
    b: str
    n: Count
    n_patients: Count
    differences: list[Difference]  # headline first, then overall, then every other cell that both have
    wilcoxon_p: Score | None = None
    resampling: Resampling = Resampling()


class HistoryGap(BaseModel):
    """What a model gains from a true history: `comparison` is from its own history (a) to the true one (b)."""

    model_config = ConfigDict(frozen=True)

    user: str
    model: str
    track: str
    own: str  # id of the record
    true: str
    comparison: Comparison
