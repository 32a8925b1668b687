"""Intersecting two masks by the ends of their runs."""

import numpy as np

from masks._kernels.compiling import kernel, peek
from masks._kernels.reading import OK, longest, read_row


@kernel
def intersect(ends, runs, other_ends, other_runs):
    """Pixels that two masks of one size share, from their run ends as `read` leaves them.

    A step compares one foreground run of each side and leaves behind the runs that end before the next one of the other
    side begins. In masks that are much alike that is mostly both, which the processor guesses right; leaving only the
    one that ends first would be a coin toss at every second step.
    """
    shared = np.int64(0)
    at, other_at = np.int64(0), np.int64(0)
    # Behind the last foreground run stands where a next one would begin.
    last, other_last = runs // 2 * 2, other_runs // 2 * 2
    while at < last and other_at < other_last:
        stop, other_stop = peek(ends, at + 1), peek(other_ends, other_at + 1)
        shared += max(min(stop, other_stop) - max(peek(ends, at), peek(other_ends, other_at)), 0)
        done = stop <= peek(other_ends, other_at + 2)
        other_done = other_stop <= peek(ends, at + 2)
        if done and other_done:
            at += 2
            other_at += 2
        elif done:
            at += 2
        else:
            other_at += 2
    return shared


@kernel
def overlap_rows(column, other_column, sizes, max_pixels, first, last, reasons, counts):
    """Overlap of the rows from first to before last of two columns.

    Fills `reasons` [N, 2] and, where both are OK, `counts` [N, 3] with shared pixels and pixels of each.
    """
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    other_ends = np.empty(longest(other_column, first, last) + 1, np.int32)
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        reason, runs, area = read_row(column, row, height, width, max_pixels, ends)
        other_reason, other_runs, other_area = read_row(other_column, row, height, width, max_pixels, other_ends)
        reasons[row, 0], reasons[row, 1] = reason, other_reason
        if reason == OK and other_reason == OK:
            counts[row, 0] = intersect(ends, runs, other_ends, other_runs)
            counts[row, 1], counts[row, 2] = area, other_area
