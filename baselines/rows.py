"""What a run takes from a data set row."""

from collections.abc import Mapping

import numpy as np

from baselines.protocol import Image, RunError


def image_of_row(row: Mapping) -> Image:
    """The image of a row as read-only RGB, with what a runner may know of it. Raises RunError on a wrong size."""
    rgb = np.array(row["image"].convert("RGB"))
    rgb.setflags(write=False)
    expected = (row["height"], row["width"])
    if rgb.shape[:2] != expected:
        raise RunError(f"image {row['image_id']}: is {rgb.shape[:2]}, but its row says {expected} (height, width)")
    spacing = row.get("spacing_mm")
    return Image(row["image_id"], rgb, row["modality"], tuple(spacing) if spacing is not None else None)


def turns_asked(row: Mapping, language: str) -> list[Mapping]:
    """The turns of a row that have a question in `language`, in order."""
    return [turn for turn in row["turns"] if turn["question"].get(language) is not None]
