"""Runs models over dialogues and writes predictions files: the run protocol, the harness, a module per model family."""

from baselines.harness import HISTORY_MODES, RunSummary, run
from baselines.predictions import Prediction, PredictionsWriter, dataset_digest, write_predictions
from baselines.protocol import (
    Capabilities,
    FitError,
    HistoryError,
    Image,
    PastTurn,
    Request,
    Response,
    RunError,
    Runner,
    Session,
    UnknownRunnerError,
)
from baselines.registry import available, create

__all__ = [
    "HISTORY_MODES",
    "Capabilities",
    "FitError",
    "HistoryError",
    "Image",
    "PastTurn",
    "Prediction",
    "PredictionsWriter",
    "Request",
    "Response",
    "RunError",
    "RunSummary",
    "Runner",
    "Session",
    "UnknownRunnerError",
    "available",
    "create",
    "dataset_digest",
    "run",
    "write_predictions",
]
