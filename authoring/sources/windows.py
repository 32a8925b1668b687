"""CT windows: their names, and which one a slice is shown in."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from authoring.yaml_files import read_yaml

FILE = Path(__file__).with_name("windows.yaml")
#: Instead of a window: pictures that were drawn in one before they were stored are shown as they are.
STORED = "stored"


@cache
def _tables() -> dict[str, dict]:
    return read_yaml(FILE)


def named_windows() -> dict[str, tuple[float, float]]:
    """Every named window: (level, width) in Hounsfield units."""
    return {name: (float(level), float(width)) for name, (level, width) in _tables()["windows"].items()}


def _valid(window: str | tuple[float, float]) -> str | tuple[float, float]:
    if isinstance(window, str):
        known = (*named_windows(), STORED)
        if window not in known:
            raise ValueError(f"window is {window!r}; expected [level, width] or one of {', '.join(known)}")
    elif window[1] <= 0:
        raise ValueError(f"the window's width is {window[1]}; expected more than 0")
    return window


#: A window's name, its level and width in Hounsfield units, or STORED.
Window = Annotated[str | tuple[float, float], AfterValidator(_valid)]


def window_of(*choices: str | tuple[float, float] | None, region: str) -> tuple[float, float] | None:
    """(level, width) in Hounsfield units of the first choice that is one, else the default of the region; None for
    STORED."""
    chosen = next((choice for choice in choices if choice is not None), _tables()["regions"][region])
    if chosen == STORED:
        return None
    return named_windows()[chosen] if isinstance(chosen, str) else chosen
