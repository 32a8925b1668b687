"""Finds the same scan under two names among thousands: sketches are compared with all, whole fingerprints with few."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from authoring.errors import DuplicateError
from authoring.sources.fingerprint import SAME, SIDE, Fingerprint, likeness, turned

#: A sketch is a thumbnail's place in a space of so many dimensions, drawn once for all.
DIMENSIONS = 64
#: So many slices of a scan are looked up among all slices of the others.
PROBES = 16
#: Scans whose looked-up slices come to this correlation in the best quarter are compared in full. Slices of one scan
#: come to 0.8 and more, those of two to less than half.
ALIKE, BEST_SHARE = 0.65, 0.75

Load = Callable[[], Fingerprint]


@dataclass(frozen=True)
class _Known:
    key: str
    patient: str
    split: str
    load: Load


class Duplicates:
    """All scans so far. Kept of each are its sketches, some ten kilobytes; fingerprints are loaded when needed."""

    def __init__(self) -> None:
        axes = np.random.default_rng(0).normal(size=(SIDE * SIDE, DIMENSIONS))
        self._axes = np.linalg.qr(axes)[0].astype(np.float32)
        self._known: list[_Known] = []
        self._slices = _Rows()
        self._probes = _Rows()

    def add(self, key: str, patient: str, split: str, load: Load) -> str | None:
        """Adds the scan of case `key`; returns a remark where another case of the same patient holds the same scan.

        `load` gives the scan's fingerprint, now and later. Raises DuplicateError, naming both cases, where the other
        case has another patient or another split.
        """
        print = load()
        candidates = [self._known[number] for number in self._candidates(print)]
        same = next((known for known in candidates if likeness(print, known.load()) >= SAME), None)
        self._known.append(_Known(key, patient, split, load))
        self._slices.add(self._sketched(print.thumbnails))
        self._probes.add(self._sketched(_probes(print)))
        if same is None:
            return None
        if (same.patient, same.split) != (patient, split):
            raise DuplicateError(
                f"case {key} (patient {patient!r}, split {split}) holds the same scan as case {same.key} (patient "
                f"{same.patient!r}, split {same.split}); expected one patient and one split for it"
            )
        return f"holds the same scan as case {same.key}"

    def _candidates(self, print: Fingerprint) -> np.ndarray:
        """The numbers of the known scans that may be the same: either's probes are found among the other's slices."""
        if not self._known or not len(print.indices):
            return np.array([], int)
        best = np.zeros(len(self._known))
        probes = _probes(print)
        for way, ways in zip(turned(probes), turned(print.thumbnails), strict=True):
            found = self._slices.best_matches(self._sketched(way))
            best = np.maximum(best, np.quantile(found, BEST_SHARE, axis=0))
            met = (self._probes.values @ self._sketched(ways).T).max(axis=1)
            best = np.maximum(best, self._probes.quantiles(met, BEST_SHARE))
        return np.flatnonzero(best >= ALIKE)

    def _sketched(self, thumbnails: np.ndarray) -> np.ndarray:
        sketches = thumbnails @ self._axes
        return sketches / np.maximum(np.linalg.norm(sketches, axis=1, keepdims=True), 1e-9)


class _Rows:
    """Rows of many scans in one array that grows by doubling, and where those of each scan begin."""

    def __init__(self) -> None:
        self._room = np.zeros((1024, DIMENSIONS), np.float32)
        self._counts: list[int] = []
        self._used = 0

    @property
    def values(self) -> np.ndarray:
        return self._room[: self._used]

    def add(self, rows: np.ndarray) -> None:
        if self._used + len(rows) > len(self._room):
            grown = np.zeros((2 * (self._used + len(rows)), DIMENSIONS), np.float32)
            grown[: self._used] = self.values
            self._room = grown
        self._room[self._used : self._used + len(rows)] = rows
        self._counts.append(len(rows))
        self._used += len(rows)

    def best_matches(self, probes: np.ndarray) -> np.ndarray:
        """The best correlation of each probe with any row of each scan: [probes, scans]."""
        counts = np.array(self._counts)
        found = np.zeros((len(probes), len(counts)))
        full = counts > 0
        if full.any():
            starts = np.cumsum(counts) - counts
            found[:, full] = np.maximum.reduceat(probes @ self.values.T, starts[full], axis=1)
        return found

    def quantiles(self, values: np.ndarray, share: float) -> np.ndarray:
        """A quantile of each scan's part of `values`, one value a row; 0 for a scan without rows."""
        parts = np.split(values, np.cumsum(self._counts)[:-1])
        return np.array([np.quantile(part, share) if len(part) else 0.0 for part in parts])


def _probes(print: Fingerprint) -> np.ndarray:
    """PROBES thumbnails spread evenly over a scan, or all where it has fewer."""
    count = min(PROBES, len(print.indices))
    return print.thumbnails[np.round(np.linspace(0, len(print.indices) - 1, count)).astype(int)]
