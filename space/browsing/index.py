"""The index of all dialogues: what they can be found by, as one small array a property."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from space.browsing.groups import NAMED, Group
from space.browsing.shards import BrowsingError, Shard
from space.browsing.summary import SplitSummary, Summary
from space.words import LANGUAGES

NOT_GIVEN = -1


@dataclass(frozen=True)
class Filters:
    """Which dialogues are wanted; None takes all. Dialogues of a hidden split have no source and no facet."""

    split: str | None = None
    region: str | None = None
    modality: str | None = None
    sequence: str | None = None
    source: str | None = None
    language: str | None = None  # "en" or "zh": some turn is asked in it; "both": some turn in each
    facet: str | None = None  # some turn has it
    least_turns: int | None = None
    most_turns: int | None = None


class Place(NamedTuple):
    """Where a dialogue stands: file, row group of the file, row of the group."""

    shard: int
    group: int
    row: int


@dataclass
class Index:
    """The dialogues of a data set by their position from 0."""

    shards: list[Shard]
    positions: dict[str, int]  # dialogue_id -> position
    ids: list[str]
    places: np.ndarray  # int32 [dialogues, 3], rows are Place
    numbers: dict[str, np.ndarray]  # "turns", "masks", "en", "zh" and each facet: int32 [dialogues], counts of turns
    codes: dict[str, np.ndarray]  # "split", "modality", ...: int16 [dialogues], place of the value in `values`
    values: dict[str, list[str]]
    summary: Summary

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, position: int) -> Place:
        """Where the dialogue of a position stands in the files."""
        return Place(*self.places[position].tolist())

    def matching(self, filters: Filters) -> np.ndarray:
        """Positions of the dialogues that pass every filter, ascending, int64 [matches]."""
        found = np.ones(len(self), dtype=bool)
        for name in ("split", "region", "modality", "sequence", "source"):
            value = getattr(filters, name)
            if value is not None:
                found &= self.codes[name] == self._code(name, value)
        languages = LANGUAGES if filters.language == "both" else (filters.language,)
        for name in (*languages, filters.facet):
            if name is not None:
                found &= self.numbers[name] > 0 if name in self.numbers else False
        if filters.least_turns is not None:
            found &= self.numbers["turns"] >= filters.least_turns
        if filters.most_turns is not None:
            found &= self.numbers["turns"] <= filters.most_turns
        return np.flatnonzero(found)

    def choices(self, name: str) -> dict[str, int]:
        """The values of split, modality, sequence, region or source with their dialogues, the most frequent first."""
        return _counted(self.codes[name], self.values[name])

    def scans(self) -> dict[tuple[str, str | None], int]:
        """Dialogues of each modality, as (modality, None), followed by those of each of its sequences."""
        found = {}
        for modality, count in self.choices("modality").items():
            found[modality, None] = count
            rows = self.codes["modality"] == self._code("modality", modality)
            sequences = _counted(self.codes["sequence"][rows], self.values["sequence"])
            found.update({(modality, sequence): count for sequence, count in sequences.items()})
        return found

    def _code(self, name: str, value: str) -> int:
        # A value that no dialogue has matches none, not even those without a value.
        return self.values[name].index(value) if value in self.values[name] else NOT_GIVEN - 1


@dataclass
class IndexBuilder:
    """Takes row groups in their order and gives the index of them all."""

    shards: list[Shard]
    _places: list[tuple[int, int, int]] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _numbers: dict[str, list[np.ndarray]] = field(default_factory=lambda: defaultdict(list))
    _codes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _values: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _images: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def dialogues(self) -> int:
        """How many dialogues were added."""
        return len(self._ids)

    def add(self, shard: int, group: int, read: Group) -> None:
        """Joins one row group, as `read_group` gives it."""
        split = self.shards[shard].split
        self._places += [(shard, group, row) for row in range(len(read.ids))]
        self._ids += read.ids
        self._images[split].update(read.images)
        for name, numbers in read.numbers.items():
            self._numbers[name].append(numbers)
        for name, values in {**read.named, "split": [split] * len(read.ids)}.items():
            known = self._values[name]
            self._codes[name] += [
                NOT_GIVEN if value is None else known.setdefault(value, len(known)) for value in values
            ]

    def index(self) -> Index:
        """The index of all row groups that were added. Raises BrowsingError where there is no dialogue."""
        if not self._ids:
            raise BrowsingError("missing", "the data set holds no dialogue")
        numbers = {name: np.concatenate(parts) for name, parts in self._numbers.items()}
        codes = {name: np.array(parts, dtype=np.int16) for name, parts in self._codes.items()}
        values = {name: list(self._values[name]) for name in ("split", *NAMED)}
        positions = {dialogue: position for position, dialogue in enumerate(self._ids)}
        places = np.array(self._places, dtype=np.int32)
        splits = tuple(self._summary(split, numbers, codes, values) for split in values["split"])
        return Index(self.shards, positions, self._ids, places, numbers, codes, values, Summary(splits))

    def _summary(self, split: str, numbers: dict, codes: dict, values: dict) -> SplitSummary:
        rows = codes["split"] == values["split"].index(split)
        lengths, dialogues = np.unique(numbers["turns"][rows], return_counts=True)
        return SplitSummary(
            split=split,
            hidden=next(shard.hidden for shard in self.shards if shard.split == split),
            dialogues=int(rows.sum()),
            images=len(self._images[split]),
            turns=int(numbers["turns"][rows].sum()),
            masks=int(numbers["masks"][rows].sum()),
            questions={language: int(numbers[language][rows].sum()) for language in LANGUAGES},
            by_turns=dict(zip(lengths.tolist(), dialogues.tolist(), strict=True)),
            **{f"by_{name}": _counted(codes[name][rows], values[name]) for name in NAMED},
        )


def _counted(codes: np.ndarray, values: list[str]) -> dict[str, int]:
    """How often each value occurs, the most frequent first; those that do not occur are left out."""
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    return dict(
        Counter({value: int(count) for value, count in zip(values, counts, strict=True) if count}).most_common()
    )
