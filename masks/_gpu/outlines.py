"""From runs to the boundary pixels of pairs of masks, without their images: only boxes around foreground are painted.

The masks of n pairs are numbered 0 to n - 1 on one side and n to 2n - 1 on the other. Images of thousands of sizes lie
in one flat array, each as large as the box around both masks of its pair.
"""

from typing import NamedTuple

import torch
import triton
import triton.language as tl

from masks._gpu.dense import Runs, spread

CELLS = 1024  # that a program looks at


class Strips(NamedTuple):
    """Unbroken foreground within a column: int64 tensors, ordered by mask, column and row."""

    masks: torch.Tensor
    columns: torch.Tensor
    tops: torch.Tensor
    bottoms: torch.Tensor  # the last row of the strip


class Boxes(NamedTuple):
    """Around all foreground of n pairs, int64 [n] each; heights and widths are 0 where both masks are empty."""

    tops: torch.Tensor
    lefts: torch.Tensor
    heights: torch.Tensor
    widths: torch.Tensor

    def cells(self) -> torch.Tensor:
        """Of one mask of each pair. A column is followed by an empty cell, the box enclosed by two empty columns.

        So every pixel has its four neighbours at the same four distances, and what lies outside the box or the image
        is background, as the definition of a boundary has it.
        """
        return (self.heights + 1) * (self.widths + 2)


class Outlines(NamedTuple):
    """Boundary pixels of 2n masks, ordered by mask, column and row: int64 tensors."""

    columns: torch.Tensor  # [P], counted from the same column in both masks of a pair
    rows: torch.Tensor  # [P], likewise
    masks: torch.Tensor  # [P]
    offsets: torch.Tensor  # [2n + 1]: where those of each mask begin


def strips_of_runs(runs: Runs, heights: torch.Tensor) -> Strips:
    """Foreground runs cut where a column ends; heights of the images, int64, one for each mask."""
    kept = (runs.indices % 2 == 1) & (runs.lengths > 0)
    owners, last = runs.owners[kept], runs.ends[kept] - 1
    first = last - runs.lengths[kept] + 1
    height = heights[owners]
    left, right = first // height, last // height
    run, place = spread(right - left + 1)
    columns = left[run] + place
    tops = torch.where(place == 0, (first % height)[run], 0)
    bottoms = torch.where(columns == right[run], (last % height)[run], height[run] - 1)
    return Strips(owners[run], columns, tops, bottoms)


def boxes_of_strips(strips: Strips, pairs: int) -> Boxes:
    owners = strips.masks % max(pairs, 1)
    everywhere = torch.zeros(pairs, dtype=torch.int64, device=owners.device)

    def extreme(values: torch.Tensor, which: str) -> torch.Tensor:
        return everywhere.scatter_reduce(0, owners, values, which, include_self=False)

    tops, lefts = extreme(strips.tops, "amin"), extreme(strips.columns, "amin")
    # What no strip reached is 0 above as below; one more than that is a size where there is foreground.
    found = everywhere.scatter(0, owners, 1)
    heights, widths = extreme(strips.bottoms, "amax") - tops + found, extreme(strips.columns, "amax") - lefts + found
    return Boxes(tops, lefts, heights, widths)


def some_pairs(strips: Strips, offsets: list[int], rows: slice) -> Strips:
    """The strips of these pairs, whose masks get numbers anew; offsets of the strips of each mask, [2n + 1]."""
    number = rows.stop - rows.start
    parts = []
    for side, first in enumerate((rows.start, len(offsets) // 2 + rows.start)):
        part = slice(offsets[first], offsets[first + number])
        parts.append((strips.masks[part] - first + side * number, *(field[part] for field in strips[1:])))
    return Strips(*(torch.cat(fields) for fields in zip(*parts, strict=True)))


def outlines_of_strips(strips: Strips, boxes: Boxes) -> Outlines:
    """Boundary pixels: those of a mask that have a neighbour above, below, left or right which is not of the mask."""
    pairs = len(boxes.tops)
    strides = (boxes.heights + 1).repeat(2)
    sizes = boxes.cells().repeat(2)
    bases = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    owners, stride = strips.masks % max(pairs, 1), strides[strips.masks]
    column = bases[strips.masks] + (strips.columns - boxes.lefts[owners] + 1) * stride
    # Up at the first pixel of a strip, down behind its last one: both places can be one, where two strips touch.
    steps = torch.zeros(int(bases[-1]), dtype=torch.int8, device=bases.device)
    steps[column + strips.tops - boxes.tops[owners]] = 1
    steps[column + strips.bottoms - boxes.tops[owners] + 1] -= 1
    filled = steps.cumsum(0, dtype=torch.int8)
    flags = torch.empty_like(filled, dtype=torch.bool)
    tile_masks, tile_numbers = spread(-(-sizes // CELLS))
    _outline[(len(tile_masks),)](
        filled,
        flags.view(torch.int8),
        bases,
        strides,
        tile_masks,
        tile_numbers,
        block=CELLS,
        enable_fp_fusion=False,  # of which there is none: Triton warns where nothing is said
    )
    cells = flags.nonzero().flatten()
    offsets = torch.searchsorted(cells, bases)
    masks, _ = spread(offsets.diff())
    places = cells - bases[masks]
    return Outlines(places // strides[masks], places % strides[masks], masks, offsets)


@triton.jit
def _outline(filled, flags, bases, strides, tile_masks, tile_numbers, block: tl.constexpr):
    """Tile tile_numbers[i] of mask tile_masks[i] in program i."""
    tile = tl.program_id(0)
    mask = tl.load(tile_masks + tile)
    base, behind = tl.load(bases + mask), tl.load(bases + mask + 1)
    stride = tl.load(strides + mask)
    cell = base + tl.load(tile_numbers + tile) * block + tl.arange(0, block)
    # Not the two empty columns, where neighbours would be those of another mask.
    inner = (cell >= base + stride) & (cell < behind - stride)
    here = tl.load(filled + cell, mask=inner, other=0)
    upright = tl.load(filled + cell - 1, mask=inner, other=0) & tl.load(filled + cell + 1, mask=inner, other=0)
    across = tl.load(filled + cell - stride, mask=inner, other=0) & tl.load(filled + cell + stride, mask=inner, other=0)
    tl.store(flags + cell, here & ~(upright & across), mask=cell < behind)
