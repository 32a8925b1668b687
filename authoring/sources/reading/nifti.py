"""What ITK does not tell of a NIfTI file: whether it is whole, whether its two transforms agree, and which of its
voxels are no numbers."""

import gzip
import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError

#: Codes of the data types that can hold what is no number.
FLOATS = {16: "f4", 64: "f8"}
HEADER_BYTES = 348
#: The end of the header; Analyze files, which are read as NIfTI, too, have none and state no orientation.
MAGIC = (b"n+1\0", b"ni1\0")
#: Two transforms agree if no axis of one is turned further than this against that of the other.
MAX_TURN_DEGREES = 45.0


def states_axes(path: Path) -> bool:
    """Whether the header says how the voxels lie in the patient.

    Raises SourceError where its two transforms, qform and sform, contradict each other, OSError or zlib.error for a
    damaged compressed file.
    """
    header = _Header.of(path)
    if header.content[344:] not in MAGIC:
        return False
    qform_code, sform_code = header.unpacked("2h", 252)
    if qform_code > 0 and sform_code > 0:
        cosines = (_qform(header) * _sform(header)).sum(axis=0)
        # A cosine that is no number agrees with nothing.
        if not (cosines >= math.cos(math.radians(MAX_TURN_DEGREES))).all():
            raise SourceError(
                f"{path}: its qform and its sform turn the voxels by more than {MAX_TURN_DEGREES:.0f} degrees against "
                "each other; expected one orientation"
            )
    return qform_code > 0 or sform_code > 0


def checked(path: Path, reader: sitk.ImageFileReader, image: sitk.Image) -> sitk.Image:
    """The image that `reader` read, with NaN in the voxels that the file has no finite number for.

    ITK takes what is missing of a file for background, looks at no checksum, and makes 0 of every NaN. Raises
    SourceError for a file that is cut off, OSError or zlib.error for a damaged compressed one.
    """
    with _opened(_voxel_file(path)) as file:
        content = file.read()
    start, bits, kind = (int(float(reader.GetMetaData(key))) for key in ("vox_offset", "bitpix", "datatype"))
    count = math.prod(image.GetSize()) * image.GetNumberOfComponentsPerPixel()
    if len(content) < start + count * bits // 8:
        raise SourceError(
            f"{path}: {len(content)} bytes of content; expected {start + count * bits // 8} for {count} voxels"
        )
    if kind not in FLOATS or image.GetNumberOfComponentsPerPixel() > 1:
        return image
    stored = np.frombuffer(content, np.dtype(_Header.of(path).order + FLOATS[kind]), count, start)
    odd = ~np.isfinite(stored)
    return _with_nan(image, odd) if odd.any() else image


@dataclass(frozen=True)
class _Header:
    """The bytes of a header, and their order."""

    content: bytes
    order: str

    @classmethod
    def of(cls, path: Path) -> "_Header":
        name = re.sub(r"\.img(?=(\.gz)?$)", ".hdr", path.name, flags=re.IGNORECASE)
        with _opened(path.with_name(name)) as file:
            content = file.read(HEADER_BYTES)
        order = "<" if int.from_bytes(content[:4], "little") == HEADER_BYTES else ">"
        if len(content) < HEADER_BYTES or struct.unpack_from(f"{order}i", content)[0] != HEADER_BYTES:
            raise SourceError(f"{path}: its header is not one of NIfTI-1; expected {HEADER_BYTES} bytes")
        return cls(content, order)

    def unpacked(self, kind: str, start: int) -> tuple:
        return struct.unpack_from(self.order + kind, self.content, start)


def _qform(header: _Header) -> np.ndarray:
    """The directions of the voxel axes, one a column, from the quaternion of the header."""
    b, c, d = header.unpacked("3f", 256)
    a = math.sqrt(max(1 - (b * b + c * c + d * d), 0))
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    (handedness,) = header.unpacked("f", 76)
    return turn * [1, 1, -1 if handedness < 0 else 1]


def _sform(header: _Header) -> np.ndarray:
    """The directions of the voxel axes, one a column, from the matrix of the header."""
    matrix = np.array(header.unpacked("12f", 280)).reshape(3, 4)[:, :3]
    return matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-12)


def _voxel_file(path: Path) -> Path:
    """The file with the voxels: that of a pair, or the only one."""
    return path.with_name(re.sub(r"\.hdr(?=(\.gz)?$)", ".img", path.name, flags=re.IGNORECASE))


def _opened(path: Path):
    return (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb")


def _with_nan(image: sitk.Image, odd: np.ndarray) -> sitk.Image:
    voxels = sitk.GetArrayFromImage(image)
    voxels[odd.reshape(voxels.shape)] = np.nan
    marked = sitk.GetImageFromArray(voxels, isVector=False)
    marked.CopyInformation(image)
    return marked
