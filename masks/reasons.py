"""Why a mask is refused.

ValueError
  RleError            .reason is an RleReason; the message quotes the value and what was expected
"""

from enum import IntEnum

# What a value of six groups of five bits, one of them the sign, can count.
MAX_PIXELS = 2**29 - 1


class RleReason(IntEnum):
    """What is wrong with an RLE. Of several faults the first in this list is given, wherever it stands."""

    OK = 0
    NOT_TEXT = 1  # neither str nor bytes, or null
    BAD_SIZE = 2  # not two positive integers
    UNEXPECTED_SIZE = 3  # not the size that the image has
    TOO_MANY_PIXELS = 4  # more than six groups of five bits can count
    EMPTY = 5  # no character at all
    BAD_CHARACTER = 6  # outside ASCII 48 to 111
    TRAILING_CONTINUATION = 7  # the last character announces another
    TOO_MANY_GROUPS = 8  # more than six characters in a value
    OVERLONG = 9  # a value in more characters than it needs
    NEGATIVE_COUNT = 10
    TOO_MANY_RUNS = 11  # more than height * width + 1
    SUM_BELOW = 12  # the counts leave pixels out
    SUM_ABOVE = 13  # the counts go past the last pixel


class RleError(ValueError):
    """A mask that is refused: `reason` says why to programs, the message says it to people."""

    def __init__(self, reason: RleReason, message: str):
        super().__init__(reason, message)
        self.reason = reason

    def __str__(self) -> str:
        return self.args[1]
