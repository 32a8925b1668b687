"""Distances between the boundaries of two masks.

Work is done on the box around both masks, column after column as runs go. For each boundary pixel of one mask the
nearest one of the other is the best of a few sums: how far it is along the rows, which two sweeps over the box give for
every pixel, and how many rows away. The search goes outward from the pixel's own row and stops where the rows alone are
farther than what was found, so it is short where masks agree. Where it gets long for a whole column the lower envelope
of the parabolas of the column is made once and read for all its pixels: the second half of an exact Euclidean distance
transform (Felzenszwalb and Huttenlocher, Theory of Computing 2012). So the time is bounded by the box.
"""

import numpy as np

from masks._kernels.compiling import kernel, lowest_bit, peek, poke, word
from masks._kernels.painting import box
from masks._kernels.reading import OK, longest, read_row

PERCENTILE = 0.95
BINS = 256
WINDOW = 8  # rows on each side that are looked at together
INFINITE = int(np.array(np.inf).view(np.int64))
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
    """For every pixel how many columns away the nearest boundary pixel of its row is, `far` where it has none."""
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
def _square(along, far, step, line):
    """Squared distances along the rows of one column, infinite where its row has no boundary pixel."""
    for row in range(line.size):
        away = np.int32(along[row])
        across = away * step
        line[row] = across * across if away < far else np.inf


@kernel
def _nearest(line, first, last, shift, row_squares):
    """The least squared distance to the boundary pixels that the rows from first to before last of a column know.

    shift: what to add to a row to find the square of its distance in `row_squares`. The numbers are compared by their
    bits, which order as positive numbers do: so the compiler does several rows at once.
    """
    best = INFINITE
    for row in range(first, last):
        bits = np.float64(peek(line, row) + peek(row_squares, row + shift)).view(np.int64)
        best = bits if bits < best else best
    return best


@kernel
def _search(line, row, row_squares):
    """-> (squared distance from `row` to the nearest boundary pixel that a column knows, rows that were looked at)."""
    shift = line.size - row
    first, last = max(row - WINDOW, 0), min(row + WINDOW, line.size)
    best = _nearest(line, first, last, shift, row_squares)
    while first > 0 and np.float64(peek(row_squares, first - 1 + shift)).view(np.int64) < best:
        start = max(first - WINDOW, 0)
        best = min(best, _nearest(line, start, first, shift, row_squares))
        first = start
    while last < line.size and np.float64(peek(row_squares, last + shift)).view(np.int64) < best:
        stop = min(last + WINDOW, line.size)
        best = min(best, _nearest(line, last, stop, shift, row_squares))
        last = stop
    return np.int64(best).view(np.float64), last - first


@kernel
def _envelope(line, row_step, owners, borders):
    """The parabolas of a column that are lowest somewhere: their rows, each lowest from its border on -> how many."""
    parabolas = np.int64(0)
    for row in range(line.size):
        if line[row] == np.inf:
            continue
        border = -np.inf
        while parabolas > 0:
            owner = owners[parabolas - 1]
            # The row where both are as high.
            border = 0.5 * (row + owner) + 0.5 * (line[row] - line[owner]) / (row_step * row_step * (row - owner))
            if border > borders[parabolas - 1]:
                break
            parabolas -= 1
            border = -np.inf
        owners[parabolas], borders[parabolas] = row, border
        parabolas += 1
    return parabolas


@kernel
def _distances(edge, along, stride, far, spacing, row_squares, line, owners, borders, squares):
    """Squared distance of every boundary pixel in `edge` to the boundary behind `along` -> how many there are."""
    rows = line.size
    found = np.int64(0)
    for column in range(1, far + 1):
        start = column * stride + 1
        patience = np.int64(PATIENCE) * rows
        known = False
        parabolas, current = np.int64(0), np.int64(0)
        for eight in range(0, rows, 8):
            marks = word(edge, start + eight)
            if marks != 0 and not known:
                _square(along[start : start + rows], far, spacing[1], line)
                known = True
            while marks != 0:
                row = eight + lowest_bit(marks) // 8
                marks &= marks - np.uint64(1)
                if patience > 0:
                    square, looks = _search(line, row, row_squares)
                    patience -= looks
                else:
                    if parabolas == 0:
                        parabolas = _envelope(line, spacing[0], owners, borders)
                    while current + 1 < parabolas and borders[current + 1] <= row:
                        current += 1
                    square = row_squares[rows + owners[current] - row] + line[owners[current]]
                poke(squares, found, square)
                found += 1
    return found


@kernel
def _ranked(squares, rank):
    """The value of this rank, counted from 0, and that of the next one.

    The range of the values is cut into bins of equal width, and only those of the bin with the rank are kept, until
    all that are left are one value; that value is then found among all. Takes time by their number, whatever they are.
    """
    left = squares.copy()
    inside = rank  # the rank among those left
    counts = np.empty(BINS, np.int64)
    while True:
        low, high = left.min(), left.max()
        scale = (BINS - 1) / (high - low)
        if low == high or not np.isfinite(scale):
            break
        counts[:] = 0
        for value in left:
            counts[np.int64((value - low) * scale)] += 1
        chosen = np.int64(0)
        while inside >= counts[chosen]:
            inside -= counts[chosen]
            chosen += 1
        kept = np.int64(0)
        for value in left:
            if np.int64((value - low) * scale) == chosen:
                left[kept] = value
                kept += 1
        left = left[:kept]
    upto = np.int64(0)
    after = np.inf
    for value in squares:
        upto += value <= low
        after = min(after, value if value > low else np.inf)
    return low, (low if upto > rank + 1 or upto == squares.size else after)


