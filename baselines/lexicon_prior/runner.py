"""The runner `lexicon-prior`: a question's words choose a structure, the train split's masks say where it lies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import ndimage

from baselines.lexicon_prior.body import Body, find_body
from baselines.lexicon_prior.maps import GRID, from_grid, take_largest
from baselines.lexicon_prior.model import Model, grey_of, learn, load, save
from baselines.lexicon_prior.phrases import languages as known_languages
from baselines.lexicon_prior.priors import Priors, grey_levels
from baselines.lexicon_prior.routing import Route, Segmented, route
from baselines.protocol import Capabilities, Image, PastTurn, Request, Response

# A mask further than this from where its structure usually lies (share of the box) belongs to another structure.
FARTHEST_SHIFT = 0.15
# Blur of the final probabilities, in cells.
PIXEL_BLUR = 0.5


class LexiconPrior:
    """A deterministic baseline without weights to download: fitted on the train split, then loaded from a folder."""

    name = "lexicon-prior"

    def __init__(self, model: Model):
        self.model = model
        self.capabilities = Capabilities(
            uses_text_history=True, uses_mask_history=True, languages=tuple(sorted(model.lexicons))
        )
        self.config: Mapping[str, object] = {"fit": model.digest}

    @classmethod
    def fit(
        cls,
        rows: Iterable[Mapping],
        languages: Sequence[str] | str | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> "LexiconPrior":
        """Learns from rows of the train split; `languages` by default all. Raises FitError for rows without masks."""
        wanted = (languages,) if isinstance(languages, str) else languages or known_languages()
        return cls(learn(rows, wanted, progress))

    @classmethod
    def load(cls, path: str | Path) -> "LexiconPrior":
        """Reads a fit from the folder `path`. Raises FitError if it holds none."""
        return cls(load(path))

    def save(self, path: str | Path) -> None:
        """Writes the fit to the folder `path` as fit.npz and fit.json."""
        save(self.model, path)

    def open(self, image: Image, language: str) -> "LexiconPriorSession":
        return LexiconPriorSession(self.model, image)


class LexiconPriorSession:
    """Finds the body of the image once; each answer depends on the request alone."""

    def __init__(self, model: Model, image: Image):
        self._model = model
        self._modality = image.modality
        grey = grey_of(image.rgb)
        self._body = find_body(grey)
        self._levels = grey_levels(grey, self._body)

    def respond(self, request: Request) -> Response:
        before = self._replay(request.turns)
        chosen = self._route(request.question, request.language, before)
        if chosen.wants_words:
            return Response(None, status="no_seg")
        meta = {"structure": self._model.priors.structures[chosen.structure], "again": chosen.again is not None}
        if chosen.again is not None:
            return Response(chosen.again.mask, meta=meta)
        shift = mean_shift(self._model.priors, before)
        mask = place(self._model.priors, chosen.structure, shift, self._body, self._levels, self._modality)
        return Response(mask, meta={**meta, "shift": shift.round(4).tolist()})

    def _replay(self, turns: Sequence[PastTurn]) -> list[Segmented]:
        """The masks of the history, each with the structure that its own question is routed to."""
        before: list[Segmented] = []
        for turn in turns:
            if turn.mask is None:
                continue
            chosen = self._route(turn.question, turn.language, before)
            before.append(Segmented.of(chosen.structure, turn.mask, self._body))
        return before

    def _route(self, question: str, language: str, before: Sequence[Segmented]) -> Route:
        return route(self._model, question, language, self._modality, self._body, before)


def mean_shift(priors: Priors, before: Sequence[Segmented]) -> np.ndarray:
    """How far the structures of this image lie from their usual places: (row, column) in shares of the body's box.

    The mean over the masks so far, drawn to 0 while they are few.
    """
    shifts = [turn.centre - priors.centres[turn.structure] for turn in before if turn.centre is not None]
    near = [shift for shift in shifts if np.abs(shift).max() <= FARTHEST_SHIFT]
    return np.sum(near, axis=0) / (len(near) + 2) if near else np.zeros(2)


def place(
    priors: Priors, structure: int, shift: np.ndarray, body: Body, levels: np.ndarray, modality: str
) -> np.ndarray:
    """The mask [H, W] of the likeliest pixels for a structure: as many as its usual share of the body's box."""
    cells = ndimage.shift(priors.maps[structure].astype(float), shift * GRID, order=1)
    likely = np.clip(from_grid(cells, body), 0, 1)
    brightness = priors.brightness(structure, modality)
    if brightness is not None:
        inside, outside = (distribution[levels[body.window]] for distribution in brightness)
        likely = likely * inside / (likely * inside + (1 - likely) * outside)
    blurred = ndimage.gaussian_filter(likely, (PIXEL_BLUR * body.height / GRID, PIXEL_BLUR * body.width / GRID))
    n = max(1, round(priors.areas[structure] * body.height * body.width))
    mask = np.zeros(body.outline.shape, dtype=bool)
    mask[body.window] = take_largest(blurred, n)
    return mask
