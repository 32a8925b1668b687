"""What was fetched from the Hub, on the disk of this computer, in a folder that only this user may read."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from leaderboard.stores._local import keep_file, sweep, working_lock, write_whole
from leaderboard.stores.hub.repository import matches


class Cache:
    """Files under their digests, and bytes derived from them. Everything in it may vanish between two calls."""

    def __init__(self, folder: Path):
        self._blobs = folder / "files"
        self._raw = folder / "raw"
        self._derived = folder / "derived"
        self._locks = folder / "locks"
        for place in (folder, self._blobs, self._raw, self._derived):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)

    def blob(self, digest: str) -> bytes | None:
        """The bytes of this digest, or None."""
        try:
            content = (self._blobs / digest).read_bytes()
        except FileNotFoundError:
            return None
        return content if matches(content, digest) else None

    def has(self, digest: str) -> bool:
        """Whether there are bytes under this digest."""
        return (self._blobs / digest).exists()

    def keep_blob(self, digest: str, content: bytes) -> None:
        write_whole(self._blobs / digest, content)

    def keep_raw(self, raw: Path, sha256: str) -> Path:
        """A copy of a submitted file. Raises StoreError when it has another SHA-256."""
        self._raw.mkdir(mode=0o700, parents=True, exist_ok=True)
        return keep_file(raw, self._raw, sha256)

    def raw(self, sha256: str, fetch: Callable[[Path], None]) -> Path:
        """The copy of a submitted file; where there is none, `fetch` writes it to a path."""
        target = self._raw / sha256
        if not target.exists():
            handle, name = tempfile.mkstemp(dir=self._raw)
            os.close(handle)
            try:
                fetch(Path(name))
                os.replace(name, target)
            finally:
                Path(name).unlink(missing_ok=True)
        return target

    def forget(self, digests: Iterable[str], raw: Iterable[str] = ()) -> None:
        """Remove files and submitted files."""
        for path in [*(self._blobs / digest for digest in digests), *(self._raw / sha256 for sha256 in raw)]:
            path.unlink(missing_ok=True)

    def sweep(self, digests: set[str], raw: set[str]) -> None:
        """Remove what nothing refers to any more, but for what is new."""
        sweep(self._blobs, digests)
        sweep(self._raw, raw)

    def derived(self, generation: str, key: str) -> bytes | None:
        """Bytes kept by keep_derived under the same key and generation, or None."""
        try:
            return self._derived_path(generation, key).read_bytes()
        except FileNotFoundError:
            return None

    def keep_derived(self, generation: str, key: str, value: bytes) -> None:
        write_whole(self._derived_path(generation, key), value)

    def keep_only(self, generation: str) -> None:
        """Remove derived bytes of other generations: what they follow from was deleted."""
        for place in self._derived.iterdir():
            if place.name != generation:
                shutil.rmtree(place, ignore_errors=True)

    def working(self, name: str) -> AbstractContextManager[bool]:
        """See Store.working."""
        return working_lock(self._locks, name)

    def _derived_path(self, generation: str, key: str) -> Path:
        return self._derived / generation / hashlib.sha256(key.encode()).hexdigest()
