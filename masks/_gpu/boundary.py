"""Boundary distances of many pairs of valid strings: runs, boxes around the foreground, boundary pixels, distances.

Compared are lists of boundary pixels and not images of distances: a list is as short as the boundary, and most of it
need not be looked at (`nearest`). All lengths are float64.
"""

import numpy as np
import torch

from masks._columns import Column
from masks._gpu.dense import BYTES_A_CHARACTER, runs_of_strings
from masks._gpu.nearest import nearest_squares, statistics
from masks._gpu.outlines import Boxes, Outlines, boxes_of_strips, outlines_of_strips, some_pairs, strips_of_runs
from masks._gpu.pieces import byte_counts, cuts, piece, travels
from masks._gpu.transfer import resolved, room, sent, sent_texts, working_on
from masks._kernels.statistics import PERCENTILE

# Memory that a step needs: for the strips of a column that a run only passes through, and for every cell of a box and
# the boundary pixels in it.
BYTES_A_COLUMN = 128
BYTES_A_CELL = 64
# Larger pairs are left to a CPU, which has shorter ways for them: images whose pixels take a single program long to go
# through, and boundaries of which comparing all with all would take long if it came to that.
MOST_PIXELS = 1 << 24
MOST_COMPARISONS = 1 << 36


def boundary_rows(
    column: Column,
    other_column: Column,
    sizes: tuple[np.ndarray, np.ndarray],
    spacings: np.ndarray,
    limits: np.ndarray,
    device: torch.device | str,
) -> tuple[np.ndarray, np.ndarray]:
    """Boundary distances of N pairs of valid strings -> (float64 [N, 3 + T], done bool [N]).

    sizes: heights and widths of both masks of a pair, int64 [N] each; spacings: of rows and of columns, float64 [N, 2],
    finite and above 0; limits: float64 [T] from 0, in the unit of the spacings. The numbers of a row, in that unit: the
    95th percentile of the distances from one boundary to the other, linearly interpolated, of the direction in which it
    is larger; the largest distance; the mean of all distances of both directions; for each limit the share of both
    boundaries' pixels that are no farther than that from the other. Between two empty masks distances are 0 and shares
    1, between an empty mask and another the diagonal of the image and 0. Rows that are not done are NaN: their pairs
    are so large that they are left to a CPU.
    """
    device = resolved(device)
    heights, widths = sizes
    chosen = heights * widths <= MOST_PIXELS
    for side in (column, other_column):
        chosen &= travels(side, side.data.size)
    done = chosen.copy()
    characters = byte_counts(column, chosen) + byte_counts(other_column, chosen)
    costs = BYTES_A_CHARACTER * characters + 2 * BYTES_A_COLUMN * np.where(chosen, widths, 1)
    results = np.empty((len(done), 3 + len(limits)))
    with working_on(device):
        for rows in cuts(costs, room(device) // 2):
            part = piece((column, other_column), chosen, rows)
            texts = sent_texts(part.texts, device)[: part.offsets[-1]]
            edges = sent(np.stack([heights[rows], widths[rows]]), device)
            lengths = sent(spacings[rows], device), sent(limits, device)
            measured, finished = _measure(texts, sent(part.offsets, device), edges, *lengths)
            results[rows] = measured.cpu().numpy()
            done[rows] &= finished.cpu().numpy()
    results[~done] = np.nan
    return results, done


def _measure(
    texts: torch.Tensor, offsets: torch.Tensor, sizes: torch.Tensor, spacings: torch.Tensor, limits: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """n pairs whose strings are on the device -> as `boundary_rows`; sizes int64 [2, n]."""
    pairs = sizes.shape[1]
    strips = strips_of_runs(runs_of_strings(texts, offsets), sizes[0].repeat(2))
    boxes = boxes_of_strips(strips, pairs)
    firsts = torch.searchsorted(strips.masks, torch.arange(2 * pairs + 1, device=texts.device)).tolist()
    costs = 2 * BYTES_A_CELL * boxes.cells().cpu().numpy()
    results = []
    for rows in cuts(costs, room(texts.device) // 2):
        box = Boxes(*(edges[rows] for edges in boxes))
        outlines = outlines_of_strips(some_pairs(strips, firsts, rows), box)
        diagonals = torch.hypot(*(sizes[:, rows] * spacings[rows].T))
        results.append(_compare(outlines, spacings[rows], limits, diagonals))
    return torch.cat([measured for measured, _ in results]), torch.cat([finished for _, finished in results])


def _compare(
    outlines: Outlines, spacings: torch.Tensor, limits: torch.Tensor, diagonals: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    pairs = len(spacings)
    counts = outlines.offsets.diff().view(2, pairs)
    finished = counts[0] * counts[1] <= MOST_COMPARISONS
    both = (counts > 0).all(dim=0)
    masks = (both & finished).repeat(2).nonzero().flatten()

    steps = spacings.repeat(2, 1)[outlines.masks]
    x, y = outlines.columns * steps[:, 1], outlines.rows * steps[:, 0]
    distances = nearest_squares(x, y, outlines.offsets, masks).sqrt_()
    # The percentile by linear interpolation, as NumPy does it: between two neighbours in the order of size.
    places = (counts.flatten()[masks] - 1).double() * PERCENTILE
    ranks = places.floor().long()
    numbers = torch.zeros((2 * pairs, 3 + len(limits)), dtype=torch.float64, device=spacings.device)
    found = statistics(distances, outlines.offsets, masks, ranks, limits)
    numbers[masks, 0] = torch.lerp(found[:, 0], found[:, 1], places - ranks)
    numbers[masks, 1:] = found[:, 2:]
    numbers = numbers.view(2, pairs, -1)

    # Two empty masks are at no distance, one empty mask is as far away as can be.
    results = torch.empty_like(numbers[0])
    empty = (counts == 0).all(dim=0)
    results[:, :3] = torch.where(empty, 0, diagonals)[:, None]
    results[:, 3:] = empty[:, None].double()
    results[both, :2] = numbers[:, both, :2].amax(dim=0)
    results[both, 2:] = numbers[:, both, 2:].sum(dim=0) / counts.sum(dim=0)[both, None]
    return results, finished
