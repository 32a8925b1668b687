"""Which device counts a batch."""

import sys
from importlib.util import find_spec
from typing import Any

# Fewer pairs are counted on the CPU before a device has been told of them.
PAIRS_WORTH_A_DEVICE = 20_000


def chosen_device(device: Any, rows: int) -> str:
    """The name of a device to work on: the one asked for, or the one that is quickest for so many rows.

    None takes CUDA only where torch uses it already: to begin with takes longer than a CPU takes for most data sets.
    Counts are the same everywhere, distances to rounding. Raises ValueError for a device that is not there.
    """
    if device is None:
        torch = sys.modules.get("torch")
        ready = torch is not None and rows >= PAIRS_WORTH_A_DEVICE and torch.cuda.is_initialized()
        return "cuda" if ready and find_spec("triton") is not None else "cpu"
    name = str(device)
    if name == "cpu":
        return name
    kind, _, number = name.partition(":")
    if kind != "cuda" or not (number.isdecimal() or name == kind):
        raise ValueError(f"device is {name!r}, but 'cpu', 'cuda' or 'cuda:<number>' was expected")
    import torch

    known = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(number or 0) >= known:
        raise ValueError(f"device is {name!r}, but torch finds {known} CUDA devices here")
    if find_spec("triton") is None:
        raise ValueError(f"device is {name!r}, but triton is not installed here")
    return name
