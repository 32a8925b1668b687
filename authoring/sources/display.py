"""Displayed slices: a scan cut along one plane, in grey values, with the masks of its structures."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from PIL import Image

from authoring.sources.catalogue import Case, View
from authoring.sources.scans import LabelledScan
from authoring.sources.views import Grey, windowed
from authoring.sources.volumes import MAX_TILT_DEGREES, Volume
from authoring.sources.windows import window_of
from release.records import Edges

#: The axis of a volume [slices, rows, columns] that each plane cuts, and whether its rows are turned upside down: the
#: head is at the top of coronal and sagittal slices.
CUTS = {"axial": (0, False), "coronal": (1, True), "sagittal": (2, True)}
EDGES = {
    "axial": Edges(left="R", top="A"),
    "coronal": Edges(left="R", top="S"),
    "sagittal": Edges(left="A", top="S"),
}
#: Pixels whose sides differ by less than this are square.
SQUARE_TOLERANCE = 0.02


@dataclass(frozen=True)
class Displayed:
    """The slices of a scan along one plane, made one at a time.

    Slices count from the feet (axial), the front (coronal) or the patient's right (sagittal). spacing_mm: (slice, row,
    column) of what is shown. plane: axial, coronal or sagittal, or oblique where the scan is tilted too far. edges: the
    directions that the left and the top edge face, None where unknown or tilted too far. window: (level, width) in
    Hounsfield units, None for MR and for CT that is shown as it is stored. `remarks` are what a reader of the log
    should know.
    """

    scan: LabelledScan
    axis: int
    upside_down: bool
    spacing_mm: tuple[float, float, float]
    plane: str
    edges: Edges | None
    window: tuple[float, float] | None
    is_ct: bool
    pixels: "_Pixels"
    remarks: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return self.scan.volume.voxels.shape[self.axis]

    def grey(self, index: int) -> np.ndarray:
        """The slice as grey values: uint8 [rows, columns]."""
        section = self._upright(np.take(self.scan.volume.voxels, index, axis=self.axis))
        return self._to_grey(self.pixels.image(section))

    def masks(self, index: int) -> dict[str, np.ndarray]:
        """The structures of the slice: bool [rows, columns] by id, each with at least one pixel."""
        found = {}
        for name in self.scan.masks:
            section = self.scan.masks.section(name, self.axis, index)
            if section is not None and (mask := self.pixels.labels(self._upright(section))).any():
                found[name] = mask
        return found

    def _upright(self, section: np.ndarray) -> np.ndarray:
        return section[::-1] if self.upside_down else section

    @cached_property
    def _to_grey(self) -> Grey:
        if self.window:
            return windowed(*self.window)
        return self.scan.stored_grey if self.is_ct else self.scan.normalised


@dataclass(frozen=True)
class _Pixels:
    """How a section [rows, columns] becomes pixels: `step` stored pixels along (rows, columns) become one."""

    step: tuple[float, float] = (1.0, 1.0)

    def image(self, section: np.ndarray) -> np.ndarray:
        """The mean of the stored pixels under each pixel."""
        if self.step == (1.0, 1.0):
            return section
        rows, columns = (self._covered(size, step) for size, step in zip(section.shape, self.step, strict=True))
        box = (columns[0], rows[0], columns[0] + columns[1] * self.step[1], rows[0] + rows[1] * self.step[0])
        picture = Image.fromarray(np.ascontiguousarray(section, np.float32))
        return np.asarray(picture.resize((columns[1], rows[1]), Image.Resampling.BOX, box=box))

    def labels(self, section: np.ndarray) -> np.ndarray:
        """The stored pixel at the centre of each pixel."""
        if self.step == (1.0, 1.0):
            return section
        rows, columns = (
            (start + (np.arange(count) + 0.5) * step).astype(int)
            for (start, count), step in (
                (self._covered(size, step), step) for size, step in zip(section.shape, self.step, strict=True)
            )
        )
        return section[np.ix_(rows, columns)]

    @staticmethod
    def _covered(size: int, step: float) -> tuple[float, int]:
        """Where the first whole pixel begins and how many there are; the rest is left over at both ends."""
        count = max(int(size / step + 1e-6), 1)
        return max((size - count * step) / 2, 0.0), count


def displayed(scan: LabelledScan, view: View, case: Case) -> Displayed:
    """The slices of a scan as a view shows them.

    A scan of unknown orientation is shown as it is stored. `view.plane` then says what it is, but it counts as oblique
    where its files state an orientation that is not to be trusted. Square pixels have the
    coarser spacing of the two, so that no label is drawn finer than it was made.
    """
    volume = scan.volume
    axis, upside_down = CUTS[view.plane] if volume.orientation_known else (0, False)
    across = volume.spacing_mm[axis]
    row, column = (spacing for other, spacing in enumerate(volume.spacing_mm) if other != axis)
    step = _square_step(row, column) if view.pixels == "square" else (1.0, 1.0)
    remarks = []
    if step != (1.0, 1.0):
        remarks.append(
            f"pixels of {row:.2f} x {column:.2f} mm are shown as squares of {max(row, column):.2f} mm ({view.plane})"
        )
    # Where one axis is tilted, so is at least one other: a slice shows the patient's sides only if all are straight.
    straight = max(volume.tilts_degrees) <= MAX_TILT_DEGREES
    return Displayed(
        scan=scan,
        axis=axis,
        upside_down=upside_down,
        spacing_mm=(across, row * step[0], column * step[1]),
        plane="oblique" if _is_oblique(volume, axis) else view.plane,
        edges=EDGES[view.plane] if volume.orientation_known and straight else None,
        window=window_of(view.window, case.window, region=view.region) if case.modality == "CT" else None,
        is_ct=case.modality == "CT",
        pixels=_Pixels(step),
        remarks=remarks,
    )


def _is_oblique(volume: Volume, axis: int) -> bool:
    if volume.orientation_known:
        return volume.tilts_degrees[axis] > MAX_TILT_DEGREES
    return volume.located


def _square_step(row: float, column: float) -> tuple[float, float]:
    if abs(row / column - 1) <= SQUARE_TOLERANCE:
        return 1.0, 1.0
    coarse = max(row, column)
    return coarse / row, coarse / column
