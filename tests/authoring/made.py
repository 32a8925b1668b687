"""Small labelled scans and a description of them, made by the tests."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from authoring.sources.catalogue import SourceDescription

#: label value, first corner (slice, row, column), size: an abdomen of boxes, the patient's right at low columns.
ORGANS = {
    1: ((2, 10, 6), (8, 24, 26)),  # liver
    2: ((2, 12, 48), (8, 14, 12)),  # spleen
    3: ((2, 36, 8), (8, 12, 9)),  # right kidney
    4: ((2, 36, 46), (8, 14, 10)),  # left kidney
    5: ((0, 32, 29), (12, 6, 6)),  # aorta
}
NAMES = {1: "liver", 2: "spleen", 3: "kidney_right", 4: "kidney_left", 5: "aorta"}
SHAPE = (12, 56, 64)


def write_scan(folder: Path, name: str, seed: int) -> None:
    """Writes <name>.nii.gz and <name>-labels.nii.gz: 12 slices of 56 x 64 pixels, 5 x 2 x 2 mm."""
    random = np.random.default_rng(seed)
    labels = np.zeros(SHAPE, np.uint8)
    for value, (corner, size) in ORGANS.items():
        moved = [start + int(random.integers(0, 2)) for start in corner]
        labels[tuple(slice(start, start + length) for start, length in zip(moved, size, strict=True))] = value
    # Every patient looks different, so that no scan is taken for another.
    waves = sum(
        np.sin(random.uniform(0.05, 0.4) * axis + random.uniform(0, 6)) for axis in np.indices(SHAPE) for _ in range(3)
    )
    voxels = (labels * 20 + 30 * waves + random.normal(0, 2, SHAPE)).astype(np.int16)
    for suffix, array in (("", voxels), ("-labels", labels)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((2.0, 2.0, 5.0))
        sitk.WriteImage(image, str(folder / f"{name}{suffix}.nii.gz"))


def described(**changes) -> SourceDescription:
    """A description of the scans p*.nii.gz of a folder, each a patient of its own."""
    return SourceDescription.model_validate(
        {
            "name": "made",
            "title": "Boxes",
            "licence": "CC0-1.0",
            "redistribute": "images",
            "splits": {"train": 50, "validation": 0, "test": 50},
            "exhaustive": list(NAMES.values()),
            "views": [{"region": "abdomen", "having": ["liver"], "slices": 3, "gap_mm": 5}],
            "files": [
                {
                    "image": "{patient}.nii.gz",
                    "where": {"patient": "p[0-9]+"},
                    "labels": [{"file": "{patient}-labels.nii.gz", "map": "organs"}],
                    "modality": "CT",
                    "sequence": "CECT",
                }
            ],
            "label_maps": {"organs": NAMES},
        }
        | changes
    )


def painted(masks: dict[str, np.ndarray]) -> np.ndarray:
    """A slice of uint8 greys in which every mask stands out: what lies later in the order is painted last."""
    grey = np.full(next(iter(masks.values())).shape, 60, np.uint8)
    for number, mask in enumerate(masks.values()):
        grey[mask] = 100 + 25 * (number % 6)
    return grey
