"""Masks as pictures to lay over an image."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageColor
from scipy.ndimage import binary_erosion

from masks import decode
from release import Mask

_STRONG, _WEAK = 110, 60  # opacity of 255; the outline is opaque


def mask_png(mask: Mask, colour: str, *, strong: bool) -> bytes:
    """A PNG of the mask's size: its pixels in the colour and half-transparent, its outline opaque, all else clear."""
    inside = decode(mask.model_dump()).astype(bool)
    outline = inside & ~binary_erosion(inside)
    pixels = np.zeros((*inside.shape, 4), np.uint8)
    pixels[..., :3] = ImageColor.getrgb(colour)
    pixels[..., 3] = np.where(outline, 255, np.where(inside, _STRONG if strong else _WEAK, 0))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()
