"""A labelled scan of a source as slices: which ones are shown, and the scene of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from authoring.anatomy.structures import structures
from authoring.errors import OrientationError, SourceError
from authoring.scene import MAX_TILT_DEGREES, MIN_AREA_PX, Scene, make_scene
from authoring.sources.catalogue import Case, SourceDescription, View
from authoring.sources.views import normalise_mr, window_ct
from authoring.sources.volumes import Volume, read_labels, read_volume, whole_numbers


@dataclass(frozen=True)
class Slice:
    """One displayed slice: grey [rows, columns] uint8, its index counted from the feet, pixel spacing (row, column) in
    millimetres, its region, and its scene."""

    index: int
    grey: np.ndarray
    spacing_mm: tuple[float, float]
    region: str
    scene: Scene


@dataclass(frozen=True)
class LabelledScan:
    """A scan with one bool mask volume [slices, rows, columns] for each labelled structure.

    `remarks` are what a reader of the log should know of it.
    """

    volume: Volume
    grey: np.ndarray
    masks: dict[str, np.ndarray]
    remarks: list[str] = field(default_factory=list)

    @property
    def plane(self) -> str:
        """axial, or oblique where the slices are tilted too far."""
        return "axial" if self.volume.slice_tilt_degrees <= MAX_TILT_DEGREES else "oblique"

    @property
    def edges_known(self) -> bool:
        """Whether the left edge faces the patient's right and the top edge the front, near enough."""
        return max(self.volume.row_tilt_degrees, self.volume.slice_tilt_degrees) <= MAX_TILT_DEGREES


def read_scan(source: SourceDescription, case: Case, folder: Path) -> LabelledScan:
    """Reads a case's image and labels from the folder of its source's scans.

    Raises SourceError, naming the file and the value, and OrientationError where the labels contradict the scan's
    orientation.
    """
    folder = folder / source.root
    volume = read_volume(folder / case.image, deidentified=source.deidentified)
    masks, resampled = _masks(source, case, folder, volume)
    if not any(mask.any() for mask in masks.values()):
        raise SourceError(f"{folder / case.image}: its labels are empty; expected at least one labelled structure")
    _check_sides(case, masks, volume)
    voxels = volume.voxels.astype(np.float32)
    unknown = ~np.isfinite(voxels)
    remarks = []
    if unknown.all():
        raise SourceError(f"{folder / case.image}: no voxel is a finite number; expected intensities")
    if unknown.any():
        voxels[unknown] = voxels[~unknown].min()
        remarks.append(f"voxels that are no finite number, drawn as background: {unknown.sum()}")
    if resampled:
        remarks.append("the labels lie on another grid and were resampled by nearest neighbour")
    grey = window_ct(voxels, *case.window) if case.window else normalise_mr(voxels)
    return LabelledScan(volume, grey, masks, remarks)


def _masks(source: SourceDescription, case: Case, folder: Path, volume: Volume) -> tuple[dict[str, np.ndarray], bool]:
    masks: dict[str, np.ndarray] = {}
    if case.labels is None:
        resampled = False
        for item in case.maps:
            voxels, moved = read_labels(folder / item.file, volume)
            masks[item.structure] = masks.get(item.structure, False) | (voxels > item.above)
            resampled |= moved
        return masks, resampled
    path = folder / case.labels
    voxels, resampled = read_labels(path, volume)
    voxels = whole_numbers(voxels, path)
    names = source.label_maps[case.label_map]
    for value in (int(value) for value in np.unique(voxels) if value):
        if value not in names:
            raise SourceError(
                f"{path}: label value {value} is not in the map {case.label_map!r} of {source.name}; "
                f"expected one of {', '.join(map(str, sorted(names)))}"
            )
        if name := names[value]:
            masks[name] = masks.get(name, False) | (voxels == value)
    return masks, resampled


def _check_sides(case: Case, masks: dict[str, np.ndarray], volume: Volume) -> None:
    """A pair whose right member lies farther to the patient's left betrays a wrong orientation of image or labels."""
    if volume.row_tilt_degrees > MAX_TILT_DEGREES:
        return
    middle = {name: _mean_column(mask) for name, mask in masks.items() if mask.any()}
    for name, column in middle.items():
        structure = structures()[name]
        if structure.side == "right" and structure.pair in middle and column > middle[structure.pair]:
            raise OrientationError(
                f"{case.key}: {name} has its centroid at column {column:.0f} and {structure.pair} at column "
                f"{middle[structure.pair]:.0f}; expected the patient's right at the left of the image"
            )


def _mean_column(mask: np.ndarray) -> float:
    profile = mask.sum(axis=(0, 1))
    return float(profile @ np.arange(len(profile)) / profile.sum())


def chosen_slices(case: Case, scan: LabelledScan) -> Iterator[Slice]:
    """The slices that a case's views select, from the feet up, each shown once.

    A view takes the slices with the most structures that may be asked for, ties from the feet up, and keeps its
    distance between any two. A slice in which a pair is crossed has faulty labels and is left out, with a remark.
    """
    taken: dict[int, Slice] = {}
    for view in case.views:
        found = {index: _slice(case, view, scan, index) for index in _eligible(view, scan) if index not in taken}
        for index in [index for index, shown in found.items() if _is_crossed(shown)]:
            scan.remarks.append(
                f"slice {index} is left out: {found.pop(index).scene.crossed_pairs()} on the wrong side"
            )
        for index in _spread(found, view, scan.volume.spacing_mm[0]):
            taken[index] = found[index]
    yield from (taken[index] for index in sorted(taken))


def _eligible(view: View, scan: LabelledScan) -> list[int]:
    present = {name: mask.any(axis=(1, 2)) for name, mask in scan.masks.items()}
    nowhere = np.zeros(len(scan.grey), bool)
    wanted = ~nowhere
    for name in view.having:
        wanted &= present.get(name, nowhere)
    for name in view.lacking:
        wanted &= ~present.get(name, nowhere)
    first, last = view.range or (0, len(wanted) - 1)
    return [int(index) for index in np.flatnonzero(wanted) if first <= index <= last]


def _slice(case: Case, view: View, scan: LabelledScan, index: int) -> Slice:
    scene = make_scene(
        scan.grey[index],
        {name: mask[index] for name, mask in scan.masks.items()},
        not_asked=frozenset(case.not_asked) | frozenset(view.not_asked),
        exhaustive=frozenset(case.exhaustive),
        tilt_degrees=scan.volume.row_tilt_degrees,
    )
    return Slice(index, scan.grey[index], scan.volume.spacing_mm[1:], view.region, scene)


def _is_crossed(shown: Slice) -> bool:
    """Whether a pair is crossed whose members are both more than a few stray pixels."""
    scene = shown.scene
    return scene.patient_sides and any(
        min(scene.structures[name].area, scene.structures[structures()[name].pair].area) >= MIN_AREA_PX
        for name in scene.crossed_pairs()
    )


def _spread(found: dict[int, Slice], view: View, thickness_mm: float) -> list[int]:
    ranked = sorted(found, key=lambda index: (-len(found[index].scene.askable), index))
    chosen: list[int] = []
    for index in ranked:
        if len(chosen) == view.slices or not found[index].scene.askable:
            break
        if all(abs(index - other) * thickness_mm >= view.gap_mm for other in chosen):
            chosen.append(index)
    return chosen
