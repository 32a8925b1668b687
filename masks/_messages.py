"""What people read about a refused mask: the offending value and what was expected."""

import re
import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from masks.reasons import RleReason

# Numbers above are not written out: a hostile one may have more digits than Python will print.
LARGEST_SHOWN = 10**18


def message(reason: RleReason, counts: Any, text: bytes | None, size: Any, expected_size: Any, max_pixels: int) -> str:
    """Why `counts` of `size` was refused for `reason`; `text` is counts as the kernels read it."""
    if reason is RleReason.OK:
        return ""
    if reason is RleReason.NOT_TEXT:
        return f"counts is {quote(counts)}, but a string was expected"
    if reason is RleReason.BAD_SIZE:
        return f"size is {quote(size)}, but two positive integers [height, width] were expected"
    height, width = (int(edge) for edge in size)
    if reason is RleReason.UNEXPECTED_SIZE:
        return f"size is {quote([height, width])}, but {quote([int(edge) for edge in expected_size])} was expected"
    if reason is RleReason.TOO_MANY_PIXELS:
        return too_many_pixels(height, width, max_pixels)
    grid = f"{height} x {width}"
    if reason is RleReason.EMPTY:
        return f"counts is empty, but its runs must add up to {grid} = {height * width}"
    if reason is RleReason.BAD_CHARACTER:
        at = re.search(rb"[^0-o]", text).start()  # everything before it is ASCII: the index in counts is the same
        found = quote(counts[at : at + 1])
        return f"counts has {found} at index {at}, but only ASCII characters 48 to 111 ('0' to 'o') were expected"
    if reason is RleReason.TRAILING_CONTINUATION:
        return f"counts ends in {quote(text[-1:].decode())}, but that announces another character"
    return _about_a_run(reason, text, grid, height * width)


def about_runs(reason: RleReason, runs: Sequence[int], size: Any, max_pixels: int) -> str:
    """Why the uncompressed counts `runs` of `size` were refused for `reason`."""
    if reason in (RleReason.BAD_SIZE, RleReason.TOO_MANY_PIXELS, RleReason.EMPTY):
        return message(reason, runs, None, size, None, max_pixels)
    runs = [int(run) for run in runs]
    height, width = (int(edge) for edge in size)
    if reason is RleReason.NEGATIVE_COUNT:
        number, count = next((number, count) for number, count in enumerate(runs) if count < 0)
        return _negative(number, count)
    return _of_all_runs(reason, len(runs), sum(runs), f"{height} x {width}", height * width)


def too_many_pixels(height: int, width: int, max_pixels: int) -> str:
    return f"size is {_number(height)} x {_number(width)}, but at most {max_pixels} pixels were expected"


def quote(value: Any) -> str:
    """A value from outside, cut to a length that fits a message."""
    if isinstance(value, bytearray):  # of which the whole would be written before it is cut
        value = value[:100]
    try:
        return _short.repr(value)
    except ValueError:  # an integer with more digits than Python will print
        return f"a {type(value).__name__} too long to show"


def _about_a_run(reason: RleReason, text: bytes, grid: str, pixels: int) -> str:
    from masks import _kernels

    run, start, end, number = _kernels.locate(np.frombuffer(text, np.uint8), len(text), int(reason))
    if reason in (RleReason.TOO_MANY_RUNS, RleReason.SUM_BELOW, RleReason.SUM_ABOVE):
        return _of_all_runs(reason, run, number, grid, pixels, "at least " if number == _kernels.TOTAL_LIMIT else "")
    if reason is RleReason.NEGATIVE_COUNT:
        return _negative(run, number)
    value = quote(text[start:end].decode())
    if reason is RleReason.TOO_MANY_GROUPS:
        return f"run {run} has {end - start} characters, {value}, but at most {_kernels.MAX_GROUPS} were expected"
    return f"run {run} is written {value}, whose last character adds nothing, but the shortest form was expected"


def _of_all_runs(reason: RleReason, runs: int, total: int, grid: str, pixels: int, at_least: str = "") -> str:
    if reason is RleReason.TOO_MANY_RUNS:
        return f"counts has {runs} runs, but {grid} = {pixels} pixels have at most {pixels + 1}"
    return f"counts add up to {at_least}{total}, but {grid} = {pixels}"


def _negative(run: int, count: int) -> str:
    return f"run {run} has a count of {count}, but at least 0 was expected"


def _number(value: int) -> str:
    return str(value) if value <= LARGEST_SHOWN else "more than 10^18"


_short = reprlib.Repr()
_short.maxstring = 60
_short.maxother = 60
