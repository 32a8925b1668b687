"""File names: patterns, and the order in which people count files."""

import glob
import re
from pathlib import Path


def is_pattern(path: Path) -> bool:
    """Whether a name stands for several files of one folder. Brackets are part of a name, as data sets use them so."""
    return any(sign in path.name for sign in "*?")


def matching(path: Path) -> list[Path]:
    """The files that a pattern stands for, in natural order."""
    pattern = f"{glob.escape(str(path.parent))}/{path.name.replace('[', '[[]')}"
    return sorted(map(Path, glob.glob(pattern)), key=natural)


def natural(path: Path) -> list[tuple[int, str]]:
    """A sort key under which slice2 comes before slice10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name) if part]
