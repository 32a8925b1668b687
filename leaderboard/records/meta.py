"""What a submitter says about a submission: the model, its history, its training data, and a signature."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from leaderboard.errors import FieldFault, MetaError
from leaderboard.records.text import Address, BrokenRule, Line, Name, Paragraph, faults

HistoryMode = Literal["own", "none", "gt", "text_gt_mask_own"]
HISTORY_MODES = get_args(HistoryMode)
RANKED_SPLIT = "test"  # of the others the truth is public
UNRANKED_HISTORY = ("gt", "text_gt_mask_own")  # these need the truth, so they do not compete
#: What is signed with a submission to the test split.
STATEMENT = "No label of a test image was used to train, tune or choose this model."

_SCALE = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_NUMBER = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,9})?)\s*([KMBT]?)", re.IGNORECASE)


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _parameters(value: Any) -> Any:
    """ "7B", "350 M" or a plain number -> a number of parameters."""
    value = _blank_is_none(value)
    if not isinstance(value, str):
        return value
    found = _NUMBER.fullmatch(value.strip().replace(",", ""))
    if found is None:
        told = f"{value[:40]!r} is no number of parameters; expected for example 7B, 350M or 7000000000"
        raise BrokenRule("no_number", told)
    return round(float(found[1]) * _SCALE[found[2].upper()])


class SubmissionMeta(BaseModel):
    """What a submitter says about a model. Limited in length; control and bidirectional characters are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name
    organisation: Line = ""
    link: Annotated[Address | None, BeforeValidator(_blank_is_none)] = None  # code or paper
    parameters: Annotated[int | None, Field(ge=1, le=10**15), BeforeValidator(_parameters)] = None
    history_mode: HistoryMode
    training_data: Paragraph = ""  # the sources that the model learned from
    notes: Paragraph = ""
    signed: Annotated[Name | None, BeforeValidator(_blank_is_none)] = None  # who signs STATEMENT
    display: bool = True  # stands for its model in the table; said before the score is known

    @classmethod
    def checked(cls, **fields: object) -> SubmissionMeta:
        """Like the constructor, but a broken rule raises MetaError with one readable line per field."""
        try:
            return cls(**fields)
        except ValidationError as error:
            raise MetaError(faults(error)) from None


def checked_user(user: str) -> str:
    """The user name, normalised. Raises MetaError when it is empty, too long or holds control characters."""
    try:
        return TypeAdapter(Name).validate_python(user, strict=True)
    except ValidationError as error:
        raise MetaError(faults(error, "user")) from None


def split_faults(split: str, history_mode: str, signed: str | None) -> dict[str, FieldFault]:
    """What breaks the rules of a split, by field: the ranked one takes no true history, and is signed for.

    Both as they were written; signed: blank or None where nobody signs.
    """
    found = {}
    if split == RANKED_SPLIT and history_mode in UNRANKED_HISTORY:
        told = f"{history_mode!r} needs the truth; expected 'own' or 'none' on the test split"
        found["history_mode"] = FieldFault("needs_truth", told, {"mode": history_mode})
    if split == RANKED_SPLIT and not (signed or "").strip():
        found["signed"] = FieldFault("unsigned", f"is missing; expected the name of who signs: {STATEMENT}")
    return found


def model_key(model: str) -> str:
    """A model's name as attempts are counted: what makes no visible difference does not make another model."""
    folded = unicodedata.normalize("NFKC", model).casefold()
    return " ".join("".join(char for char in folded if not _is_unseen(char)).split())


def _is_unseen(char: str) -> bool:
    """Joiners, and selectors of a variant, which may stand after any character."""
    is_selector = "\u180b" <= char <= "\u180f" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return is_selector or unicodedata.category(char) == "Cf"
