"""Rules for text that people submit: its length is limited, and characters that cannot be seen are refused."""

from __future__ import annotations

import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

_JOINERS = "\u200c\u200d"  # needed inside words of several scripts and inside emoji
# Letters, marks and symbols by their category that show nothing.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_MARKS_IN_A_ROW = 4  # more are no writing, but paint over the lines above and below
# Control, format (bidirectional overrides, zero width), surrogate, private, unassigned, line and paragraph separator.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _plain_text(value: str, allowed: str = "") -> str:
    if value.isascii() and value.isprintable():
        return value.strip()
    value = unicodedata.normalize("NFC", value).strip()
    marks = 0
    for place, char in enumerate(value):
        category = unicodedata.category(char)
        is_inner_joiner = char in _JOINERS and 0 < place < len(value) - 1
        if char in _FILLERS or (category in _INVISIBLE and char not in allowed and not is_inner_joiner):
            raise ValueError(f"holds the character U+{ord(char):04X}; expected visible text")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            raise ValueError(f"holds more than {_MARKS_IN_A_ROW} combining marks in a row; expected readable text")
    return value


def _line(value: str) -> str:
    return _plain_text(value)


def _lines(value: str) -> str:
    return _plain_text(value.replace("\r\n", "\n"), allowed="\n")


def _named(value: str) -> str:
    if not any(unicodedata.category(char)[0] in "LN" for char in value):
        raise ValueError("is blank or has neither letter nor digit; expected a name")
    return value


def _address(value: str) -> str:
    value = _line(value)
    if any(char.isspace() or char in "<>\"'`\\|()[]{}" for char in value):
        raise ValueError(f"{value!r} holds a space, quote or bracket; expected a plain http or https address")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is no web address; expected http://... or https://...")
    if parts.username is not None:
        raise ValueError(f"{value!r} holds a user name before the host; expected a plain address")
    return value


# Before the text is composed, so that nothing huge is, and after it, when some characters have become several.
Name = Annotated[str, Field(max_length=80), AfterValidator(_line), AfterValidator(_named), Field(max_length=80)]
Line = Annotated[str, Field(max_length=120), AfterValidator(_line), Field(max_length=120)]
Paragraph = Annotated[str, Field(max_length=2000), AfterValidator(_lines), Field(max_length=2000)]
Address = Annotated[str, Field(max_length=300), AfterValidator(_address)]  # http or https


def readable(error: ValidationError) -> str:
    """A broken rule for each field: "link: 'x' is no web address; expected http://... or https://..."."""
    lines = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {message}" if place else message)
    return "; ".join(lines)