@kernel
def _percentile(squares):
    """The 95th percentile of distances with linear interpolation, from their squares."""
    place = PERCENTILE * (squares.size - 1)
    rank = np.int64(place)
    low, high = _ranked(squares, rank)
    return np.sqrt(low) + (place - rank) * (np.sqrt(high) - np.sqrt(low))


@kernel
def _measure(squares, other_squares, limits, results):
    """HD95, Hausdorff distance, mean of all distances and the share of them within each limit, into `results`."""
    total = np.int64(squares.size + other_squares.size)
    results[0] = max(_percentile(squares), _percentile(other_squares))
    largest, distances = 0.0, 0.0
    results[3:] = 0
    for side in (squares, other_squares):
        for square in side:
            largest = max(largest, square)
            distances += np.sqrt(square)
        for place in range(limits.size):
            within = np.int64(0)
            for square in side:
                within += square <= limits[place] * limits[place]
            results[3 + place] += within / total
    results[1], results[2] = np.sqrt(largest), distances / total


@kernel
def _surface(ends, runs, other_ends, other_runs, height, most, spacing, limits, room, results):
    """Measure two masks of 1 to `most` pixels -> `room`: memory for the next pair, made larger if there was too little.

    room: canvas, edges [2, pixels], along [2, pixels], squares [2, boundary pixels], row squares,
    line, borders, owners.
    """
    canvas, edges, along, squares, row_squares, line, borders, owners = room
    one, other = box(ends, runs, height), box(other_ends, other_runs, height)
    top, left = min(one[0], other[0]), min(one[2], other[2])
    rows, columns = max(one[1], other[1]) - top, max(one[3], other[3]) - left
    # A margin of a pixel all around, and of a word below, so that no neighbour has to be asked for whether it is there.
    stride = (rows + 7) // 8 * 8 + 8
    size = stride * (columns + 2)
    if size > canvas.size:
        canvas, edges, along = np.empty(size, np.uint8), np.empty((2, size), np.uint8), np.empty((2, size), along.dtype)
    if rows > owners.size:
        row_squares, line = np.empty(2 * rows + 1), np.empty(rows)
        borders, owners = np.empty(rows), np.empty(rows, np.int64)
    if most > squares.shape[1]:
        squares = np.empty((2, most))
    far = columns  # farther than any two columns of the box are
    for place in range(-rows, rows + 1):
        row_squares[rows + place] = (place * spacing[0]) * (place * spacing[0])
    for side in range(2):
        canvas[:size] = 0
        if side == 0:
            _paint(ends, runs, height, canvas, stride, top, left)
        else:
            _paint(other_ends, other_runs, height, canvas, stride, top, left)
        _edge(canvas[:size], stride, edges[side, :size])
        _sweep(edges[side], stride, columns, far, along[side])
    found = _distances(edges[0], along[1], stride, far, spacing, row_squares, line[:rows], owners, borders, squares[0])
    other_found = _distances(
        edges[1], along[0], stride, far, spacing, row_squares, line[:rows], owners, borders, squares[1]
    )
    _measure(squares[0, :found], squares[1, :other_found], limits, results)
    return canvas, edges, along, squares, row_squares, line, borders, owners


@kernel
def surface_rows(column, other_column, sizes, max_pixels, spacings, limits, kind, first, last, reasons, results):
    """Boundary distances of the rows from first to before last of two columns.

    spacings [N, 2]: of rows and of columns; limits: distances that count as near; kind: an array of the type that holds
    distances in columns. Fills `reasons` [N, 2] and, where both are OK, `results` [N, 3 + limits] as `_measure` does.
    """
    ends = np.empty(longest(column, first, last) + 1, np.int32)
    other_ends = np.empty(longest(other_column, first, last) + 1, np.int32)
    room = (
        np.empty(0, np.uint8),
        np.empty((2, 0), np.uint8),
        np.empty((2, 0), kind.dtype),
        np.empty((2, 0), np.float64),
        np.empty(0, np.float64),
        np.empty(0, np.float64),
        np.empty(0, np.float64),
        np.empty(0, np.int64),
    )
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        reason, runs, area = read_row(column, row, height, width, max_pixels, ends)
        other_reason, other_runs, other_area = read_row(other_column, row, height, width, max_pixels, other_ends)
        reasons[row, 0], reasons[row, 1] = reason, other_reason
        if reason != OK or other_reason != OK:
            continue
        if area > 0 and other_area > 0:
            most = max(area, other_area)
            room = _surface(ends, runs, other_ends, other_runs, height, most, spacings[row], limits, room, results[row])
            continue
        both_empty = area == other_area
        results[row, :3] = 0.0 if both_empty else np.hypot(height * spacings[row, 0], width * spacings[row, 1])
        results[row, 3:] = 1.0 if both_empty else 0.0
