"""Fills a store with results of made-up models, derived from one that was scored: other patients, other scores."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from leaderboard.records import Quota, Record, Submission, TrackScore, moment
from leaderboard.statistics.companion import Companion
from leaderboard.statistics.intervals import headline_draws, intervals
from leaderboard.statistics.sums import PatientSums
from leaderboard.stores import Store

MODELS_A_USER = 5
WORST, NOISE = 0.3, 0.15  # the lowest skill, and how far a patient's scores lie from it
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def fill(
    store: Store,
    record: Record,
    companion: Companion,
    count: int,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> None:
    """Keep `count` submissions, scored with the calls that a leaderboard makes; each of another model."""
    make = partial(_made, record, companion)
    with tempfile.TemporaryDirectory(prefix="mturn-seg-benchmark-") as folder, ThreadPoolExecutor() as pool:
        raw = Path(folder) / "upload"
        for done, (content, submission, result, kept) in enumerate(pool.map(make, range(count)), start=1):
            raw.write_bytes(content)
            store.admit(submission, raw, Quota())
            store.begin(submission.id)
            store.finish(result, kept, submission.created)
            progress(done, count)


def _made(record: Record, companion: Companion, number: int) -> tuple[bytes, Submission, Record, bytes]:
    """What was uploaded, the submission, its record and its companion."""
    content = f"upload {number}".encode()
    submission = _submission(record, number, content)
    varied = vary(companion, number)
    return content, submission, _record(record, submission, varied), varied.to_bytes()


def vary(companion: Companion, seed: int) -> Companion:
    """Every patient's scores times a factor of its own, 0 to 1, about a skill that the seed decides."""
    rng = np.random.default_rng(seed)
    skill = rng.uniform(WORST, 1)
    patients = sorted({patient for sums in companion.by_track.values() for patient in sums.patients})
    factors = np.clip(skill * rng.lognormal(0, NOISE, len(patients)), 0, 1)
    by_patient = dict(zip(patients, factors.tolist(), strict=True))
    varied = {}
    for track, sums in companion.by_track.items():
        factor = np.array([[by_patient[patient]] for patient in sums.patients])
        varied[track] = replace(sums, dice=sums.dice * factor, iou=sums.iou * factor)
    draws = {track: headline_draws(sums, companion.resampling) for track, sums in varied.items()}
    return Companion(companion.resampling, varied, draws)


def _submission(record: Record, number: int, content: bytes) -> Submission:
    sha256 = hashlib.sha256(content).hexdigest()
    return Submission(
        id=sha256[:16],
        user=f"user-{number // MODELS_A_USER}",
        meta=record.meta.model_copy(update={"model": f"Model {number}"}),
        split=record.split,
        dataset=record.dataset,
        file_sha256=sha256,
        file_bytes=len(content),
        created=moment(_BEGIN + timedelta(minutes=number)),
    )


def _record(record: Record, submission: Submission, companion: Companion) -> Record:
    tracks = {
        track: _track_score(score, companion.sums(track), companion.draws[track])
        for track, score in record.tracks.items()
    }
    changes = {
        "id": hashlib.sha256(f"record of {submission.id}".encode()).hexdigest()[:16],
        "submission": submission.id,
        "created": submission.created,
        "user": submission.user,
        "meta": submission.meta,
        "file_sha256": submission.file_sha256,
        "tracks": tracks,
    }
    return record.model_copy(update=changes)


def _track_score(score: TrackScore, sums: PatientSums, draws: np.ndarray | None) -> TrackScore:
    """The score with what a table shows of these sums."""
    regions = {
        region: cell.model_copy(
            update={name: sums.mean(name, ("region", region)) for name in ("dice", "iou") if cell.dice is not None}
        )
        for region, cell in score.strata["region"].items()
    }
    overall = {name: sums.mean(name, ("overall", "all")) for name in ("dice", "iou")}
    changes = {
        "headline_dice": sums.headline("dice"),
        "headline_iou": sums.headline("iou"),
        "headline_dice_interval": None if draws is None else intervals(draws[None])[0],
        "overall": score.overall.model_copy(update=overall),
        "strata": score.strata | {"region": regions},
    }
    return score.model_copy(update=changes)
