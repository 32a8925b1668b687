"""The loop over all pairs of two columns: predictions and truths."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from masks._columns import Column, aligned, columns, dimensions, limit
from masks._rows import raise_first


class Pairs(NamedTuple):
    """Pairs of masks as the compiled loops take them."""

    column: Column
    other_column: Column
    sizes: tuple[np.ndarray, np.ndarray]  # heights and widths, int64 [N] each
    max_pixels: int

    def rows(self, first: int, last: int) -> "Pairs":
        sizes = tuple(edges[first:last] for edges in self.sizes)
        return Pairs(self.column.rows(first, last), self.other_column.rows(first, last), sizes, self.max_pixels)


def by_pair(
    measure: Callable[[Pairs, slice, np.ndarray, np.ndarray], None],
    pred: Any,
    truth: Any,
    heights: Any,
    widths: Any,
    max_pixels: int,
    results: np.ndarray,
) -> None:
    """Run measure(pairs, their rows, reasons, results) over all rows; `results` is an array [N, ...].

    measure is given int8 [n, 2] for the reasons and the rows of `results`. Raises ValueError where there are not as
    many truths as predictions, RleError for the first row that has a reason, predictions first.
    """
    rows = len(pred)
    if len(truth) != rows:
        raise ValueError(f"there are {rows} predicted masks, but {len(truth)} true ones")
    sizes = tuple(dimensions(edges, rows) for edges in (heights, widths))
    reasons = np.zeros((rows, 2), np.int8)
    done = 0
    for one, other in aligned(columns(pred), columns(truth)):
        part = slice(done, done + len(one.valid))
        done = part.stop
        pairs = Pairs(one, other, tuple(edges[part] for edges in sizes), limit(max_pixels))
        measure(pairs, part, reasons[part], results[part])
    raise_first(reasons[:, 0], pred, heights, widths, "predicted mask", max_pixels)
    raise_first(reasons[:, 1], truth, heights, widths, "true mask", max_pixels)
