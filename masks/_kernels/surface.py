"""Distances between the boundaries of two masks.

Work is done on the box around both masks, column after column as runs go. For each boundary pixel of one mask the
nearest one of the other is the best of a few sums: how far it is along the rows, which two sweeps over the box give for
every pixel, and how many rows away. The search goes outward from the pixel's own row and stops where the rows alone are
farther than what was found, so it is short where masks agree. Where it gets long for a whole column the lower envelope
of the parabolas of the column is made once and read for all its pixels: the second half of an exact Euclidean distance
transform (Felzenszwalb and Huttenlocher, Theory of Computing 2012). So the time is bounded by the box.
"""

import numpy as np

from masks._kernels.compiling import kernel, lowest_bit, peek, poke, reinterpret, word
from masks._kernels.painting import box
from masks._kernels.reading import OK, longest, read_row
from masks._kernels.statistics import measure

WINDOW = 32  # rows that are looked at together; so many that stand for none lie before and behind those of the box
# The sum of two squares below this is exact in 32 bits.
MOST_EXACT = 1 << 24
# Looks a pixel of a column's height, after which an envelope, which takes about as long, replaces the searches.
PATIENCE = 16


@kernel
def _paint(ends, runs, height, canvas, stride, top, left):
    """Paint runs into the zeroed canvas: pixel (row, column) of the box stands at (column + 1) * stride + row + 1."""
    column, above = np.int64(0), np.int64(0)
    for run in range(1, runs, 2):
        start, stop = np.int64(peek(ends, run - 1)), np.int64(peek(ends, run))
        while start < stop:
            while start >= above + height:
                column += 1
                above += height
            rest = min(stop, above + height)
            at = (column - left + 1) * stride + 1 - top - above
            canvas[at + start : at + rest] = 1
            start = rest


@kernel
def _edge(canvas, stride, edge):
    """The boundary of a painted mask, what a 4-neighbour erosion removes, into `edge`."""
    size = edge.size
    inner = edge[stride : size - stride]
    here = canvas[stride : size - stride]
    left, right = canvas[: size - 2 * stride], canvas[2 * stride :]
    above, below = canvas[stride - 1 : size - stride - 1], canvas[stride + 1 : size - stride + 1]
    for at in range(inner.size):
        inner[at] = here[at] & (1 ^ (left[at] & right[at] & above[at] & below[at]))
    edge[:stride] = 0
    edge[size - stride :] = 0


@kernel
def _sweep(edge, stride, columns, far, along):
    """For every pixel how many columns away the nearest boundary pixel of its row is, `far` where it has none.

    far: so many columns that no two pixels of the box are farther apart. So a row without a boundary pixel is never the
    nearest, and needs no care.
    """
    kind = along.dtype.type
    most = kind(far)
    along[:stride] = most
    for column in range(1, columns + 1):
        start = column * stride
        marks, before, here = edge[start : start + stride], along[start - stride : start], along[start : start + stride]
        for row in range(stride):
            # Cast, so that many short numbers and not a few long ones are handled at once.
            here[row] = kind(0) if marks[row] else min(kind(before[row] + kind(1)), most)
    for column in range(columns - 1, 0, -1):
        start = column * stride
        after, here = along[start + stride : start + 2 * stride], along[start : start + stride]
        for row in range(stride):
            here[row] = min(here[row], kind(after[row] + kind(1)))


@kernel
def _square(along, start, rows, step, line):
    """Squared distances along the rows of the column at `start`, from line[WINDOW] on."""
    kind = line.dtype.type
    for row in range(rows):
        across = kind(peek(along, start + row)) * step
        poke(line, WINDOW + row, across * across)


@kernel
def _nearest(line, first, row_squares, row):
    """The least squared distance from `row` to the boundary pixels that a window of rows from `first` on knows.

    Always as many rows, and numbers compared by their bits, which order as those of positive numbers do: so the
    compiler does several rows at once.
    """
    best = reinterpret(line.dtype.type(np.inf))
    shift = row_squares.size // 2 - row
    # A number that is not known beforehand: a short loop of known length would be written out and not be done so.
    for other in range(first, first + min(WINDOW, line.size)):
        square = reinterpret(peek(line, WINDOW + other) + peek(row_squares, other + shift))
        best = square if square < best else best
    return reinterpret(best)


