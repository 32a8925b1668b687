"""What is said of the distances from two boundaries to each other, from their squares."""

import numpy as np

from masks._kernels.compiling import kernel, reinterpret

PERCENTILE = 0.95
BINS = 256


@kernel
def _extremes(squares):
    """The least and the largest of numbers from 0 up, by their bits."""
    low, high = reinterpret(np.inf), np.int64(0)
    for square in squares:
        bits = reinterpret(square)
        low = bits if bits < low else low
        high = bits if bits > high else high
    return reinterpret(low), reinterpret(high)


@kernel
def _ranked(squares, rank, left):
    """The value of this rank, counted from 0, and that of the next one; `left` is overwritten.

    The range of the values is cut into bins of equal width, and only those of the bin with the rank are kept, until
    all that are left are one value. Takes time by their number, whatever they are.
    """
    counts = np.empty(BINS, np.int64)
    left[:] = squares
    inside = rank  # the rank among those left
    while True:
        low, high = _extremes(left)
        if low == high:
            break
        scale = (BINS - 1) / (high - low)
        counts[:] = 0
        for square in left:
            counts[np.int64((square - low) * scale)] += 1
        chosen = np.int64(0)
        while inside >= counts[chosen]:
            inside -= counts[chosen]
            chosen += 1
        kept = np.int64(0)
        for square in left:
            left[kept] = square
            kept += np.int64((square - low) * scale) == chosen
        left = left[:kept]
    value = reinterpret(low)
    upto, after = np.int64(0), reinterpret(np.inf)
    for square in squares:
        bits = reinterpret(square)
        upto += bits <= value
        after = bits if bits > value and bits < after else after
    return low, (low if upto > rank + 1 or upto == squares.size else reinterpret(after))


@kernel
def _percentile(squares, spare):
    """The 95th percentile of distances with linear interpolation, from their squares."""
    place = PERCENTILE * (squares.size - 1)
    rank = np.int64(place)
    low, high = _ranked(squares, rank, spare[: squares.size])
    return np.sqrt(low) + (place - rank) * (np.sqrt(high) - np.sqrt(low))


@kernel
def measure(squares, other_squares, spare, unit, limits, results):
    """HD95, Hausdorff distance, mean of all distances and the share of them within each limit, into `results`.

    unit: of the distances whose squares are given; limits and results are in the unit of `unit`.
    """
    total = np.int64(squares.size + other_squares.size)
    results[0] = max(_percentile(squares, spare), _percentile(other_squares, spare)) * unit
    largest, distances = 0.0, 0.0
    results[3:] = 0
    for side in (squares, other_squares):
        largest = max(largest, _extremes(side)[1])
        for square in side:
            distances += np.sqrt(square)
        for place in range(limits.size):
            limit = limits[place] / unit
            within = np.int64(0)
            for square in side:
                within += square <= limit * limit
            results[3 + place] += within / total
    results[1], results[2] = np.sqrt(largest) * unit, distances / total * unit
