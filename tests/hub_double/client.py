"""How tests keep huggingface_hub in this process from the real network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from huggingface_hub import constants

#: For the environment of other processes, before they import huggingface_hub.
ENVIRONMENT = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}


@contextmanager
def without_network() -> Iterator[None]:
    """No Xet, no telemetry and no token of whoever runs the tests; also in the processes started inside.

    huggingface_hub reads its environment when it is first imported, which may be long ago: hence both.
    """
    with patch.dict(os.environ, ENVIRONMENT), patch.multiple(constants, **dict.fromkeys(ENVIRONMENT, True)):
        yield
