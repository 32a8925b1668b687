"""Labelled scans: a case's volume with one mask for each labelled structure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import ndimage

from authoring.anatomy.structures import parts_of, structures
from authoring.errors import SourceError
from authoring.sources.catalogue import Case, LabelFile, SourceDescription
from authoring.sources.labels import LabelLayer, read_label_layers, whole_numbers
from authoring.sources.sides import check_pairs, split_by_side
from authoring.sources.structure_masks import Box, StructureMasks, tight_box
from authoring.sources.views import Grey, as_stored
from authoring.sources.volumes import Volume, read_volume

#: Label values up to this are looked up as they are.
MAX_COUNTED = 4095
#: Labels that are cut off at the image's edge are worth a remark from this share on.
REMARKED_OUTSIDE = 0.01


@dataclass(frozen=True)
class LabelledScan:
    """A scan with one bool mask volume [slices, rows, columns] for each labelled structure that is there.

    `remarks` are what a reader of the log should know of it.
    """

    volume: Volume
    masks: StructureMasks
    remarks: list[str] = field(default_factory=list)

    @cached_property
    def normalised(self) -> Grey:
        """The grey values of a scan whose intensities have no unit, measured over the whole volume."""
        return self.volume.normalised

    @cached_property
    def stored_grey(self) -> Grey:
        """The grey values of a scan that was stored as pictures."""
        return as_stored(self.volume.voxels)


def read_scan(source: SourceDescription, case: Case, folder: Path) -> LabelledScan:
    """Reads a case's image and labels from the folder of its source's scans.

    Raises SourceError, naming the file and the value, OrientationError where the labels contradict the scan's
    orientation, and PrivacyError for DICOM that nobody declared as de-identified.
    """
    root = folder / source.root
    volume = read_volume(
        root / case.image,
        deidentified=source.deidentified,
        channel=case.channel,
        series=case.series,
        orientation=case.orientation,
        trust_orientation=case.trust_orientation,
        spacing_mm=case.spacing_mm,
    )
    volume, unknown = _finite(volume, root / case.image)
    labels = _Labels(source, volume)
    for label in case.labels:
        labels.add(root / label.file, label)
    masks = labels.masks
    _assemble(source.assembled, masks)
    if not masks:
        raise SourceError(f"{root / case.image}: its labels are empty; expected at least one labelled structure")
    check_pairs(case.key, masks, volume)
    return LabelledScan(volume, masks, [*volume.remarks, *unknown, *labels.remarks()])


def _finite(volume: Volume, path: Path) -> tuple[Volume, list[str]]:
    if np.issubdtype(volume.voxels.dtype, np.integer):
        return volume, []
    unknown = ~np.isfinite(volume.voxels)
    if unknown.all():
        raise SourceError(f"{path}: no voxel is a finite number; expected intensities")
    if not unknown.any():
        return volume, []
    voxels = volume.voxels.copy()
    voxels[unknown] = voxels[~unknown].min()
    return replace(volume, voxels=voxels), [f"voxels that are no finite number, drawn as background: {unknown.sum()}"]


class _Labels:
    """What the label files of one case add up to."""

    def __init__(self, source: SourceDescription, volume: Volume):
        self.source = source
        self.volume = volume
        self.masks = StructureMasks(volume.voxels.shape)
        self.resampled = False
        self.outside = 0.0
        self.passed_over: Counter[str] = Counter()

    def add(self, path: Path, label: LabelFile) -> None:
        """Joins the structures of one label file to those of the others."""
        layers = read_label_layers(path, self.volume, channel=label.channel, deidentified=self.source.deidentified)
        for layer in layers:
            self.resampled |= layer.resampled
            self.outside = max(self.outside, layer.outside)
            if label.structure:
                _add_mask(self.masks, label.structure, layer.values > label.above)
            else:
                self._add_values(path, label.map, layer)

    def _add_values(self, path: Path, name: str, layer: LabelLayer) -> None:
        values = whole_numbers(layer.values, path)
        meanings = self.source.label_maps[name]
        for value, box in _boxes(values, path):
            segment = layer.names.get(value)
            if value in meanings and value in layer.shared:
                raise SourceError(
                    f"{path}: {value} is the value of several segments, {segment!r} among them, in different layers; "
                    f"expected the map {name!r} to name them"
                )
            known = next((key for key in (value, segment) if key in meanings), None)
            cut = values[box] == value
            if known is None:
                self._unknown(path, name, value if segment is None else segment, int(cut.sum()))
                continue
            meaning = meanings[known]
            if isinstance(meaning, str):
                self.masks.add(meaning, box, cut)
            elif meaning is not None:
                parts = split_by_side(cut, box, self.volume, f"{path}: label value {known}")
                for side, part in zip(meaning, parts, strict=True):
                    self.masks.add(side, box, part)

    def _unknown(self, path: Path, name: str, value: int | str, voxels: int) -> None:
        if self.source.unknown_values == "refuse":
            # A number in quotes is the name of a segment, and no number.
            known = ", ".join(map(repr, sorted(self.source.label_maps[name], key=str)))
            raise SourceError(
                f"{path}: label value {value} is not in the map {name!r} of {self.source.name}; expected one of {known}"
            )
        self.passed_over[str(value)] += voxels

    def remarks(self) -> list[str]:
        """What a reader of the log should know of the labels."""
        said = []
        if self.resampled:
            said.append("the labels lie on another grid and were resampled by nearest neighbour")
        if self.outside > REMARKED_OUTSIDE:
            said.append(f"labels of which up to {self.outside:.0%} lie outside the image were cut off")
        if self.passed_over:
            listed = ", ".join(f"{value} ({voxels} voxels)" for value, voxels in self.passed_over.items())
            said.append(f"label values that no map names were passed over: {listed}")
        return said


def _boxes(values: np.ndarray, path: Path) -> Iterator[tuple[int, Box]]:
    """Every label value but 0 with the box that holds its voxels."""
    present = np.unique(values)
    if present[0] < 0:
        raise SourceError(f"{path}: label value {present[0]}; expected numbers from 0 up")
    # Values are numbered where they are large: room is taken for every number up to the largest.
    numbered = bool(present[-1] > MAX_COUNTED)
    numbers = np.searchsorted(present, values) + 1 if numbered else values
    boxes = ndimage.find_objects(numbers.astype(np.int32, copy=False))
    for rank, value in enumerate(present.tolist(), 1):
        if value:
            yield value, boxes[(rank if numbered else value) - 1]


def _add_mask(masks: StructureMasks, name: str, mask: np.ndarray) -> None:
    if mask.any():
        box = tight_box(mask)
        masks.add(name, box, mask[box])


def _assemble(names: Sequence[str], masks: StructureMasks) -> None:
    """Gives each structure that has no label of its own the union of its parts, the smallest structures first."""
    labelled = frozenset(masks)
    for name in sorted(names, key=_depth, reverse=True):
        if name not in labelled:
            for part in parts_of(name):
                if part in masks:
                    masks.add(name, masks.box(part), masks.cut(part))


def _depth(name: str) -> int:
    parent = structures()[name].parent
    return 0 if parent is None else 1 + _depth(parent)
