"""NIfTI, NRRD and MetaImage files, read through SimpleITK."""

import re
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.errors import SourceError
from authoring.sources.reading import nifti
from authoring.sources.reading.stored import Faces, Stored, one_channel, reason, with_orientation

#: The field of a MetaImage header that gives its axes, under each of its names, and that of an NRRD header.
META_AXES = re.compile(rb"^(TransformMatrix|Rotation|Orientation)\s*=", re.MULTILINE)
NRRD_AXES = re.compile(rb"^space directions:", re.MULTILINE)
#: What ITK makes of each space of an NRRD header that names the patient's sides. Others name those of a scanner.
NRRD_SPACE = "left-posterior-superior"
#: Longer than the text of any header.
HEADER_BYTES = 1 << 20
#: Headers before compressed voxels in the same file, and the form of their stream as zlib numbers it.
STREAMS = (
    (re.compile(rb"NRRD.*?^encoding: gz(ip)?\s*?$.*?\r?\n\r?\n", re.MULTILINE | re.DOTALL), 31),
    (re.compile(rb".{0,4096}?^CompressedData = True.*?^ElementDataFile = LOCAL\r?\n", re.MULTILINE | re.DOTALL), 15),
)


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
        if _kind(path, reader) == "NiftiImageIO":
            image = nifti.checked(path, reader, image)
        else:
            _check_stream(path)
        image = one_channel(image, channel, path)
    except RuntimeError as error:
        raise SourceError(f"{path}: not a readable NIfTI, NRRD or MetaImage volume ({reason(error)})") from None
    except zlib.error:
        raise SourceError(f"{path}: its compressed voxels are damaged; expected those that were written") from None
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: not a readable volume ({type(error).__name__})") from None
    if 0 in image.GetSize():
        raise SourceError(f"{path}: its size is {image.GetSize()}; expected a volume")
    if not stated:
        with_orientation(image, orientation)
    if not np.isfinite([*image.GetOrigin(), *image.GetSpacing(), *image.GetDirection()]).all():
        raise SourceError(f"{path}: its header places the voxels at no finite position; expected one in millimetres")
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


def _kind(path: Path, reader: sitk.ImageFileReader) -> str:
    return reader.GetImageIOFromFileName(str(path))


def _states_axes(path: Path, reader: sitk.ImageFileReader) -> bool:
    """Whether the header says how the voxels lie in the patient."""
    kind = _kind(path, reader)
    if kind == "NiftiImageIO":
        return nifti.states_axes(path)
    if kind == "NrrdImageIO":
        space = reader.GetMetaData("NRRD_space") if reader.HasMetaDataKey("NRRD_space") else ""
        return space == NRRD_SPACE and NRRD_AXES.search(_header_text(path, b"\n\n")) is not None
    if kind == "MetaImageIO":
        return META_AXES.search(_header_text(path, b"ElementDataFile")) is not None
    raise SourceError(f"{path}: neither NIfTI nor NRRD nor MetaImage; expected a volume in one of these formats")


def _check_stream(path: Path) -> None:
    """Raises zlib.error for compressed voxels that do not fit their checksum, which ITK does not look at."""
    with path.open("rb") as file:
        beginning = file.read(HEADER_BYTES)
        for header, form in STREAMS:
            if found := header.match(beginning):
                file.seek(found.end())
                # The voxels of a header without any in its own file are elsewhere.
                if stream := file.read():
                    zlib.decompress(stream, form)


def _header_text(path: Path, end: bytes) -> bytes:
    """The text of a header up to its end; the voxels may follow in the same file."""
    with path.open("rb") as file:
        return file.read(HEADER_BYTES).replace(b"\r\n", b"\n").split(end)[0]
