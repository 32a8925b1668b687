"""What is kept and shown: a submission and its description, the public record with its scores, a row of the table."""

from leaderboard.records.comparison import Comparison, Difference, HistoryGap
from leaderboard.records.meta import (
    HISTORY_MODES,
    RANKED_SPLIT,
    STATEMENT,
    UNRANKED_HISTORY,
    HistoryMode,
    SubmissionMeta,
    checked_user,
    model_key,
)
from leaderboard.records.record import PredictionCounts, Record
from leaderboard.records.scores import (
    HEADLINE_REGIONS,
    MIN_PATIENTS,
    MIN_REGION_PATIENTS,
    NSD_TOLERANCE,
    TABLE_TURNS,
    TRACKS,
    Agreement,
    Cell,
    Distances,
    Interval,
    Resampling,
    Score,
    TrackScore,
)
from leaderboard.records.submission import (
    Allowance,
    AuditLine,
    DatasetRef,
    Quota,
    Submission,
    moment,
)
from leaderboard.records.table import TableRow

__all__ = [
    "HEADLINE_REGIONS",
    "HISTORY_MODES",
    "MIN_PATIENTS",
    "MIN_REGION_PATIENTS",
    "NSD_TOLERANCE",
    "RANKED_SPLIT",
    "STATEMENT",
    "TABLE_TURNS",
    "TRACKS",
    "UNRANKED_HISTORY",
    "Agreement",
    "Allowance",
    "AuditLine",
    "Cell",
    "Comparison",
    "DatasetRef",
    "Difference",
    "Distances",
    "HistoryGap",
    "HistoryMode",
    "Interval",
    "PredictionCounts",
    "Quota",
    "Record",
    "Resampling",
    "Score",
    "Submission",
    "SubmissionMeta",
    "TableRow",
    "TrackScore",
    "checked_user",
    "model_key",
    "moment",
]
