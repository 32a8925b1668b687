"""The truth of one split, column by column, and what a submission to it must hold.

A dialogue is asked in one language or in both. An *entry* is one segmentation turn asked in one language: the unit that
a row of a predictions file answers. Entries are sorted by dialogue, language and turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leaderboard.problems import shorten
from leaderboard.records import TRACKS
from leaderboard.truth_file import LANGUAGES, Labels, entry_codes, read_truth

COHORT_TURNS = 5  # the fixed cohort: dialogues with at least this many segmentation turns


@dataclass(frozen=True, eq=False)
class Truth:
    """K segmentation turns and the E entries that ask for them. Use `Truth.load`."""

    name: str | None
    version: str
    digest: str
    split: str
    # dialogues
    dialogue_ids: pa.LargeStringArray  # [D]
    answer_turns: dict[str, list[int]]
    # segmentation turns, [K]
    counts: pa.LargeStringArray
    size: np.ndarray  # int64 [K, 2], height and width
    area_px: np.ndarray
    spacing: np.ndarray  # float64 [K, 2], distance of rows and of columns in mm; 1 and 1 (pixels) where unknown
    has_spacing: np.ndarray  # bool
    patient: np.ndarray  # index into patient_ids
    patient_ids: list[str]  # sorted
    region: Labels
    modality: Labels
    system: Labels  # "none" where null
    facet_row: np.ndarray  # one per (turn, facet); turns without a facet have the facet "none"
    facet: Labels  # beside facet_row
    # entries, [E]
    entry_row: np.ndarray  # index into the segmentation turns
    entry_dialogue: np.ndarray  # index into dialogue_ids
    entry_language: np.ndarray  # index into LANGUAGES
    entry_turn: np.ndarray
    entry_ordinal: np.ndarray  # which segmentation turn of its dialogue in its language, from 1
    entry_length: np.ndarray  # how many segmentation turns its dialogue has in its language
    entry_track: np.ndarray  # index into TRACKS
    entry_code: np.ndarray  # sorted; see `find`

    @classmethod
    def load(cls, path: Path | str) -> Truth:
        """Read a split's truth file (Parquet). Raises TruthError (what, where, expectation) or FileNotFoundError."""
        return cls(**read_truth(Path(path)))

    @property
    def tracks(self) -> list[str]:
        """Ids of the tracks that this split has turns for."""
        return [track for index, track in enumerate(TRACKS) if (self.entry_track == index).any()]

    @property
    def n_patients(self) -> int:
        """Patients of the whole split."""
        return len(np.unique(self.patient))

    @cached_property
    def entry_counts(self) -> pa.LargeStringArray:
        """The mask of each entry, [E]."""
        return self.counts.take(self.entry_row)

    def dialogue_index(self, ids: pa.LargeStringArray) -> np.ndarray:
        """int64 [N]: where each id stands in `dialogue_ids`; -1 for null and for an unknown one."""
        return pc.index_in(ids, value_set=self.dialogue_ids, skip_nulls=True).fill_null(-1).to_numpy().astype(np.int64)

    def find(self, dialogue: np.ndarray, language: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """int64 [N]: the entry of each (dialogue index, language index, turn), -1 where there is none."""
        turn_ok = (turn >= 0) & (turn <= self.entry_turn.max())
        ok = (dialogue >= 0) & (language >= 0) & turn_ok
        code = entry_codes(dialogue, language, np.where(turn_ok, turn, 0), self.entry_turn.max())
        entry = np.minimum(np.searchsorted(self.entry_code, code), len(self.entry_code) - 1)
        return np.where(ok & (self.entry_code[entry] == code), entry, -1)

    def turns_asked(self, dialogue: int, language: int) -> list[int]:
        """The segmentation turns of a dialogue in a language."""
        return self.entry_turn[(self.entry_dialogue == dialogue) & (self.entry_language == language)].tolist()

    def key(self, entry: int) -> str:
        """An entry in words: "dialogue d1, en, turn 2"."""
        dialogue = shorten(self.dialogue_ids[int(self.entry_dialogue[entry])].as_py()).strip("'")
        return f"dialogue {dialogue}, {LANGUAGES[self.entry_language[entry]]}, turn {self.entry_turn[entry]}"
