"""Which hardware scores: CUDA where this computer has it, by ZeroGPU where a Space lends it, else the processor."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec

# What one submission of the published size may take there, with room to spare.
_GPU_SECONDS = 120


def scoring_device(wanted: str | None) -> str | None:
    """The device to score on: the one that is wanted, else "cuda" where torch finds one, else None for the processor.

    Results are the same on each.
    """
    if wanted is not None:
        return wanted
    if find_spec("torch") is None or find_spec("triton") is None:
        return None
    import torch

    return "cuda" if torch.cuda.is_available() else None


def gpu_task() -> Callable[[Callable], Callable] | None:
    """On a ZeroGPU Space what borrows a GPU for a function, else None."""
    if os.environ.get("SPACES_ZERO_GPU") != "true" or find_spec("spaces") is None:
        return None
    import spaces

    return spaces.GPU(duration=_GPU_SECONDS)
