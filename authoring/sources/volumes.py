"""Volumes: scans of every format, turned to the axes of the patient.

Voxels leave this module as arrays [slice, row, column] in LPS order: slices run from the feet to the head, rows from
front to back, columns from the patient's right to the patient's left. Seen slice by slice this is the radiological
view: the patient's right is at the left edge of the image. Where nothing tells the orientation, they keep the order of
their file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom.misc import is_dicom

from authoring.errors import SourceError
from authoring.sources.reading.dicom import SUFFIXES, check_privacy, header
from authoring.sources.reading.names import is_pattern
from authoring.sources.reading.png import read_stack
from authoring.sources.reading.series import read_series, stored_files
from authoring.sources.reading.stored import Faces, Grid, Stored, straightened
from authoring.sources.reading.volume_files import read_file
from authoring.sources.views import Grey, normalised

#: Sides of the patient are named only where an axis lies within this angle of the patient's own.
MAX_TILT_DEGREES = 20.0


@dataclass(frozen=True)
class Volume:
    """A scan in LPS order, or in the order of its files where `orientation_known` is false.

    voxels: [slices, rows, columns]; grid: where they lie; located, stored_grid, ranks and shear_mm: how the files held
    them (see Stored), for label files that come without a geometry of their own; remarks: what a reader of the log
    should know.
    """

    voxels: np.ndarray
    grid: Grid
    orientation_known: bool
    located: bool
    stored_grid: Grid
    ranks: tuple[int, ...] | None = None
    shear_mm: tuple[float, float] = (0.0, 0.0)
    remarks: tuple[str, ...] = ()

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distances of neighbouring voxels: (slice, row, column)."""
        columns, rows, slices = self.grid.spacing
        return slices, rows, columns

    @property
    def tilts_degrees(self) -> tuple[float, float, float]:
        """The angles between the (slice, row, column) axes of the voxels and the patient's."""
        cosines = np.clip(np.abs(np.diag(np.array(self.grid.direction).reshape(3, 3))), 0, 1)
        columns, rows, slices = np.degrees(np.arccos(cosines)).tolist()
        return slices, rows, columns

    @property
    def row_tilt_degrees(self) -> float:
        """The angle between a row of pixels and the patient's left-right axis; 0 for a straight scan."""
        return self.tilts_degrees[2]

    @cached_property
    def normalised(self) -> Grey:
        """Grey values of intensities without a unit, measured over the whole scan."""
        return normalised(self.voxels)


def read_volume(
    path: Path,
    *,
    deidentified: bool = False,
    channel: int | None = None,
    series: str | None = None,
    orientation: Faces | None = None,
    trust_orientation: bool = True,
    spacing_mm: tuple[float, float, float] | None = None,
) -> Volume:
    """Reads a NIfTI, NRRD or MetaImage file, a DICOM file or folder, or a pattern of PNG files.

    deidentified: the source declares that its DICOM headers were cleaned although they do not say so themselves.
    channel picks one volume of several in a file, series one DICOM series of several in a folder. orientation and
    spacing_mm (slice, row, column) are for formats that carry none. trust_orientation: whether the orientation that the
    files state is the patient's; where it is not, the voxels keep the order of their file.

    Raises SourceError, naming the file, where it is missing, damaged or no volume, where several volumes are there and
    none is picked, where a slice is missing, where a volume file states no orientation and none is declared, and for
    an option that is not for its format; PrivacyError for DICOM that nobody declared as de-identified.
    """
    given = {"channel": channel, "series": series, "orientation": orientation, "spacing_mm": spacing_mm}
    if is_png(path):
        refuse_others(path, given, "orientation", "spacing_mm")
        stored = read_stack(path, spacing_mm=spacing_mm, orientation=orientation)
    elif not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    elif path.is_dir():
        refuse_others(path, given, "series")
        stored = read_series(path, series=series, deidentified=deidentified)
    elif is_dicom_file(path):
        refuse_others(path, given)
        tags = header(path)
        check_privacy(path, tags, deidentified=deidentified)
        stored = stored_files({path: tags}, path)
    else:
        refuse_others(path, given, "channel", "orientation")
        stored = read_file(path, channel=channel, orientation=orientation)
        if trust_orientation and not stored.oriented:
            raise SourceError(
                f"{path}: its header states no orientation; expected one, or `orientation` in the case, which tells "
                "where the first column, row and slice of the file lie"
            )
    return _turned(stored if trust_orientation else replace(stored, oriented=False))


def refuse_others(path: Path, given: Mapping[str, object], *known: str) -> None:
    """Raises SourceError for an option that is given although the format of the file does not know it."""
    if others := [name for name, value in given.items() if value is not None and name not in known]:
        raise SourceError(
            f"{path}: {', '.join(others)} given; expected {' and '.join(known) or 'none of them'} only in this format"
        )


def is_png(path: Path) -> bool:
    """Whether a name stands for PNG files."""
    return is_pattern(path) or path.suffix.lower() == ".png"


def is_dicom_file(path: Path) -> bool:
    """Whether a file is DICOM, by its first bytes or by its name."""
    return path.suffix.lower() in SUFFIXES or is_dicom(path)


def _turned(stored: Stored) -> Volume:
    image = straightened(stored.image, stored.shear_mm, labels=False)
    if stored.oriented:
        image = sitk.DICOMOrient(image, "LPS")
    return Volume(
        voxels=sitk.GetArrayFromImage(image),
        grid=Grid.of(image),
        orientation_known=stored.oriented,
        located=stored.located,
        stored_grid=Grid.of(stored.image),
        ranks=stored.ranks,
        shear_mm=stored.shear_mm,
        remarks=stored.remarks,
    )
