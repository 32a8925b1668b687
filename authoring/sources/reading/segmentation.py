"""DICOM segmentations: their frames, laid into the slices of an image by the positions that both state."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.pixels import iter_pixels

from authoring.errors import SourceError
from authoring.sources.reading.dicom import check_privacy
from authoring.sources.reading.stored import Grid

#: A frame lies in a slice if it is off by less than this share of the distance between slices.
SLICE_TOLERANCE = 0.25
#: Slices are parallel if the cosine of the angle between their normals is above this.
PARALLEL = 0.999


def read_segments(
    path: Path, grid: Grid, shear_mm: tuple[float, float], *, deidentified: bool = False
) -> Iterator[tuple[sitk.Image, dict[int, str]]]:
    """Every segment of a DICOM segmentation as (label image, name of each of its values).

    The images have the slices of `grid`, shifted by shear_mm from slice to slice, and the segmentation's own pixels in
    them. Values are segment numbers. Raises SourceError where a frame lies in none of the slices' planes.
    """
    dataset = _read(path)
    check_privacy(path, dataset, deidentified=deidentified)
    try:
        names = {int(item.SegmentNumber): str(item.SegmentLabel) for item in dataset.SegmentSequence}
        names.pop(0, None)
        places = _places(dataset, grid, shear_mm, path)
        frames = _frames_by_segment(dataset)
    except (AttributeError, IndexError, KeyError) as error:
        raise SourceError(f"{path}: not a usable DICOM segmentation ({error})") from None
    for number, indices in frames.items():
        yield _label_image(dataset, number, indices, places, path), names if number is None else {number: names[number]}


def _read(path: Path) -> Dataset:
    try:
        return pydicom.dcmread(path)
    except (pydicom.errors.InvalidDicomError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"{path}: not a readable DICOM file ({type(error).__name__})") from None


def _frames_by_segment(dataset: Dataset) -> dict[int | None, list[int]]:
    """The frames of each segment; None stands for all segments where the pixels are segment numbers."""
    if dataset.SegmentationType == "LABELMAP":
        return {None: list(range(int(dataset.NumberOfFrames)))}
    frames = defaultdict(list)
    for index, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        item = _group(dataset, group, "SegmentIdentificationSequence")
        frames[int(item.ReferencedSegmentNumber)].append(index)
    return frames


@dataclass(frozen=True)
class _Places:
    """Where the frames lie: the slice of each frame, or None beyond the image, and the grid of a label image."""

    slices: list[int | None]
    grid: Grid


def _places(dataset: Dataset, grid: Grid, shear_mm: tuple[float, float], path: Path) -> _Places:
    columns, rows, normal = np.array(grid.direction).reshape(3, 3).T
    step = grid.spacing[2] * normal + shear_mm[0] * columns + shear_mm[1] * rows
    first = dataset.PerFrameFunctionalGroupsSequence[0]
    axes = np.array(_group(dataset, first, "PlaneOrientationSequence").ImageOrientationPatient, float).reshape(2, 3)
    if abs(np.cross(*axes) @ normal) < PARALLEL:
        raise SourceError(f"{path}: its frames are not parallel to the slices of the image; expected the same plane")
    row_mm, column_mm = map(float, _group(dataset, first, "PixelMeasuresSequence").PixelSpacing)
    slices, corners = [], []
    for group in dataset.PerFrameFunctionalGroupsSequence:
        corner = np.array(_group(dataset, group, "PlanePositionSequence").ImagePositionPatient, float)
        place = float((corner - grid.origin) @ normal) / grid.spacing[2]
        if abs(place - round(place)) > SLICE_TOLERANCE:
            raise SourceError(
                f"{path}: frame {len(slices)} lies at slice {place:.2f} of the image; expected it in one of its slices"
            )
        slices.append(round(place) if 0 <= round(place) < grid.size[2] else None)
        corners.append(corner - round(place) * step)
    if np.ptp(corners, axis=0).max() > min(row_mm, column_mm) / 2:
        raise SourceError(f"{path}: its frames are shifted against each other; expected one stack over the image")
    size = (int(dataset.Columns), int(dataset.Rows), grid.size[2])
    direction = np.stack([*axes, normal], axis=1).ravel()
    return _Places(slices, Grid(size, (column_mm, row_mm, grid.spacing[2]), tuple(corners[0]), tuple(direction)))


def _group(dataset: Dataset, frame: Dataset, name: str) -> Dataset:
    """A functional group of a frame, its own or the one that all frames share."""
    return frame[name][0] if name in frame else dataset.SharedFunctionalGroupsSequence[0][name][0]


def _label_image(dataset: Dataset, number: int | None, frames: list[int], places: _Places, path: Path) -> sitk.Image:
    columns, rows, slices = places.grid.size
    labels = np.zeros((slices, rows, columns), np.uint16)
    # Fractional segmentations store shares of a whole; half a voxel and more is the segment.
    whole = float(dataset.get("MaximumFractionalValue") or 1)
    try:
        for index, pixels in zip(frames, iter_pixels(dataset, indices=frames), strict=True):
            place = places.slices[index]
            if place is None:
                continue
            if number is None:
                labels[place] = pixels
            else:
                labels[place][pixels >= max(whole / 2, 1)] = number
    except (ValueError, RuntimeError, NotImplementedError, AttributeError) as error:
        raise SourceError(f"{path}: its frames cannot be decoded ({type(error).__name__})") from None
    return places.grid.image(labels)
