"""Binary masks as COCO compressed RLE: a strict codec, pixels, overlap counts and boundary distances.

An RLE is what pycocotools takes: {"size": [height, width], "counts": ASCII string}. Importing this package loads
neither numba nor pyarrow; the compiled loops are loaded at their first use.
"""

from masks.batch import area_batch, bounding_box_batch, validate_batch
from masks.boundary import BoundaryDistances, boundary_distances
from masks.dense import decode_batch, encode_batch
from masks.devices import chosen_device
from masks.overlap import dice, iou, overlap_counts
from masks.reasons import MAX_PIXELS, RleError, RleReason
from masks.rle import area, bounding_box, decode, encode, explain, from_runs, rle_dict, runs, validate
from masks.runs import from_runs_batch, runs_batch

__all__ = [
    "MAX_PIXELS",
    "BoundaryDistances",
    "RleError",
    "RleReason",
    "area",
    "area_batch",
    "boundary_distances",
    "bounding_box",
    "bounding_box_batch",
    "chosen_device",
    "decode",
    "decode_batch",
    "dice",
    "encode",
    "encode_batch",
    "explain",
    "from_runs",
    "from_runs_batch",
    "iou",
    "overlap_counts",
    "rle_dict",
    "runs",
    "runs_batch",
    "validate",
    "validate_batch",
]
