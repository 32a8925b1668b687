"""A store from the words that name it on a command line or in a setting."""

from __future__ import annotations

from pathlib import Path

from leaderboard.errors import StoreError
from leaderboard.stores import Store
from leaderboard.stores.sqlite import SqliteStore

HUB = "hub:"


def open_store(place: Path | str, *, deadline: float | None = None) -> Store:
    """The store at `place`: the path of an SQLite file, or hub:ORG/RESULTS for two dataset repositories on the Hub.

    On the Hub, records are public in ORG/RESULTS, all else is private in ORG/RESULTS-private; the token is that of
    `hf auth login` or of HF_TOKEN. deadline: seconds after which a call gives up on a Hub that does not answer; None
    keeps its own. Raises StoreError.
    """
    text = str(place)
    if not text.startswith(HUB):
        return SqliteStore(Path(place))
    repository = text.removeprefix(HUB)
    if repository.count("/") != 1 or not all(repository.split("/")):
        raise StoreError(f"{text!r} names no repository; expected {HUB}ORG/RESULTS")
    from leaderboard.stores.hub import HubStore  # needs the network, which an SQLite file does not

    return HubStore(repository) if deadline is None else HubStore(repository, deadline=deadline)
