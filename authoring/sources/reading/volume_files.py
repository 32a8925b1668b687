"""NIfTI, NRRD and MetaImage files, read through SimpleITK."""

import re
import zlib
from pathlib import Path

import SimpleITK as sitk

from authoring.errors import SourceError
from authoring.sources.reading.nifti import checked
from authoring.sources.reading.stored import Faces, Stored, one_channel, reason, with_orientation

#: The field of a MetaImage header that gives its axes, under each of its names.
META_AXES = re.compile(rb"^(TransformMatrix|Rotation|Orientation)\s*=", re.MULTILINE)


def read_file(path: Path, *, channel: int | None = None, orientation: Faces | None = None) -> Stored:
    """Reads one volume file. Raises SourceError where it is no readable volume, or has several layers and no `channel`.

    `orientation` counts only where the header states none; without both, the result is not oriented.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        stated = _states_axes(path, reader)
        image = reader.Execute()
        if path.name.lower().endswith((".nii", ".nii.gz")):
            image = checked(path, reader, image)
        image = one_channel(image, channel, path)
    except RuntimeError as error:
        raise SourceError(f"{path}: not a readable NIfTI, NRRD or MetaImage volume ({reason(error)})") from None
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: not a readable volume ({type(error).__name__})") from None
    if 0 in image.GetSize():
        raise SourceError(f"{path}: its size is {image.GetSize()}; expected a volume")
    if not stated:
        with_orientation(image, orientation)
    return Stored(image, oriented=stated or orientation is not None, located=stated)


def header_of(path: Path) -> dict[str, str]:
    """The header fields of a volume file, as ITK names them."""
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise SourceError(f"{path}: not a readable NIfTI, NRRD or MetaImage volume ({reason(error)})") from None
    return {key: reader.GetMetaData(key) for key in reader.GetMetaDataKeys()}


def _states_axes(path: Path, reader: sitk.ImageFileReader) -> bool:
    """Whether the header says how the voxels lie in the patient."""
    kind = reader.GetImageIOFromFileName(str(path))
    if kind == "NiftiImageIO":
        return any(
            reader.HasMetaDataKey(key) and reader.GetMetaData(key).strip() not in ("", "0")
            for key in ("qform_code", "sform_code")
        )
    if kind == "NrrdImageIO":
        return reader.HasMetaDataKey("NRRD_space")
    if kind == "MetaImageIO":
        return META_AXES.search(_first_bytes(path)) is not None
    return False


def _first_bytes(path: Path) -> bytes:
    """The text of a MetaImage header; the voxels may follow in the same file."""
    with path.open("rb") as file:
        return file.read(4096).split(b"ElementDataFile")[0]
