"""Compiled loops. They release the interpreter lock and share no state: they may run in any number of threads.

reading      strings, checked as they are read, to run ends
overlap      pixels that two masks share
painting     run lengths, bounding boxes and pixels
surface      distances between boundaries
statistics   of those distances
writing      pixels and run lengths to strings
"""

from masks._kernels.overlap import overlap_rows
from masks._kernels.painting import box_rows, length_rows, paint_rows, run_rows
from masks._kernels.reading import (
    MAX_GROUPS,
    NO_SIZE,
    OK,
    TOTAL_LIMIT,
    check,
    check_rows,
    locate,
)
from masks._kernels.surface import surface_rows
from masks._kernels.writing import check_lengths, encode_rows, write_rows

__all__ = [
    "MAX_GROUPS",
    "NO_SIZE",
    "OK",
    "TOTAL_LIMIT",
    "box_rows",
    "check",
    "check_lengths",
    "check_rows",
    "encode_rows",
    "length_rows",
    "locate",
    "overlap_rows",
    "paint_rows",
    "run_rows",
    "surface_rows",
    "write_rows",
]
