"""The files of the Space: which of this project go there, and the card and requirements as they read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import SpaceCard

from publishing.errors import PublishError

ROOT = Path(__file__).resolve().parent.parent
CARD = "README.md"
REQUIREMENTS = "requirements.txt"
PACKAGES = ("leaderboard", "masks", "space")
ALONE = ("CITATION.bib", "LICENSE")  # files beside the packages
CUDA_HARDWARE = "t4-small"

# What the packages consist of. Anything else that lies there, such as a database or a truth file, stays here.
_SUFFIXES = (".css", ".js", ".md", ".py", ".svg", ".yaml")
_TOKEN = re.compile(rb"\bhf_[A-Za-z0-9]{30,}")
# These describe the repository, so they stand at its root.
_DESCRIBING = tuple(f"space/{name}" for name in (CARD, REQUIREMENTS, "requirements-cuda.txt"))


def space_files(dataset: str | None = None, *, cuda: bool = False, root: Path = ROOT) -> dict[str, bytes]:
    """Every file of the Space: content by path in its repository, sorted by path.

    dataset: id of the published data set, named in the card. cuda: with the packages that score on a GPU, and a GPU
    suggested in the card. root: the folder of this project. Raises OSError for a file that is missing, and PublishError
    for one that holds a token.
    """
    space = root / "space"
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in _package_files(root)}
    files |= {name: (root / name).read_bytes() for name in ALONE}
    files[CARD] = _card((space / CARD).read_text(encoding="utf-8"), dataset, cuda).encode()
    files[REQUIREMENTS] = (space / REQUIREMENTS).read_bytes()
    if cuda:
        files[REQUIREMENTS] += (space / "requirements-cuda.txt").read_bytes()
    for path, content in files.items():
        if _TOKEN.search(content):
            raise PublishError(
                f"{path} holds what looks like an access token; expected none in what everybody can read"
            )
    return dict(sorted(files.items()))


def left_here(root: Path = ROOT) -> list[str]:
    """Files that lie in the packages and are no part of them."""
    return [path.relative_to(root).as_posix() for path in _all_files(root) if not _belongs(path)]


def is_ours(path: str) -> bool:
    """Whether a path in the Space's repository is one that publishing writes, and so may delete."""
    return path in (CARD, REQUIREMENTS, *ALONE) or path.partition("/")[0] in PACKAGES


def _package_files(root: Path) -> Iterator[Path]:
    return (path for path in _all_files(root) if _belongs(path))


def _all_files(root: Path) -> Iterator[Path]:
    """Files of the packages but for what Python, Numba, gradio and editors keep beside them."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            place = path.relative_to(root)
            kept = path.suffix == ".pyi" or any(part == "__pycache__" or part.startswith(".") for part in place.parts)
            if path.is_file() and not kept and place.as_posix() not in _DESCRIBING:
                yield path


def _belongs(path: Path) -> bool:
    return path.suffix in _SUFFIXES


def _card(text: str, dataset: str | None, cuda: bool) -> str:
    card = SpaceCard(text)
    if dataset:
        card.data.datasets = [dataset]
    if cuda:
        card.data.suggested_hardware = CUDA_HARDWARE
    return f"{str(card).rstrip()}\n"
