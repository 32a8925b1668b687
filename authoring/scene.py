"""A scene: one displayed slice with its labelled structures and what can be measured of them.

Rows count from the top of the image, columns from its left edge; `Edges` tells which of the patient's directions they
face.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy import ndimage

from authoring.anatomy.structures import BodyPart, ancestors, parts_of, structures
from authoring.sources.views import body_columns
from release import Edges

#: A structure smaller than this, or into which no square of this side fits, is too small to be asked for (it still
#: competes with others).
MIN_AREA_PX = 24
MIN_THICKNESS_PX = 3
#: Bays and gaps up to twice so wide do not count as a way out of a structure.
BAY_PX = 4
#: A structure of which this share, and this share of its surroundings, has nearly the same grey cannot be seen: so many
#: grey values from its own, after noise finer than the blur was smoothed away.
SAME_SHARE, SAME_GREY, BLUR_PX = 0.9, 10, 1.5
SURROUNDINGS_PX = 4
#: Two labels that share more of the smaller one, although neither is a part of the other, contradict each other.
CONTRADICTION = 0.1
#: The middle of the body is known up to this share of its width: an outline may take in a table or miss an arm.
MIDLINE_DOUBT = 0.03
#: Parts of the body of at least this share of the largest one belong to its outline; what runs along its middle.
LARGE_PART = 0.2
SPINE = ("vertebral_column", "spinal_canal", "sacrum")

#: The parts of the body that a slice of a region may show, for judging what could be there without a label.
IN_VIEW: Mapping[str, frozenset[BodyPart]] = {
    "head": frozenset({"head", "neck"}),
    "chest": frozenset({"neck", "chest", "abdomen", "limbs"}),
    "abdomen": frozenset({"chest", "abdomen", "pelvis", "limbs"}),
    "prostate": frozenset({"abdomen", "pelvis", "limbs"}),
}
WHOLE_BODY: frozenset[BodyPart] = frozenset({"head", "neck", "chest", "abdomen", "pelvis", "limbs"})


@dataclass(frozen=True, eq=False)
class SceneStructure:
    """One structure of a slice: mask [rows, columns] bool, area in pixels, centroid (row, column), pixels by row and by
    column. `parts` names the structures that a made-up region (a part, a rest, a union) comes from."""

    id: str
    mask: np.ndarray
    area: int
    centroid: tuple[float, float]
    rows: np.ndarray
    columns: np.ndarray
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, structure: str, mask: np.ndarray, parts: tuple[str, ...] = ()) -> "SceneStructure":
        """Measures a mask that is not empty."""
        rows, columns = mask.sum(axis=1), mask.sum(axis=0)
        area = int(rows.sum())
        centroid = (
            float(rows @ np.arange(len(rows))) / area,
            float(columns @ np.arange(len(columns))) / area,
        )
        return cls(structure, mask, area, centroid, rows, columns, parts)

    @property
    def is_labelled(self) -> bool:
        """Whether it is a labelled structure, not a region made of some."""
        return not self.parts

    @cached_property
    def distance(self) -> np.ndarray:
        """Distance in pixels from each pixel of the slice to the structure: float [rows, columns], 0 inside."""
        return ndimage.distance_transform_edt(~self.mask)

    @cached_property
    def filled(self) -> np.ndarray:
        """The mask with its holes: bool [rows, columns]."""
        return ndimage.binary_fill_holes(self.mask)

    @cached_property
    def nearly_filled(self) -> np.ndarray:
        """The mask with its holes and narrow bays: bool [rows, columns]."""
        padded = np.pad(self.mask, BAY_PX)
        closed = ndimage.binary_closing(padded, np.ones((3, 3)), iterations=BAY_PX)
        return ndimage.binary_fill_holes(closed)[BAY_PX:-BAY_PX, BAY_PX:-BAY_PX]

    @property
    def touches_border(self) -> bool:
        """Whether it reaches the edge of the image, beyond which nobody knows what lies."""
        return bool(self.rows[0] or self.rows[-1] or self.columns[0] or self.columns[-1])

    @cached_property
    def ring(self) -> np.ndarray:
        """The pixels just outside, within two pixels of the filled structure: bool [rows, columns]."""
        return ndimage.binary_dilation(self.filled, iterations=2) & ~self.filled

    @cached_property
    def pieces(self) -> tuple[np.ndarray, ...]:
        """The connected pieces, the largest first: bool [rows, columns] each. Pixels that touch at a corner alone count
        as connected."""
        return _pieces(self.mask, np.ones((3, 3)))

    @cached_property
    def largest_piece_is_clear(self) -> bool:
        """Whether the largest piece is the same where pixels that touch at a corner alone are not connected."""
        return np.array_equal(self.pieces[0], _pieces(self.mask, None)[0])

    def share_beyond(self, axis: str, position: float) -> float:
        """Share of the structure's pixels with a row or column index above `position`; those at it count half."""
        profile = self.rows if axis == "row" else self.columns
        place = np.arange(len(profile))
        return float(profile[place > position].sum() + profile[place == position].sum() / 2) / self.area

    def quantile(self, axis: str, share: float) -> float:
        """The row or column index up to which `share` of the structure's pixels lie, the same in a mirror."""
        profile = self.rows if axis == "row" else self.columns
        from_start = float(np.searchsorted(np.cumsum(profile), share * self.area))
        from_end = len(profile) - 1 - float(np.searchsorted(np.cumsum(profile[::-1]), (1 - share) * self.area))
        return from_start if share < 0.5 else from_end if share > 0.5 else (from_start + from_end) / 2

    @cached_property
    def thick_enough(self) -> bool:
        """Whether it is large and thick enough to be asked for."""
        if self.area < MIN_AREA_PX:
            return False
        rows, columns = (np.flatnonzero(profile) for profile in (self.rows, self.columns))
        cut = self.mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return bool(ndimage.binary_erosion(cut, np.ones((MIN_THICKNESS_PX, MIN_THICKNESS_PX))).any())


