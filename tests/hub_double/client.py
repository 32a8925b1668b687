"""How tests keep huggingface_hub in this process from the real network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from huggingface_hub import constants

if TYPE_CHECKING:
    import pytest

#: For the environment of other processes, before they import huggingface_hub.
ENVIRONMENT = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}


@contextmanager
def without_network() -> Iterator[None]:
    """No Xet, no telemetry and no token of whoever runs the tests; also in the processes started inside.

    huggingface_hub reads its environment when it is first imported, which may be long ago: hence both.
    """
    with patch.dict(os.environ, ENVIRONMENT), patch.multiple(constants, **dict.fromkeys(ENVIRONMENT, True)):
        yield


def lead_client_to(endpoint: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of this process, and of those started from it, asks `endpoint` with `token` if it is told no other."""
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
    for name, value in {"HF_TOKEN": token, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "0", "HF_ENDPOINT": endpoint}.items():
        monkeypatch.setenv(name, value)
