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
from authoring.sources.reading.dicom import are_axes, check_privacy, quietly
from authoring.sources.reading.stored import Grid

#: A frame lies in a slice if it is off by less than this share of the distance between slices.
SLICE_TOLERANCE = 0.25
#: Slices are parallel if the cosine of the angle between their normals is above this.
PARALLEL = 0.999
KINDS = ("BINARY", "FRACTIONAL", "LABELMAP")


def read_segments(
    path: Path, grid: Grid, shear_mm: tuple[float, float], *, deidentified: bool = False
) -> Iterator[tuple[sitk.Image, dict[int, str]]]:
    """Every segment of a DICOM segmentation as (label image, name of each of its values).

    The images have the slices of `grid`, shifted by shear_mm from slice to slice, and the segmentation's own pixels in
    them. Values are segment numbers. Raises SourceError where a frame lies in none of the slices' planes.
    """
    with quietly():
        dataset = _read(path)
        check_privacy(path, dataset, deidentified=deidentified)
        try:
            names = _names(dataset, path)
            frames = _frames_by_segment(dataset, names, path)
            places = _places(dataset, grid, shear_mm, path)
        except SourceError:
            raise
        except (AttributeError, KeyError) as error:
            # Both name a tag that is missing, never a value.
            raise SourceError(f"{path}: not a usable DICOM segmentation ({error})") from None
        except (IndexError, TypeError, ValueError) as error:
            raise SourceError(f"{path}: not a usable DICOM segmentation ({type(error).__name__})") from None
    for number, indices in frames.items():
        yield _label_image(dataset, number, indices, places, path), names if number is None else {number: names[number]}


def _read(path: Path) -> Dataset:
    try:
        return pydicom.dcmread(path)
    except (pydicom.errors.InvalidDicomError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"{path}: not a readable DICOM file ({type(error).__name__})") from None


def _names(dataset: Dataset, path: Path) -> dict[int, str]:
    """The label of each segment by its number; 0 is the background of a label map."""
    found: dict[int, str] = {}
    for item in dataset.SegmentSequence:
        number, label = int(item.SegmentNumber), str(item.SegmentLabel or "").strip()
        if number in found or not label:
            fault = "is described twice" if label else "has no label"
            raise SourceError(f"{path}: segment {number} {fault}; expected one SegmentLabel for each")
        found[number] = label
    found.pop(0, None)
    return found


def _frames_by_segment(dataset: Dataset, names: dict[int, str], path: Path) -> dict[int | None, list[int]]:
    """The frames of each segment; None stands for all segments where the pixels are segment numbers."""
    if dataset.SegmentationType not in KINDS:
        raise SourceError(f"{path}: an unknown SegmentationType (0062,0001); expected one of {', '.join(KINDS)}")
    groups, count = dataset.PerFrameFunctionalGroupsSequence, int(dataset.NumberOfFrames)
    if len(groups) != count:
        raise SourceError(f"{path}: {count} frames, but the places of {len(groups)}; expected one for each frame")
    if dataset.SegmentationType == "LABELMAP":
        return {None: list(range(count))}
    frames = defaultdict(list)
    for index, group in enumerate(groups):
        number = int(_group(dataset, group, "SegmentIdentificationSequence").ReferencedSegmentNumber)
        if number not in names:
            raise SourceError(f"{path}: frame {index} is of segment {number}, which is not described; expected that")
        frames[number].append(index)
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
    row_mm, column_mm = map(float, _group(dataset, first, "PixelMeasuresSequence").PixelSpacing)
    if not (are_axes(axes) and min(row_mm, column_mm) > 0):
        raise SourceError(f"{path}: the axes or the spacing of its frames are not usable; expected those of pixels")
    if abs(np.cross(*axes) @ normal) < PARALLEL:
        raise SourceError(f"{path}: its frames are not parallel to the slices of the image; expected the same plane")
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
    try:
        whole = float(dataset.MaximumFractionalValue) if dataset.SegmentationType == "FRACTIONAL" else 1.0
        with quietly():
            for index, pixels in zip(frames, iter_pixels(dataset, indices=frames), strict=True):
                place = places.slices[index]
                if place is None:
                    continue
                if number is None:
                    labels[place] = pixels
                else:
                    labels[place][pixels >= whole / 2] = number
    except (ValueError, TypeError, RuntimeError, NotImplementedError, AttributeError) as error:
        raise SourceError(f"{path}: its frames cannot be decoded ({type(error).__name__})") from None
    return places.grid.image(labels)
