"""Every store behind one fixture; a Hub of our own for the one that lives there."""

from __future__ import annotations

import pytest

from leaderboard import SqliteStore
from leaderboard.stores.hub import HubStore
from tests.hub_double import HubDouble, without_network

TOKEN = "hf_the-token-of-the-store"
NAME = "ORG/RESULTS"


@pytest.fixture
def token():
    """The token of an account that may write to ORG."""
    return TOKEN


@pytest.fixture
def hub():
    """A running Hub with that account."""
    with without_network(), HubDouble() as double:
        double.add_account(TOKEN, "keeper", ["ORG"])
        yield double


@pytest.fixture
def open_hub_store(hub, tmp_path):
    """open_hub_store(cache="a", **options) -> a HubStore at the Hub, whose cache folder has this name."""

    def open_store(cache="cache", **options):
        settings = {"token": TOKEN, "endpoint": hub.endpoint, "refresh_seconds": 0.0, "deadline": 60.0} | options
        return HubStore(NAME, cache=tmp_path / cache, **settings)

    return open_store


@pytest.fixture(params=["sqlite", "hub"])
def open_any_store(request, tmp_path):
    """Gives a new view of the same store each time it is called, as another process would have."""
    if request.param == "hub":
        return request.getfixturevalue("open_hub_store")
    return lambda: SqliteStore(tmp_path / "leaderboard.sqlite")
