"""The fit of lexicon-prior: learned from rows of the train split, kept in a folder as fit.npz and fit.json."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

import masks
from baselines.lexicon_prior.body import find_body
from baselines.lexicon_prior.lexicon import Lexicon, LexiconCounter
from baselines.lexicon_prior.phrases import languages as known_languages
from baselines.lexicon_prior.phrases import read_clues
from baselines.lexicon_prior.priors import Priors, PriorsCounter, grey_levels
from baselines.protocol import FitError
from baselines.rows import image_of_row

FORMAT = 1
ARRAYS, WORDS = "fit.npz", "fit.json"


@dataclass(frozen=True, eq=False)
class Model:
    """The prior of every structure, and a lexicon for each language."""

    priors: Priors
    lexicons: Mapping[str, Lexicon]

    @cached_property
    def digest(self) -> str:
        """sha256 over all that was learned."""
        digest = hashlib.sha256(_words(self).encode())
        for name, array in sorted(_arrays(self).items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def learn(
    rows: Iterable[Mapping], languages: Sequence[str], progress: Callable[[int, int | None], None] | None = None
) -> Model:
    """Learns from data set rows whose masks are known, in the given order; the same rows give the same model.

    Raises FitError where a segmentation turn has no mask (rows of the test split) or no row has one.
    """
    foreign = [language for language in languages if language not in known_languages()]
    if foreign or not languages:
        raise FitError(f"languages {list(languages)}: expected some of {list(known_languages())}")
    total = len(rows) if hasattr(rows, "__len__") else None
    counter, lexicons = PriorsCounter(), {language: LexiconCounter() for language in languages}
    for done, row in enumerate(rows, start=1):
        _add_row(row, counter, lexicons)
        if progress is not None:
            progress(done, total)
    priors = counter.priors() if counter.n_masks else None
    if priors is None:
        raise FitError("the rows hold no mask with foreground, expected rows of the train split")
    return Model(priors, {language: lexicon.lexicon(priors.structures) for language, lexicon in lexicons.items()})


def _add_row(row: Mapping, counter: PriorsCounter, lexicons: Mapping[str, LexiconCounter]) -> None:
    image = image_of_row(row)
    grey = grey_of(image.rgb)
    body = find_body(grey)
    levels = grey_levels(grey, body)
    asked = []
    for turn in row["turns"]:
        target = None
        if turn["kind"] == "segment":
            target = turn["target"]
            if turn["mask"] is None:
                place = f"dialogue {row['dialogue_id']}, turn {turn['turn']}"
                raise FitError(f"{place}: has no mask, expected rows of the train split")
            mask = masks.decode(turn["mask"])
            if not mask.any():
                continue
            counter.add_mask(target, mask, levels, body, image.modality)
            asked.append(target)
        for language, lexicon in lexicons.items():
            question = turn["question"].get(language)
            if question is not None:
                lexicon.add(read_clues(question, language).text, language, target)
    counter.add_dialogue(asked)


def grey_of(rgb: np.ndarray) -> np.ndarray:
    """The grey slice uint8 [H, W] of an RGB image [H, W, 3]."""
    return rgb.mean(axis=2).round().astype(np.uint8)


def save(model: Model, folder: str | Path) -> None:
    """Writes the model to `folder`, in place of an older one there; the same model gives the same bytes."""
    folder = Path(folder)
    if folder.exists() and not (folder / WORDS).is_file():
        raise FitError(f"{folder}: exists and is no fit of lexicon-prior, expected a folder to make or to replace")
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    (beside / WORDS).write_text(_words(model) + "\n", encoding="utf-8")
    np.savez_compressed(beside / ARRAYS, allow_pickle=False, **_arrays(model))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(beside, folder)


def load(folder: str | Path) -> Model:
    """Reads what `save` wrote. Raises FitError for anything else."""
    folder = Path(folder)
    try:
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as stored:
            arrays = dict(stored)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise FitError(f"{folder}: cannot be read as a fit of lexicon-prior ({error})") from error
    if not isinstance(words, dict) or words.get("format") != FORMAT:
        found = words.get("format") if isinstance(words, dict) else None
        raise FitError(f"{folder / WORDS}: format {found!r}, expected {FORMAT}; fit again")
    try:
        return _model(words, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise FitError(f"{folder}: is not a whole fit of lexicon-prior ({error!r})") from error


def _words(model: Model) -> str:
    content = {
        "format": FORMAT,
        "structures": model.priors.structures,
        "modalities": model.priors.modalities,
        "n_dialogues": model.priors.n_dialogues,
        "vocabularies": {language: lexicon.vocabulary for language, lexicon in sorted(model.lexicons.items())},
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


_PRIOR_ARRAYS = tuple(field.name for field in fields(Priors) if field.type == np.ndarray)


def _arrays(model: Model) -> dict[str, np.ndarray]:
    arrays = {name: getattr(model.priors, name) for name in _PRIOR_ARRAYS}
    for language, lexicon in model.lexicons.items():
        counts = lexicon.counts
        parts = {"data": counts.data, "indices": counts.indices, "indptr": counts.indptr, "totals": lexicon.totals}
        arrays.update({f"{language}_{name}": array for name, array in parts.items()})
    return arrays


def _model(words: dict, arrays: Mapping[str, np.ndarray]) -> Model:
    structures = tuple(words["structures"])
    priors = Priors(
        structures=structures,
        modalities=tuple(words["modalities"]),
        n_dialogues=words["n_dialogues"],
        **{name: arrays[name] for name in _PRIOR_ARRAYS},
    )
    if any(len(arrays[name]) != len(structures) for name in _PRIOR_ARRAYS):
        raise ValueError(f"the arrays do not hold {len(structures)} structures each")
    lexicons = {}
    for language, vocabulary in words["vocabularies"].items():
        parts = tuple(arrays[f"{language}_{name}"] for name in ("data", "indices", "indptr"))
        counts = sparse.csr_array(parts, shape=(len(vocabulary), len(structures) + 1))
        lexicons[language] = Lexicon(tuple(vocabulary), counts, arrays[f"{language}_totals"])
    return Model(priors, lexicons)
