"""Kernels: the distance from every boundary pixel to the nearest one of the other mask, and statistics of them."""

import torch
import triton
import triton.language as tl

from masks._gpu.dense import spread

# Pixels whose nearest ones a program looks for, and pixels of the other mask that it compares at once. A warp holds
# their products in registers. The interpreter takes as long for an operation on any number of lanes.
TILE = {"queries": 64, "targets": 32}
TILE_INTERPRETED = {"queries": 512, "targets": 256}
# Masks that a program of the statistics does, and distances of each that it reads at once.
BLOCK = {"width": 1, "length": 1024}
BLOCK_INTERPRETED = {"width": 256, "length": 128}


def nearest_squares(x: torch.Tensor, y: torch.Tensor, offsets: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """Squared distance of every point to the nearest of the other mask -> float64 [P], undefined for other masks.

    x, y: float64 [P] in units of length, ordered by mask and x; offsets: int64 [2n + 1], where the points of each mask
    begin, the other mask of mask i being the one n before or behind; masks: those to do, int64, which have points and
    whose other masks have points.
    """
    squares = torch.empty_like(x)
    tile = TILE if x.is_cuda else TILE_INTERPRETED
    owners, numbers = spread(-(-offsets.diff()[masks] // tile["queries"]))
    # One warp, so that none waits for another; no fused operations, so that a distance is the number that a CPU gets.
    _nearest[(len(owners),)](
        x,
        y,
        offsets,
        masks[owners],
        numbers,
        squares,
        len(offsets) // 2,
        **tile,
        num_warps=1,
        enable_fp_fusion=False,
    )
    return squares


def statistics(
    distances: torch.Tensor, offsets: torch.Tensor, masks: torch.Tensor, ranks: torch.Tensor, limits: torch.Tensor
) -> torch.Tensor:
    """Of the distances, float64 [P] in 0 to infinity, of each of these masks -> float64 [masks, 4 + T].

    Columns: the distance of rank ranks[i], int64 [masks] counted from 0, and that of the next rank, or of the last
    again; the largest; the sum; the number within each of the limits, float64 [T].
    """
    results = torch.empty((len(masks), 4 + len(limits)), dtype=torch.float64, device=distances.device)
    block = BLOCK if distances.is_cuda else BLOCK_INTERPRETED
    _statistics[(triton.cdiv(len(masks), block["width"]),)](
        distances,
        offsets,
        masks,
        ranks,
        limits,
        results,
        len(masks),
        len(limits),
        **block,
        enable_fp_fusion=False,
    )
    return results


@triton.jit
def _nearest(x, y, offsets, tile_masks, tile_numbers, squares, pairs, queries: tl.constexpr, targets: tl.constexpr):
    """Compares all queries of a tile with all points of the other mask that are not too far to the left or right.

    Points are ordered by x. From where the queries would stand among them the program goes outward, always to the
    nearer side, until both are farther away than what every query has found. Where masks agree that is a few steps, and
    between two masks of noise as well, although most of their pixels are on the boundary.
    """
    tile = tl.program_id(0)
    mask = tl.load(tile_masks + tile)
    query = tl.load(offsets + mask) + tl.load(tile_numbers + tile) * queries + tl.arange(0, queries)
    # Lanes behind the last query do the last one again.
    query = tl.minimum(query, tl.load(offsets + mask + 1) - 1)
    query_x, query_y = tl.load(x + query), tl.load(y + query)
    lowest, highest = tl.min(query_x), tl.max(query_x)
    other = tl.where(mask < pairs, mask + pairs, mask - pairs)
    first, behind = tl.load(offsets + other), tl.load(offsets + other + 1)

    right, high = first, behind
    while right < high:
        middle = (right + high) // 2
        before = tl.load(x + middle) < lowest
        right, high = tl.where(before, middle + 1, right), tl.where(before, high, middle)
    left = right  # points from left to before right are done
    far = float("inf")
    left_gap = lowest - tl.load(x + left - 1, mask=left > first, other=-far)
    right_gap = tl.maximum(tl.load(x + right, mask=right < behind, other=far) - highest, 0)
    gap = tl.minimum(left_gap, right_gap)
    found = tl.full([queries], far, tl.float64)
    reach = tl.max(found)
    while gap * gap < reach:
        to_right = right_gap <= left_gap
        target = tl.where(to_right, right, left - targets) + tl.arange(0, targets)
        # Beyond either end the point at the end is done again.
        target = tl.minimum(tl.maximum(target, first), behind - 1)
        across = tl.load(x + target)[:, None] - query_x[None, :]
        upright = tl.load(y + target)[:, None] - query_y[None, :]
        found = tl.minimum(found, tl.min(across * across + upright * upright, axis=0))
        right = tl.where(to_right, tl.minimum(right + targets, behind), right)
        left = tl.where(to_right, left, tl.maximum(left - targets, first))
        left_gap = lowest - tl.load(x + left - 1, mask=left > first, other=-far)
        right_gap = tl.maximum(tl.load(x + right, mask=right < behind, other=far) - highest, 0)
        gap = tl.minimum(left_gap, right_gap)
        reach = tl.max(found)
    tl.store(squares + query, found)


@triton.jit
def _statistics(
    distances, offsets, masks, ranks, limits, results, rows, tolerances, width: tl.constexpr, length: tl.constexpr
):
    """Nothing is sorted: what is asked of an order is two of its members.

    The bits of numbers from 0 up, read as integers, are in the order of the numbers. The member of a rank is the
    largest number that has no more than so many members below it, found bit by bit, the highest first.
    """
    row = tl.program_id(0) * width + tl.arange(0, width)
    here = row < rows
    mask = tl.load(masks + row, mask=here, other=0)
    first = tl.load(offsets + mask, mask=here, other=0)
    number = tl.load(offsets + mask + 1, mask=here, other=0) - first
    longest = tl.max(number)
    lane = tl.arange(0, length)[None, :]
    start, end = distances + first[:, None] + lane, number[:, None] - lane
    nothing = tl.full([width, length], 0, tl.int64)
    none = nothing.to(tl.float64)
    far = none + float("inf")
    result = results + row * (4 + tolerances)

    total, largest = none, none
    for at in range(0, longest, length):
        distance = tl.load(start + at, mask=at < end, other=0)
        total += distance
        largest = tl.maximum(largest, distance)
    tl.store(result + 2, tl.max(largest, axis=1), mask=here)
    tl.store(result + 3, tl.sum(total, axis=1), mask=here)
    for tolerance in range(tolerances):
        limit = tl.load(limits + tolerance)
        within = nothing
        for at in range(0, longest, length):
            distance = tl.load(start + at, mask=at < end, other=float("inf"))
            within += ((distance <= limit) & (at < end)).to(tl.int64)
        tl.store(result + 4 + tolerance, tl.sum(within, axis=1).to(tl.float64), mask=here)

    rank = tl.load(ranks + row, mask=here, other=0)
    bits = tl.full([width], 0, tl.int64)
    for bit in range(63):
        higher = bits | (tl.full([width], 1, tl.int64) << (62 - bit))
        below = nothing
        for at in range(0, longest, length):
            distance = tl.load(start + at, mask=at < end, other=0)
            below += ((distance.to(tl.int64, bitcast=True) < higher[:, None]) & (at < end)).to(tl.int64)
        bits = tl.where(tl.sum(below, axis=1) <= rank, higher, bits)
    low = bits.to(tl.float64, bitcast=True)
    up_to, above = nothing, far
    for at in range(0, longest, length):
        distance = tl.load(start + at, mask=at < end, other=float("inf"))
        up_to += ((distance <= low[:, None]) & (at < end)).to(tl.int64)
        above = tl.minimum(above, tl.where(distance > low[:, None], distance, far))
    next_is_larger = (tl.sum(up_to, axis=1) == rank + 1) & (rank + 1 < number)
    tl.store(result, low, mask=here)
    tl.store(result + 1, tl.where(next_is_larger, tl.min(above, axis=1), low), mask=here)
