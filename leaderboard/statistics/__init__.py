"""What can be said about scores beyond their means: sums by patient, bootstrap intervals, paired comparisons."""

from leaderboard.statistics.companion import Companion, kept_headline_draws
from leaderboard.statistics.comparison import compare
from leaderboard.statistics.intervals import cell_intervals, ciou_interval, headline_draws, headline_interval
from leaderboard.statistics.sums import PatientSums

__all__ = [
    "Companion",
    "PatientSums",
    "cell_intervals",
    "ciou_interval",
    "compare",
    "headline_draws",
    "headline_interval",
    "kept_headline_draws",
]
