"""Overlap counts of many pairs straight from compressed bytes, one pair a lane.

A lane is a state machine: at every step it takes one byte, from that side whose current run ends first. All lanes of a
program do the same at every step, whatever they read; they differ only in how many bytes they have. The strings are
read once, and nothing but four numbers a pair is written.

Whole-array operations would do it as well: find the values, add up their groups, undo the differences, add up the runs,
merge the run ends of both sides, add up what is shared. Each of these dozens of passes reads and writes four or eight
bytes for every byte of the strings, and most need sums within segments. The lane's own weakness is that it reads alone:
it wants thousands of pairs at once, and its strings short (`pieces.LONGEST`).
"""

import numpy as np
import torch
import triton
import triton.language as tl

from masks._columns import Column
from masks._gpu.pieces import Piece, byte_counts, cuts, piece, stretches, travels
from masks._gpu.transfer import Streams, resolved, room, sent, sent_texts
from masks._kernels import reading
from masks.reasons import MAX_PIXELS

# Bytes of strings on their way at a time: enough pairs to fill a device, a small part of its memory.
PIECE_BYTES = 32 << 20
# What a row takes besides its strings: offsets, pixels, its place in the order, results.
ROW_BYTES = 64

# Pairs a program, one a lane. It runs until its longest pair is read, so it is as small as a device schedules well. The
# interpreter takes microseconds for an operation on any number of lanes.
LANES = 64
LANES_INTERPRETED = 4096

# Faults that are collected as bits, the same as those of the compiled loops.
TOO_MANY_GROUPS = tl.constexpr(reading.TOO_MANY_GROUPS)
OVERLONG = tl.constexpr(reading.OVERLONG)
FAULTS = tl.constexpr(reading.BAD_CHARACTER | reading.TOO_MANY_GROUPS | reading.OVERLONG)
LAST_SHIFT = tl.constexpr(5 * (reading.MAX_GROUPS - 1))  # of the last group of five bits that a value may have


