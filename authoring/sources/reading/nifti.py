"""What ITK does not tell of a NIfTI file: whether it is whole, and which of its voxels are no numbers."""

import gzip
import math
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError

#: Codes of the data types that can hold what is no number.
FLOATS = {16: "f4", 64: "f8"}


def checked(path: Path, reader: sitk.ImageFileReader, image: sitk.Image) -> sitk.Image:
    """The image that `reader` read, with NaN in the voxels that the file has no finite number for.

    ITK takes what is missing of a file for background, looks at no checksum, and makes 0 of every NaN. Raises
    SourceError for a file that is cut off, OSError or zlib.error for a damaged compressed one.
    """
    with (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb") as file:
        content = file.read()
    start, bits, kind = (int(float(reader.GetMetaData(key))) for key in ("vox_offset", "bitpix", "datatype"))
    count = math.prod(image.GetSize()) * image.GetNumberOfComponentsPerPixel()
    if len(content) < start + count * bits // 8:
        raise SourceError(
            f"{path}: {len(content)} bytes of content; expected {start + count * bits // 8} for {count} voxels"
        )
    if kind not in FLOATS or image.GetNumberOfComponentsPerPixel() > 1:
        return image
    order = "<" if int.from_bytes(content[:4], "little") == 348 else ">"
    stored = np.frombuffer(content, np.dtype(order + FLOATS[kind]), count, start)
    odd = ~np.isfinite(stored)
    return _with_nan(image, odd) if odd.any() else image


def _with_nan(image: sitk.Image, odd: np.ndarray) -> sitk.Image:
    voxels = sitk.GetArrayFromImage(image)
    voxels[odd.reshape(voxels.shape)] = np.nan
    marked = sitk.GetImageFromArray(voxels, isVector=False)
    marked.CopyInformation(image)
    return marked
