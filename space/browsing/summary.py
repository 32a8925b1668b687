"""What the data set holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SplitSummary:
    """One split in numbers. Each mapping goes from an id of the data to its count, the most frequent first."""

    split: str
    hidden: bool  # its answers are withheld, so sources are unknown: their mapping is empty
    dialogues: int
    images: int  # distinct
    turns: int
    masks: int  # segmentation turns; in a hidden split those asked, whose masks are withheld
    questions: dict[str, int]  # "en" and "zh": turns asked in that language
    by_turns: dict[int, int]  # turns of a dialogue -> dialogues, the shortest first
    by_modality: dict[str, int]  # dialogues
    by_sequence: dict[str, int]  # dialogues
    by_region: dict[str, int]  # dialogues
    by_source: dict[str, int]  # dialogues
    by_licence: dict[str, int]  # dialogues


@dataclass(frozen=True)
class Summary:
    """The data set in numbers, split by split in the order train, validation, test."""

    splits: tuple[SplitSummary, ...]

    @property
    def dialogues(self) -> int:
        """Dialogues of all splits."""
        return sum(split.dialogues for split in self.splits)

    @property
    def images(self) -> int:
        """Distinct images of all splits; no image stands in two splits."""
        return sum(split.images for split in self.splits)

    @property
    def masks(self) -> int:
        """Segmentation turns of all splits."""
        return sum(split.masks for split in self.splits)
