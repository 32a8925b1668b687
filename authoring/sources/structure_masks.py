"""The masks of a scan's structures, each kept only as far as it reaches: a scan may have a hundred of them."""

from collections.abc import Iterator, Mapping

import numpy as np

Box = tuple[slice, slice, slice]


class StructureMasks(Mapping[str, np.ndarray]):
    """Bool masks [slices, rows, columns] by structure id. A whole mask is made anew each time it is asked for; `box`,
    `cut` and `section` are cheaper. A structure without a voxel is not in it."""

    def __init__(self, shape: tuple[int, int, int]):
        self.shape = shape
        self._parts: dict[str, tuple[Box, np.ndarray]] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        box, cut = self._parts[name]
        whole = np.zeros(self.shape, bool)
        whole[box] = cut
        return whole

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def box(self, name: str) -> Box:
        """The smallest box (slices, rows, columns) that holds a structure."""
        return self._parts[name][0]

    def cut(self, name: str) -> np.ndarray:
        """The mask of a structure inside its box."""
        return self._parts[name][1]

    def add(self, name: str, box: Box, cut: np.ndarray) -> None:
        """Joins `cut`, a bool mask that fills `box`, to a structure."""
        if not cut.any():
            return
        if name in self._parts:
            box, cut = _joined((box, cut), self._parts[name])
        tight = tight_box(cut)
        outer = tuple(
            slice(big.start + small.start, big.start + small.stop) for big, small in zip(box, tight, strict=True)
        )
        self._parts[name] = outer, np.ascontiguousarray(cut[tight])

    def section(self, name: str, axis: int, index: int) -> np.ndarray | None:
        """The 2-dimensional section of a structure across an axis, or None where it is not there."""
        box, cut = self._parts[name]
        if not box[axis].start <= index < box[axis].stop:
            return None
        inside = np.take(cut, index - box[axis].start, axis=axis)
        if not inside.any():
            return None
        section = np.zeros([size for other, size in enumerate(self.shape) if other != axis], bool)
        section[tuple(part for other, part in enumerate(box) if other != axis)] = inside
        return section


def tight_box(mask: np.ndarray) -> Box:
    """The smallest box that holds all true voxels of a mask that has some."""
    box = []
    for axis in range(3):
        found = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        box.append(slice(int(found[0]), int(found[-1]) + 1))
    return tuple(box)


def _joined(one: tuple[Box, np.ndarray], other: tuple[Box, np.ndarray]) -> tuple[Box, np.ndarray]:
    box = tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one[0], other[0], strict=True))
    union = np.zeros([side.stop - side.start for side in box], bool)
    for inner, cut in (one, other):
        union[tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, box, strict=True))] |= cut
    return box, union
