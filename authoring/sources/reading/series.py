"""DICOM series: one volume from the files of a folder, ordered by the positions that their headers state."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset

from authoring.errors import SourceError
from authoring.sources.reading.dicom import (
    are_axes,
    check_privacy,
    dicom_files,
    header,
    is_segmentation,
    numbers,
    tag_of,
)
from authoring.sources.reading.names import natural
from authoring.sources.reading.stored import Stored, reason

#: Gaps between slices that differ by more than this share of the median gap betray a missing slice.
GAP_TOLERANCE = 0.1
#: Slices that lie more than this many times the stated distance apart may have lost others between them.
FAR_APART = 1.5
#: A shift of less than this share of a pixel from slice to slice is rounding, not a tilted gantry.
SHIFT_TOLERANCE = 0.02
#: What makes stored numbers into voxels, and what it is where a header does not say.
SCALE = {
    "RescaleSlope": 1.0,
    "RescaleIntercept": 0.0,
    "PixelRepresentation": 0.0,
    "BitsAllocated": 16.0,
    "BitsStored": 16.0,
}


@dataclass(frozen=True)
class _Slice:
    """What a header says of its slice: position [3] and axes [2, 3] (along a row of pixels, along a column of them) in
    the patient's millimetres, spacing (row, column), size (rows, columns), and the values of SCALE."""

    file: Path
    position: np.ndarray
    axes: np.ndarray
    spacing_mm: np.ndarray
    size: tuple[int, int]
    scale: tuple[float, ...]


def read_series(folder: Path, *, series: str | None = None, deidentified: bool = False) -> Stored:
    """Reads the DICOM series of a folder: its only one, or the one that `series` names by UID or by number from 0.

    Raises SourceError for several series and none picked, files that do not belong to one volume, a missing slice, a
    damaged file, and PrivacyError as check_privacy does.
    """
    headers = {file: header(file) for file in dicom_files(folder)}
    images = {file: tags for file, tags in headers.items() if "Rows" in tags and not is_segmentation(tags)}
    if not images:
        raise SourceError(f"{folder}: no DICOM image right inside this folder; expected the files of one series")
    chosen = _picked(_by_series(images), series, folder)
    for file, tags in chosen.items():
        check_privacy(file, tags, deidentified=deidentified)
    return stored_files(chosen, folder)


def stored_files(headers: dict[Path, Dataset], place: Path) -> Stored:
    """The volume of one series from its files and their headers."""
    slices = [_slice(file, tags) for file, tags in headers.items()]
    for one in slices:
        _check_same(one, slices[0])
    columns, rows = slices[0].axes
    normal = np.cross(columns, rows)
    slices.sort(key=lambda one: one.position @ normal)
    first, last = slices[0], slices[-1]
    stated = _stated_gap(first.file, headers[first.file])
    gap = _gap(slices, normal) if len(slices) > 1 else stated or 1.0
    row_mm, column_mm = first.spacing_mm.tolist()
    image = _pixels(slices, place)
    image.SetSpacing((column_mm, row_mm, gap))
    image.SetOrigin(first.position.tolist())
    image.SetDirection(np.stack([columns, rows, normal], axis=1).ravel().tolist())
    by_name = {file: rank for rank, file in enumerate(sorted(headers, key=natural))}
    shift = (last.position - first.position) / max(len(slices) - 1, 1)
    shear = (_beyond_rounding(shift @ columns, column_mm), _beyond_rounding(shift @ rows, row_mm))
    remarks = ()
    if stated and gap > FAR_APART * stated:
        remarks = (f"slices are {gap:.2f} mm apart, but their headers say {stated:.2f} mm: some may be missing",)
    return Stored(image, ranks=tuple(by_name[one.file] for one in slices), shear_mm=shear, remarks=remarks)


def _by_series(headers: dict[Path, Dataset]) -> dict[str, dict[Path, Dataset]]:
    """The files by series, in the order of series numbers, then of UIDs."""
    groups = defaultdict(dict)
    for file, tags in headers.items():
        groups[str(tags.get("SeriesInstanceUID", ""))][file] = tags

    def order(uid: str) -> tuple[float, str]:
        number = numbers(*next(iter(groups[uid].items())), "SeriesNumber")
        return 0.0 if number is None else float(number[0]), uid

    return {uid: groups[uid] for uid in sorted(groups, key=order)}


def _picked(groups: dict[str, dict[Path, Dataset]], series: str | None, folder: Path) -> dict[Path, Dataset]:
    if series is not None:
        numbered = dict(enumerate(groups))
        uid = numbered.get(int(series), series) if series.isdecimal() else series
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


