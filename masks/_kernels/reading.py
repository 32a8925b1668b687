"""Reading RLE strings; a string is `data[start:end]`, bytes of a buffer that all rows of a column share.

Strings are checked as they are read. A reader goes on while a character announces another, and every caller of one has
seen that the last character of the string announces none: no string makes a loop read outside it or run for longer than
its length. What was read is used only if no fault was found.
"""

import numpy as np

from masks._kernels.compiling import kernel, peek, poke, word
from masks.reasons import RleReason

MAX_GROUPS = 6
# `locate` adds up to here: long runs in a hostile string must not wrap around.
TOTAL_LIMIT = 1 << 62
NO_SIZE = -1  # as an expected height: any size will do

# Faults that `read_value` collects, as bits. The two lowest are those that a character minus 48 has outside 0 to 63,
# and the bits below them are of no meaning.
BAD_CHARACTER = 0b11 << 6
TOO_MANY_GROUPS = 1 << 8
OVERLONG = 1 << 9

# Plain integers, which numba compiles in as they are.
OK, NOT_TEXT, BAD_SIZE, UNEXPECTED_SIZE, TOO_MANY_PIXELS, EMPTY = (int(reason) for reason in list(RleReason)[:6])
REASON_BAD_CHARACTER = int(RleReason.BAD_CHARACTER)
REASON_TRAILING_CONTINUATION = int(RleReason.TRAILING_CONTINUATION)
REASON_TOO_MANY_GROUPS = int(RleReason.TOO_MANY_GROUPS)
REASON_OVERLONG = int(RleReason.OVERLONG)
REASON_NEGATIVE_COUNT = int(RleReason.NEGATIVE_COUNT)
REASON_TOO_MANY_RUNS = int(RleReason.TOO_MANY_RUNS)
REASON_SUM_BELOW = int(RleReason.SUM_BELOW)
REASON_SUM_ABOVE = int(RleReason.SUM_ABOVE)

# Eight characters in a word: what is the same for every byte, and how far apart bytes are.
BASES = np.uint64(0x3030303030303030)  # 48
ONES = np.uint64(0x0101010101010101)
LOW_GROUPS = np.uint64(0x1F1F1F1F1F1F1F1F)
MORE = np.uint64(0x2020202020202020)
OUTSIDE = np.uint64(0xC0C0C0C0C0C0C0C0)
BYTE, GROUP = np.uint64(8), np.uint64(31)
SIGN_OF_GROUP, NEXT_OF_GROUP = np.uint64(4), np.uint64(5)


@kernel
def group(data, at):
    """A character minus 48, kept to eight bits: 64 or more if it is no character of an RLE."""
    return (np.int64(peek(data, at)) - 48) & 255


@kernel
def read_value(data, at, faults):
    """The signed value that starts at `at` -> (value, where the next one starts, `faults` with its own added)."""
    last = group(data, at)
    at += 1
    faults |= last
    if last & 32 == 0:  # most values
        return ((last & 31) ^ 16) - 16, at, faults
    value = last & 31
    shift = np.int64(5)
    fill = np.int64(0)
    while last & 32:
        # A last group that only repeats the sign of the one before it says nothing.
        fill = 31 if last & 16 else 0
        last = group(data, at)
        at += 1
        faults |= last
        # The mask keeps a seventh and later group from shifting by more bits than a word has.
        value |= (last & 31) << (shift & 63)
        shift += 5
    if last == fill:
        faults |= OVERLONG
    if shift > 5 * MAX_GROUPS:
        faults |= TOO_MANY_GROUPS
    if last & 16:
        value -= np.int64(1) << (shift & 63)
    return value, at, faults


@kernel
def _signed(characters):
    """The value of the group in the lowest byte of a word, alone."""
    return (np.int64(characters & GROUP) ^ 16) - 16


