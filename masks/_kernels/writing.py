"""From pixels to run lengths, and from run lengths to strings."""

import numpy as np

from masks._kernels.compiling import kernel, peek, poke, word
from masks._kernels.reading import MAX_GROUPS

BLOCK = 64  # pixels that are passed by at once where nothing changes


@kernel
def _changes(pixels, height, width, rows, columns, starts):
    """Where the 0 or 1 `pixels` [height * width], row after row, differ from the pixel before in column-major order.

    -> how many such pixels there are, or -1 if they do not fit into `rows` and `columns`, which hold them in the order
    of the rows; starts [width + 1]: how many of them stand in the column before each.

    The pixel before is the one above, and in the top row the last one of the column to the left. So the image is read
    as it lies in memory, eight pixels at a time.
    """
    starts[:] = 0
    found = np.int64(0)
    room = rows.size - BLOCK
    before = np.uint8(0)
    for column in range(width):
        if pixels[column] != before:
            if found > room:
                return np.int64(-1)
            rows[found], columns[found] = 0, column
            starts[column + 1] += 1
            found += 1
        before = pixels[(height - 1) * width + column]
    for row in range(1, height):
        at = row * width
        column = np.int64(0)
        while column < width:
            if found > room:
                return np.int64(-1)
            if column + BLOCK <= width:
                changed = np.uint64(0)
                for step in range(0, BLOCK, 8):
                    changed |= word(pixels, at + column + step) ^ word(pixels, at + column + step - width)
                if changed == 0:
                    column += BLOCK
                    continue
            stop = min(column + BLOCK, width)
            while column < stop:
                if column + 8 <= stop and word(pixels, at + column) == word(pixels, at + column - width):
                    column += 8
                    continue
                for _ in range(min(8, stop - column)):
                    if peek(pixels, at + column) != peek(pixels, at + column - width):
                        poke(rows, found, row)
                        poke(columns, found, column)
                        starts[column + 1] += 1
                        found += 1
                    column += 1
    return found


@kernel
def _edges(pixels, height, width):
    """Run ends of the 0 or 1 `pixels` [height * width], row after row -> int64 [runs], the last one height * width."""
    room = np.int64(2048)
    starts = np.empty(width + 1, np.int64)
    while True:
        rows, columns = np.empty(room, np.int32), np.empty(room, np.int32)
        found = _changes(pixels, height, width, rows, columns, starts)
        if found >= 0:
            break
        room *= 4
    for column in range(width):
        starts[column + 1] += starts[column]
    edges = np.empty(found + 1, np.int64)
    for change in range(found):
        column = np.int64(columns[change])
        edges[starts[column]] = column * height + rows[change]
        starts[column] += 1
    edges[found] = height * width
    return edges


@kernel
def write(lengths, text, at):
    """Write run lengths into the uint8 `text` from `at`, which holds MAX_GROUPS characters a run -> their end."""
    for run in range(lengths.size):
        value = lengths[run] - (lengths[run - 2] if run > 2 else 0)
        while True:
            last = value & 31
            value >>= 5
            # Another group follows until what is left repeats the sign bit of this one.
            more = value != (-1 if last & 16 else 0)
            text[at] = 48 + last + (32 if more else 0)
            at += 1
            if not more:
                break
    return at


@kernel
def _roomier(text, used, more):
    """`text` itself if `more` bytes fit behind those used, else a larger copy."""
    if used + more <= text.size:
        return text
    larger = np.empty(2 * (used + more), np.uint8)
    larger[:used] = text[:used]
    return larger


@kernel
def encode_rows(pixels, height, width):
    """Strings of the 0 or 1 `pixels` [N, height * width] -> (their bytes, length of each)."""
    text = np.empty(np.int64(512) * len(pixels), np.uint8)
    sizes = np.empty(len(pixels), np.int64)
    used = np.int64(0)
    for row in range(len(pixels)):
        lengths = _edges(pixels[row], height, width)
        for run in range(lengths.size - 1, 0, -1):
            lengths[run] -= lengths[run - 1]
        text = _roomier(text, used, MAX_GROUPS * lengths.size)
        end = write(lengths, text, used)
        sizes[row] = end - used
        used = end
    return text[:used].copy(), sizes


@kernel
def write_rows(lengths, offsets, first, last):
    """Strings of the run lengths lengths[offsets[row]:offsets[row + 1]] -> (their bytes, length of each)."""
    text = np.empty(MAX_GROUPS * (offsets[last] - offsets[first]), np.uint8)
    sizes = np.empty(last - first, np.int64)
    used = np.int64(0)
    for row in range(first, last):
        end = write(lengths[offsets[row] : offsets[row + 1]], text, used)
        sizes[row - first] = end - used
        used = end
    return text[:used].copy(), sizes
