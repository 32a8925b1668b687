"""DICOM files: what their headers say of geometry and privacy."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.misc import is_dicom
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from authoring.errors import PrivacyError, SourceError

#: Segmentation Storage and Label Map Segmentation Storage.
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
SUFFIXES = (".dcm", ".dicom", ".ima")
#: How far the axes of a slice may be from unit vectors at right angles.
AXES_TOLERANCE = 0.01
TAGS = [
    "SOPClassUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "SpacingBetweenSlices",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "PhotometricInterpretation",
    "PixelRepresentation",
    "BitsAllocated",
    "BitsStored",
    "RescaleIntercept",
    "RescaleSlope",
    "BurnedInAnnotation",
    "PatientIdentityRemoved",
]


@contextmanager
def quietly() -> Iterator[None]:
    """Around whatever reads values: pydicom warns of odd ones in full, and they may tell who the patient is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def header(path: Path) -> Dataset:
    """The tags above, without pixels. Raises SourceError where the file is no DICOM file."""
    try:
        with quietly():
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=TAGS)
            # Values are decoded when they are first looked at.
            for _ in dataset:
                pass
    except (InvalidDicomError, OSError, EOFError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise SourceError(f"{path}: not a readable DICOM file ({type(error).__name__})") from None
    return dataset


def tag_of(name: str) -> str:
    """A tag by its keyword and its number, for messages."""
    return f"{name} {Tag(tag_for_keyword(name))}"


def numbers(path: Path, dataset: Dataset, name: str, count: int = 1) -> np.ndarray | None:
    """The numbers of a tag, or None where it is missing or empty.

    Raises SourceError for anything but `count` finite numbers, without their values.
    """
    value = dataset.get(name)
    if value is None or value == "":
        return None
    try:
        found = np.atleast_1d(np.array(value, float))
    except (TypeError, ValueError):
        found = np.array([])
    if found.shape != (count,) or not np.isfinite(found).all():
        wanted = "a finite number" if count == 1 else f"{count} finite numbers"
        raise SourceError(f"{path}: {tag_of(name)} is not usable; expected {wanted}")
    return found


def are_axes(axes: np.ndarray) -> bool:
    """Whether the rows of a [2, 3] array are unit vectors at right angles, rounding apart."""
    return bool(np.allclose(axes @ axes.T, np.eye(2), atol=AXES_TOLERANCE))


def dicom_files(folder: Path) -> list[Path]:
    """The DICOM files right inside a folder, by name. A file that is named like one and is none is an error."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    found = [file for file in files if file.suffix.lower() in SUFFIXES or is_dicom(file)]
    return [file for file in found if file.name.upper() != "DICOMDIR"]


def is_segmentation(dataset: Dataset) -> bool:
    """Whether a header is that of a DICOM segmentation."""
    return dataset.get("SOPClassUID") in SEGMENTATIONS


def check_privacy(path: Path, dataset: Dataset, *, deidentified: bool) -> None:
    """Raises PrivacyError for text in the pixels, and where neither header nor source declares de-identification."""
    if _words(dataset, "BurnedInAnnotation") - {"NO"}:
        raise PrivacyError(
            f"{path}: {tag_of('BurnedInAnnotation')} is not NO; expected an image without text in its pixels"
        )
    removed = _words(dataset, "PatientIdentityRemoved")
    if removed != {"YES"} and not deidentified:
        raise PrivacyError(
            f"{path}: {tag_of('PatientIdentityRemoved')} is {'not YES' if removed else 'missing'}; expected YES, or a "
            "source file that declares `deidentified: true`"
        )


def _words(dataset: Dataset, name: str) -> set[str]:
    value = dataset.get(name)
    values = value if isinstance(value, MultiValue) else [value or ""]
    return {str(word).strip().upper() for word in values} - {""}
