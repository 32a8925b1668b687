"""Label files of every format, laid on the grid of their scan."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError
from authoring.sources.reading.dicom import dicom_files, header, is_segmentation
from authoring.sources.reading.png import read_slices
from authoring.sources.reading.segmentation import read_segments
from authoring.sources.reading.stored import Grid, straightened
from authoring.sources.reading.volume_files import header_of, read_file
from authoring.sources.volumes import Volume, is_dicom_file, is_png, refuse_others

#: Label values stored as floating point numbers may be off by rounding.
LABEL_TOLERANCE = 1e-3
#: Labels of which more than this share lies outside the image are those of another one.
MAX_OUTSIDE = 0.5
#: Where labels lie is measured on so many of their voxels at most.
MEASURED_VOXELS = 100_000


@dataclass(frozen=True)
class LabelLayer:
    """One layer of a label file: values [slices, rows, columns] on the grid of the scan, and the name of each value
    where the file names its segments.

    shared: values that stand for another segment in another layer of the file; resampled: whether the layer lay on
    another grid; outside: the share of its labelled voxels that lie outside the scan.
    """

    values: np.ndarray
    names: dict[int, str] = field(default_factory=dict)
    shared: frozenset[int] = frozenset()
    resampled: bool = False
    outside: float = 0.0


def read_label_layers(
    path: Path, scan: Volume, *, channel: int | None = None, deidentified: bool = False
) -> Iterator[LabelLayer]:
    """Every layer of a label file: one for most, several where segments may overlap.

    A volume on another grid is resampled by nearest neighbour through both direction matrices. PNG files stand for the
    slices of the scan in the order of both's file names. Segments of a DICOM or a 3D Slicer segmentation come with
    their names. Raises SourceError, naming the file, for what is no label file or does not fit the scan, and for a
    channel where the format knows none.
    """
    if is_png(path):
        refuse_others(path, {"channel": channel})
        yield _by_order(read_slices(path), path, scan)
    elif not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    elif path.is_dir() or is_dicom_file(path):
        refuse_others(path, {"channel": channel})
        for file in _segmentations(path):
            for image, names in read_segments(file, scan.stored_grid, scan.shear_mm, deidentified=deidentified):
                yield _on_grid(straightened(image, scan.shear_mm, labels=True), file, scan, names)
    elif segments := _slicer_segments(path):
        refuse_others(path, {"channel": channel})
        uses = Counter(value for names in segments.values() for value in names)
        shared = frozenset(value for value, count in uses.items() if count > 1)
        for layer, names in segments.items():
            yield replace(_volume_layer(path, scan, layer, names), shared=shared)
    else:
        yield _volume_layer(path, scan, channel, {})


def whole_numbers(labels: np.ndarray, path: Path) -> np.ndarray:
    """Label values as integers; a value stored as 1.9999999 is 2. Raises SourceError for a value that is no label."""
    if np.issubdtype(labels.dtype, np.integer):
        return labels
    finite = np.where(np.isfinite(labels), labels, 0.5)
    rounded = np.round(finite)
    odd = labels[np.abs(finite - rounded) > LABEL_TOLERANCE]
    if odd.size:
        raise SourceError(f"{path}: label value {odd[0]} in the first of {odd.size} voxels; expected whole numbers")
    return rounded.astype(np.int32)


def _volume_layer(path: Path, scan: Volume, channel: int | None, names: dict[int, str]) -> LabelLayer:
    stored = read_file(path, channel=channel)
    if not scan.located:
        return _by_order(sitk.GetArrayFromImage(stored.image), path, scan, names)
    if not stored.located:
        raise SourceError(f"{path}: its header states no orientation; expected one, as the image's header states it")
    return _on_grid(stored.image, path, scan, names)


def _by_order(values: np.ndarray, path: Path, scan: Volume, names: dict[int, str] | None = None) -> LabelLayer:
    """Labels without a geometry of their own: voxel on voxel of the scan as its files hold it."""
    columns, rows, slices = scan.stored_grid.size
    if values.shape != (slices, rows, columns):
        raise SourceError(
            f"{path}: {values.shape[0]} slices of {values.shape[1:]} pixels; expected {slices} of {(rows, columns)} as "
            "in the image"
        )
    if scan.ranks:
        values = values[list(scan.ranks)]
    image = straightened(scan.stored_grid.image(values), scan.shear_mm, labels=True)
    if scan.orientation_known:
        image = sitk.DICOMOrient(image, "LPS")
    return LabelLayer(sitk.GetArrayFromImage(image), names or {})


def _on_grid(image: sitk.Image, path: Path, scan: Volume, names: dict[int, str]) -> LabelLayer:
    """Labels with a geometry of their own, where the voxels of the scan lie."""
    turned = sitk.DICOMOrient(image, "LPS") if scan.orientation_known else image
    if Grid.of(turned).same_as(scan.grid):
        return LabelLayer(sitk.GetArrayFromImage(turned), names)
    if (outside := _share_outside(image, scan.grid)) > MAX_OUTSIDE:
        raise SourceError(
            f"{path}: {outside:.0%} of its labelled voxels lie outside the image; expected two volumes of one patient"
        )
    grid = scan.grid
    moved = sitk.Resample(
        image, grid.size, sitk.Transform(), sitk.sitkNearestNeighbor, grid.origin, grid.spacing, grid.direction, 0.0
    )
    return LabelLayer(sitk.GetArrayFromImage(moved), names, resampled=True, outside=outside)


def _share_outside(labels: sitk.Image, grid: Grid) -> float:
    """The share of the labelled voxels whose centres lie outside a grid; 0 where nothing is labelled."""
    values = sitk.GetArrayViewFromImage(labels)
    labelled = np.flatnonzero(values)
    if not labelled.size:
        return 0.0
    chosen = labelled[:: 1 + labelled.size // MEASURED_VOXELS]
    own = Grid.of(labels)
    indices = np.stack(np.unravel_index(chosen, values.shape)[::-1], axis=1)
    points = (indices * own.spacing) @ np.array(own.direction).reshape(3, 3).T + own.origin
    there = (points - grid.origin) @ np.linalg.inv(np.array(grid.direction).reshape(3, 3)).T / grid.spacing
    return 1 - float(((there >= -0.5) & (there < np.array(grid.size) - 0.5)).all(axis=1).mean())


def _segmentations(path: Path) -> list[Path]:
    files = dicom_files(path) if path.is_dir() else [path]
    found = [file for file in files if is_segmentation(header(file))]
    if not found:
        raise SourceError(f"{path}: no DICOM segmentation; expected labels as a volume, PNG files or a segmentation")
    return found


def _slicer_segments(path: Path) -> dict[int | None, dict[int, str]]:
    """The segments of a 3D Slicer segmentation by layer, as {value: name}; nothing for any other file."""
    if not path.name.lower().endswith((".seg.nrrd", ".nrrd", ".nhdr")):
        return {}
    fields = header_of(path)
    layers: dict[int | None, dict[int, str]] = {}
    for number in (match[1] for name in fields if (match := re.fullmatch(r"Segment(\d+)_ID", name))):
        name = fields.get(f"Segment{number}_Name", fields[f"Segment{number}_ID"])
        value, layer = (
            _whole(fields.get(f"Segment{number}_{key}", default), f"{path}: Segment{number}_{key}")
            for key, default in (("LabelValue", "1"), ("Layer", "0"))
        )
        layers.setdefault(layer, {})[value] = name
    return dict(sorted(layers.items()))


def _whole(text: str, place: str) -> int:
    if not text.strip().isdecimal():
        raise SourceError(f"{place} is {text[:20]!r}; expected a whole number")
    return int(text)
