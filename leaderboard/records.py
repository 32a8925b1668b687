"""What is kept and shown of a submission: its description, its scores, the public record and a table row.

Scores are shares from 0 to 1. A score that does not exist (no turns) is None, never 0 and never NaN.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from leaderboard.errors import MetaError

TRACKS = ("en-single", "en-multi", "zh-single", "zh-multi")
HEADLINE_REGIONS = ("head", "chest", "abdomen", "prostate")  # the four of the published tables
TABLE_TURNS = ("1", "2", "3", "4", "5")
UNRANKED_HISTORY = ("gt", "text_gt_mask_own")  # these need the truth, so they do not compete

HistoryMode = Literal["own", "none", "gt", "text_gt_mask_own"]
HISTORY_MODES = get_args(HistoryMode)
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]

_JOINERS = "\u200c\u200d"  # needed by several scripts and by emoji
# Control, format (bidirectional overrides, zero width), surrogate, private, unassigned, line and paragraph separator.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _plain_text(value: str, allowed: str = "") -> str:
    value = unicodedata.normalize("NFC", value).strip()
    for char in value:
        if char not in allowed + _JOINERS and unicodedata.category(char) in _INVISIBLE:
            raise ValueError(f"holds the character U+{ord(char):04X}; expected visible text")
    return value


def _line(value: str) -> str:
    return _plain_text(value)


def _lines(value: str) -> str:
    return _plain_text(value.replace("\r\n", "\n"), allowed="\n")


def _named(value: str) -> str:
    if not value:
        raise ValueError("is blank; expected a name")
    return value


Name = Annotated[str, Field(max_length=80), AfterValidator(_line), AfterValidator(_named)]
Line = Annotated[str, Field(max_length=120), AfterValidator(_line)]
Paragraph = Annotated[str, Field(max_length=2000), AfterValidator(_lines)]


class SubmissionMeta(BaseModel):
    """What a submitter says about a model. Limited in length; control and bidirectional characters are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name
    organisation: Line = ""
    link: Annotated[str, Field(max_length=300)] | None = None  # http or https
    history_mode: HistoryMode
    training_data: Paragraph = ""
    notes: Paragraph = ""

    @field_validator("link")
    @classmethod
    def _link_is_http(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        value = _line(value)
        if any(char.isspace() or char in "<>\"'`\\|()[]{}" for char in value):
            raise ValueError(f"{value!r} holds a space, quote or bracket; expected a plain http or https address")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{value!r} is no web address; expected http://... or https://...")
        if parts.username is not None:
            raise ValueError(f"{value!r} holds a user name before the host; expected a plain address")
        return value

    @classmethod
    def checked(cls, **fields: object) -> SubmissionMeta:
        """Like the constructor, but a broken rule raises MetaError with one readable line per field."""
        try:
            return cls(**fields)
        except ValidationError as error:
            raise MetaError(_readable(error)) from None


def checked_user(user: str) -> str:
    """The user name, normalised. Raises MetaError when it is empty, too long or holds control characters."""
    try:
        return TypeAdapter(Name).validate_python(user, strict=True)
    except ValidationError as error:
        raise MetaError(f"user: {_readable(error)}") from None


def model_key(model: str) -> str:
    """A model's name as attempts are counted: case and runs of blanks do not make another model."""
    return " ".join(model.casefold().split())


def _readable(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        lines.append(f"{place}: {item['msg'].removeprefix('Value error, ')}" if place else item["msg"])
    return "; ".join(lines)


class Cell(BaseModel):
    """Scores over one group of turns, beside its counts. `dice` and `iou` are means over the n turns.

    `empty` counts turns with an empty predicted mask; `missing` counts turns without a row, which score 0 (only local
    scoring has any: an upload with missing rows is refused).
    """

    model_config = ConfigDict(frozen=True)

    n: Count
    n_patients: Count
    dice: Score | None
    iou: Score | None
    empty: Count = 0
    missing: Count = 0


class TrackScore(BaseModel):
    """All scores of one track. `headline_*` is the unweighted mean over `regions` of the mean over turns."""

    model_config = ConfigDict(frozen=True)

    headline_dice: Score | None
    headline_iou: Score | None
    turn_weighted_dice: Score | None
    turn_weighted_iou: Score | None  # LISA's gIoU
    ciou: Score | None  # sum of intersections over sum of unions
    regions: list[str]  # the regions averaged
    missing_regions: list[str]  # those of the published four that the track lacks
    n: Count  # segmentation turns
    n_dialogues: Count
    n_patients: Count
    empty_predictions: Count
    missing_predictions: Count = 0
    strata: dict[str, dict[str, Cell]]  # stratum kind -> value -> scores
    turn_curve: dict[str, Cell]  # segmentation turn -> scores
    fixed_cohort_curve: dict[str, Cell]  # the same over dialogues with at least 5 segmentation turns


class DatasetRef(BaseModel):
    """The dataset a submission was scored on."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    version: str
    digest: str


class PredictionCounts(BaseModel):
    """Counts over the whole file."""

    model_config = ConfigDict(frozen=True)

    rows: Count
    empty_predictions: Count


class Record(BaseModel):
    """The public, immutable record of one accepted submission."""

    model_config = ConfigDict(frozen=True)

    id: str
    created: str  # UTC, ISO 8601 with seconds
    user: str
    meta: SubmissionMeta
    split: str
    dataset: DatasetRef
    scorer_version: str
    device: str
    file_sha256: str
    counts: PredictionCounts
    tracks: dict[str, TrackScore]
    attempts: Annotated[int, Field(ge=1)]  # submissions of this user's model up to and with this one

    @field_validator("created")
    @classmethod
    def _created_is_utc(cls, value: str) -> str:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None or moment.utcoffset() != UTC.utcoffset(None):
            raise ValueError(f"{value!r} is not UTC; expected for example 2026-01-31T12:00:00+00:00")
        return value


class TableRow(BaseModel):
    """One row of a track's table. `rank` is None for a row that does not compete."""

    model_config = ConfigDict(frozen=True)

    rank: int | None
    model: str
    organisation: str
    user: str
    link: str | None
    headline_dice: Score | None
    headline_iou: Score | None
    turn_weighted_dice: Score | None
    region_dice: dict[str, Score | None]
    turn_dice: dict[str, Score | None]  # "1" to "5"
    n: int
    n_patients: int
    n_empty: int
    attempts: int
    history_mode: str
    date: str  # YYYY-MM-DD
    record_id: str
