"""File names: patterns, and the order in which people count files."""

import glob
import re
from pathlib import Path


def is_pattern(path: Path) -> bool:
    """Whether a name stands for several files. Brackets are part of a name, as data sets use them so."""
    return any(sign in str(path) for sign in "*?")


def matching(path: Path) -> list[Path]:
    """The files that a pattern stands for, in natural order."""
    return sorted(map(Path, glob.glob(str(path).replace("[", "[[]"))), key=natural)


def natural(path: Path) -> list[tuple[int, str]]:
    """A sort key under which slice2 comes before slice10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name) if part]