@dataclass(frozen=True, eq=False)
class Scene:
    """A slice: its labelled structures by id, which of them can be noticed (large enough and visible), which of those
    may be asked for, and which are labelled wherever they occur.

    `edges` are the patient's directions at the left and top edge, None where they are unknown; `midline` is the range
    of columns in which the middle of the body lies; `in_view` the parts of the body that the slice may show.
    """

    shape: tuple[int, int]
    structures: Mapping[str, SceneStructure]
    noticeable: frozenset[str]
    askable: frozenset[str]
    exhaustive: frozenset[str]
    edges: Edges | None
    midline: tuple[float, float]
    in_view: frozenset[BodyPart]
    #: What clues found out about this scene, so that nothing is measured twice.
    verdicts: dict = field(default_factory=dict)

    def may_hold_unlabelled(self, structure: str) -> bool:
        """Whether the slice may show a structure that has no label here."""
        if structure in self.structures or structure in self.exhaustive:
            return False
        return bool(structures()[structure].regions & self.in_view)

    def crossed_pairs(self) -> list[str]:
        """The right members of pairs that lie on the wrong side of their left ones: a sign of faulty labels here."""
        if self.edges is None or self.edges.left not in "RL":
            return []
        towards_left = 1 if self.edges.left == "R" else -1
        return [
            right.id
            for right in self.structures.values()
            if structures()[right.id].side == "right"
            and (left := self.structures.get(structures()[right.id].pair)) is not None
            and (right.centroid[1] - left.centroid[1]) * towards_left > 0
        ]


def make_scene(
    grey: np.ndarray,
    masks: Mapping[str, np.ndarray],
    *,
    not_asked: frozenset[str] = frozenset(),
    exhaustive: frozenset[str] = frozenset(),
    edges: Edges | None = None,
    region: str = "other",
) -> Scene:
    """Measures a slice: grey [rows, columns] uint8 and one bool mask [rows, columns] for each labelled structure.

    A parent's mask becomes the union with its labelled parts. Empty masks are left out. What cannot be told from its
    surroundings in this window is not asked for.
    """
    whole = {name: _with_parts(name, masks) for name in masks}
    measured = {name: SceneStructure.of(name, mask) for name, mask in whole.items() if mask.any()}
    # A label that is known to be poor puts no other in doubt.
    doubted = contradicting(masks, masks.keys() - not_asked)
    noticeable = frozenset(
        name for name, found in measured.items() if found.thick_enough and is_visible(grey, found.mask)
    )
    return Scene(
        shape=grey.shape,
        structures=measured,
        noticeable=noticeable,
        askable=noticeable - not_asked - doubted,
        exhaustive=exhaustive,
        edges=edges,
        midline=_midline(grey, measured),
        in_view=IN_VIEW.get(region, WHOLE_BODY),
    )


def _midline(grey: np.ndarray, measured: Mapping[str, SceneStructure]) -> tuple[float, float]:
    """The columns between which the middle of the body lies: that of its largest part, that of all its large parts
    together (two legs, a trunk and an arm), and that of the spine where it is labelled."""
    first, last = body_columns(grey)
    outer = body_columns(grey, smallest=LARGE_PART)
    middles = [(first + last) / 2, sum(outer) / 2]
    middles += [measured[name].centroid[1] for name in SPINE if name in measured]
    doubt = MIDLINE_DOUBT * (last - first)
    return min(middles) - doubt, max(middles) + doubt


def _pieces(mask: np.ndarray, neighbours: np.ndarray | None) -> tuple[np.ndarray, ...]:
    labels, count = ndimage.label(mask, neighbours)
    sizes = np.bincount(labels.ravel())[1:]
    return tuple(labels == 1 + number for number in np.argsort(-sizes, kind="stable")[:count])


def is_visible(grey: np.ndarray, mask: np.ndarray) -> bool:
    """Whether a mask can be told from its surroundings: not nearly all of both has the same grey."""
    near = ndimage.binary_dilation(mask, iterations=SURROUNDINGS_PX)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    smooth = ndimage.gaussian_filter(grey[box].astype(np.float32), BLUR_PX)
    inside, outside = mask[box], near[box] & ~mask[box]
    own = np.median(smooth[inside])
    alike = np.abs(smooth - own) <= SAME_GREY
    return not (alike[inside].mean() >= SAME_SHARE and (not outside.any() or alike[outside].mean() >= SAME_SHARE))


def contradicting(structure_masks: Mapping[str, np.ndarray], accusers: frozenset[str]) -> frozenset[str]:
    """The structures whose mask shares too much with that of one of `accusers` that is neither part nor whole of it."""
    found = set()
    for one, other in combinations(sorted(structure_masks), 2):
        if one in ancestors(other) or other in ancestors(one):
            continue
        shared = np.count_nonzero(structure_masks[one] & structure_masks[other])
        smaller = min(np.count_nonzero(structure_masks[name]) for name in (one, other))
        if shared > CONTRADICTION * smaller:
            found |= {name for name, by in ((one, other), (other, one)) if by in accusers}
    return frozenset(found)


def _with_parts(name: str, masks: Mapping[str, np.ndarray]) -> np.ndarray:
    union = masks[name]
    for part in parts_of(name):
        if part in masks:
            union = union | _with_parts(part, masks)
    return union
