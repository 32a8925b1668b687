"""Binary masks as COCO compressed RLE: a strict codec, and overlap counts that never make a pixel grid.

An RLE is what pycocotools takes: {"size": [height, width], "counts": ASCII string}. Importing this package loads
neither numba nor pyarrow; the compiled loops are loaded at their first use.
"""

from masks.overlap import dice, iou, overlap_counts
from masks.reasons import RleError, RleReason
from masks.rle import MAX_PIXELS, area, area_batch, decode, encode, explain, rle_dict, validate, validate_batch

__all__ = [
    "MAX_PIXELS",
    "RleError",
    "RleReason",
    "area",
    "area_batch",
    "decode",
    "dice",
    "encode",
    "explain",
    "iou",
    "overlap_counts",
    "rle_dict",
    "validate",
    "validate_batch",
]
