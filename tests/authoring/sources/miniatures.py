"""Tiny labelled scans in the files and folders that data sets come in.

A miniature is a body of 12 slices with one block of 2 x 2 x 2 voxels for each structure: in the patient's right half
for what lies right or has no side, in the left half for what lies left. Arrays are [feet to head, front to back,
right to left], which is how ITK stores them with an identity direction.
"""

import locale
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from PIL import Image

SHAPE = (12, 40, 48)
SPACING = (1.0, 1.0, 3.0)
#: Voxels of one structure.
BLOCK = 8


def body(modality):
    """A body between columns 4 and 43 that differs from voxel to voxel."""
    image = np.full(SHAPE, -1000 if modality == "CT" else 0, np.int16)
    rows, columns = np.mgrid[5:35, 4:44]
    image[:, 5:35, 4:44] = 40 + (rows * 7 + columns * 3) % 50
    return image


def place(number, left):
    """The box of the number-th structure of a half of the body."""
    slices, rest = number % 6 * 2, number // 6
    row, column = 6 + rest // 8 * 2, 6 + rest % 8 * 2 + 20 * left
    return np.s_[slices : slices + 2, row : row + 2, column : column + 2]


def label_map(meanings):
    """A label map of {value: structure, or several of them}: a block for each."""
    labels = np.zeros(SHAPE, np.int16)
    places = {}
    for value, meaning in meanings.items():
        for name in [meaning] if isinstance(meaning, str) else meaning:
            places[name] = place(len(places), "left" in name.split("_"))
            labels[places[name]] = value
    return labels, places


def volume(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING)
    return image


def write(path: Path, array, **metadata):
    """An array as NIfTI, NRRD or MetaImage, by its suffix; a list of arrays as one 4-dimensional file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.JoinSeries([volume(part) for part in array]) if isinstance(array, list) else volume(array)
    for key, value in metadata.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path))


def write_segment(path: Path, mask):
    """One segment as 3D Slicer saves it."""
    segment = {"Segment0_ID": "Segment_1", "Segment0_Name": "Segment_1", "Segment0_LabelValue": "1"}
    write(path, mask.astype(np.uint8), **segment, Segment0_Layer="0")


def write_series(folder: Path, array, name, modality, *, reverse):
    """A DICOM series, one file a slice, whose names count from the feet, or from the head with `reverse`."""
    folder.mkdir(parents=True)
    # SimpleITK leaves the process in the C locale after it wrote a DICOM file.
    before = locale.setlocale(locale.LC_ALL)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for index, pixels in enumerate(array):
        image = sitk.GetImageFromArray(pixels[None])
        image.SetSpacing(SPACING)
        number = len(array) - 1 - index if reverse else index
        header = {
            "0008|0060": modality,
            "0020|000d": "1.2.3",
            "0020|000e": "1.2.3.4",
            "0008|0018": f"1.2.3.4.{number}",
            "0020|0032": f"0\\0\\{index * SPACING[2]}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0020|0013": str(number),
        }
        for key, value in header.items():
            image.SetMetaData(key, value)
        writer.SetFileName(str(folder / name.format(number)))
        writer.Execute(image)
    locale.setlocale(locale.LC_ALL, before)


def write_pngs(folder: Path, labels, name, *, reverse):
    """Label slices as PNG files, in the order of `write_series`."""
    folder.mkdir(parents=True)
    for number, pixels in enumerate(labels[::-1] if reverse else labels):
        Image.fromarray(pixels.astype(np.uint8)).save(folder / name.format(number))