@kernel
def _one_or_two(eight, at):
    """The value of one or two characters at the start of a word -> (value, the word behind it, where that starts)."""
    more = eight & np.uint64(32)
    low = np.int64(eight & GROUP)
    eight >>= BYTE
    # What a second group adds to the first one read alone, whose highest bit is then no sign.
    high = _signed(eight) + (low >> 4)
    long = np.int64(more >> NEXT_OF_GROUP)
    eight >>= more >> np.uint64(2)
    return (low ^ 16) - 16 + ((high & -long) << 5), eight, at + 1 + long


@kernel
def _verdict(faults, lowest, room, runs, total, pixels):
    """The reason for a string that was read to its end.

    lowest: negative if a count was; room: negative if the counts so far ever went past `pixels`, at which point their
    sum cannot have wrapped around yet; total: their sum.
    """
    if faults & BAD_CHARACTER:
        return REASON_BAD_CHARACTER
    if faults & TOO_MANY_GROUPS:
        return REASON_TOO_MANY_GROUPS
    if faults & OVERLONG:
        return REASON_OVERLONG
    if lowest < 0:
        return REASON_NEGATIVE_COUNT
    if runs > pixels + 1:
        return REASON_TOO_MANY_RUNS
    if room < 0:
        return REASON_SUM_ABOVE
    if total != pixels:
        return REASON_SUM_BELOW
    return OK


@kernel
def read(data, start, end, pixels, ends):
    """Read a string that is not empty -> (reason, runs, foreground pixels; of meaning only if the reason is OK).

    ends: None, or an integer array with room for a run more than the string has characters. It is filled with where
    each run ends, so that the k-th foreground run is ends[2 * k] to before ends[2 * k + 1], and with `pixels` once more
    after them, where a next run would begin.
    """
    runs = np.int64(0)
    area = np.int64(0)
    if group(data, end - 1) & 32 != 0:
        for at in range(start, end):
            if group(data, at) > 63:
                return REASON_BAD_CHARACTER, runs, area
        return REASON_TRAILING_CONTINUATION, runs, area
    total, at, faults = read_value(data, start, np.int64(0))
    lowest = total
    room = pixels - total
    if ends is not None:
        poke(ends, 0, total)
    runs += 1
    # Values are differences to the run before the last, but nothing is added to the third: the first run is set apart.
    foreground = np.int64(0)
    background = np.int64(0)
    overlong = np.uint64(0)
    while at < end:
        # Where foreground is next, values are read from eight characters at once: eight of one character each, else
        # four of one or two, without a branch that a processor would have to guess. Few values are longer. Their sum is
        # compared with `pixels` once for all: it does not wrap around, and it only grows unless a count is negative.
        while at + 8 <= end:
            eight = word(data, at) - BASES
            more = eight & MORE
            if (eight & OUTSIDE) | (more & (more >> BYTE)) != 0:
                break
            if more == 0:
                for pair in range(0, 8, 2):
                    foreground += _signed(eight >> np.uint64(8 * pair))
                    background += _signed(eight >> np.uint64(8 * pair + 8))
                    area += foreground
                    lowest |= foreground | background
                    total += foreground
                    if ends is not None:
                        poke(ends, runs + pair, total)
                    total += background
                    if ends is not None:
                        poke(ends, runs + pair + 1, total)
                runs += 8
                at += 8
            else:
                # A second group that only repeats the sign of the first says nothing.
                signs = ((eight >> SIGN_OF_GROUP) & ONES) * GROUP
                differs = ((eight ^ (signs << BYTE)) & LOW_GROUPS) + LOW_GROUPS
                overlong |= ~differs & (more << BYTE) & MORE
                for pair in range(0, 4, 2):
                    value, eight, at = _one_or_two(eight, at)
                    foreground += value
                    total += foreground
                    if ends is not None:
                        poke(ends, runs + pair, total)
                    value, eight, at = _one_or_two(eight, at)
                    background += value
                    area += foreground
                    lowest |= foreground | background
                    total += background
                    if ends is not None:
                        poke(ends, runs + pair + 1, total)
                runs += 4
            room |= pixels - total
        if at == end:
            break
        value, at, faults = read_value(data, at, faults)
        foreground += value
        lowest |= foreground
        area += foreground
        total += foreground
        room |= pixels - total
        if ends is not None:
            poke(ends, runs, total)
        runs += 1
        if at < end:
            value, at, faults = read_value(data, at, faults)
            background += value
            lowest |= background
            total += background
            room |= pixels - total
            if ends is not None:
                poke(ends, runs, total)
            runs += 1
    if overlong != 0:
        faults |= OVERLONG
    if ends is not None:
        poke(ends, runs, pixels)
    return _verdict(faults, lowest, room, runs, total, pixels), runs, area


