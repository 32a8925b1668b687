"""Numbers about the data that is scored, taken from the truth file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leaderboard.records import HEADLINE_REGIONS, TRACKS
from leaderboard.truth import Truth

_DIGEST_LENGTH = 10


@dataclass(frozen=True)
class TrackFacts:
    """Size of one track."""

    track: str
    dialogues: int
    turns: int  # segmentation turns
    patients: int
    longest: int  # segmentation turns of its longest dialogue
    regions: list[str]

    @property
    def missing_regions(self) -> list[str]:
        """Those of the four regions of the published tables for which this track has no turn."""
        return [region for region in HEADLINE_REGIONS if region not in self.regions]


@dataclass(frozen=True)
class DataFacts:
    """The data set behind the truth file and its tracks."""

    name: str | None
    version: str
    digest: str
    split: str
    tracks: dict[str, TrackFacts]

    @property
    def label(self) -> str:
        """Version and the start of the digest, as shown in every row of the table."""
        return f"{self.version} · {self.digest[:_DIGEST_LENGTH]}"


def data_facts(truth: Truth) -> DataFacts:
    """Count dialogues, segmentation turns and patients of every track of the truth."""
    tracks = {}
    for track in truth.tracks:
        entries = truth.entry_track == TRACKS.index(track)
        rows = truth.entry_row[entries]
        tracks[track] = TrackFacts(
            track=track,
            dialogues=len(np.unique(truth.entry_dialogue[entries])),
            turns=int(entries.sum()),
            patients=len(np.unique(truth.patient[rows])),
            longest=int(truth.entry_length[entries].max()),
            regions=[truth.region.values[code] for code in np.unique(truth.region.code[rows])],
        )
    return DataFacts(truth.name, truth.version, truth.digest, truth.split, tracks)
