"""Rules for text that people submit: its length is limited, and characters that cannot be seen are refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from leaderboard.errors import FieldFault

_JOINERS = "\u200c\u200d"  # needed inside words of several scripts and inside emoji
# Letters, marks and symbols by their category that show nothing.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_MARKS_IN_A_ROW = 4  # more are no writing, but paint over the lines above and below
# Control, format (bidirectional overrides, zero width), surrogate, private, unassigned, line and paragraph separator.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# What pydantic's own rules are called in a FieldFault.
_KINDS = {
    "missing": "missing",
    "string_too_long": "too_long",
    "literal_error": "choice",
    "greater_than_equal": "no_number",
    "less_than_equal": "no_number",
    "int_type": "no_number",
    "int_from_float": "no_number",
    "int_parsing": "no_number",
    "finite_number": "no_number",
}


class BrokenRule(ValueError):  # noqa: N818 - what a validator raises; it becomes a FieldFault
    """A text that breaks a rule of these; see FieldFault for kind and values."""

    def __init__(self, kind: str, text: str, **values: object):
        super().__init__(text)
        self.kind, self.values = kind, values


def _plain_text(value: str, allowed: str = "") -> str:
    if value.isascii() and value.isprintable():
        return value.strip()
    value = unicodedata.normalize("NFC", value).strip()
    marks = 0
    for place, char in enumerate(value):
        category = unicodedata.category(char)
        is_inner_joiner = char in _JOINERS and 0 < place < len(value) - 1
        if char in _FILLERS or (category in _INVISIBLE and char not in allowed and not is_inner_joiner):
            code = f"U+{ord(char):04X}"
            raise BrokenRule("character", f"holds the character {code}; expected visible text", character=code)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            told = f"holds more than {_MARKS_IN_A_ROW} combining marks in a row; expected readable text"
            raise BrokenRule("marks", told, limit=_MARKS_IN_A_ROW)
    return value


def _line(value: str) -> str:
    return _plain_text(value)


def _lines(value: str) -> str:
    return _plain_text(value.replace("\r\n", "\n"), allowed="\n")


def _named(value: str) -> str:
    if not any(unicodedata.category(char)[0] in "LN" for char in value):
        raise BrokenRule("no_name", "is blank or has neither letter nor digit; expected a name")
    return value


def _address(value: str) -> str:
    value = _line(value)
    scheme = urlsplit(value).scheme
    if scheme not in ("http", "https"):
        raise BrokenRule("no_address", f"{value!r} is no web address; expected http://... or https://...")
    if any(char.isspace() or char in "<>\"'`\\|()[]{}" for char in value):
        told = f"{value!r} holds a space, quote or bracket; expected a plain http or https address"
        raise BrokenRule("not_plain", told)
    parts = urlsplit(value)
    if not parts.hostname:
        told = f"{value!r} is no web address; expected http://... or https://..."
        raise BrokenRule("no_address", told)
    if parts.username is not None:
        told = f"{value!r} holds a user name before the host; expected a plain address"
        raise BrokenRule("user_in_address", told)
    return value


# Before the text is composed, so that nothing huge is, and after it, when some characters have become several.
Name = Annotated[str, Field(max_length=80), AfterValidator(_line), AfterValidator(_named), Field(max_length=80)]
Line = Annotated[str, Field(max_length=120), AfterValidator(_line), Field(max_length=120)]
Paragraph = Annotated[str, Field(max_length=2000), AfterValidator(_lines), Field(max_length=2000)]
Address = Annotated[str, Field(max_length=300), AfterValidator(_address)]  # http or https


def faults(error: ValidationError, value: str = "value") -> dict[str, FieldFault]:
    """What is wrong, by field; value: what to call a single value, which has no field."""
    return {".".join(map(str, item["loc"])) or value: _fault(item) for item in error.errors(include_url=False)}


def _fault(item: Mapping[str, Any]) -> FieldFault:
    context = item.get("ctx", {})
    rule = context.get("error")
    text = item["msg"].removeprefix("Value error, ")
    if isinstance(rule, BrokenRule):
        return FieldFault(rule.kind, text, rule.values)
    kind = _KINDS.get(item["type"], "other")
    return FieldFault(kind, text, {"limit": context["max_length"]} if kind == "too_long" else {})
