"""What is learned of each structure from masks: where in the body, how large, how bright, in what company."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from baselines.lexicon_prior.body import Body
from baselines.lexicon_prior.maps import GRID, to_grid

BINS = 16
# A mask's surroundings reach this part of the body's box beyond it.
AROUND = 16
# Blur of a prior map, in cells: few patients say little about the next one's exact place.
MAP_BLUR = 2.0


@dataclass(frozen=True, eq=False)
class Priors:
    """Over S structures and M modalities; places and areas are relative to the box around the body.

    maps [S, GRID, GRID] share of masks that cover a cell; areas [S] mean share of the box; centres [S, 2] mean centroid
    (row, column); masks [S, M] how many were seen; inside, outside [S, M, BINS] sums of the grey level histograms in a
    mask and just around it, each of sum 1; together [S, S] dialogues that ask for both (on the diagonal: twice for the
    same); dialogues [S] dialogues that ask for a structure; n_dialogues all of them.
    """

    structures: tuple[str, ...]
    modalities: tuple[str, ...]
    maps: np.ndarray
    areas: np.ndarray
    centres: np.ndarray
    masks: np.ndarray
    inside: np.ndarray
    outside: np.ndarray
    together: np.ndarray
    dialogues: np.ndarray
    n_dialogues: int

    def brightness(self, structure: int, modality: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Probabilities [BINS] of a grey level in a structure and just around it; None for a modality never seen."""
        if modality not in self.modalities:
            return None
        column = self.modalities.index(modality)
        seen = self.masks[structure, column]
        if seen == 0:
            return None
        even = 0.3 / BINS
        inside, outside = self.inside[structure, column], self.outside[structure, column]
        return (inside + even) / (inside.sum() + 0.3), (outside + even) / (outside.sum() + 0.3)

    def modality_scores(self, modality: str) -> np.ndarray:
        """Log of how much more usual the modality is for each structure than for all: [S]."""
        if modality not in self.modalities:
            return np.zeros(len(self.structures))
        column = self.modalities.index(modality)
        share = self.masks[:, column].sum() / self.masks.sum()
        return np.log((self.masks[:, column] / share + 1) / (self.masks.sum(axis=1) + 1))

    def company_scores(self, structure: int) -> np.ndarray:
        """Log of how much more usual each structure is in dialogues that also ask for `structure`: [S]."""
        share = self.dialogues / self.n_dialogues
        return np.log((self.together[structure] / share + 1) / (self.dialogues[structure] + 1))


def grey_levels(grey: np.ndarray, body: Body) -> np.ndarray:
    """The slice [H, W] in BINS levels between the body's 5th and 95th percentiles, with room on either side."""
    low, high = np.percentile(grey[body.outline], [5, 95])
    scaled = (grey - low) / max(high - low, 1.0)
    return np.clip(scaled * (BINS - 4) + 2, 0, BINS - 1).astype(np.uint8)


class PriorsCounter:
    """Adds up masks and dialogues, and turns the sums into `Priors`."""

    def __init__(self):
        self._maps: dict[str, np.ndarray] = defaultdict(lambda: np.zeros((GRID, GRID)))
        self._sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3))
        self._histograms: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros((2, BINS)))
        self._masks: Counter[tuple[str, str]] = Counter()
        self._together: Counter[tuple[str, str]] = Counter()
        self._dialogues: Counter[str] = Counter()
        self._n_dialogues = 0

    def add_mask(self, structure: str, mask: np.ndarray, levels: np.ndarray, body: Body, modality: str) -> None:
        """Counts one mask, bool [H, W] with foreground, over a slice of `levels` [H, W]."""
        rows, columns = np.nonzero(mask)
        area = rows.size / (body.height * body.width)
        self._maps[structure] += to_grid(rows, columns, body)
        self._sums[structure] += [area, *body.to_box(rows.mean(), columns.mean())]
        self._masks[structure, modality] += 1
        inside = np.bincount(levels[mask], minlength=BINS)
        down, across = body.height // AROUND, body.width // AROUND
        near_rows = slice(max(0, rows.min() - down), rows.max() + down + 1)
        near_columns = slice(max(0, columns.min() - across), columns.max() + across + 1)
        around = levels[near_rows, near_columns]
        outside = np.bincount(around.ravel(), minlength=BINS) - inside
        self._histograms[structure, modality] += [inside / rows.size, outside / max(outside.sum(), 1)]

    def add_dialogue(self, structures: Iterable[str]) -> None:
        """Counts a dialogue by the structures that it asks for, in any order."""
        asked = Counter(structures)
        self._n_dialogues += 1
        self._dialogues.update(asked.keys())
        self._together.update((one, other) for one in asked for other in asked if one != other or asked[one] > 1)

    @property
    def n_masks(self) -> int:
        return self._masks.total()

    def priors(self) -> Priors:
        structures = tuple(sorted(self._maps))
        modalities = tuple(sorted({modality for _, modality in self._masks}))
        masks = np.array([[self._masks[s, m] for m in modalities] for s in structures], dtype=np.int32)
        n = masks.sum(axis=1)
        sums = np.array([self._sums[s] for s in structures])
        maps = np.array([ndimage.gaussian_filter(self._maps[s], MAP_BLUR) for s in structures])
        histograms = np.array([[self._histograms[s, m] for m in modalities] for s in structures])
        return Priors(
            structures=structures,
            modalities=modalities,
            maps=(maps / n[:, None, None]).astype(np.float32),
            areas=sums[:, 0] / n,
            centres=sums[:, 1:] / n[:, None],
            masks=masks,
            inside=histograms[:, :, 0],
            outside=histograms[:, :, 1],
            together=np.array([[self._together[a, b] for b in structures] for a in structures], dtype=np.int32),
            dialogues=np.array([self._dialogues[s] for s in structures], dtype=np.int32),
            n_dialogues=self._n_dialogues,
        )
