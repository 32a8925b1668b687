"""Every segmentation question of a release in each language, with what stood before it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from release import Dialogue, ReleaseFolder, Turn
from tests.authoring.reading.meaning import Segmented
from tests.authoring.reading.parsing import Reading, read
from tests.authoring.reading.picture import Picture, decoded


@dataclass(frozen=True)
class Asked:
    """One question: its reading, the picture it is asked of, and the segmentations before it."""

    dialogue: Dialogue
    turn: Turn
    language: str
    reading: Reading
    picture: Picture
    history: tuple[Segmented, ...]

    @property
    def text(self) -> str:
        return getattr(self.turn.question, self.language)

    @property
    def target(self) -> np.ndarray:
        """The expected mask."""
        return decoded(self.turn.mask)

    def __str__(self) -> str:
        return f"{self.dialogue.dialogue_id} turn {self.turn.turn} on {self.dialogue.image_id}: {self.text}"


def pictures(release: ReleaseFolder) -> dict[str, Picture]:
    """Every image of a release by its id."""
    return {
        annotation.image_id: Picture.of(
            annotation, np.asarray(Image.open(io.BytesIO((release.folder / annotation.file).read_bytes())))
        )
        for annotation in release.annotations()
    }


def asked(release: ReleaseFolder) -> Iterator[Asked]:
    """Every question of a release, dialogue after dialogue."""
    known = pictures(release)
    for dialogue in release.dialogues():
        picture, history = known[dialogue.image_id], ()
        for turn in dialogue.turns:
            if turn.kind != "segment":
                continue
            for language in ("en", "zh"):
                reading = read(getattr(turn.question, language), language, len(history))
                yield Asked(dialogue, turn, language, reading, picture, history)
            name = turn.target if turn.target in picture.masks else None
            history = (*history, Segmented(name, decoded(turn.mask)))
