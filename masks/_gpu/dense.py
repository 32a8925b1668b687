"""Strings to run lengths and pixels, and pixels to run lengths, by whole-array operations on any device.

The strings are known to be valid. Nothing loops over masks; large batches are worked on in pieces, so that what is held
besides the result stays bounded.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch

from masks._columns import Column
from masks._gpu.pieces import byte_counts, cuts, piece, travels
from masks._gpu.transfer import resolved, room, sent, sent_texts
from masks._kernels.reading import MAX_GROUPS

# Memory that a step needs besides its result: about so many numbers of 8 bytes for every character, flags and sums of
# one byte for every pixel that is decoded, flags and at worst a run for every pixel that is encoded.
BYTES_A_CHARACTER = 128
BYTES_A_DECODED_PIXEL = 16
BYTES_AN_ENCODED_PIXEL = 40


class Runs(NamedTuple):
    """Runs of N masks, one behind another; the even ones of each mask are background."""

    lengths: torch.Tensor  # int64 [R]
    ends: torch.Tensor  # int64 [R]: where the run ends in its mask, in column-major order
    owners: torch.Tensor  # int64 [R]: the mask, not falling
    indices: torch.Tensor  # int64 [R]: the run's number in its mask


def spread(counts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Items of N owners that have counts[i] each -> (owner of every item, its number among its owner's), both int64."""
    total = int(counts.sum())
    places = torch.arange(len(counts), device=counts.device)
    owners = places.repeat_interleave(counts, output_size=total)
    firsts = counts.cumsum(0) - counts
    return owners, torch.arange(total, device=counts.device) - firsts[owners]


def runs_of_strings(texts: torch.Tensor, offsets: torch.Tensor) -> Runs:
    """Runs of the valid strings texts[offsets[i]:offsets[i + 1]]; texts uint8 [bytes], offsets integers [N + 1]."""
    groups = texts - 48
    stops = (groups < 32).nonzero().flatten()  # the last group of every value
    sizes = stops.diff(prepend=stops.new_full((1,), -1))
    # The last group holds the sign; those before it are worth less.
    values = ((groups[stops].long() & 31) ^ 16) - 16
    for back in range(1, MAX_GROUPS):
        lower = groups[(stops - back).clamp_min_(0)].long() & 31
        values = torch.where(sizes > back, values * 32 + lower, values)
    firsts = torch.searchsorted(stops, offsets.long())
    owners, indices = spread(firsts.diff())
    # From index 3 on a value is a difference to the count before the last: add up the odd and the even ones apart.
    odd = indices % 2 == 1
    foreground = _running(torch.where(odd, values, 0), indices)
    background = _running(torch.where(odd | (indices == 0), 0, values), indices)
    counts = torch.where(odd, foreground, torch.where(indices == 0, values, background))
    return Runs(counts, _running(counts, indices), owners, indices)


def _running(values: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """The sum of all values of the same mask up to each; indices as in Runs."""
    total = values.cumsum(0)
    firsts = torch.arange(len(values), device=values.device) - indices
    return total - (total - values)[firsts]


def decode_strings(texts: torch.Tensor, offsets: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Pixels of N valid strings of one size -> bool [N, height, width]; texts and offsets as of `runs_of_strings`."""
    pixels = height * width
    masks = len(offsets) - 1
    runs = runs_of_strings(texts, offsets)
    kept = (runs.indices % 2 == 1) & (runs.lengths > 0)
    stops = runs.owners[kept] * pixels + runs.ends[kept]
    # Up where foreground begins, down behind its end. Both places can be one, where a background run is empty; a mask
    # whose last run is foreground goes down at the first pixel of the next mask.
    steps = torch.zeros(masks * pixels + 1, dtype=torch.int8, device=texts.device)
    steps[stops - runs.lengths[kept]] = 1
    steps[stops] -= 1
    columns = steps[:-1].cumsum(0, dtype=torch.int8).view(torch.bool).view(masks, width, height)
    return columns.transpose(1, 2).contiguous()


def decode_columns(columns: Iterable[Column], shape: tuple[int, int, int], device: Any) -> torch.Tensor:
    """Pixels of the valid strings of all columns -> bool [N, height, width] = shape on the device."""
    device = resolved(device)
    _, height, width = shape
    decoded = torch.empty(shape, dtype=torch.bool, device=device)
    done = 0
    for column in columns:
        chosen = travels(column, column.data.size)
        costs = BYTES_A_CHARACTER * byte_counts(column, chosen) + BYTES_A_DECODED_PIXEL * height * width
        for rows in cuts(costs, room(device)):
            part = piece([column], chosen, rows)
            texts = sent_texts(part.texts, device)[: part.offsets[-1]]
            number = rows.stop - rows.start
            decoded[done : done + number] = decode_strings(texts, sent(part.offsets, device), height, width)
            done += number
    return decoded


def runs_of_masks(masks: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Run lengths of bool or integer masks [N, H, W] on any device, any nonzero value foreground.

    -> int64 [R], int64 [N + 1]: those of mask i are runs[offsets[i]:offsets[i + 1]], background first, and empty where
    the first pixel is foreground. Raises TypeError for fractions, which may be probabilities.
    """
    if masks.is_floating_point() or masks.is_complex():
        raise TypeError(f"the mask holds {masks.dtype}, but bool or integers were expected: threshold it first")
    pixels = masks.shape[1] * masks.shape[2]
    runs, numbers = [np.zeros(0, np.int64)], [np.zeros(1, np.int64)]
    costs = np.full(len(masks), BYTES_AN_ENCODED_PIXEL * pixels, np.int64)
    for rows in cuts(costs, room(masks.device)):
        columns = (masks[rows] != 0).transpose(1, 2).reshape(-1, pixels)
        # A run ends where the colour changes, the first background at a first pixel of foreground, and all at the end.
        changes = torch.ones((len(columns), pixels + 1), dtype=torch.bool, device=masks.device)
        changes[:, 0] = columns[:, 0]
        torch.ne(columns[:, 1:], columns[:, :-1], out=changes[:, 1:-1])
        ends = changes.flatten().nonzero().flatten()
        # Counted from the mask before, whose last end is the place behind its pixels, a first end is one too far.
        lengths = ends.diff(prepend=ends.new_full((1,), -1))
        counts = changes.sum(dim=1)
        lengths[counts.cumsum(0) - counts] -= 1
        runs.append(lengths.cpu().numpy())
        numbers.append(counts.cpu().numpy())
    return np.concatenate(runs), np.concatenate(numbers).cumsum()
