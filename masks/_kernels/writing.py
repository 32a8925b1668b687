"""From pixels to run lengths, and from run lengths to strings."""

import numpy as np

from masks._kernels.compiling import kernel, lowest_bit, peek, poke, word
from masks._kernels.reading import (
    BAD_SIZE,
    EMPTY,
    MAX_GROUPS,
    OK,
    ONES,
    REASON_NEGATIVE_COUNT,
    REASON_SUM_ABOVE,
    REASON_SUM_BELOW,
    REASON_TOO_MANY_RUNS,
    TOO_MANY_PIXELS,
)

BLOCK = 64  # pixels that are passed by at once where nothing changes
BYTE, LAST_BYTE = np.uint64(8), np.uint64(56)
LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)  # of each byte
NO_ROOM, NOT_BINARY = -1, -2


@kernel
def _nonzero(eight):
    """The highest bit of each byte of a word that is not 0."""
    return (((eight & LOW_BITS) + LOW_BITS) | eight) & ~LOW_BITS


@kernel
def _changes(pixels, height, width, rows, columns, starts):
    """Where the pixels [height * width], row after row, differ from the pixel before in column-major order.

    -> how many such pixels there are, which `rows` and `columns` hold in the order of the rows, or NO_ROOM, or
    NOT_BINARY if some that differ are not 0 and 1; starts [width + 1]: how many of them stand in the column before.

    The pixel before is the one above, and in the top row the last one of the column to the left. So the image is read
    as it lies in memory, eight pixels at a time.
    """
    starts[:] = 0
    found = np.int64(0)
    room = rows.size - BLOCK
    seen = np.uint64(0)  # words with changes
    before = False
    for column in range(width):
        if (pixels[column] != 0) != before:
            if found > room:
                return NO_ROOM
            rows[found], columns[found] = 0, column
            starts[column + 1] += 1
            found += 1
        before = pixels[(height - 1) * width + column] != 0
    for row in range(1, height):
        at = row * width
        column = np.int64(0)
        while column < width:
            if found > room:
                return NO_ROOM
            if column + BLOCK <= width:
                changed = np.uint64(0)
                for step in range(0, BLOCK, 8):
                    changed |= word(pixels, at + column + step) ^ word(pixels, at + column + step - width)
                if changed == 0:
                    column += BLOCK
                    continue
            stop = min(column + BLOCK, width)
            while column + 8 <= stop:
                here, above = word(pixels, at + column), word(pixels, at + column - width)
                marks = _nonzero(here ^ above)
                if marks != 0:
                    seen |= here | above
                while marks != 0:
                    place = column + lowest_bit(marks) // 8
                    marks &= marks - np.uint64(1)
                    poke(rows, found, row)
                    poke(columns, found, place)
                    starts[place + 1] += 1
                    found += 1
                column += 8
            while column < stop:
                if (peek(pixels, at + column) != 0) != (peek(pixels, at + column - width) != 0):
                    poke(rows, found, row)
                    poke(columns, found, column)
                    starts[column + 1] += 1
                    found += 1
                column += 1
    return found if seen & ~ONES == 0 else NOT_BINARY


