"""Compiled loops over RLE strings; a string is `data[start:end]`, bytes of a buffer that all rows of a column share.

Strings are checked as they are read. `_read` is the only reader: it goes on while a character announces another, and
every caller of it has seen that the last character of the string announces none. So no string makes a loop read outside
it or run for longer than its length; what a loop computes is used only if no fault was found.

All loops stand in this file because numba's on-disk cache notices changes in the file of the outermost loop only. They
release the interpreter lock and share no state: they may run in any number of threads.
"""

import numba
import numpy as np

from masks.reasons import RleReason

MAX_GROUPS = 6
# `locate` adds up to here: long runs in a hostile string must not wrap around.
TOTAL_LIMIT = 1 << 62
NO_SIZE = -1  # as an expected height: any size will do

# Faults that `_read` collects, as bits. The two lowest are those that a character minus 48 has outside 0 to 63, and the
# bits below them are of no meaning.
BAD_CHARACTER = 0b11 << 6
TOO_MANY_GROUPS = 1 << 8
OVERLONG = 1 << 9
FAULTS = BAD_CHARACTER | TOO_MANY_GROUPS | OVERLONG

# Plain integers, which numba compiles in as they are. Its cache does not notice that one changes: edit this file too.
OK, NOT_TEXT, BAD_SIZE, UNEXPECTED_SIZE, TOO_MANY_PIXELS, EMPTY = (int(reason) for reason in list(RleReason)[:6])
REASON_BAD_CHARACTER = int(RleReason.BAD_CHARACTER)
REASON_TRAILING_CONTINUATION = int(RleReason.TRAILING_CONTINUATION)
REASON_TOO_MANY_GROUPS = int(RleReason.TOO_MANY_GROUPS)
REASON_OVERLONG = int(RleReason.OVERLONG)
REASON_NEGATIVE_COUNT = int(RleReason.NEGATIVE_COUNT)
REASON_TOO_MANY_RUNS = int(RleReason.TOO_MANY_RUNS)
REASON_SUM_BELOW = int(RleReason.SUM_BELOW)
REASON_SUM_ABOVE = int(RleReason.SUM_ABOVE)


def kernel(function):
    """Compile `function` at its first call and keep the result on disk, if numba finds a place that it may write to."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@kernel
def _group(data, at):
    """A character minus 48, kept to eight bits: 64 or more if it is no character of an RLE."""
    return (np.int64(data[at]) - 48) & 255


@kernel
def _goes_on(data, last):
    """Whether a reader would go past the character at `last`."""
    return _group(data, last) & 32 != 0


@kernel
def _read(data, at, faults):
    """The signed value that starts at `at` -> (value, where the next one starts, `faults` with its own added)."""
    group = _group(data, at)
    at += 1
    faults |= group
    if group & 32 == 0:  # most values
        return ((group & 31) ^ 16) - 16, at, faults
    value = group & 31
    shift = np.int64(5)
    fill = np.int64(0)
    while group & 32:
        # A last group that only repeats the sign of the one before it says nothing.
        fill = 31 if group & 16 else 0
        group = _group(data, at)
        at += 1
        faults |= group
        # The mask keeps a seventh and later group from shifting by more bits than a word has.
        value |= (group & 31) << (shift & 63)
        shift += 5
    if group == fill:
        faults |= OVERLONG
    if shift > 5 * MAX_GROUPS:
        faults |= TOO_MANY_GROUPS
    if group & 16:
        value -= np.int64(1) << (shift & 63)
    return value, at, faults


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
def _scan(data, start, end, pixels):
    """Read a string that is not empty -> (reason, foreground pixels; of meaning only if the reason is OK)."""
    if _goes_on(data, end - 1):
        for at in range(start, end):
            if _group(data, at) > 63:
                return REASON_BAD_CHARACTER, np.int64(0)
        return REASON_TRAILING_CONTINUATION, np.int64(0)
    total, at, faults = _read(data, start, np.int64(0))
    lowest = total
    room = pixels - total
    runs = np.int64(1)
    area = np.int64(0)
    # Values are differences to the run before the last, but nothing is added to the third: the first run is set apart.
    foreground = np.int64(0)
    background = np.int64(0)
    while at < end:
        value, at, faults = _read(data, at, faults)
        foreground += value
        lowest |= foreground
        area += foreground
        total += foreground
        runs += 1
        if at < end:
            value, at, faults = _read(data, at, faults)
            background += value
            lowest |= background
            total += background
            runs += 1
        room |= pixels - total
    return _verdict(faults, lowest, room, runs, total, pixels), area


@kernel
def _overlap(data, at, end, other_data, other_at, other_end, pixels):
    """Read two strings of one size at once -> (whether both are faultless, shared pixels, pixels of each).

    A step compares one foreground run of each side, then reads the next background and foreground run of the side whose
    run ends first. The fault collectors are shared: who is at fault is found by reading again.
    """
    both = np.int64(0)
    if _goes_on(data, end - 1) or _goes_on(other_data, other_end - 1):
        return False, both, both, both
    begin, at, faults = _read(data, at, np.int64(0))
    other_begin, other_at, faults = _read(other_data, other_at, faults)
    lowest = begin | other_begin
    stop, other_stop = begin, other_begin
    area, other_area = both, both
    # As in `_scan`, the first background runs are nobody's predecessors.
    gap, other_gap = both, both
    length, other_length = both, both
    runs, other_runs = np.int64(1), np.int64(1)
    if at < end:
        length, at, faults = _read(data, at, faults)
        lowest |= length
        stop += length
        area = length
        runs += 1
    if other_at < other_end:
        other_length, other_at, faults = _read(other_data, other_at, faults)
        lowest |= other_length
        other_stop += other_length
        other_area = other_length
        other_runs += 1
    room = (pixels - stop) | (pixels - other_stop)
    while True:
        both += max(min(stop, other_stop) - max(begin, other_begin), 0)
        # When one side is used up the rest of the other is read as well: it counts, and it may be at fault.
        if (stop <= other_stop and at < end) or other_at == other_end:
            if at == end:
                break
            value, at, faults = _read(data, at, faults)
            gap += value
            lowest |= gap
            begin = stop + gap
            stop = begin
            runs += 1
            if at < end:
                value, at, faults = _read(data, at, faults)
                length += value
                lowest |= length
                stop += length
                area += length
                runs += 1
            room |= pixels - stop
        else:
            value, other_at, faults = _read(other_data, other_at, faults)
            other_gap += value
            lowest |= other_gap
            other_begin = other_stop + other_gap
            other_stop = other_begin
            other_runs += 1
            if other_at < other_end:
                value, other_at, faults = _read(other_data, other_at, faults)
                other_length += value
                lowest |= other_length
                other_stop += other_length
                other_area += other_length
                other_runs += 1
            room |= pixels - other_stop
    reason = _verdict(faults, lowest, room, max(runs, other_runs), min(stop, other_stop), pixels)
    return reason == OK, both, area, other_area


@kernel
def _frame(data, start, end, valid, height, width, expected_height, expected_width, max_pixels):
    """What can be said of an RLE before its string is read: a reason, or OK."""
    if not valid or start < 0 or end < start or end > data.size:
        return NOT_TEXT
    if height <= 0 or width <= 0:
        return BAD_SIZE
    if expected_height != NO_SIZE and (height != expected_height or width != expected_width):
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
    reason = _frame(data, start, end, valid, height, width, expected_height, expected_width, max_pixels)
    if reason != OK:
        return reason, np.int64(0)
    return _scan(data, start, end, height * width)


@kernel
def check_rows(column, sizes, expected_sizes, max_pixels, first, last, reasons, areas):
    """`check` the rows from first to before last of a column.

    column: data, offsets, valid; sizes, expected_sizes: two arrays each, heights and widths; results go to the others.
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
            expected_sizes[0][row],
            expected_sizes[1][row],
            max_pixels,
        )


