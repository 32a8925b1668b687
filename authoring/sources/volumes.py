"""Reading labelled volumes: NIfTI, NRRD and DICOM series, all through SimpleITK, all turned to one orientation.

Volumes leave this module as arrays [slice, row, column] in LPS order: slices run from the feet to the head, rows from
front to back, columns from the patient's right to the patient's left. Seen slice by slice this is the radiological
view: the patient's right is at the left edge of the image.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError

#: Origins and spacings that differ by less than this many millimetres are the same grid.
GRID_TOLERANCE_MM = 0.05
#: Label values stored as floating point numbers may be off by rounding.
LABEL_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Volume:
    """A scan in LPS order.

    voxels: [slices, rows, columns]; spacing_mm: (slice, row, column);
    row_tilt_degrees: the angle between the row axis and the patient's left-right axis; slice_tilt_degrees: that between
    the slice normal and the body's long axis. Both are 0 for a straight scan.
    """

    voxels: np.ndarray
    spacing_mm: tuple[float, float, float]
    row_tilt_degrees: float
    slice_tilt_degrees: float
    image: sitk.Image


def read_volume(path: Path, *, deidentified: bool = False) -> Volume:
    """Reads a NIfTI or NRRD file, or a folder that holds one DICOM series, and turns it to LPS order.

    deidentified: the source declares that its DICOM headers were cleaned although they do not say so themselves.
    Raises SourceError where the file is missing, is no volume, or is DICOM that nobody declared as de-identified.
    """
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    image = _read_series(path, deidentified) if path.is_dir() else _read_file(path, deidentified)
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise SourceError(
            f"{path}: {image.GetDimension()} dimensions with {image.GetNumberOfComponentsPerPixel()} components a "
            "voxel; expected a 3-dimensional volume with one"
        )
    oriented = sitk.DICOMOrient(image, "LPS")
    columns, rows, slices = oriented.GetSpacing()
    direction = np.array(oriented.GetDirection()).reshape(3, 3)
    row_tilt, slice_tilt = (float(np.degrees(np.arccos(np.clip(abs(direction[axis, axis]), 0, 1)))) for axis in (0, 2))
    return Volume(sitk.GetArrayFromImage(oriented), (slices, rows, columns), row_tilt, slice_tilt, oriented)


def read_labels(path: Path, like: Volume) -> tuple[np.ndarray, bool]:
    """Reads a label volume onto the grid of `like`: ([slices, rows, columns], whether it had to be resampled).

    A label volume on another grid is resampled by nearest neighbour through both direction matrices.
    """
    labels = read_volume(path, deidentified=True)
    if _same_grid(labels.image, like.image):
        return labels.voxels, False
    moved = sitk.Resample(labels.image, like.image, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
    voxels = sitk.GetArrayFromImage(moved)
    if not voxels.any():
        raise SourceError(f"{path}: no label lies inside the image volume; expected two volumes of the same patient")
    return voxels, True


def whole_numbers(labels: np.ndarray, path: Path) -> np.ndarray:
    """Label values as integers; a value stored as 1.9999999 is 2. Raises SourceError for a value that is no label."""
    if np.issubdtype(labels.dtype, np.integer):
        return labels
    finite = np.where(np.isfinite(labels), labels, 0.5)
    rounded = np.round(finite)
    odd = labels[np.abs(finite - rounded) > LABEL_TOLERANCE]
    if odd.size:
        raise SourceError(f"{path}: label value {odd[0]} in the first of {odd.size} voxels; expected whole numbers")
    return rounded.astype(np.int64)


def _read_file(path: Path, deidentified: bool) -> sitk.Image:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        if sitk.ImageFileReader.GetImageIOFromFileName(str(path)) == "GDCMImageIO":
            _refuse_identified(path, deidentified)
        return reader.Execute()
    except RuntimeError as error:
        raise SourceError(f"{path}: not a readable NIfTI or NRRD volume ({_reason(error)})") from None


def _read_series(folder: Path, deidentified: bool) -> sitk.Image:
    names = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    if len(names) != 1:
        raise SourceError(f"{folder}: {len(names)} DICOM series; expected exactly one")
    reader = sitk.ImageSeriesReader()
    # GDCM orders the files by their position along the slice normal, not by their names.
    files = reader.GetGDCMSeriesFileNames(str(folder), names[0])
    for file in files:
        _refuse_identified(Path(file), deidentified)
    reader.SetFileNames(files)
    try:
        return reader.Execute()
    except RuntimeError as error:
        raise SourceError(f"{folder}: not a readable DICOM series ({_reason(error)})") from None


def _refuse_identified(file: Path, deidentified: bool) -> None:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(file))
    reader.ReadImageInformation()
    header = {
        key: reader.GetMetaData(key).strip().upper() for key in ("0028|0301", "0012|0062") if reader.HasMetaDataKey(key)
    }
    if header.get("0028|0301") == "YES":
        raise SourceError(
            f"{file}: BurnedInAnnotation (0028,0301) is YES; expected an image without text in its pixels"
        )
    if header.get("0012|0062") != "YES" and not deidentified:
        raise SourceError(
            f"{file}: PatientIdentityRemoved (0012,0062) is {header.get('0012|0062', 'missing')!r}; expected 'YES', "
            "or a source file that declares `deidentified: true`"
        )


def _same_grid(one: sitk.Image, other: sitk.Image) -> bool:
    return one.GetSize() == other.GetSize() and all(
        np.allclose(a, b, atol=GRID_TOLERANCE_MM)
        for a, b in (
            (one.GetSpacing(), other.GetSpacing()),
            (one.GetOrigin(), other.GetOrigin()),
            (one.GetDirection(), other.GetDirection()),
        )
    )


def _reason(error: RuntimeError) -> str:
    """The last line of an ITK error, without its source paths."""
    return str(error).strip().splitlines()[-1].split("ERROR: ")[-1][:200]