@kernel
def _edges(pixels, height, width):
    """Run ends of pixels [height * width], row after row -> int64 [runs], the last one height * width."""
    room = np.int64(2048)
    starts = np.empty(width + 1, np.int64)
    while True:
        rows, columns = np.empty(room, np.int32), np.empty(room, np.int32)
        found = _changes(pixels, height, width, rows, columns, starts)
        if found >= 0:
            break
        if found == NOT_BINARY:
            pixels = (pixels != 0).view(np.uint8)
        else:
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
def _changes_in_order(pixels):
    """-> (run ends of pixels that lie column after column, int64 [runs], the last one their number; whether pixels
    that differ are 0 and 1, without which the run ends are of no meaning)."""
    edges = np.empty(np.int64(2048), np.int64)
    found = np.int64(0)
    seen, before = np.uint64(0), np.uint64(0)  # words with changes; the pixel before, as the lowest byte
    words = pixels.size // 8 * 8
    for at in range(0, words, 8):
        here = word(pixels, at)
        marks = here ^ ((here << BYTE) | before)
        if marks == 0:
            before = here >> LAST_BYTE
            continue
        seen |= here | before
        before = here >> LAST_BYTE
        if found + BLOCK >= edges.size:
            larger = np.empty(4 * edges.size, np.int64)
            larger[:found] = edges[:found]
            edges = larger
        marks = _nonzero(marks)
        while marks != 0:
            edges[found] = at + lowest_bit(marks) // 8
            marks &= marks - np.uint64(1)
            found += 1
    last = before != 0
    for at in range(words, pixels.size):
        if (pixels[at] != 0) != last:
            edges[found] = at
            found += 1
            last = not last
    edges[found] = pixels.size
    return edges[: found + 1], seen & ~ONES == 0


@kernel
def _edges_in_order(pixels):
    """Run ends of pixels that lie column after column -> int64 [runs], the last one their number."""
    edges, binary = _changes_in_order(pixels)
    return edges if binary else _changes_in_order((pixels != 0).view(np.uint8))[0]


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
def encode_rows(pixels, height, width, in_order):
    """Strings of pixels [N, height * width], 0 or some other value -> (their bytes, length of each).

    in_order: whether the pixels of a mask lie column after column, and not row after row.
    """
    text = np.empty(np.int64(512) * len(pixels), np.uint8)
    sizes = np.empty(len(pixels), np.int64)
    used = np.int64(0)
    for row in range(len(pixels)):
        lengths = _edges_in_order(pixels[row]) if in_order else _edges(pixels[row], height, width)
        for run in range(lengths.size - 1, 0, -1):
            lengths[run] -= lengths[run - 1]
        text = _roomier(text, used, MAX_GROUPS * lengths.size)
        end = write(lengths, text, used)
        sizes[row] = end - used
        used = end
    return text[:used].copy(), sizes


@kernel
def check_lengths(runs, offsets, sizes, max_pixels, first, last, reasons):
    """What is wrong with the run lengths runs[offsets[row]:offsets[row + 1]], as it would be with their string."""
    for row in range(first, last):
        height, width = sizes[0][row], sizes[1][row]
        start, end = offsets[row], offsets[row + 1]
        if height <= 0 or width <= 0:
            reasons[row] = BAD_SIZE
        elif height > max_pixels // width:
            reasons[row] = TOO_MANY_PIXELS
        elif start == end:
            reasons[row] = EMPTY
        else:
            pixels = height * width
            lowest, total = np.int64(0), np.int64(0)
            for run in range(start, end):
                lowest = min(lowest, runs[run])
                # No more than one too many, so that hostile lengths do not wrap around.
                total = min(total + min(runs[run], pixels + 1), pixels + 1)
            if lowest < 0:
                reasons[row] = REASON_NEGATIVE_COUNT
            elif end - start > pixels + 1:
                reasons[row] = REASON_TOO_MANY_RUNS
            elif total != pixels:
                reasons[row] = REASON_SUM_ABOVE if total > pixels else REASON_SUM_BELOW
            else:
                reasons[row] = OK


@kernel
def write_rows(runs, offsets, first, last, reasons):
    """Strings of the run lengths runs[offsets[row]:offsets[row + 1]] -> (their bytes, length of each).

    Of rows with a reason not to, nothing is written.
    """
    text = np.empty(MAX_GROUPS * (offsets[last] - offsets[first]), np.uint8)
    sizes = np.zeros(last - first, np.int64)
    used = np.int64(0)
    for row in range(first, last):
        if reasons[row] == OK:
            end = write(runs[offsets[row] : offsets[row + 1]], text, used)
            sizes[row - first] = end - used
            used = end
    return text[:used].copy(), sizes
