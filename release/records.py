"""The records of a release folder: what one line of its files may hold.

Every model is strict (a string never becomes a number) and refuses fields that it does not know, so that a misspelt
field is an error and not a silent default. Rules that need more than one record stand in rules.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

# mturn_seg.py repeats these words as tuples, because it has to stand alone; a test keeps the two equal.
Modality = Literal["CT", "MR"]
Sequence = Literal["NCCT", "CECT", "T1w", "T1ce", "T2w", "FLAIR", "PDw", "DWI", "ADC", "cine", "other"]
Region = Literal["head", "chest", "abdomen", "prostate", "spine", "other"]
Plane = Literal["axial", "coronal", "sagittal", "oblique"]
System = Literal[
    "nervous",
    "digestive",
    "respiratory",
    "musculoskeletal",
    "circulatory",
    "sensory",
    "urinary",
    "endocrine",
    "immune",
    "reproductive",
]
Facet = Literal["clinical", "spatial", "history"]
Language = Literal["en", "zh"]
Split = Literal["train", "validation", "test"]
Kind = Literal["segment", "answer"]
Direction = Literal["R", "L", "A", "P", "S", "I"]
Redistribution = Literal["images", "annotations-only", "no"]


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("expected a text that is not blank")
    return value


def _date(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?", value):
        raise ValueError("expected a date such as 2025-11-22, or a time such as 2025-11-22T08:30:00Z")
    return value


Words = Annotated[str, AfterValidator(_text)]
# Ids become file names and keys: no separators, no dots, nothing that a shell or a file system would read differently.
IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"
Identifier = Annotated[str, Field(pattern=IDENTIFIER)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Pair = Field(min_length=2, max_length=2)


class Record(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Mask(Record):
    """A mask as COCO compressed RLE: size [height, width] in pixels and counts, exactly what pycocotools decodes."""

    size: Annotated[list[Positive], Pair]
    counts: Annotated[str, Field(min_length=1)]


class Edges(Record):
    """The patient directions that the left and the top edge of the image face."""

    left: Direction
    top: Direction


class Structure(Record):
    """One labelled structure of an image. `area_px` in pixels; `centroid` [row, column] in pixels."""

    id: Words
    system: System | None
    mask: Mask
    area_px: Positive
    centroid: Annotated[list[float], Pair]


class Annotation(Record):
    """One image: a line of annotations.jsonl.

    `height` and `width` in pixels; `spacing_mm` [row, column] in millimetres or None where it is unknown; `window`
    [level, width] in the units of the scan or None; `file` is the place of the image inside the folder.
    `pixels_sha256` is that of the grey values (release.pixels_sha256). `scan` names the scan among those of its source;
    it is told only where the image is withheld, so that the owner of a copy can draw it again.
    """

    image_id: Identifier
    file: Words
    height: Positive
    width: Positive
    spacing_mm: Annotated[list[PositiveFloat], Pair] | None
    plane: Plane
    edges: Edges | None
    window: Annotated[list[float], Pair] | None
    patient_id: Words
    source: Words
    modality: Modality
    sequence: Sequence
    region: Region
    slice_index: Annotated[int, Field(ge=0)]
    structures: list[Structure]
    pixels_sha256: Sha256 | None = None
    scan: Words | None = None


class Text(Record):
    """The same text in both languages; None where a language lacks it."""

    en: Words | None
    zh: Words | None

    def languages(self) -> list[str]:
        """The languages that have the text."""
        return [language for language in ("en", "zh") if getattr(self, language) is not None]


class Turn(Record):
    """One turn of a dialogue, counted from 1. `refers_to` holds earlier turns; answer turns have no mask."""

    turn: Positive
    kind: Kind
    question: Text
    answer: Text | None
    facets: list[Facet]
    target: Words | None
    system: System | None
    refers_to: list[Positive]
    mask: Mask | None


class Dialogue(Record):
    """One dialogue over one image: a line of dialogues.jsonl."""

    dialogue_id: Identifier
    image_id: Identifier
    split: Split
    turns: Annotated[list[Turn], Field(min_length=1)]


class Rewriting(Record):
    """Who reworded a text: the model, the sha256 of the prompt it was given, and the seed."""

    model: Words
    prompt_sha256: Sha256
    seed: int


class Review(Record):
    """What people decided about a text: the last decision, who took it, and when."""

    decision: Literal["accept", "edit"]
    reviewer: Words
    time: Annotated[str, AfterValidator(_date)]


class Origin(Record):
    """How the question of a turn came about: a line of texts.jsonl, which stays with the release and is not published.

    `clues` are the conditions that make its answer the only one, as plain data; `template` is the wording before it was
    rewritten or edited. `rewritten` and `reviewed` are by language, without the languages in which nobody did.
    """

    dialogue_id: Identifier
    turn: Positive
    pattern: Words
    clues: list[dict[str, JsonValue]]
    template: Text
    rewritten: dict[Language, Rewriting] = {}
    reviewed: dict[Language, Review] = {}


class Source(Record):
    """Where images come from. `redistribute` says what its licence lets be passed on: images with their annotations,
    annotations only, or nothing."""

    name: Words
    title: Words
    licence: Words
    licence_url: Words | None
    citation: Words | None
    url: Words | None
    redistribute: Redistribution


class Texts(Record):
    """How the questions and answers came about; `rewritten_by` and `reviewed` are None where nobody did."""

    written_by: Words
    rewritten_by: Words | None
    reviewed: Words | None


class Release(Record):
    """release.json. `licence` is that of the whole, by the Hub's name for it; `files` maps each file to its sha256.
    `images` tells whether the folder holds the images or withholds them because a licence forbids to pass them on."""

    name: Words
    version: Annotated[str, Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]
    created: Annotated[str, AfterValidator(_date)]
    languages: Annotated[list[Language], Field(min_length=1)]
    licence: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")] = "cc-by-nc-sa-4.0"
    sources: Annotated[list[Source], Field(min_length=1)]
    texts: Texts
    images: Literal["included", "withheld"] = "included"
    files: dict[str, Sha256] = {}
