"""Predictions in, ranked table out: validate, score, keep and rank prediction files.

`Leaderboard` is the one door for the command line and the web app; `score_file` is the same scoring without a store.
"""

from leaderboard.errors import MetaError, RecordNotFound, StoreError, SubmissionError, SubmissionRefused, TruthError
from leaderboard.export import table_to_csv, table_to_markdown
from leaderboard.facts import DataFacts, TrackFacts, data_facts
from leaderboard.published import PublishedResult, published_results
from leaderboard.ranking import rank
from leaderboard.reading import Limits
from leaderboard.records import HISTORY_MODES, TRACKS, Cell, Record, SubmissionMeta, TableRow, TrackScore
from leaderboard.report import Problem, ProblemGroup, ValidationReport
from leaderboard.scoring import SCORER_VERSION
from leaderboard.service import Leaderboard, score_file, validate_file
from leaderboard.stores import Store
from leaderboard.stores.sqlite import SqliteStore
from leaderboard.truth import Truth

__all__ = [
    "HISTORY_MODES",
    "SCORER_VERSION",
    "TRACKS",
    "Cell",
    "DataFacts",
    "Leaderboard",
    "Limits",
    "MetaError",
    "Problem",
    "ProblemGroup",
    "PublishedResult",
    "Record",
    "RecordNotFound",
    "SqliteStore",
    "Store",
    "StoreError",
    "SubmissionError",
    "SubmissionMeta",
    "SubmissionRefused",
    "TableRow",
    "TrackFacts",
    "TrackScore",
    "Truth",
    "TruthError",
    "ValidationReport",
    "data_facts",
    "published_results",
    "rank",
    "score_file",
    "table_to_csv",
    "table_to_markdown",
    "validate_file",
]