def overlap_rows(
    column: Column,
    other_column: Column,
    sizes: tuple[np.ndarray, np.ndarray],
    max_pixels: int,
    device: torch.device | str,
) -> tuple[np.ndarray, np.ndarray]:
    """Overlap of N pairs -> (counts int64 [N, 3], faultless bool [N]).

    sizes: heights and widths of both masks of a pair, int64 [N] each, as by `dimensions`. counts: shared pixels and
    pixels of each, of meaning only where faultless: where both strings of the pair are what `masks.validate` accepts.
    The rows go to the device in pieces, copying and computing side by side. Offsets that leave their buffer or run
    backwards are never followed.
    """
    device = resolved(device)
    columns = column, other_column
    chosen = travels(column) & travels(other_column)
    costs = byte_counts(column, chosen) + byte_counts(other_column, chosen) + ROW_BYTES
    results = torch.empty((len(costs), 4), dtype=torch.int32, pin_memory=device.type == "cuda")
    with Streams(device) as streams:
        # Four times: one piece in each of three streams, and what is sorted.
        for rows in cuts(costs, min(PIECE_BYTES, room(device) // 4)):
            with streams.turn():
                pixels = _pixels(columns, sizes, max_pixels, rows)
                counted = _count(piece(columns, chosen, rows), pixels, device)
                results[rows].copy_(counted, non_blocking=True)
        left = [slice(*stretch) for stretch in stretches(~chosen)]
        left = [(rows, *_count_on_cpu(columns, sizes, max_pixels, rows)) for rows in left]
    results = results.numpy()
    counts, faultless = results[:, :3].astype(np.int64), results[:, 3] != 0
    for rows, counted, found in left:
        counts[rows], faultless[rows] = counted, found
    return counts, faultless


def _pixels(columns: tuple[Column, Column], sizes: tuple, max_pixels: int, rows: slice) -> np.ndarray:
    """Pixels of each image, int32 [n]; 0 where a pair is refused before its strings are read."""
    heights, widths = (edges[rows] for edges in sizes)
    known = columns[0].valid[rows] & columns[1].valid[rows] & (heights > 0) & (widths > 0)
    # Divided, because the product of two hostile numbers wraps around.
    known &= heights <= min(max_pixels, MAX_PIXELS) // np.maximum(widths, 1)
    return np.where(known, heights * widths, 0).astype(np.int32)


def _count_on_cpu(columns: tuple[Column, Column], sizes: tuple, max_pixels: int, rows: slice) -> tuple:
    """These rows by the compiled loop of the CPU -> (counts, faultless)."""
    from masks import _kernels

    number = rows.stop - rows.start
    reasons, counts = np.zeros((number, 2), np.int8), np.zeros((number, 3), np.int64)
    sides = [column.rows(rows.start, rows.stop) for column in columns]
    edges = tuple(edges[rows] for edges in sizes)
    _kernels.overlap_rows(*sides, edges, max_pixels, 0, number, reasons, counts)
    return counts, ~reasons.any(axis=1)


def _count(pairs: Piece, pixels: np.ndarray, device: torch.device) -> torch.Tensor:
    """A piece on the current stream -> int32 [n, 4] there: the counts, and whether the pair is faultless."""
    texts = sent_texts(pairs.texts, device)
    offsets = sent(pairs.offsets, device)
    pixels = sent(pixels, device)
    rows = pixels.numel()
    # A program runs as long as its longest pair, so pairs of about one length share one; the longest begin first, so
    # that the device is not left waiting for them.
    sizes = offsets.diff().view(2, rows).sum(dim=0, dtype=torch.int32)
    order = sizes.argsort(descending=True).to(torch.int32)
    results = torch.empty((rows, 4), dtype=torch.int32, device=device)
    lanes = LANES if device.type == "cuda" else LANES_INTERPRETED
    _overlap[(triton.cdiv(rows, lanes),)](
        texts.view(torch.int32),
        offsets,
        pixels,
        order,
        results,
        rows,
        width=lanes,
        num_warps=lanes // 32,
        enable_fp_fusion=False,  # of which there is none: Triton warns where nothing is said
    )
    return results


@triton.jit
def _group(words, at, mask):
    """The character at `at` minus 48, kept to eight bits: 64 or more if it is no character of an RLE."""
    word = tl.load(words + (at >> 2), mask=mask, other=0)
    return ((word >> ((at & 3) * 8)) - 48) & 255


@triton.jit
def _overlap(words, offsets, pixels, order, results, rows, width: tl.constexpr):
    """Pair order[i] in lane i.

    words: the strings, four characters each; offsets [2 rows + 1]: of the strings of one side, then of the other. A
    side's state: `at`, `end` in its string; `stop`, where its current run ends; the `last` count and the one `before`
    it, to which the next value is added; `runs` so far, an even number while the current run is foreground. The state
    of the value being read is one for both sides: whose turn it is depends on where runs end, so it does not change
    before a value does. All fits 32 bits until a first fault is found, and thereafter nothing matters.
    """
    lane = tl.program_id(0) * width + tl.arange(0, width)
    here = lane < rows
    row = tl.load(order + lane, mask=here, other=0)
    room = tl.load(pixels + row, mask=here, other=0)
    at = tl.load(offsets + row)
    end = tl.load(offsets + row + 1)
    other_at = tl.load(offsets + rows + row)
    other_end = tl.load(offsets + rows + row + 1)
    # A lane takes no step if a string is empty or its last character announces another: so a character that announces
    # another is never the last, and a side whose value is unfinished always has one more.
    readable = (room > 0) & (at < end) & (other_at < other_end)
    ends = _group(words, end - 1, readable) | _group(words, other_end - 1, readable)
    readable = readable & ((ends & 32) == 0)
    end = tl.where(readable, end, at)
    other_end = tl.where(readable, other_end, other_at)

    nothing = tl.zeros([width], tl.int32)
    word, other_word = tl.load(words + (at >> 2), mask=readable), tl.load(words + (other_at >> 2), mask=readable)
    stop, last, before, runs, area = nothing, nothing, nothing, nothing, nothing
    other_stop, other_last, other_before, other_runs, other_area = nothing, nothing, nothing, nothing, nothing
    shared, faults, lowest = nothing, nothing, nothing
    value, shift, fill = nothing, nothing, nothing + 32
    for _ in range(tl.max(end - at + other_end - other_at)):
        left, other_left = at < end, other_at < other_end
        active = left | other_left
        turn = other_left & ((other_stop < stop) | ~left)  # of the other side
        place = tl.where(turn, other_at, at)
        # A word stays with its side until its four characters are used up.
        current = tl.where(turn, other_word, word)
        current = tl.load(words + (place >> 2), mask=active & ((place & 3) == 0), other=current)
        word, other_word = tl.where(turn, word, current), tl.where(turn, current, other_word)
        group = tl.where(active, ((current >> ((place & 3) * 8)) - 48) & 255, 32)
        at += tl.where(turn, 0, left.to(tl.int32))
        other_at += turn.to(tl.int32)

        # The value so far. A last group that only repeats the sign of the one before it says nothing.
        done = (group & 32) == 0
        faults |= (
            group
            | tl.where(done & (group == fill), OVERLONG, 0)
            | tl.where(done & (shift > LAST_SHIFT), TOO_MANY_GROUPS, 0)
        )
        value += tl.where(done, ((group & 31) ^ 16) - 16, group & 31) << (shift & 31)

        # The run that it completes, if it does.
        odd = tl.where(turn, other_runs, runs) & 1
        count = value + tl.where(turn, other_before, before)
        ends = tl.where(turn, other_stop, stop) + count
        lowest |= tl.where(done, count | (room - ends), 0)
        foreground = tl.where(done & (odd == 1), count, 0)
        swept = tl.minimum(stop, other_stop)
        own, others = done & ~turn, done & turn
        before, other_before = tl.where(own, last, before), tl.where(others, other_last, other_before)
        # Nothing is added to the third value, so the first run is taken for 0 there.
        last = tl.where(own, tl.where(runs > 0, count, 0), last)
        other_last = tl.where(others, tl.where(other_runs > 0, count, 0), other_last)
        stop, other_stop = tl.where(own, ends, stop), tl.where(others, ends, other_stop)
        runs, other_runs = runs + own.to(tl.int32), other_runs + others.to(tl.int32)
        area, other_area = area + tl.where(turn, 0, foreground), other_area + tl.where(turn, foreground, 0)
        # From the end of the run before to where the next one ends, on either side, both colours stay the same.
        shared += tl.where(((runs | other_runs) & 1) == 0, tl.minimum(stop, other_stop) - swept, 0)

        value = tl.where(done, 0, value)
        fill = tl.where(done, 32, tl.where((group & 16) != 0, 31, 0))
        shift = tl.where(active & ~done, shift + 5, 0)

    whole = (stop == room) & (other_stop == room) & (runs <= room + 1) & (other_runs <= room + 1)
    faultless = readable & whole & ((faults & FAULTS) == 0) & (lowest >= 0)
    out = results + 4 * row
    tl.store(out, shared, mask=here)
    tl.store(out + 1, area, mask=here)
    tl.store(out + 2, other_area, mask=here)
    tl.store(out + 3, faultless.to(tl.int32), mask=here)
