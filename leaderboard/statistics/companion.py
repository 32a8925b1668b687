"""What is kept privately of a record, so that tables and comparisons need no raw file."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from leaderboard.errors import StoreError
from leaderboard.records import TRACKS, Resampling
from leaderboard.statistics.intervals import headline_draws
from leaderboard.statistics.sums import OVERALL, REGION, PatientSums

if TYPE_CHECKING:
    from leaderboard.scoring import Scored

_VERSION = 1
_ABOUT = "about.npy"
_BY_CELL = ("n", "dice", "iou")
_BY_PATIENT = ("intersection", "union")
_PATIENTS = "patients"
_DRAWS = "draws"
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # for every member, so that the same content gives the same bytes
_BROKEN = (
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    OSError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, eq=False)
class Companion:
    """Sums by patient of every track, over all turns and by region, and the bootstrap draws of its headline Dice."""

    resampling: Resampling
    by_track: dict[str, PatientSums]
    draws: dict[str, np.ndarray | None]  # float64 [B]; None where patients are too few for an interval

    @classmethod
    def of(cls, scored: Scored, resampling: Resampling) -> Companion:
        """The companion of a record with these scores."""
        kinds = (OVERALL[0], REGION)
        sums = {track: item.pick([key for key in item.cells if key[0] in kinds]) for track, item in scored.sums.items()}
        return cls(resampling, sums, {track: headline_draws(item, resampling) for track, item in scored.sums.items()})

    def sums(self, track: str) -> PatientSums:
        """The sums of a track, in the cells "overall" and "region". Raises KeyError for a track not held."""
        return self.by_track[track]

    def headline_draws(self, track: str, resampling: Resampling) -> np.ndarray | None:
        """float64 [B]: the headline Dice of each resample; None where patients are too few.

        The kept ones, or computed from the sums when `resampling` is another. Raises KeyError for a track not held.
        """
        return self.draws[track] if resampling == self.resampling else headline_draws(self.by_track[track], resampling)

    def to_bytes(self) -> bytes:
        """A NumPy archive (.npz) without pickles; the same content gives the same bytes."""
        about = {
            "version": _VERSION,
            "resampling": self.resampling.model_dump(),
            "cells": {track: sums.cells for track, sums in self.by_track.items()},
            "drawn": [track for track, draws in self.draws.items() if draws is not None],
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            _write(archive, _ABOUT, _from_json(about))
            for track, sums in self.by_track.items():
                _write(archive, _member(track, _PATIENTS), _from_json(sums.patients))
                for name in (*_BY_CELL, *_BY_PATIENT):
                    _write(archive, _member(track, name), getattr(sums, name))
                if self.draws[track] is not None:
                    _write(archive, _member(track, _DRAWS), self.draws[track])
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, tracks: Collection[str] = TRACKS) -> Companion:
        """What `to_bytes` wrote. tracks: read only these, which is quicker. Raises StoreError for damaged bytes."""
        with _opened(data) as (archive, about):
            held = [track for track in about["cells"] if track in tracks]
            return cls(
                Resampling(**about["resampling"]),
                {track: _sums(archive, track, about["cells"][track]) for track in held},
                {track: _draws(archive, track, about) for track in held},
            )


def kept_headline_draws(data: bytes, track: str, resampling: Resampling) -> np.ndarray | None:
    """`Companion.headline_draws` from the bytes of a companion, reading no more of them than it needs.

    Raises StoreError for damaged bytes and for a track not held.
    """
    with _opened(data) as (archive, about):
        if track not in about["cells"]:
            raise ValueError(f"no track {track!r}; it holds {', '.join(about['cells'])}")
        if Resampling(**about["resampling"]) == resampling:
            return _draws(archive, track, about)
    return Companion.from_bytes(data, (track,)).headline_draws(track, resampling)


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """The archive and what it says about itself; whatever is wrong inside the block becomes a StoreError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            about = _to_json(archive, _ABOUT)
            if about["version"] != _VERSION:
                raise ValueError(f"version {about['version']}; expected {_VERSION}")
            yield archive, about
    except _BROKEN as error:
        raise StoreError(f"a record's companion cannot be read: {error}; expected the bytes that were kept") from None


def _member(track: str, name: str) -> str:
    return f"{track}/{name}.npy"


def _write(archive: zipfile.ZipFile, name: str, values: np.ndarray) -> None:
    member = zipfile.ZipInfo(name, _WRITTEN)
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(values), allow_pickle=False)
    # The digits of a mean do not compress.
    kind = zipfile.ZIP_STORED if name.endswith(f"/{_DRAWS}.npy") else zipfile.ZIP_DEFLATED
    archive.writestr(member, buffer.getvalue(), kind, compresslevel=1)


def _from_json(value: Any) -> np.ndarray:
    return np.frombuffer(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), np.uint8)


def _to_json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(_read(archive, name).tobytes())


def _read(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    return np.lib.format.read_array(io.BytesIO(archive.read(name)), allow_pickle=False)


def _sums(archive: zipfile.ZipFile, track: str, cells: list[list[str]]) -> PatientSums:
    patients = tuple(_to_json(archive, _member(track, _PATIENTS)))
    shapes = {name: (len(patients), len(cells)) for name in _BY_CELL} | dict.fromkeys(_BY_PATIENT, (len(patients),))
    arrays = {name: _checked(archive, _member(track, name), shape) for name, shape in shapes.items()}
    return PatientSums(patients, tuple((kind, value) for kind, value in cells), **arrays)


def _draws(archive: zipfile.ZipFile, track: str, about: dict[str, Any]) -> np.ndarray | None:
    if track not in about["drawn"]:
        return None
    return _checked(archive, _member(track, _DRAWS), (about["resampling"]["resamples"],))


def _checked(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    values = _read(archive, name)
    if values.dtype != np.float64 or values.shape != shape or not np.isfinite(values).all():
        raise ValueError(f"{name} is {values.dtype} {list(values.shape)}; expected finite float64 {list(shape)}")
    return values