@kernel
def _search(line, row, rows, row_squares):
    """-> (squared distance from `row` to the nearest boundary pixel that a column knows, rows that were looked at)."""
    shift = row_squares.size // 2 - row
    first, last = row - WINDOW // 2, row + WINDOW // 2
    start = first
    best = line.dtype.type(np.inf)
    while True:
        best = min(best, _nearest(line, start, row_squares, row))
        if first > 0 and peek(row_squares, first - 1 + shift) < best:
            first -= WINDOW
            start = first
        elif last < rows and peek(row_squares, last + shift) < best:
            start = last
            last += WINDOW
        else:
            break
    return best, last - first


@kernel
def _envelope(line, rows, row_step, owners, borders):
    """The parabolas of a column that are lowest somewhere: their rows, each lowest from its border on -> how many."""
    parabolas = np.int64(0)
    for row in range(rows):
        border = -np.inf
        while parabolas > 0:
            owner = owners[parabolas - 1]
            # The row where both are as high.
            rise = np.float64(line[WINDOW + row]) - np.float64(line[WINDOW + owner])
            border = 0.5 * (row + owner) + 0.5 * rise / (np.float64(row_step) * row_step * (row - owner))
            if border > borders[parabolas - 1]:
                break
            parabolas -= 1
            border = -np.inf
        owners[parabolas], borders[parabolas] = row, border
        parabolas += 1
    return parabolas


