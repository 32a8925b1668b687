"""What the app is started with, and the rule for where it may be started without sign-in."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
PREFIX = "MTURN_SEG_"
# What a Space says of itself; gradio takes the first pair for "this is a Space" and the others for its sign-in.
_SIGN_IN = ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL")


class SpaceError(ValueError):
    """The app cannot be started as asked; the message says which setting and what is expected."""


@dataclass(frozen=True)
class Settings:
    """Where the truth, the results and the data lie, where the app listens, and what it lets people do.

    Empty texts and None stand for what is not given.
    """

    truth: str = "mturn-seg-truth/test.parquet"  # a file, or hub:ORG/NAME/test.parquet
    validation_truth: str = ""  # the same of the validation split, which then takes submissions too
    store: str = "demo/leaderboard.sqlite"  # an SQLite file, or hub:ORG/RESULTS
    data: str = "mturn-seg"  # the data set to browse: a folder, or hub:ORG/NAME
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    max_file_mb: int = 512
    device: str | None = None  # what scores: cpu or cuda; None takes CUDA where this computer has it
    admins: tuple[str, ...] = ()  # maintainers' user names
    quota_per_day: int | None = None  # submissions of a user to the test split
    quota_total: int | None = None
    checks_per_hour: int = 60  # files that one visitor may have checked
    checks_per_hour_all: int = 600  # and all visitors together
    submits_per_hour: int = 20  # submissions that one user may try, accepted or not
    submits_per_hour_all: int = 300
    uploads_per_hour: int = 100  # of one visitor
    refresh_s: int = 30  # how often the tables are compared with the results
    cache: str = "~/.cache/mturn-seg/space"  # keeps the last tables for a start without a connection
    contact: str = ""  # where questions go: an address of the web or of mail

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SpaceError(f"the port is {self.port}; expected 0 (any free one) to 65535")
        for name in _LEAST_ONE:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SpaceError(f"{PREFIX}{name.upper()} is {value}; expected 1 or more")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from MTURN_SEG_TRUTH, MTURN_SEG_STORE and so on; what is not set keeps its default.

        Host and port are taken from GRADIO_SERVER_NAME and GRADIO_SERVER_PORT where only those are set, as on a Space.
        Raises SpaceError for a number that is none.
        """
        given = {
            "host": environment.get("GRADIO_SERVER_NAME"),
            "port": _read("port", environment.get("GRADIO_SERVER_PORT") or None),
        }
        for field in fields(cls):
            value = _read(field.name, environment.get(PREFIX + field.name.upper()))
            given[field.name] = given.get(field.name) if value is None else value
        return cls(**{name: value for name, value in given.items() if value is not None})

    @property
    def last_tables(self) -> Path:
        """Where the last tables of this store are kept."""
        name = "".join(char if char.isalnum() else "-" for char in self.store)
        return Path(self.cache).expanduser() / f"tables-{name[-80:]}.json"


_NUMBERS = {field.name for field in fields(Settings) if field.type in ("int", "int | None")}
_LEAST_ONE = _NUMBERS - {"port"}


def signs_in(host: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether people sign in here: True on a Space with sign-in, False on a computer's own address.

    Raises SpaceError for all else, since without sign-in everybody who reaches the page submits under one name: on a
    Space (SPACE_ID is set) without sign-in, and for a host that other computers can reach.
    """
    space = environment.get("SPACE_ID")
    if space:
        missing = [name for name in _SIGN_IN if not environment.get(name)]
        if environment.get("SYSTEM") != "spaces":
            missing.insert(0, "SYSTEM=spaces")
        if missing:
            raise SpaceError(
                f"local mode has no sign-in and must not run on a Space, but SPACE_ID is set ({space!r}) and sign-in "
                f"lacks {', '.join(missing)}; expected `hf_oauth: true` in the Space's README.md, which sets them"
            )
        return True
    if not is_loopback(host):
        raise SpaceError(
            f"local mode has no sign-in, but the host {host!r} can be reached from other computers; "
            f"expected {DEFAULT_HOST}, ::1 or localhost"
        )
    return False


def refuse_forgetful_store(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """A Space's disk is new at every start: raises SpaceError where results would be kept on it by mistake."""
    if environment.get("SPACE_ID") and settings.store == Settings.store:
        raise SpaceError(
            f"{PREFIX}STORE is not set, and a Space forgets its disk at every start; expected hub:ORG/RESULTS, or an "
            "SQLite file on a disk that lasts"
        )


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach `host`. A name but localhost may resolve anywhere: it counts as no."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _read(name: str, text: str | None) -> str | int | tuple[str, ...] | None:
    """A setting's value from its text; None for one that is not given."""
    if not text:
        return None
    if name == "admins":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name not in _NUMBERS:
        return text
    try:
        return int(text)
    except ValueError:
        raise SpaceError(f"{PREFIX}{name.upper()} is {text!r}; expected a whole number") from None
