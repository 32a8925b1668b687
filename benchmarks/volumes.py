"""Makes labelled scans of any number without patients: ellipsoids in the place of organs, and the source's description.

Every scan has other outlines and another texture, so that none is taken for another. The same seed gives the same scan.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import yaml
from scipy import ndimage

from authoring import SourceDescription

ORGANS = Path(__file__).with_suffix(".yaml")
SHAPE = (48, 96, 96)  # slices, rows, columns
SPACING_MM = (3.5, 3.5, 5.0)  # column, row, slice
#: Slices of one scan that are shown, and how far they are apart at least.
SLICES, GAP_MM = 5, 20


def write_scans(folder: Path, scans: int, seed: int = 0) -> None:
    """Writes scans 0000, 0001, ... as NIfTI, each with its label map beside it; those that are there stay."""
    for number in range(scans):
        if (folder / f"{_key(number)}-labels.nii.gz").is_file():
            continue
        random = np.random.default_rng([seed, number])
        labels = _labels(random)
        _write(folder / f"{_key(number)}.nii.gz", _voxels(labels, random))
        _write(folder / f"{_key(number)}-labels.nii.gz", labels)


def description(scans: int) -> SourceDescription:
    """The source whose cases are the first `scans` scans, one a patient, all structures labelled throughout."""
    names = [organ["id"] for organ in organs()]
    return SourceDescription.model_validate(
        {
            "name": "ellipsoids",
            "title": "Synthetic ellipsoids",
            "licence": "CC0-1.0",
            "redistribute": "images",
            "exhaustive": names,
            "views": [{"region": "abdomen", "slices": SLICES, "gap_mm": GAP_MM}],
            "cases": [_case(number) for number in range(scans)],
            "label_maps": {"organs": dict(enumerate(names, 1))},
        }
    )


def _case(number: int) -> dict:
    key = _key(number)
    return {
        "key": key,
        "patient": f"ellipsoids-{key}",
        "image": f"{key}.nii.gz",
        "labels": [{"file": f"{key}-labels.nii.gz", "map": "organs"}],
        "modality": "CT",
        "sequence": "CECT",
        "split": ("train", "train", "train", "validation", "test")[number % 5],
    }


def _key(number: int) -> str:
    return f"scan{number:05d}"


@cache
def organs() -> list[dict]:
    """The structures of every scan, each {id, ellipsoid}, in the order of their label values from 1."""
    return yaml.safe_load(ORGANS.read_text(encoding="utf-8"))


def _labels(random: np.random.Generator) -> np.ndarray:
    """The label map: each organ moved and scaled a little; 0 where there is none."""
    labels = np.zeros(SHAPE, np.uint8)
    places = np.ogrid[tuple(slice(0, 1, length * 1j) for length in SHAPE)]
    for value, organ in enumerate(organs(), 1):
        centre = np.array(organ["ellipsoid"][:3]) + random.uniform(-0.015, 0.015, 3)
        axes = np.array(organ["ellipsoid"][3:]) * random.uniform(0.85, 1.1, 3)
        away = [((place - middle) / axis) ** 2 for place, middle, axis in zip(places, centre, axes, strict=True)]
        labels[sum(away) <= 1] = value
    return labels


def _voxels(labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Hounsfield units: a body in air, a shade for each organ, and a texture of its own."""
    _, rows, columns = np.ogrid[tuple(slice(-1, 1, length * 1j) for length in SHAPE)]
    body = np.broadcast_to(rows**2 + columns**2 <= 0.95, SHAPE)
    texture = ndimage.gaussian_filter(random.standard_normal(SHAPE, np.float32), (1, 3, 3))
    shades = np.concatenate([[0], random.uniform(20, 160, len(organs()))])
    return np.where(body, shades[labels] + 40 * texture / texture.std(), -1000).astype(np.int16)


def _write(path: Path, voxels: np.ndarray) -> None:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING_MM)
    sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=1)
