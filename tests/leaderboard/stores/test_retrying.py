"""Waiting for a server: until it answers, as long as it asks for, and never past the deadline."""

from __future__ import annotations

import time

import pytest

from leaderboard import StoreError
from leaderboard.stores.retrying import Passing, Patience, retried


def failing(times, after=None):
    """A call that fails so often and then returns how often it was called; `calls` counts."""
    calls = []

    def call():
        calls.append(time.monotonic())
        if len(calls) <= times:
            raise Passing("the server is busy", after)
        return len(calls)

    call.calls = calls
    return call


def test_it_is_tried_until_it_succeeds():
    assert retried(failing(5), Patience(10.0, first=0.001)) == 6


def test_the_deadline_ends_it_with_the_last_reason():
    call = failing(10**9)
    start = time.monotonic()
    with pytest.raises(StoreError, match=r"the server is busy; given up after \d+ tries in 0\.3 s"):
        retried(call, Patience(0.3, first=0.01, longest=0.02))
    assert time.monotonic() - start < 0.5
    assert len(call.calls) >= 10


def test_the_wait_that_the_server_asks_for_is_kept():
    call = failing(1, after=0.2)
    retried(call, Patience(5.0, first=0.001))
    first, second = call.calls
    assert 0.2 <= second - first < 0.5


def test_a_wait_beyond_the_deadline_is_not_begun():
    call = failing(1, after=60.0)
    start = time.monotonic()
    with pytest.raises(StoreError, match="given up after 1 tries"):
        retried(call, Patience(1.0))
    assert time.monotonic() - start < 0.5
    assert len(call.calls) == 1


def test_waits_double_up_to_the_longest(monkeypatch):
    slept = []
    monkeypatch.setattr("leaderboard.stores.retrying.time.sleep", slept.append)
    monkeypatch.setattr("leaderboard.stores.retrying.random.uniform", lambda low, high: high)
    retried(failing(6), Patience(100.0, first=0.5, longest=3.0))
    assert slept == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0]


def test_other_errors_are_not_tried_again():
    calls = []

    def call():
        calls.append(1)
        raise KeyError("x")

    with pytest.raises(KeyError):
        retried(call, Patience(10.0))
    assert len(calls) == 1
