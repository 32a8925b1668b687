"""Scores beside their counts. Shares run from 0 to 1; a score that does not exist is None, never 0 and never NaN."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

TRACKS = ("en-single", "en-multi", "zh-single", "zh-multi")
HEADLINE_REGIONS = ("head", "chest", "abdomen", "prostate")  # the four of the published tables
TABLE_TURNS = ("1", "2", "3", "4", "5")
MIN_PATIENTS = 10  # with fewer there are no intervals, p-values and tiers
# The mean of two patients is the same in half of all resamples: a headline wants so many in each of its regions.
MIN_REGION_PATIENTS = 3
NSD_TOLERANCE = 2.0  # millimetres, or pixels where the spacing is unknown

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Distance = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Interval = tuple[Score, Score]  # 95%, lower end first


class Distances(BaseModel):
    """Boundary distances over the n turns whose distances are known in one unit, millimetres or pixels."""

    model_config = ConfigDict(frozen=True)

    n: Count
    hd95: Distance  # mean; a missed or invented mask counts as the diagonal of its image
    nsd: Score  # mean share of both boundaries within NSD_TOLERANCE of the other


class Cell(BaseModel):
    """Scores over one group of turns, beside its counts. `dice` and `iou` are means over the n turns.

    Intervals are None below MIN_PATIENTS patients. `empty` counts turns with an empty predicted mask; `missing` counts
    turns without a row, which score 0 (only local scoring has any: an upload with missing rows is refused). `mm` covers
    the turns of known pixel spacing and `px` the others; None where there is no such turn or none was measured.
    """

    model_config = ConfigDict(frozen=True)

    n: Count
    n_patients: Count
    dice: Score | None
    iou: Score | None
    dice_interval: Interval | None = None
    iou_interval: Interval | None = None
    empty: Count = 0
    missing: Count = 0
    mm: Distances | None = None
    px: Distances | None = None


class TrackScore(BaseModel):
    """All scores of one track. `headline_*` is the unweighted mean over `regions` of the mean over turns."""

    model_config = ConfigDict(frozen=True)

    headline_dice: Score | None
    headline_iou: Score | None
    headline_dice_interval: Interval | None = None
    headline_iou_interval: Interval | None = None
    overall: Cell  # every turn weighs the same: overall.iou is LISA's gIoU
    ciou: Score | None  # sum of intersections over sum of unions, LISA's other measure
    ciou_interval: Interval | None = None
    regions: list[str]  # the regions averaged
    missing_regions: list[str]  # those of the published four that the track lacks
    n_dialogues: Count
    strata: dict[str, dict[str, Cell]]  # stratum kind -> value -> scores
    turn_curve: dict[str, Cell]  # segmentation turn -> scores
    fixed_cohort_curve: dict[str, Cell]  # the same over dialogues with at least 5 segmentation turns


class Agreement(BaseModel):
    """Dice between the masks that a model gave for the same turn asked in English and in Chinese.

    Turns where both masks are empty agree with a Dice of 1; `both_empty` counts them.
    """

    model_config = ConfigDict(frozen=True)

    n: Count
    n_patients: Count
    dice: Score | None
    dice_interval: Interval | None = None
    both_empty: Count = 0


class Resampling(BaseModel):
    """How intervals were made: how many bootstrap resamples of the patients, drawn from which seed."""

    model_config = ConfigDict(frozen=True)

    resamples: Annotated[int, Field(ge=1)] = 2000
    seed: Count = 0

    @field_validator("resamples")
    @classmethod
    def _enough_for_tails(cls, value: int) -> int:
        if value < 100:
            raise ValueError(f"{value} resamples; expected at least 100, or the ends of an interval mean nothing")
        return value