@kernel
def overlap_rows(column, other_column, sizes, max_pixels, first, last, reasons, counts):
    """Overlap of the rows from first to before last of two columns.

    Fills `reasons` [N, 2] where a string is at fault, else `counts` [N, 3] with shared pixels and pixels of each.
    """
    data, offsets, valid = column
    other_data, other_offsets, other_valid = other_column
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        start, end = offsets[row], offsets[row + 1]
        other_start, other_end = other_offsets[row], other_offsets[row + 1]
        one = data, start, end, valid[row], height, width, NO_SIZE, NO_SIZE, max_pixels
        other = other_data, other_start, other_end, other_valid[row], height, width, NO_SIZE, NO_SIZE, max_pixels
        if _frame(*one) == OK and _frame(*other) == OK:
            faultless, both, area, other_area = _overlap(
                data, start, end, other_data, other_start, other_end, height * width
            )
            if faultless:
                counts[row, 0], counts[row, 1], counts[row, 2] = both, area, other_area
                continue
        reasons[row, 0] = check(*one)[0]
        reasons[row, 1] = check(*other)[0]


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
        value, at, faults = _read(data, at, np.int64(0))
        count = before_last + value
        if faults & fault or (reason == REASON_NEGATIVE_COUNT and count < 0):
            return run, start, at, count
        total = min(total + count, TOTAL_LIMIT)
        # Nothing is added to the third value, so the first run is taken for 0 here.
        before_last, before = before, (count if run > 0 else np.int64(0))
        run += 1
    return run, end, end, total


@kernel
def fill(data, end, pixels):
    """Paint the foreground of the faultless string data[:end] into zeroed uint8 `pixels`, column after column."""
    position, at, _ = _read(data, np.int64(0), np.int64(0))
    foreground = np.int64(0)
    background = np.int64(0)
    while at < end:
        value, at, _ = _read(data, at, np.int64(0))
        foreground += value
        pixels[position : position + foreground] = 1
        position += foreground
        if at < end:
            value, at, _ = _read(data, at, np.int64(0))
            background += value
            position += background


@kernel
def write(counts, text):
    """Write run lengths into the uint8 `text`, which has room for MAX_GROUPS characters a run -> characters written."""
    length = 0
    for run in range(counts.size):
        value = counts[run] - (counts[run - 2] if run > 2 else 0)
        while True:
            group = value & 31
            value >>= 5
            # Another group follows until what is left repeats the sign bit of this one.
            more = value != (-1 if group & 16 else 0)
            text[length] = 48 + group + (32 if more else 0)
            length += 1
            if not more:
                break
    return length
