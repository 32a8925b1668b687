"""Predictions in, ranked table out: validate, score, keep and rank prediction files.

`Leaderboard` is the one door for the command line and the web app; `score_file` is the same scoring without a store.
"""

from leaderboard.errors import (
    ComparisonError,
    MetaError,
    NotAllowed,
    QuotaExceeded,
    RecordNotFound,
    StoreError,
    SubmissionError,
    SubmissionNotFound,
    SubmissionRefused,
    TruthError,
)
from leaderboard.exports.tables import table_to_csv, table_to_markdown
from leaderboard.facts import DataFacts, TrackFacts, data_facts
from leaderboard.files import Limits
from leaderboard.local import compare_files, score_file, validate_file
from leaderboard.problems import Problem, ProblemGroup, ValidationReport
from leaderboard.published import PublishedResult, published_results
from leaderboard.ranking import rank
from leaderboard.records import (
    HISTORY_MODES,
    STATEMENT,
    TRACKS,
    Agreement,
    Allowance,
    AuditLine,
    Cell,
    Comparison,
    Difference,
    Distances,
    HistoryGap,
    Quota,
    Record,
    Resampling,
    Submission,
    SubmissionMeta,
    TableRow,
    TrackScore,
)
from leaderboard.scoring import SCORER_VERSION, Scored
from leaderboard.service import Leaderboard
from leaderboard.settling import Rescored
from leaderboard.stores import Store
from leaderboard.stores.opening import open_store
from leaderboard.stores.sqlite import SqliteStore
from leaderboard.truth import Truth
from leaderboard.truth_opening import open_truth

__all__ = [
    "HISTORY_MODES",
    "SCORER_VERSION",
    "STATEMENT",
    "TRACKS",
    "Agreement",
    "Allowance",
    "AuditLine",
    "Cell",
    "Comparison",
    "ComparisonError",
    "DataFacts",
    "Difference",
    "Distances",
    "HistoryGap",
    "Leaderboard",
    "Limits",
    "MetaError",
    "NotAllowed",
    "Problem",
    "ProblemGroup",
    "PublishedResult",
    "Quota",
    "QuotaExceeded",
    "Record",
    "RecordNotFound",
    "Resampling",
    "Rescored",
    "Scored",
    "SqliteStore",
    "Store",
    "StoreError",
    "Submission",
    "SubmissionError",
    "SubmissionMeta",
    "SubmissionNotFound",
    "SubmissionRefused",
    "TableRow",
    "TrackFacts",
    "TrackScore",
    "Truth",
    "TruthError",
    "ValidationReport",
    "compare_files",
    "data_facts",
    "open_store",
    "open_truth",
    "published_results",
    "rank",
    "score_file",
    "table_to_csv",
    "table_to_markdown",
    "validate_file",
]