@kernel
def frame(data, start, end, valid, height, width, expected_height, expected_width, max_pixels):
    """What can be said of an RLE before its string is read: a reason, or OK."""
    if not valid or start < 0 or end < start or end > data.size:
        return NOT_TEXT
    if height <= 0 or width <= 0:
        return BAD_SIZE
    if (expected_height != NO_SIZE and height != expected_height) or (
        expected_width != NO_SIZE and width != expected_width
    ):
        return UNEXPECTED_SIZE
    # Divided, because the product of two hostile numbers wraps around.
    if height > max_pixels // width:
        return TOO_MANY_PIXELS
    if start == end:
        return EMPTY
    return OK


@kernel
def check(data, start, end, valid, height, width, expected_height, expected_width, max_pixels):
    """All that is asked of one RLE -> (reason, foreground pixels; of meaning only if the reason is OK)."""
    reason = frame(data, start, end, valid, height, width, expected_height, expected_width, max_pixels)
    if reason != OK:
        return reason, np.int64(0)
    reason, _, area = read(data, start, end, height * width, None)
    return reason, area


@kernel
def check_rows(column, sizes, max_pixels, first, last, reasons, areas, expected_heights, expected_widths):
    """`check` the rows from first to before last of a column.

    column: data, offsets, valid; sizes: two arrays, heights and widths; results go to `reasons` and `areas`.
    """
    data, offsets, valid = column
    for row in range(first, last):
        reasons[row], areas[row] = check(
            data,
            offsets[row],
            offsets[row + 1],
            valid[row],
            sizes[0][row],
            sizes[1][row],
            expected_heights[row],
            expected_widths[row],
            max_pixels,
        )


@kernel
def longest(column, first, last):
    """Characters of the longest string in the rows from first to before last that lie in the buffer."""
    data, offsets, valid = column
    length = np.int64(0)
    for row in range(first, last):
        if valid[row] and offsets[row] >= 0 and offsets[row + 1] <= data.size:
            length = max(length, offsets[row + 1] - offsets[row])
    return length


@kernel
def read_row(column, row, height, width, max_pixels, ends):
    """Frame and string of one row -> (reason, runs, foreground pixels), with `ends` filled as `read` does."""
    data, offsets, valid = column
    start, end = offsets[row], offsets[row + 1]
    reason = frame(data, start, end, valid[row], height, width, NO_SIZE, NO_SIZE, max_pixels)
    if reason != OK:
        return reason, np.int64(0), np.int64(0)
    return read(data, start, end, height * width, ends)


@kernel
def locate(data, end, reason):
    """For messages: the place of a fault in data[:end], whose last character announces no other.

    -> (number of the first run with this fault, where its value starts and ends, its count); for a fault of the whole
    string (the number of all runs, end, end, the sum of all counts or TOTAL_LIMIT if that is less).
    """
    fault = np.int64(0)
    if reason == REASON_TOO_MANY_GROUPS:
        fault = np.int64(TOO_MANY_GROUPS)
    elif reason == REASON_OVERLONG:
        fault = np.int64(OVERLONG)
    run = np.int64(0)
    total = np.int64(0)
    before = np.int64(0)
    before_last = np.int64(0)
    at = np.int64(0)
    while at < end:
        start = at
        value, at, faults = read_value(data, at, np.int64(0))
        count = before_last + value
        if faults & fault or (reason == REASON_NEGATIVE_COUNT and count < 0):
            return run, start, at, count
        total = min(total + count, TOTAL_LIMIT)
        # Nothing is added to the third value, so the first run is taken for 0 here.
        before_last, before = before, (count if run > 0 else np.int64(0))
        run += 1
    return run, end, end, total
