"""DICOM files: what their headers say of geometry and privacy."""

from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.misc import is_dicom

from authoring.errors import PrivacyError, SourceError

#: Segmentation Storage and Label Map Segmentation Storage.
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
SUFFIXES = (".dcm", ".dicom", ".ima")
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
    "RescaleSlope",
    "BurnedInAnnotation",
    "PatientIdentityRemoved",
]


def header(path: Path) -> Dataset:
    """The tags above, without pixels. Raises SourceError where the file is no DICOM file."""
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=TAGS)
    except (InvalidDicomError, OSError, EOFError, ValueError, AttributeError, KeyError) as error:
        raise SourceError(f"{path}: not a readable DICOM file ({type(error).__name__})") from None


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
    if str(dataset.get("BurnedInAnnotation", "")).strip().upper() == "YES":
        raise PrivacyError(
            f"{path}: BurnedInAnnotation (0028,0301) is YES; expected an image without text in its pixels"
        )
    removed = str(dataset.get("PatientIdentityRemoved") or "").strip().upper()
    if removed != "YES" and not deidentified:
        raise PrivacyError(
            f"{path}: PatientIdentityRemoved (0012,0062) is {'not YES' if removed else 'missing'}; expected YES, or a "
            "source file that declares `deidentified: true`"
        )
