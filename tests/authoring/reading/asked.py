"""Every segmentation question of a release in each language, with what stood before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from release import Dialogue, ReleaseFolder, Turn
from tests.authoring.reading.parsing import Reading, read
from tests.authoring.reading.picture import Picture, decoded
from tests.authoring.reading.shapes import Shape


@dataclass(frozen=True, eq=False, repr=False)
class Asked:
    """One question: its reading, the picture it is asked of, and the segmentations before it."""

    dialogue: Dialogue
    turn: Turn
    language: str
    reading: Reading
    picture: Picture
    history: tuple[Shape, ...]

    @property
    def text(self) -> str:
        return getattr(self.turn.question, self.language)

    @cached_property
    def target(self) -> np.ndarray:
        """The expected mask: bool [rows, columns]."""
        return decoded(self.turn.mask)

    def __repr__(self) -> str:
        return f"{self.dialogue.dialogue_id} turn {self.turn.turn} on {self.dialogue.image_id}: {self.text}"


def pictures(release: ReleaseFolder) -> dict[str, Picture]:
    """Every image of a release by its id."""
    return {
        annotation.image_id: Picture.of(annotation, np.asarray(Image.open(release.folder / annotation.file)))
        for annotation in release.annotations()
    }


def asked(release: ReleaseFolder) -> Iterator[Asked]:
    """Every question of a release, dialogue after dialogue. Raises UnreadableError at the first that has not exactly
    one reading."""
    known = pictures(release)
    for dialogue in release.dialogues():
        picture = known[dialogue.image_id]
        history: tuple[Shape, ...] = ()
        for turn in dialogue.turns:
            if turn.kind != "segment":
                continue
            for language in ("en", "zh"):
                reading = read(getattr(turn.question, language), language, len(history))
                yield Asked(dialogue, turn, language, reading, picture, history)
            history = (*history, picture.shape_of(turn))