@kernel
def _distances(edge, along, stride, rows, columns, steps, lines, owners, borders, squares):
    """Squared distance of every boundary pixel in `edge` to the boundary behind `along` -> how many there are."""
    row_squares, line = lines
    found = np.int64(0)
    for column in range(1, columns + 1):
        start = column * stride + 1
        patience = np.int64(PATIENCE) * rows
        known = False
        parabolas, current = np.int64(0), np.int64(0)
        eight = np.int64(0)
        while eight < rows:
            at = start + eight
            marks = word(edge, at)
            # Most of a column is passed by in long steps.
            if eight + 32 <= rows and marks | word(edge, at + 8) | word(edge, at + 16) | word(edge, at + 24) == 0:
                eight += 32
                continue
            if marks != 0 and not known:
                _square(along, start, rows, steps[1], line)
                known = True
            while marks != 0:
                row = eight + lowest_bit(marks) // 8
                marks &= marks - np.uint64(1)
                if patience > 0:
                    square, looks = _search(line, row, rows, row_squares)
                    patience -= looks
                else:
                    if parabolas == 0:
                        parabolas = _envelope(line, rows, steps[0], owners, borders)
                    while current + 1 < parabolas and borders[current + 1] <= row:
                        current += 1
                    owner = owners[current]
                    square = row_squares[row_squares.size // 2 + owner - row] + line[WINDOW + owner]
                poke(squares, found, square)
                found += 1
            eight += 8
    return found


@kernel
def _surface(first_mask, second_mask, height, steps, unit, limits, room, lines, results):
    """Measure two masks that are not empty -> room, lines: memory for the next pair, more if there was too little.

    A mask: its run ends, runs and pixels. steps: the distance of rows and of columns, of the type of `lines`; `unit`:
    the unit that they are in. room: canvas, edges [2, pixels], along [2, pixels], squares [3, boundary pixels], one of
    them to spare, borders, owners; lines: squares of distances in rows, 0 in the middle, and those along the rows of
    one column.
    """
    canvas, edges, along, squares, borders, owners = room
    row_squares, line = lines
    (ends, runs, area), (other_ends, other_runs, other_area) = first_mask, second_mask
    one, other = box(ends, runs, height), box(other_ends, other_runs, height)
    top, left = min(one[0], other[0]), min(one[2], other[2])
    rows, columns = max(one[1], other[1]) - top, max(one[3], other[3]) - left
    # A margin of a pixel all around, and of a word below, so that no neighbour has to be asked for whether it is there.
    stride = (rows + 7) // 8 * 8 + 8
    size = stride * (columns + 2)
    if size > canvas.size:
        canvas, edges, along = np.empty(size, np.uint8), np.empty((2, size), np.uint8), np.empty((2, size), along.dtype)
    if rows > owners.size:
        borders, owners = np.empty(rows), np.empty(rows, np.int64)
    if rows + 2 * WINDOW > line.size:
        row_squares, line = np.empty(2 * (rows + WINDOW) + 1, line.dtype), np.empty(rows + 2 * WINDOW, line.dtype)
    if max(area, other_area) > squares.shape[1]:  # a boundary has no more pixels than its mask
        squares = np.empty((3, max(area, other_area)))
    far = np.int64(np.ceil(np.hypot(rows * steps[0] / steps[1], columns)))
    kind = line.dtype.type
    middle = row_squares.size // 2
    for place in range(-rows - WINDOW, rows + WINDOW + 1):
        row_squares[middle + place] = (kind(place) * steps[0]) * (kind(place) * steps[0])
    line[:WINDOW] = np.inf
    line[WINDOW + rows : rows + 2 * WINDOW] = np.inf
    for side in range(2):
        canvas[:size] = 0
        if side == 0:
            _paint(ends, runs, height, canvas, stride, top, left)
        else:
            _paint(other_ends, other_runs, height, canvas, stride, top, left)
        _edge(canvas[:size], stride, edges[side, :size])
        _sweep(edges[side], stride, columns, far, along[side])
    lines = row_squares, line
    found = _distances(edges[0], along[1], stride, rows, columns, steps, lines, owners, borders, squares[0])
    other_found = _distances(edges[1], along[0], stride, rows, columns, steps, lines, owners, borders, squares[1])
    measure(squares[0, :found], squares[1, :other_found], squares[2], unit, limits, results)
    return (canvas, edges, along, squares, borders, owners), lines


@kernel
def surface_rows(column, other_column, sizes, max_pixels, spacings, limits, kind, first, last, reasons, results):
    """Boundary distances of the rows from first to before last of two columns.

    spacings [N, 2]: of rows and of columns; limits: distances that count as near; kind: an array of the type that holds
    distances in columns. Fills `reasons` [N, 2] and, where both are OK, `results` [N, 3 + limits] as `measure` does.
    """
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    other_ends = np.empty(longest(other_column, first, last) + 1, np.int32)
    room = (
        np.empty(0, np.uint8),
        np.empty((2, 0), np.uint8),
        np.empty((2, 0), kind.dtype),
        np.empty((3, 0), np.float64),
        np.empty(0, np.float64),
        np.empty(0, np.int64),
    )
    short_lines = np.empty(0, np.float32), np.empty(0, np.float32)
    lines = np.empty(0, np.float64), np.empty(0, np.float64)
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        reason, runs, area = read_row(column, row, height, width, max_pixels, ends)
        other_reason, other_runs, other_area = read_row(other_column, row, height, width, max_pixels, other_ends)
        reasons[row, 0], reasons[row, 1] = reason, other_reason
        if reason != OK or other_reason != OK:
            continue
        down, across = spacings[row]
        if area == 0 or other_area == 0:
            both_empty = area == other_area
            results[row, :3] = 0.0 if both_empty else np.hypot(height * down, width * across)
            results[row, 3:] = 1.0 if both_empty else 0.0
            continue
        masks = (ends, runs, area), (other_ends, other_runs, other_area)
        # Counted in pixels, squares are whole numbers, which half as many bits hold exactly: most images are like that.
        if down == across and height * height + width * width < MOST_EXACT:
            one = np.float32(1)
            room, short_lines = _surface(*masks, height, (one, one), down, limits, room, short_lines, results[row])
        else:
            room, lines = _surface(*masks, height, (down, across), 1.0, limits, room, lines, results[row])
