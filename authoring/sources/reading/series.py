"""DICOM series: one volume from the files of a folder, ordered by the positions that their headers state."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset

from authoring.errors import SourceError
from authoring.sources.reading.dicom import check_privacy, dicom_files, header, is_segmentation
from authoring.sources.reading.names import natural
from authoring.sources.reading.stored import Stored, reason

#: Gaps between slices that differ by more than this share of the median gap betray a missing slice.
GAP_TOLERANCE = 0.1
#: A shift of less than this share of a pixel from slice to slice is rounding, not a tilted gantry.
SHIFT_TOLERANCE = 0.02
GEOMETRY = {
    "ImagePositionPatient": "(0020,0032)",
    "ImageOrientationPatient": "(0020,0037)",
    "PixelSpacing": "(0028,0030)",
}
#: Tags that must be the same in all files of one volume.
SHARED = ("Rows", "Columns", "ImageOrientationPatient", "PixelSpacing")


def read_series(folder: Path, *, series: str | None = None, deidentified: bool = False) -> Stored:
    """Reads the DICOM series of a folder: its only one, or the one that `series` names by UID or by number from 0.

    Raises SourceError for several series and none picked, files that do not belong to one volume, a missing slice, a
    damaged file, and PrivacyError as check_privacy does.
    """
    headers = {file: header(file) for file in dicom_files(folder)}
    images = {file: tags for file, tags in headers.items() if "Rows" in tags and not is_segmentation(tags)}
    chosen = _picked(_by_series(images), series, folder)
    for file, tags in chosen.items():
        check_privacy(file, tags, deidentified=deidentified)
    return stored_files(chosen, folder)


def stored_files(headers: dict[Path, Dataset], place: Path) -> Stored:
    """The volume of one series from its files and their headers."""
    _check_geometry(headers)
    first = next(iter(headers.values()))
    columns, rows = (_unit(first.ImageOrientationPatient[start : start + 3]) for start in (0, 3))
    normal = np.cross(columns, rows)
    height = {file: float(np.dot(tags.ImagePositionPatient, normal)) for file, tags in headers.items()}
    files = sorted(height, key=height.get)
    thickness = _gap(files, [height[file] for file in files], first)
    row_mm, column_mm = map(float, first.PixelSpacing)
    image = _pixels(files, place, whole=all(float(tags.get("RescaleSlope") or 1) == 1 for tags in headers.values()))
    origin, end = (np.array(headers[file].ImagePositionPatient, float) for file in (files[0], files[-1]))
    image.SetSpacing((column_mm, row_mm, thickness))
    image.SetOrigin(origin.tolist())
    image.SetDirection(np.stack([columns, rows, normal], axis=1).ravel().tolist())
    by_name = {file: rank for rank, file in enumerate(sorted(files, key=natural))}
    shift = (end - origin) / max(len(files) - 1, 1)
    shear = (_beyond_rounding(shift @ columns, column_mm), _beyond_rounding(shift @ rows, row_mm))
    return Stored(image, ranks=tuple(by_name[file] for file in files), shear_mm=shear)


def _by_series(headers: dict[Path, Dataset]) -> dict[str, dict[Path, Dataset]]:
    """The files by series, in the order of series numbers, then of UIDs."""
    groups = defaultdict(dict)
    for file, tags in headers.items():
        groups[str(tags.get("SeriesInstanceUID", ""))][file] = tags

    def order(uid: str) -> tuple[int, str]:
        return int(next(iter(groups[uid].values())).get("SeriesNumber") or 0), uid

    return {uid: groups[uid] for uid in sorted(groups, key=order)}


def _picked(groups: dict[str, dict[Path, Dataset]], series: str | None, folder: Path) -> dict[Path, Dataset]:
    if series is not None:
        numbered = dict(enumerate(groups))
        uid = numbered.get(int(series), series) if series.isdigit() else series
        if uid in groups:
            return groups[uid]
    elif len(groups) == 1:
        return next(iter(groups.values()))
    listed = [f"{number}: {len(files)} files, {min(files).name} first" for number, files in enumerate(groups.values())]
    wanted = "no series is picked" if series is None else "none is the series that is picked"
    raise SourceError(
        f"{folder}: {len(groups)} DICOM series ({'; '.join(listed)}) and {wanted}; "
        "expected exactly one, or `series` with its number or UID"
    )


def _check_geometry(headers: dict[Path, Dataset]) -> None:
    """Every file must state where it lies, and agree with the first on everything but its position."""
    first, reference = next(iter(headers.items()))
    for file, tags in headers.items():
        if (frames := int(tags.get("NumberOfFrames") or 1)) > 1:
            raise SourceError(f"{file}: NumberOfFrames (0028,0008) is {frames}; expected one slice a file")
        for name, tag in GEOMETRY.items():
            if not tags.get(name):
                raise SourceError(f"{file}: {name} {tag} is missing; expected the position of the slice")
        for name in SHARED:
            if not np.allclose(tags.get(name), reference.get(name), atol=1e-3):
                raise SourceError(f"{file}: its {name} is not that of {first.name}; expected slices of one volume")
        if not str(tags.get("PhotometricInterpretation", "")).startswith("MONOCHROME2"):
            raise SourceError(f"{file}: PhotometricInterpretation (0028,0004) is not MONOCHROME2; expected grey values")


def _gap(files: list[Path], heights: list[float], tags: Dataset) -> float:
    """The distance between neighbouring slices in millimetres; equal everywhere, or a slice is missing."""
    if len(files) == 1:
        return float(tags.get("SpacingBetweenSlices") or tags.get("SliceThickness") or 1)
    gaps = np.diff(heights)
    middle = float(np.median(gaps))
    for index, gap in enumerate(gaps):
        if gap < 1e-3:
            raise SourceError(
                f"{files[index + 1]}: lies where {files[index].name} lies; expected one file for each position"
            )
        if abs(gap - middle) > GAP_TOLERANCE * middle:
            raise SourceError(
                f"{files[index + 1]}: lies {gap:.2f} mm beyond {files[index].name}, at {heights[index + 1]:.2f} mm, "
                f"but most slices are {middle:.2f} mm apart; expected no slice to be missing"
            )
    return (heights[-1] - heights[0]) / (len(files) - 1)


def _pixels(files: list[Path], place: Path, *, whole: bool) -> sitk.Image:
    """The voxels with their rescaling applied; as floating point numbers unless they are whole ones."""
    try:
        image = sitk.ReadImage([str(file) for file in files] if len(files) > 1 else str(files[0]), *_kind(whole))
    except RuntimeError as error:
        raise SourceError(f"{place}: not a readable DICOM series ({reason(error)})") from None
    if image.GetDimension() == 2:
        image = sitk.JoinSeries(image)
    return image


def _kind(whole: bool) -> tuple[int, ...]:
    return () if whole else (sitk.sitkFloat32,)


def _unit(vector: list[float]) -> np.ndarray:
    numbers = np.array(vector, float)
    return numbers / np.linalg.norm(numbers)


def _beyond_rounding(shift_mm: float, pixel_mm: float) -> float:
    return float(shift_mm) if abs(shift_mm) > SHIFT_TOLERANCE * pixel_mm else 0.0
