"""What an image of a release must be: an 8-bit grey PNG without any metadata."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The chunks that carry the picture. Everything else (text, time, EXIF, colour profiles) could tell where it came from.
PICTURE_CHUNKS = {b"IHDR", b"IDAT", b"IEND"}


def image_problem(content: bytes) -> str | None:
    """Says what keeps a file from being an 8-bit grey PNG without metadata; None when it is one."""
    try:
        read_grey(content)
    except ValueError as error:
        return str(error)
    return None


def read_grey(content: bytes) -> np.ndarray:
    """The grey values [rows, columns] uint8 of an 8-bit grey PNG without metadata.

    Raises ValueError that says what was expected of any other file.
    """
    problem = _format_problem(content)
    if problem is not None:
        raise ValueError(problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return np.asarray(Image.open(io.BytesIO(content)))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"expected a readable image: {error}") from None


def _format_problem(content: bytes) -> str | None:
    """What is wrong with a file's format, as far as its chunks tell."""
    if not content.startswith(SIGNATURE):
        return "expected a PNG file"
    names, end = _chunks(content)
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or end != len(content):
        return "expected a whole PNG file, from IHDR to IEND and nothing after it"
    depth, colour = struct.unpack_from(">BB", content, 24)
    if (depth, colour) != (8, 0):
        return f"expected 8-bit grey (depth 8, colour type 0), found depth {depth}, colour type {colour}"
    extra = sorted({name.decode("latin-1") for name in names} - {name.decode() for name in PICTURE_CHUNKS})
    if extra:
        return f"expected no metadata, found the chunks {', '.join(extra)}"
    return None


def grey_png(pixels: Image.Image) -> bytes:
    """The bytes of a grey PNG without metadata; the same pixels give the same bytes."""
    if pixels.mode != "L":
        raise ValueError(f"the image has mode {pixels.mode}; expected L (8-bit grey)")
    buffer = io.BytesIO()
    plain = Image.frombytes("L", pixels.size, pixels.tobytes())
    plain.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def _chunks(content: bytes) -> tuple[list[bytes], int]:
    """The names of the chunks up to IEND or to the first that runs past the file's end, and where the last ends."""
    names: list[bytes] = []
    position = len(SIGNATURE)
    while position + 12 <= len(content) and names[-1:] != [b"IEND"]:
        length, name = struct.unpack_from(">I4s", content, position)
        if position + 12 + length > len(content):
            break
        position += 12 + length
        names.append(name)
    return names, position


def pixels_sha256(grey: np.ndarray) -> str:
    """sha256 of a grey image [rows, columns] uint8: of its size and values, however a PNG encoder writes them."""
    height, width = grey.shape
    return hashlib.sha256(f"{height}x{width}:".encode() + np.ascontiguousarray(grey).tobytes()).hexdigest()
