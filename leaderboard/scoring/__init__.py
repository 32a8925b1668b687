"""Scores of validated predictions, track by track, with intervals.

Everything is summed in the order of the truth, so the order of a file's rows cannot change a digit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from leaderboard.records import TRACKS, Agreement, Resampling, TrackScore
from leaderboard.scoring.agreement import language_agreement
from leaderboard.scoring.hiding import hide_small, hide_small_agreement
from leaderboard.scoring.measures import measure
from leaderboard.scoring.tracks import score_track
from leaderboard.statistics.sums import PatientSums
from leaderboard.truth import Truth
from leaderboard.validation import Predictions
from masks import chosen_device

SCORER_VERSION = "2"

__all__ = ["SCORER_VERSION", "Scored", "hide_small", "hide_small_agreement", "score_predictions"]


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of one predictions file. `sums` are private: they tell what single patients scored."""

    tracks: dict[str, TrackScore]  # in the order of TRACKS
    agreement: dict[str, Agreement]  # empty unless turns were answered in both languages
    sums: dict[str, PatientSums]  # by track
    device: str  # "cpu", "cuda" or "cuda:<number>"


def score_predictions(
    predictions: Predictions,
    truth: Truth,
    *,
    resampling: Resampling = Resampling(),  # noqa: B008 - immutable
    boundary: bool = True,
    device: Any = None,
) -> Scored:
    """The scores of every track that the predictions touch.

    boundary: HD95 and NSD too, which take longer than all else; without them `mm` and `px` are None. device: as for
    `masks.overlap_counts`; raises ValueError for one that is not there.
    """
    device = chosen_device(device, len(predictions.entry))
    measures = measure(predictions, truth, boundary=boundary, device=device)
    track = truth.entry_track[measures.entry]
    # Counting strings leaves the interpreter to others, so the agreement costs little beside the tracks.
    with ThreadPoolExecutor(1) as pool:
        agreement = pool.submit(language_agreement, predictions, truth, resampling, device)
        scored = {
            name: score_track(measures[track == TRACKS.index(name)], truth, resampling) for name in predictions.tracks
        }
    return Scored(
        tracks={name: score for name, (score, _) in scored.items()},
        agreement=agreement.result(),
        sums={name: sums for name, (_, sums) in scored.items()},
        device=device,
    )
