"""From run ends to run lengths, bounding boxes and pixels."""

import numpy as np

from masks._kernels.compiling import kernel, peek, poke
from masks._kernels.reading import OK, longest, read_row


@kernel
def box(ends, runs, height):
    """The bounding box of a mask by its run ends -> (top, bottom, left, right), half open; all 0 if it is empty."""
    top, bottom, left, right = np.int64(height), np.int64(0), np.int64(-1), np.int64(0)
    column, below = np.int64(0), np.int64(height)  # the column that the run is in, and where the next one begins
    for run in range(1, runs, 2):
        start, stop = np.int64(peek(ends, run - 1)), np.int64(peek(ends, run))
        if start == stop:
            continue
        while start >= below:
            column += 1
            below += height
        if left < 0:
            left = column
        if stop > below:  # it goes on in the next column, from the last row to the first
            top, bottom = np.int64(0), np.int64(height)
            while stop > below:
                column += 1
                below += height
        else:
            top = min(top, start - (below - height))
            bottom = max(bottom, stop - (below - height))
        right = column + 1
    if left < 0:
        return np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    return top, bottom, left, right


@kernel
def box_rows(column, sizes, max_pixels, first, last, reasons, boxes):
    """Bounding boxes of the rows from first to before last: (left, top, width, height) into `boxes` [N, 4]."""
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    for row in range(first, last):
        height = sizes[0][row]
        reasons[row], runs, _ = read_row(column, row, height, sizes[1][row], max_pixels, ends)
        if reasons[row] == OK:
            top, bottom, left, right = box(ends, runs, height)
            boxes[row, 0], boxes[row, 1], boxes[row, 2], boxes[row, 3] = left, top, right - left, bottom - top


@kernel
def run_rows(column, sizes, max_pixels, first, last, reasons, numbers):
    """How many runs the rows from first to before last have."""
    for row in range(first, last):
        reasons[row], numbers[row], _ = read_row(column, row, sizes[0][row], sizes[1][row], max_pixels, None)


@kernel
def length_rows(column, sizes, max_pixels, first, last, reasons, starts, lengths):
    """Run lengths of the rows from first to before last, each from starts[row] of `lengths`, with room for all."""
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    for row in range(first, last):
        reasons[row], runs, _ = read_row(column, row, sizes[0][row], sizes[1][row], max_pixels, ends)
        if reasons[row] == OK:
            before = np.int64(0)
            for run in range(runs):
                lengths[starts[row] + run] = ends[run] - before
                before = np.int64(ends[run])


@kernel
def paint(ends, runs, pixels, height, width, top, bottom, left, right):
    """Paint the foreground into the zeroed uint8 `pixels` [height * width], row after row, inside its bounding box.

    Each run marks where it starts and where it stops in each column; then every row of the box is what the row above
    it is, changed where a mark stands. So whole rows are written at a time, although runs go down the columns.
    """
    column, above = np.int64(0), np.int64(0)
    for run in range(1, runs, 2):
        start, stop = np.int64(peek(ends, run - 1)), np.int64(peek(ends, run))
        while start < stop:
            while start >= above + height:
                column += 1
                above += height
            rest = min(stop, above + height)
            at = (start - above) * width + column
            poke(pixels, at, peek(pixels, at) ^ 1)
            if rest < above + bottom:
                at = (rest - above) * width + column
                poke(pixels, at, peek(pixels, at) ^ 1)
            start = rest
    for row in range(top + 1, bottom):
        upper = pixels[(row - 1) * width + left : (row - 1) * width + right]
        lower = pixels[row * width + left : row * width + right]
        for at in range(lower.size):
            lower[at] ^= upper[at]


@kernel
def paint_rows(column, sizes, max_pixels, first, last, reasons, pixels):
    """Paint the rows from first to before last into uint8 `pixels` [N, height * width], which may hold anything."""
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        reasons[row], runs, area = read_row(column, row, height, width, max_pixels, ends)
        if reasons[row] == OK:
            pixels[row] = 0
            if area > 0:
                top, bottom, left, right = box(ends, runs, height)
                paint(ends, runs, pixels[row], height, width, top, bottom, left, right)