def _slice(file: Path, tags: Dataset) -> _Slice:
    """Raises SourceError for a header that does not say where one grey slice lies."""
    frames = numbers(file, tags, "NumberOfFrames")
    if frames is not None and frames[0] > 1:
        raise SourceError(f"{file}: {tag_of('NumberOfFrames')} is {frames[0]:.0f}; expected one slice a file")
    if str(tags.get("PhotometricInterpretation", "")).strip() != "MONOCHROME2":
        raise SourceError(f"{file}: {tag_of('PhotometricInterpretation')} is not MONOCHROME2; expected grey values")
    spacing = _needed(file, tags, "PixelSpacing", 2)
    if spacing.min() <= 0:
        raise SourceError(f"{file}: {tag_of('PixelSpacing')} is not usable; expected two numbers above 0")
    return _Slice(
        file=file,
        position=_needed(file, tags, "ImagePositionPatient", 3),
        axes=_axes(file, tags),
        spacing_mm=spacing,
        size=tuple(int(_needed(file, tags, name, 1)[0]) for name in ("Rows", "Columns")),
        scale=tuple(
            default if (value := numbers(file, tags, name)) is None else float(value[0])
            for name, default in SCALE.items()
        ),
    )


def _needed(file: Path, tags: Dataset, name: str, count: int) -> np.ndarray:
    found = numbers(file, tags, name, count)
    if found is None:
        raise SourceError(f"{file}: {tag_of(name)} is missing; expected the position of the slice")
    return found


def _axes(file: Path, tags: Dataset) -> np.ndarray:
    axes = _needed(file, tags, "ImageOrientationPatient", 6).reshape(2, 3)
    if not are_axes(axes):
        raise SourceError(
            f"{file}: {tag_of('ImageOrientationPatient')} is not usable; expected two unit vectors at right angles"
        )
    return axes / np.linalg.norm(axes, axis=1, keepdims=True)


def _check_same(one: _Slice, first: _Slice) -> None:
    """All slices of one volume agree in everything but their position."""
    for name, mine, theirs in (
        ("Rows and Columns", one.size, first.size),
        ("ImageOrientationPatient", one.axes, first.axes),
        ("PixelSpacing", one.spacing_mm, first.spacing_mm),
    ):
        if not np.allclose(mine, theirs, atol=1e-3):
            raise SourceError(f"{one.file}: its {name} is not that of {first.file.name}; expected slices of one volume")


def _stated_gap(file: Path, tags: Dataset) -> float | None:
    """The distance between slices in millimetres that a header states, or their thickness."""
    for name in ("SpacingBetweenSlices", "SliceThickness"):
        if (found := numbers(file, tags, name)) is not None and found[0]:
            return abs(float(found[0]))
    return None


def _gap(slices: list[_Slice], normal: np.ndarray) -> float:
    """The distance between neighbouring slices in millimetres; equal everywhere, or a slice is missing."""
    heights = [float(one.position @ normal) for one in slices]
    gaps = np.diff(heights)
    middle = float(np.median(gaps))
    for index, gap in enumerate(gaps):
        before, after = slices[index].file, slices[index + 1].file
        if gap < 1e-3:
            raise SourceError(f"{after}: lies where {before.name} lies; expected one file for each position")
        if abs(gap - middle) > GAP_TOLERANCE * middle:
            raise SourceError(
                f"{after}: lies {gap:.2f} mm beyond {before.name}, at {heights[index + 1]:.2f} mm, "
                f"but most slices are {middle:.2f} mm apart; expected no slice to be missing"
            )
    return float(gaps.mean())


def _pixels(slices: list[_Slice], place: Path) -> sitk.Image:
    """The voxels with their rescaling applied; as floating point numbers unless all are whole ones of one scale."""
    # A reader takes the type of the first file for all: numbers of another scale may not fit into it.
    scales = {one.scale for one in slices}
    slope, intercept = slices[0].scale[:2]
    kind = () if len(scales) == 1 and slope == 1 and intercept == round(intercept) else (sitk.sitkFloat32,)
    files = [str(one.file) for one in slices]
    try:
        image = sitk.ReadImage(files if len(files) > 1 else files[0], *kind)
    except RuntimeError as error:
        raise SourceError(f"{place}: not a readable DICOM series ({reason(error)})") from None
    return sitk.JoinSeries(image) if image.GetDimension() == 2 else image


def _beyond_rounding(shift_mm: float, pixel_mm: float) -> float:
    return float(shift_mm) if abs(shift_mm) > SHIFT_TOLERANCE * pixel_mm else 0.0
