"""The two files of a made-up benchmark: the truth as a build writes it, and the predictions that somebody uploads.

They are made once and kept in a folder named after all that they follow from; masks are drawn by every core.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from baselines.predictions import Prediction, PredictionsWriter
from benchmarks import pairs
from benchmarks.pairs import draw_shape, predicted_shape, random_shape
from benchmarks.upload import plan as planning
from benchmarks.upload.plan import Plan, make_plan
from building import truth as built
from building.parquet import DIGEST_KEY
from masks import encode_batch
from mturn_seg import LANGUAGES

FOLDER = Path(__file__).parents[2] / ".cache" / "benchmarks"
IMAGES_A_TASK = 50
# How far a prediction is off, in units of its target's radius; it grows with every turn of a dialogue.
SEVERITY, GROWTH, MISSED = 0.11, 0.12, 0.01


@dataclass(frozen=True)
class Upload:
    """Where the files lie, and how much is in them."""

    truth: Path
    predictions: Path
    rows: int  # of the predictions
    characters: int  # of the predictions' masks


@dataclass(frozen=True)
class Strings:
    """The masks of one image's turns as compressed RLE."""

    truth: list[str]
    predicted: dict[str, list[str]]  # by language


def make_upload(
    scale: float = 1.0,
    seed: int = 0,
    folder: Path = FOLDER,
    progress: Callable[[int, int], object] = lambda done, total: None,
    processes: int | None = None,
) -> Upload:
    """The files of this scale and seed, made now unless they are there; processes None takes every core.

    The same arguments give the same bytes. progress is told how many of how many images are done.
    """
    name = _name(scale, seed)
    place = folder / name
    if not place.exists():
        plan = make_plan(scale, seed)
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
        try:
            _write(plan, scale, beside, progress, processes)
            beside.rename(place)
        except FileExistsError:
            pass  # another process made them meanwhile
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    sizes = json.loads((place / "sizes.json").read_text(encoding="utf-8"))
    return Upload(place / "truth.parquet", place / "predictions.parquet", **sizes)


def _name(scale: float, seed: int) -> str:
    """A name for the arguments and the code that the files follow from."""
    digest = hashlib.sha256(repr((float(scale), seed)).encode())
    for module in (__file__, planning.__file__, pairs.__file__):
        digest.update(Path(module).read_bytes())
    return f"upload-{digest.hexdigest()[:16]}"


def _write(plan: Plan, scale: float, folder: Path, progress: Callable[[int, int], object], processes: int | None):
    digest = hashlib.sha256(f"upload:{float(scale)}:{plan.seed}".encode()).hexdigest()
    answers = {_dialogue(plan, image): turns for image in range(plan.images) if (turns := plan.text_turns(image))}
    schema = built.TRUTH_SCHEMA.with_metadata(
        {
            DIGEST_KEY: digest.encode(),
            built.NAME_KEY: b"Made-up upload",
            built.VERSION_KEY: b"1.0.0",
            built.SPLIT_KEY: b"test",
            built.ANSWER_TURNS_KEY: json.dumps(answers).encode(),
        }
    )
    truth_rows, characters = [], 0
    with (
        pq.ParquetWriter(folder / "truth.parquet", schema, compression="zstd") as truth,
        PredictionsWriter(folder / "predictions.parquet", digest) as predictions,
        closing(_drawn(plan, scale, processes)) as drawn,
    ):
        for image, strings in enumerate(drawn):
            truth_rows.extend(_truth_rows(plan, image, strings))
            for prediction in _predictions(plan, image, strings):
                predictions.add(prediction)
                characters += len(prediction.counts)
            done = image + 1
            if done % built.DIALOGUES_PER_GROUP == 0 or done == plan.images:
                truth.write_table(pa.Table.from_pylist(truth_rows, schema=schema))
                truth_rows.clear()
            progress(done, plan.images)
    sizes = {"rows": plan.rows, "characters": characters}
    (folder / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")


def _dialogue(plan: Plan, image: int) -> str:
    return hashlib.sha256(f"{plan.seed}:dialogue:{image}".encode()).hexdigest()[:16]


def _truth_rows(plan: Plan, image: int, strings: Strings) -> Iterator[dict]:
    size = plan.size[image].tolist()
    turns = plan.turns_of(image)
    for ordinal, (index, counts) in enumerate(zip(turns, strings.truth, strict=True), start=1):
        yield {
            "dialogue_id": _dialogue(plan, image),
            "turn": int(plan.turn[index]),
            "segmentation_turn": ordinal,
            "target": f"structure-{plan.same_as[index] - turns.start + 1}",
            "mask": {"size": size, "counts": counts},
            "system": plan.system[index],
            "facets": plan.facets[index],
            "refers_to": [int(plan.turn[index - 1])] if "history" in plan.facets[index] else [],
            "languages": list(LANGUAGES),
            "patient_id": f"patient-{plan.patient[image]:04d}",
            "source": "made-up",
            "region": plan.region[image],
            "modality": plan.modality[image],
            "spacing_mm": plan.spacing[image],
            "size": size,
        }


def _predictions(plan: Plan, image: int, strings: Strings) -> Iterator[Prediction]:
    dialogue, size = _dialogue(plan, image), plan.size[image].tolist()
    for language in LANGUAGES:
        for index, counts in zip(plan.turns_of(image), strings.predicted[language], strict=True):
            yield Prediction(dialogue, language, int(plan.turn[index]), size, counts)


def _drawn(plan: Plan, scale: float, processes: int | None) -> Iterator[Strings]:
    """The masks of every image in turn."""
    tasks = [
        (scale, plan.seed, first, min(first + IMAGES_A_TASK, plan.images))
        for first in range(0, plan.images, IMAGES_A_TASK)
    ]
    # Not forked: a parent with threads of its own may hold a lock at that moment.
    pool = ProcessPoolExecutor(min(processes or os.cpu_count() or 1, len(tasks)), get_context("spawn"))
    try:
        for strings in pool.map(_draw_images, tasks):
            yield from strings
    finally:
        pool.shutdown(cancel_futures=True)


@lru_cache(maxsize=1)
def _same_plan(scale: float, seed: int) -> Plan:
    return make_plan(scale, seed)


def _draw_images(task: tuple[float, int, int, int]) -> list[Strings]:
    scale, seed, first, last = task
    plan = _same_plan(scale, seed)
    return [_draw_image(plan, image) for image in range(first, last)]


def _draw_image(plan: Plan, image: int) -> Strings:
    rng = np.random.default_rng((plan.seed, image))
    height, width = plan.size[image].tolist()
    turns = plan.turns_of(image)
    shapes = [random_shape(rng, min(height, width)) for _ in turns]
    shapes = [shapes[index - turns.start] for index in plan.same_as[turns.start : turns.stop]]
    masks = [draw_shape(shape, height, width) for shape in shapes]
    for _ in LANGUAGES:
        for ordinal, shape in enumerate(shapes):
            severity = SEVERITY * rng.lognormal(0, 0.75) * (1 + GROWTH * ordinal)
            mask = draw_shape(predicted_shape(shape, severity, rng), height, width)
            masks.append(mask & (rng.random() >= MISSED))
    strings = encode_batch(np.stack(masks), threads=1).to_pylist()
    parts = [strings[start : start + len(turns)] for start in range(0, len(strings), len(turns))]
    return Strings(parts[0], dict(zip(LANGUAGES, parts[1:], strict=True)))
