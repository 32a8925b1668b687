"""Right and left in label volumes: labels that cover both sides are split, and crossed pairs are found."""

import numpy as np
from scipy import ndimage

from authoring.anatomy.structures import structures
from authoring.errors import OrientationError, SourceError
from authoring.sources.structure_masks import Box, StructureMasks
from authoring.sources.views import body_columns
from authoring.sources.volumes import MAX_TILT_DEGREES, Volume

#: A component with more than this share of its voxels beyond the midline is on neither side.
MAX_SHARE_BEYOND = 0.05
#: A piece with less than this share of the voxels of the largest one is stray.
MIN_PIECE = 0.1
#: The midline is measured in so many slices at most.
MIDLINE_SLICES = 15


def sides_known(volume: Volume) -> bool:
    """Whether columns run from the patient's right to the patient's left, near enough."""
    return volume.orientation_known and volume.row_tilt_degrees <= MAX_TILT_DEGREES


def split_by_side(cut: np.ndarray, box: Box, volume: Volume, place: str) -> tuple[np.ndarray, np.ndarray]:
    """The right and the left part of a mask that fills `box`: each connected component goes to the side of the body's
    midline on which it lies.

    Raises SourceError where the orientation is unknown, and for a component across the midline, with `place` first.
    """
    if not sides_known(volume):
        raise SourceError(f"{place}: covers both sides, but the scan's orientation is unknown; expected a known one")
    middle = midline(volume, box[0]) - box[2].start
    components, count = ndimage.label(cut, structure=np.ones((3, 3, 3), bool))
    columns = np.arange(cut.shape[2])
    right = np.zeros(count + 1, bool)
    for number, inner in enumerate(ndimage.find_objects(components), 1):
        profile = (components[inner] == number).sum(axis=(0, 1))
        beyond = float(profile[columns[inner[2]] > middle].sum() / profile.sum())
        if MAX_SHARE_BEYOND < beyond < 1 - MAX_SHARE_BEYOND:
            centre = [side.start + outer.start for side, outer in zip(inner, box, strict=True)]
            raise SourceError(
                f"{place}: a component of {profile.sum()} voxels from slice {centre[0]}, row {centre[1]}, column "
                f"{centre[2]} on lies on both sides of the midline at column {middle + box[2].start:.0f} "
                f"({beyond:.0%} to the left); expected each on one side"
            )
        right[number] = beyond < 0.5
    return cut & right[components], cut & ~right[components]


def midline(volume: Volume, among: slice) -> float:
    """The column halfway across the body: the median over slices of a range."""
    count = min(among.stop - among.start, MIDLINE_SLICES)
    chosen = np.unique(np.linspace(among.start, among.stop - 1, count).round().astype(int))
    sections = (volume.normalised(volume.voxels[index]) for index in chosen)
    return float(np.median([sum(body_columns(section)) / 2 for section in sections]))


def check_pairs(key: str, masks: StructureMasks, volume: Volume) -> None:
    """A pair whose right member lies farther to the patient's left betrays a wrong orientation of image or labels.

    Only pieces of a fair size count: a few voxels on the wrong side are a fault of their own, not of the scan.
    """
    if not sides_known(volume):
        return
    for right in masks:
        pair = right, structures()[right].pair
        if structures()[right].side != "right" or pair[1] not in masks:
            continue
        boxes, cuts = [masks.box(name) for name in pair], [masks.cut(name) for name in pair]
        if _crossed(boxes, cuts) and (crossed := _crossed(boxes, _fair_pieces(cuts))):
            raise OrientationError(
                f"{key}: {right} has its centroid at column {crossed[0]:.0f} and {pair[1]} at column {crossed[1]:.0f}; "
                "expected the patient's right at the left of the image"
            )


def _crossed(boxes: list[Box], cuts: list[np.ndarray]) -> list[float]:
    """The mean columns of a right and a left structure if they are crossed, else nothing."""
    profiles = [cut.sum(axis=(0, 1)) for cut in cuts]
    if not all(profile.any() for profile in profiles):
        return []
    columns = [
        box[2].start + float(profile @ np.arange(len(profile)) / profile.sum())
        for box, profile in zip(boxes, profiles, strict=True)
    ]
    return columns if columns[0] > columns[1] else []


def _fair_pieces(cuts: list[np.ndarray]) -> list[np.ndarray]:
    """The connected pieces of each mask that are no stray ones, measured by the largest piece of all."""
    pieces = [ndimage.label(cut, structure=np.ones((3, 3, 3), bool))[0] for cut in cuts]
    sizes = [np.bincount(numbers.ravel()) for numbers in pieces]
    for size in sizes:
        size[0] = 0
    smallest = MIN_PIECE * max(size.max() for size in sizes)
    return [(size >= smallest)[numbers] for size, numbers in zip(sizes, pieces, strict=True)]
