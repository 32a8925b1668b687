"""One row of the data set as the page shows it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from masks import RleError, decode
from space.browsing.outlines import label_place, outline
from space.browsing.shards import BrowsingError
from space.words import LANGUAGES

#: What is read of a dialogue whose answers are withheld. All else stays in the file, should it be there.
PUBLIC_COLUMNS = (
    *("dialogue_id", "image_id", "image", "modality", "sequence", "region", "plane", "spacing_mm", "height", "width"),
    *("licence", "turns.turn", "turns.kind", "turns.question"),
)
ALL_COLUMNS = (
    *(column for column in PUBLIC_COLUMNS if not column.startswith("turns.")),
    *("source", "patient_id", "slice_index", "turns"),
)


@dataclass(frozen=True)
class Shape:
    """A mask as it is drawn: `path` is an SVG path in pixels, filled by the even-odd rule, "" for an empty mask."""

    path: str
    pixels: int
    label: tuple[float, float, bool] | None  # x, y and whether the number stands above them


@dataclass(frozen=True)
class Turn:
    """One turn; texts by language, None where a language lacks them. Hidden: number, kind and question alone."""

    number: int
    kind: str  # "segment" or "answer"
    question: dict[str, str | None]
    answer: dict[str, str | None]
    facets: tuple[str, ...]
    target: str | None
    system: str | None
    refers_to: tuple[int, ...]
    shape: Shape | None


@dataclass(frozen=True)
class Dialogue:
    """One dialogue over one image."""

    id: str
    split: str
    hidden: bool  # the answers of its split are withheld
    image_id: str
    picture: bytes  # PNG of the slice, height x width
    height: int
    width: int
    spacing_mm: tuple[float, float] | None  # row, column
    modality: str
    sequence: str
    region: str
    plane: str
    source: str | None
    patient: str | None  # a pseudonym
    slice_index: int | None
    licence: str | None
    turns: tuple[Turn, ...]

    @property
    def aspect(self) -> float:
        """Width to height of the slice in the body; of its pixels where their spacing is unknown."""
        row, column = self.spacing_mm or (1.0, 1.0)
        return self.width * column / (self.height * row)


def make_dialogue(row: Mapping[str, Any], split: str, hidden: bool) -> Dialogue:
    """A row of the data set, read with PUBLIC_COLUMNS where `hidden` and ALL_COLUMNS elsewhere.

    Raises BrowsingError for an image that is none or a mask that does not fit it.
    """
    size = (row["height"], row["width"])
    try:
        picture = _png(row["image"]["bytes"], size)
        turns = tuple(_turn(turn, size, hidden) for turn in row["turns"])
    except (RleError, OSError, TypeError, ValueError, Image.DecompressionBombError) as error:
        raise BrowsingError("unreadable", f"dialogue {row['dialogue_id']}: {error}") from error
    spacing = row["spacing_mm"]
    withheld = ("source", "patient_id", "slice_index")
    source, patient, slice_index = (None if hidden else row[name] for name in withheld)
    return Dialogue(
        id=row["dialogue_id"],
        split=split,
        hidden=hidden,
        image_id=row["image_id"],
        picture=picture,
        height=size[0],
        width=size[1],
        spacing_mm=(float(spacing[0]), float(spacing[1])) if spacing else None,
        **{name: row[name] for name in ("modality", "sequence", "region", "plane")},
        source=source,
        patient=patient,
        slice_index=slice_index,
        licence=row["licence"],
        turns=turns,
    )


def _turn(turn: Mapping[str, Any], size: tuple[int, int], hidden: bool) -> Turn:
    # What a hidden turn might hold is not even looked at.
    known: Mapping[str, Any] = {} if hidden else turn
    mask = known.get("mask")
    return Turn(
        number=turn["turn"],
        kind=turn["kind"],
        question=_texts(turn["question"]),
        answer=_texts(known.get("answer")),
        facets=tuple(known.get("facets") or ()),
        target=known.get("target"),
        system=known.get("system"),
        refers_to=tuple(known.get("refers_to") or ()),
        shape=_shape(decode(mask, expected_size=size)) if mask is not None else None,
    )


def _texts(texts: Mapping[str, str | None] | None) -> dict[str, str | None]:
    return {language: (texts or {}).get(language) for language in LANGUAGES}


def _shape(mask: np.ndarray) -> Shape:
    return Shape(outline(mask), int(mask.sum()), label_place(mask))


def _png(image: bytes, size: tuple[int, int]) -> bytes:
    """The picture alone, without what else an image file may carry."""
    with Image.open(io.BytesIO(image), formats=["PNG", "JPEG"]) as opened:
        if (opened.height, opened.width) != size:
            raise ValueError(f"the image is {opened.height} x {opened.width}; expected {size[0]} x {size[1]}")
        pixels = np.asarray(opened.convert("L" if opened.mode in ("1", "L", "LA", "I", "I;16") else "RGB"))
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="PNG")
    return written.getvalue()
