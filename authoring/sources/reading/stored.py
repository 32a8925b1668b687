"""An image as its files hold it, before it is turned to the patient's axes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError

#: Origins and spacings that differ by less than this many millimetres are the same grid.
GRID_TOLERANCE_MM = 0.05
#: Unit vectors along the patient's axes, in the LPS coordinates of DICOM: x to the left, y to the back, z to the head.
TOWARDS = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}


class Faces(Protocol):
    """The patient directions that the left edge, the top edge and the first slice face."""

    left: str
    top: str
    first: str


@dataclass(frozen=True)
class Grid:
    """Where voxels lie: size, spacing and origin along (columns, rows, slices) in millimetres, and the 3 x 3 direction
    matrix, row by row."""

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...]

    @classmethod
    def of(cls, image: sitk.Image) -> "Grid":
        """The grid of a 3-dimensional image."""
        return cls(image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection())

    def image(self, voxels: np.ndarray) -> sitk.Image:
        """`voxels` [slices, rows, columns] as an image on this grid."""
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(self.spacing)
        image.SetOrigin(self.origin)
        image.SetDirection(self.direction)
        return image

    def same_as(self, other: "Grid") -> bool:
        """Whether every voxel lies where the other grid has it, rounding apart."""
        mine, theirs = (
            np.array([*grid.spacing, *grid.origin, *np.multiply(grid.direction, max(grid.size))])
            for grid in (self, other)
        )
        return self.size == other.size and np.allclose(mine, theirs, rtol=0, atol=GRID_TOLERANCE_MM)


@dataclass(frozen=True)
class Stored:
    """A 3-dimensional image in the order of its files.

    oriented: whether its direction tells the patient's sides; located: whether its direction and origin come from the
    files themselves, so that other files can be laid over it; ranks: for a stack of files, the place by file name of
    the file that holds each slice; shear_mm: how far each slice is shifted along (columns, rows) against the one
    before it, as with a tilted CT gantry; remarks: what a reader of the log should know.
    """

    image: sitk.Image
    oriented: bool = True
    located: bool = True
    ranks: tuple[int, ...] | None = None
    shear_mm: tuple[float, float] = (0.0, 0.0)
    remarks: tuple[str, ...] = ()


def direction_of(orientation: Faces) -> tuple[float, ...]:
    """The direction matrix of voxels whose left edge, top edge and first slice face the given sides."""
    axes = -np.array([TOWARDS[side] for side in (orientation.left, orientation.top, orientation.first)], float)
    return tuple(axes.T.ravel())


def with_orientation(image: sitk.Image, orientation: Faces | None) -> sitk.Image:
    """The image with the declared orientation, or along the axes of its voxels where none is declared."""
    image.SetOrigin((0, 0, 0))
    image.SetDirection(direction_of(orientation) if orientation else np.eye(3).ravel().tolist())
    return image


def straightened(image: sitk.Image, shear_mm: Sequence[float], *, labels: bool) -> sitk.Image:
    """A sheared stack drawn anew, so that its slices lie straight above each other; the canvas grows as needed.

    Labels are taken from the nearest voxel, images are interpolated linearly.
    """
    if not any(shear_mm):
        return image
    grid = Grid.of(image)
    columns, rows, normal = np.array(grid.direction).reshape(3, 3).T
    shift = shear_mm[0] * columns + shear_mm[1] * rows
    to_stored = sitk.AffineTransform(3)
    to_stored.SetMatrix((np.eye(3) - np.outer(shift, normal) / grid.spacing[2]).ravel().tolist())
    to_stored.SetCenter(grid.origin)
    pixels = np.divide(shear_mm, grid.spacing[:2]) * (grid.size[2] - 1)
    low, high = np.floor(np.minimum(pixels, 0)).astype(int), np.ceil(np.maximum(pixels, 0)).astype(int)
    origin = np.array(grid.origin) + low[0] * grid.spacing[0] * columns + low[1] * grid.spacing[1] * rows
    size = [int(n + more) for n, more in zip(grid.size[:2], high - low, strict=True)]
    outside = 0.0 if labels else float(sitk.GetArrayViewFromImage(image).min())
    how = sitk.sitkNearestNeighbor if labels else sitk.sitkLinear
    return sitk.Resample(
        image, [*size, grid.size[2]], to_stored, how, origin.tolist(), grid.spacing, grid.direction, outside
    )


def one_channel(image: sitk.Image, channel: int | None, path: Path) -> sitk.Image:
    """The 3-dimensional layer that `channel` picks of a 4-dimensional or vector image, or the image where it has one.

    Raises SourceError, saying how many layers there are, where none or one too many is picked.
    """
    if image.GetDimension() == 4:
        layers, take = image.GetSize()[3], lambda index: image[:, :, :, index]
    else:
        layers = image.GetNumberOfComponentsPerPixel()
        take = lambda index: sitk.VectorIndexSelectionCast(image, index) if layers > 1 else image  # noqa: E731
    if image.GetDimension() not in (3, 4) or (image.GetDimension() == 4 and image.GetNumberOfComponentsPerPixel() > 1):
        raise SourceError(f"{path}: {image.GetDimension()} dimensions; expected a 3-dimensional volume")
    if channel is None and layers > 1:
        raise SourceError(f"{path}: {layers} volumes in one file; expected one, or `channel` with a number below it")
    if (channel or 0) >= layers:
        raise SourceError(f"{path}: channel is {channel}, but the file has {layers}; expected a number below it")
    return take(channel or 0)


def reason(error: Exception) -> str:
    """The last line of an ITK error, without its source paths."""
    # The reason that ITK adds is the last error of the system, whatever it was about.
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("Reason: ")]
    last = (lines[-1] if lines else type(error).__name__).split("ERROR: ")[-1]
    return re.sub(r"^\w+\(0x\w+\): ", "", last)[:200]
