"""What a store does on the disk of this computer: locks that die with their process, files that are whole or absent."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leaderboard.errors import StoreError

_CHUNK = 2**20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_INCOMING = ".incoming-"
_STALE_SECONDS = 3600


def checked_id(text: str) -> str:
    """An id that may be part of a path. Raises StoreError."""
    if not _ID.fullmatch(text):
        raise StoreError(f"id {text[:80]!r}; expected letters, digits, - and _")
    return text


@contextmanager
def working_lock(folder: Path, name: str) -> Iterator[bool]:
    """True inside for one holder of `name` at a time, False for others; a killed holder gives it up at once.

    Raises StoreError for a name that is no id.
    """
    path = folder / f"{checked_id(name)}.lock"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if not _is_still(path, file.fileno()):  # its holder has just removed it, so this lock keeps nobody out
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def keep_file(raw: Path, folder: Path, sha256: str) -> Path:
    """Copy to `<folder>/<sha256>`, readable by this user only, written beside and renamed; its path.

    Raises StoreError when the bytes of `raw` have another SHA-256.
    """
    target = folder / sha256
    try:
        os.utime(target)  # so that nobody sweeps it as the leftover of another
        return target
    except FileNotFoundError:
        pass
    handle, name = tempfile.mkstemp(dir=folder, prefix=_INCOMING)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as out, raw.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise StoreError(f"{raw.name} changed while it was read: sha256 {digest.hexdigest()}, not {sha256}")
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def write_whole(path: Path, value: bytes) -> None:
    """Write a file beside its place and rename it, so that nobody reads half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_INCOMING)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(value)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def sweep(folder: Path, wanted: set[str]) -> None:
    """Remove what killed processes left in `folder`: old files that are incomplete or that nobody wants.

    Young ones stay: another process may be about to name them.
    """
    for path in folder.iterdir():
        try:
            if path.name not in wanted and path.is_file() and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue  # another process sweeps too
