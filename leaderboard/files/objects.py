"""The JSON object of one line, more strictly than Python reads it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from leaderboard.files.columns import COLUMNS
from leaderboard.problems import shorten

_MOST_STRUCTURE = 16 * 2**10  # bytes of a line beside its texts; a row has some fifty
_LONGEST_LIST = 8  # elements of a list that is kept; two are right
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # also one that is not closed
_USED = {*COLUMNS, "mask"}


class Fault(ValueError):  # noqa: N818 - a value that a line has, not an error of the package
    """Why a line is not read: `kind` of problem, `value` found (None: the line itself), what was `expected`."""

    def __init__(self, kind: str, value: str | None, expected: str):
        super().__init__(kind)
        self.kind, self.value, self.expected = kind, value, expected


_NO_OBJECT = Fault("not_json", None, "one JSON object on the line")


def parse_object(line: bytes) -> dict[str, Any] | Fault:
    """The object of a line, or what is wrong with it."""
    # Anything else may be long and costly to read, and would be refused all the same.
    if line.lstrip()[:1] != b"{":
        return _NO_OBJECT
    if len(line) > _MOST_STRUCTURE and (size := len(_TEXT.sub(b"", line))) > _MOST_STRUCTURE:
        return Fault("too_long", f"{size:,} bytes beside the texts of the line", f"at most {_MOST_STRUCTURE:,}")
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except Fault as fault:
        return fault
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return _NO_OBJECT
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Fault(
            "duplicate_key", f"{shorten(_twice(pairs))} stands there more than once", "every key once in an object"
        )
    return value


def _twice(pairs: list[tuple[str, Any]]) -> str:
    """The first key that stands there again."""
    seen = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    return key


def _constant(name: str) -> None:
    raise Fault("not_json", name, "a JSON value; NaN and Infinity are none")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


@dataclass(frozen=True)
class Outline:
    """What is kept of a value that fits no column and may be large: a text that shows it."""

    text: str

    def __repr__(self) -> str:
        return self.text


def slim(row: dict[str, Any]) -> None:
    """Let go of all values that are not used, and of lists that are no size; the names stay.

    As Python objects a line takes up to thirty times its length, and many lines are held at once.
    """
    for name, value in row.items():
        if name not in _USED:
            row[name] = None
        elif isinstance(value, list):
            row[name] = _plain_list(value)
        elif isinstance(value, dict):
            if name == "mask":
                _slim_mask(value)
            else:
                row[name] = Outline("{...}" if value else "{}")


def _slim_mask(mask: dict[str, Any]) -> None:
    for name in mask.keys() - {"size", "counts"}:
        del mask[name]
    slim(mask)


def _plain_list(value: list[Any]) -> list[Any] | Outline:
    if len(value) <= _LONGEST_LIST and not any(isinstance(item, list | dict) for item in value):
        return value
    items = [Outline("[...]") if isinstance(item, list | dict) else item for item in value[:_LONGEST_LIST]]
    return Outline(shorten(items) + (" ..." if len(value) > _LONGEST_LIST else ""))
