"""A labelled scan of a source as slices: which ones are shown, and the scene of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from authoring.errors import OrientationError, SourceError
from authoring.scene import Scene, make_scene
from authoring.sources.catalogue import Case, SourceDescription, View
from authoring.sources.views import normalise_mr, window_ct
from authoring.sources.volumes import Volume, read_labels, read_volume


@dataclass(frozen=True)
class Slice:
    """One displayed axial slice: grey [rows, columns] uint8, its index counted from the feet, pixel spacing
    (row, column) in millimetres, its region, and its scene. `sides_known` says whether the edges of the image face
    the patient's right and front."""

    index: int
    grey: np.ndarray
    spacing_mm: tuple[float, float]
    region: str
    scene: Scene
    sides_known: bool


@dataclass(frozen=True)
class LabelledScan:
    """A scan with one bool mask volume [slices, rows, columns] for each labelled structure."""

    volume: Volume
    grey: np.ndarray
    masks: dict[str, np.ndarray]
    resampled: bool


def read_scan(source: SourceDescription, case: Case, folder: Path) -> LabelledScan:
    """Reads a case's image and labels from the folder of its source's scans.

    Raises SourceError, naming the file and the value.
    """
    folder = folder / source.root
    volume = read_volume(folder / case.image, deidentified=source.deidentified)
    masks, resampled = _masks(source, case, folder, volume)
    if not any(mask.any() for mask in masks.values()):
        raise SourceError(f"{folder / case.image}: its labels are empty; expected at least one labelled structure")
    grey = window_ct(volume.voxels, *case.window) if case.window else normalise_mr(volume.voxels)
    return LabelledScan(volume, grey, masks, resampled)


def _masks(source: SourceDescription, case: Case, folder: Path, volume: Volume) -> tuple[dict[str, np.ndarray], bool]:
    masks: dict[str, np.ndarray] = {}
    if case.labels is None:
        resampled = False
        for item in case.maps:
            voxels, moved = read_labels(folder / item.file, volume)
            masks[item.structure] = voxels > item.above
            resampled |= moved
        return masks, resampled
    voxels, resampled = read_labels(folder / case.labels, volume)
    names = source.label_maps[case.label_map]
    for value in (int(value) for value in np.unique(voxels) if value):
        if value not in names:
            raise SourceError(
                f"{folder / case.labels}: label value {value} is not in the map {case.label_map!r} of {source.name}; "
                f"expected one of {', '.join(map(str, sorted(names)))}"
            )
        if name := names[value]:
            masks[name] = masks.get(name, False) | (voxels == value)
    return masks, resampled


def chosen_slices(case: Case, scan: LabelledScan) -> Iterator[Slice]:
    """The slices that a case's views select, from the feet up, each shown once.

    A view takes the slices with the most structures that may be asked for, ties from the feet up, and keeps its
    distance between any two. Raises OrientationError where a slice's labels contradict the scan's orientation.
    """
    taken: dict[int, Slice] = {}
    for view in case.views:
        found = {index: _slice(case, view, scan, index) for index in _eligible(view, scan) if index not in taken}
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
    volume = scan.volume
    try:
        scene = make_scene(
            scan.grey[index],
            {name: mask[index] for name, mask in scan.masks.items()},
            not_asked=frozenset(case.not_asked) | frozenset(view.not_asked),
            exhaustive=frozenset(case.exhaustive),
            tilt_degrees=volume.tilt_degrees,
        )
    except OrientationError as error:
        raise OrientationError(f"{case.key}, slice {index}: {error}") from None
    return Slice(index, scan.grey[index], volume.spacing_mm[1:], view.region, scene, scene.patient_sides)


def _spread(found: dict[int, Slice], view: View, thickness_mm: float) -> list[int]:
    ranked = sorted(found, key=lambda index: (-len(found[index].scene.askable), index))
    chosen: list[int] = []
    for index in ranked:
        if len(chosen) == view.slices or not found[index].scene.askable:
            break
        if all(abs(index - other) * thickness_mm >= view.gap_mm for other in chosen):
            chosen.append(index)
    return chosen
