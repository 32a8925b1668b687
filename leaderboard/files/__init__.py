"""Predictions files of either format, read within limits into columns; a file's faults are reported, never raised."""

from leaderboard.files.columns import RawPredictions
from leaderboard.files.limits import Limits
from leaderboard.files.reading import read_predictions

__all__ = ["Limits", "RawPredictions", "read_predictions"]
