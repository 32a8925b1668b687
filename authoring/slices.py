"""Which slices of a labelled scan are shown, and the scene of each: informative ones that do not repeat each other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from authoring.anatomy.structures import structures
from authoring.scene import MIN_AREA_PX, Scene, make_scene
from authoring.sources.catalogue import Case, View
from authoring.sources.display import Displayed, displayed
from authoring.sources.scans import LabelledScan
from release import Edges

#: How much a structure that is shown already adds to the worth of a slice, for each time that it was shown.
SHOWN_AGAIN = 0.4
#: Slices of nearly equal worth are told apart by chance, up to this share of their worth.
CHANCE = 0.05


@dataclass(frozen=True, eq=False)
class Slice:
    """One displayed slice: grey [rows, columns] uint8, its index within its plane, pixel spacing (row, column) in
    millimetres, plane, edges, window, region, and its scene."""

    index: int
    grey: np.ndarray
    spacing_mm: tuple[float, float]
    plane: str
    edges: Edges | None
    window: tuple[float, float] | None
    region: str
    scene: Scene


def chosen_slices(case: Case, scan: LabelledScan, rng: np.random.Generator) -> Iterator[Slice]:
    """The slices that a case's views select, view by view, in the order of their index.

    A view takes one slice after the other, each time the one that shows most that was shown least, and keeps its
    distance between any two. No slice of a plane is shown twice. A slice in which a pair is crossed has faulty labels
    and is left out; the scan's remarks say so.
    """
    taken: dict[str, set[int]] = {}
    shown_before: Counter[str] = Counter()
    for view in case.views:
        shown = displayed(scan, view, case)
        scan.remarks.extend(remark for remark in shown.remarks if remark not in scan.remarks)
        already = taken.setdefault(view.plane, set())
        chosen = _choose(case, view, shown, already, shown_before, rng, scan.remarks)
        already.update(chosen)
        yield from (chosen[index] for index in sorted(chosen))


def _choose(
    case: Case,
    view: View,
    shown: Displayed,
    taken: set[int],
    shown_before: Counter[str],
    rng: np.random.Generator,
    remarks: list[str],
) -> dict[int, Slice]:
    areas = _areas(shown)
    not_asked = {*case.not_asked, *view.not_asked}
    asked = {name: area for name, area in areas.items() if name not in not_asked}
    left = [index for index in _eligible(view, len(shown), areas) if index not in taken]
    luck = 1 + CHANCE * rng.random(len(shown))
    chosen: dict[int, Slice] = {}
    while left and len(chosen) < view.slices:
        best = max(left, key=lambda index: (_worth(index, asked, shown_before) * luck[index], -index))
        left.remove(best)
        found = _slice(case, view, shown, best)
        if crossed := _crossed(found.scene):
            told = f"{view.plane} slice {best} is left out"
            remarks.append(f"{told}: {' and '.join(crossed)} on the wrong side of the counterpart")
            continue
        if not found.scene.askable:
            continue
        chosen[best] = found
        shown_before.update(found.scene.askable)
        left = [index for index in left if abs(index - best) * shown.spacing_mm[0] >= view.gap_mm]
    return chosen


def _areas(shown: Displayed) -> dict[str, np.ndarray]:
    """How many stored pixels of each structure every slice of the plane has."""
    masks = shown.scan.masks
    found = {}
    for name in masks:
        areas = np.zeros(len(shown), int)
        others = tuple(axis for axis in range(3) if axis != shown.axis)
        areas[masks.box(name)[shown.axis]] = masks.cut(name).sum(axis=others)
        found[name] = areas
    return found


def _eligible(view: View, slices: int, areas: Mapping[str, np.ndarray]) -> list[int]:
    nowhere = np.zeros(slices, int)
    wanted = np.ones(slices, bool)
    for name in view.having:
        wanted &= areas.get(name, nowhere) > 0
    for name in view.lacking:
        wanted &= areas.get(name, nowhere) == 0
    first, last = view.range or (0, slices - 1)
    return [int(index) for index in np.flatnonzero(wanted) if first <= index <= last]


def _worth(index: int, areas: Mapping[str, np.ndarray], shown_before: Counter[str]) -> float:
    """What a slice would add: each structure counts by how much of its largest section is there, and by how seldom it
    was shown."""
    return sum(
        float(area[index] / area.max()) ** 0.5 * SHOWN_AGAIN ** shown_before[name]
        for name, area in areas.items()
        if area[index] >= MIN_AREA_PX
    )


def _slice(case: Case, view: View, shown: Displayed, index: int) -> Slice:
    grey = shown.grey(index)
    scene = make_scene(
        grey,
        shown.masks(index),
        not_asked=frozenset(case.not_asked) | frozenset(view.not_asked),
        exhaustive=frozenset(case.exhaustive),
        edges=shown.edges,
        region=view.region,
    )
    spacing = shown.spacing_mm[1:]
    return Slice(index, grey, spacing, shown.plane, shown.edges, shown.window, view.region, scene)


def _crossed(scene: Scene) -> list[str]:
    """The crossed pairs whose members are both more than a few stray pixels."""
    return [
        name
        for name in scene.crossed_pairs()
        if min(scene.structures[name].area, scene.structures[structures()[name].pair].area) >= MIN_AREA_PX
    ]
