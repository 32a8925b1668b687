"""What the app is started with, and the rule for where it may be started without sign-in."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
DEFAULT_STORE = "demo/leaderboard.sqlite"
DEFAULT_TRUTH = Path("mturn-seg-truth/test.parquet")
MAX_FILE_MB = 512


class SpaceError(ValueError):
    """The app cannot be started as asked; the message says which setting and what is expected."""


@dataclass(frozen=True)
class Settings:
    """Where the truth and the results lie, and where the app listens."""

    truth: Path = DEFAULT_TRUTH
    store: str | Path = DEFAULT_STORE  # an SQLite file, or hub:ORG/RESULTS
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    max_file_mb: int = MAX_FILE_MB

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SpaceError(f"the port is {self.port}; expected 0 (any free one) to 65535")
        if self.max_file_mb < 1:
            raise SpaceError(f"the largest upload is {self.max_file_mb} MB; expected 1 or more")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from MTURN_SEG_TRUTH, _STORE, _HOST, _PORT and _MAX_FILE_MB; what is not set keeps its default.

        Raises SpaceError for a number that is none.
        """
        return cls(
            truth=Path(environment.get("MTURN_SEG_TRUTH") or DEFAULT_TRUTH),
            store=environment.get("MTURN_SEG_STORE") or DEFAULT_STORE,
            host=environment.get("MTURN_SEG_HOST") or DEFAULT_HOST,
            port=_number(environment, "MTURN_SEG_PORT", DEFAULT_PORT),
            max_file_mb=_number(environment, "MTURN_SEG_MAX_FILE_MB", MAX_FILE_MB),
        )


def refuse_public_without_sign_in(host: str, environment: Mapping[str, str] = os.environ) -> None:
    """Local mode asks nobody who they are, so it may serve only the computer it runs on.

    Raises SpaceError on a Hugging Face Space (SPACE_ID is set) and for a host that other computers can reach.
    """
    if environment.get("SPACE_ID"):
        raise SpaceError(
            "local mode has no sign-in and must not run on a Space, "
            f"but SPACE_ID is set ({environment['SPACE_ID']!r}); start it on your own computer"
        )
    if not is_loopback(host):
        raise SpaceError(
            f"local mode has no sign-in, but the host {host!r} can be reached from other computers; "
            f"expected {DEFAULT_HOST}, ::1 or localhost"
        )


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach `host`. A name but localhost may resolve anywhere: it counts as no."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise SpaceError(f"{name} is {text!r}; expected a whole number") from None
