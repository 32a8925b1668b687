"""Stacks of PNG files: grey slices of a volume, or their label values."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from authoring.errors import SourceError
from authoring.sources.reading.names import is_pattern, matching
from authoring.sources.reading.stored import Faces, Grid, Stored, direction_of

GREY_MODES = ("L", "I", "I;16", "I;16B")
#: A palette image holds label values, its colours are only a way to show them.
LABEL_MODES = (*GREY_MODES, "1", "P")


def read_stack(
    path: Path, *, spacing_mm: tuple[float, float, float] | None = None, orientation: Faces | None = None
) -> Stored:
    """Reads the grey PNG files that a pattern names, the first in natural order as the first slice.

    spacing_mm: (slice, row, column). Without `orientation` the result is not oriented. Raises SourceError for files
    that do not match, are not grey or differ in size, and where no spacing is declared.
    """
    if spacing_mm is None:
        raise SourceError(f"{path}: PNG files carry no spacing; expected `spacing_mm` as [slice, row, column]")
    voxels = read_slices(path, GREY_MODES)
    slices, rows, columns = voxels.shape
    direction = direction_of(orientation) if orientation else tuple(np.eye(3).ravel())
    grid = Grid((columns, rows, slices), tuple(map(float, reversed(spacing_mm))), (0.0, 0.0, 0.0), direction)
    return Stored(grid.image(voxels), oriented=orientation is not None, located=False)


def read_slices(path: Path, modes: tuple[str, ...] = LABEL_MODES) -> np.ndarray:
    """The pixels [files, rows, columns] of the PNG files that a pattern names, in natural order of their names."""
    files = matching(path) if is_pattern(path) else [path]
    if not files:
        raise SourceError(f"{path}: no file matches; expected PNG files")
    slices = [_pixels(file, modes) for file in files]
    for file, pixels in zip(files, slices, strict=True):
        if pixels.shape != slices[0].shape:
            raise SourceError(f"{file}: {pixels.shape} pixels; expected {slices[0].shape} as in {files[0].name}")
    return np.stack(slices)


def _pixels(file: Path, modes: tuple[str, ...]) -> np.ndarray:
    try:
        with Image.open(file, formats=["PNG"]) as image:
            if image.mode not in modes:
                raise SourceError(f"{file}: a picture of mode {image.mode}; expected one channel of 8 or 16 bit")
            # Black and white is 0 and 255, as in a grey picture of the same file.
            pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
    except FileNotFoundError:
        raise SourceError(f"{file}: no such file") from None
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise SourceError(f"{file}: not a readable PNG file ({type(error).__name__})") from None
    return pixels if pixels.dtype == np.uint8 else pixels.astype(np.uint16)
