"""The public, immutable record of a result."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from leaderboard.records.meta import SubmissionMeta
from leaderboard.records.scores import Agreement, Count, Resampling, TrackScore
from leaderboard.records.submission import DatasetRef, Moment


class PredictionCounts(BaseModel):
    """Counts over the whole file."""

    model_config = ConfigDict(frozen=True)

    rows: Count
    empty_predictions: Count


class Record(BaseModel):
    """One submission's scores on one version of the data by one scorer. Scoring again makes another record."""

    model_config = ConfigDict(frozen=True)

    id: str
    submission: str  # id of the submission
    created: Moment  # when the submission came
    user: str
    meta: SubmissionMeta
    split: str
    dataset: DatasetRef
    scorer_version: str
    device: str
    file_sha256: str
    counts: PredictionCounts
    tracks: dict[str, TrackScore]
    agreement: dict[str, Agreement] = {}  # "all", "single" and "multi"; only for files with both languages
    resampling: Resampling = Resampling()
    attempts: Annotated[int, Field(ge=1)] = 1  # scored submissions of this user's model up to and with this one
