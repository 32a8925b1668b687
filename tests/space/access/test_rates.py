"""Limits on how often things are done."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from space.access.rates import Rate, Rates, minutes, visitor
from space.settings import Settings


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_uses_of_one_key_are_limited_within_any_window(clock):
    rate = Rate(2, 100, window_s=60, now=clock)
    assert rate.take("a") == 0
    clock.time += 40
    assert rate.take("a") == 0
    clock.time += 5
    assert rate.take("a") == 15  # the first use, 45 s ago, ends after 60
    assert rate.take("b") == 0
    clock.time += 15
    assert rate.take("a") == 0
    assert rate.take("a") == 40  # now the use of 20 s ago is the oldest


def test_uses_of_all_keys_together_are_limited(clock):
    rate = Rate(10, 3, window_s=60, now=clock)
    for key in "abc":
        assert rate.take(key) == 0
        clock.time += 10
    assert rate.take("d") == 30
    clock.time += 30
    assert rate.take("d") == 0


def test_the_longer_of_two_waits_is_told(clock):
    rate = Rate(1, 2, window_s=60, now=clock)
    rate.take("a")
    clock.time += 30
    rate.take("b")
    assert rate.take("b") == 60
    assert rate.take("c") == 30


def test_a_refused_use_does_not_count(clock):
    rate = Rate(1, 100, window_s=60, now=clock)
    rate.take("a")
    for _ in range(5):
        clock.time += 10
        assert rate.take("a") > 0
    clock.time += 10
    assert rate.take("a") == 0


def test_keys_of_past_windows_are_forgotten(clock):
    rate = Rate(1, 1000, window_s=60, now=clock)
    for key in range(1000):
        assert rate.take(str(key)) == 0
    assert rate.take("one more") > 0
    assert rate.keys == 1000
    clock.time += 61
    rate.take("later")
    assert rate.keys == 1


def test_threads_never_get_more_than_the_limit():
    rate = Rate(1000, 50)
    taken = []

    def take() -> None:
        for _ in range(40):
            if rate.take("a") == 0:
                taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 50


@pytest.mark.parametrize(("seconds", "told"), [(0.5, 1), (60, 1), (61, 2), (3599, 60)])
def test_a_wait_is_told_in_whole_minutes(seconds, told):
    assert minutes(seconds) == told


@pytest.mark.parametrize(
    ("forwarded", "host", "is_proxied", "found"),
    [
        ("", "127.0.0.1", False, "127.0.0.1"),
        ("9.9.9.9", "127.0.0.1", False, "127.0.0.1"),  # who is not behind a proxy may say what they like
        ("9.9.9.9", "10.0.0.1", True, "9.9.9.9"),
        ("1.1.1.1, 9.9.9.9, 10.20.0.4", "10.0.0.1", True, "9.9.9.9"),  # the first was made up
        ("nonsense, 10.0.0.7", "10.0.0.1", True, "10.0.0.1"),
        ("2606:4700:1:2:3:4:5:6", "10.0.0.1", True, "2606:4700:1:2::/64"),
        ("::ffff:9.9.9.9", "10.0.0.1", True, "9.9.9.9"),
        ("", None, True, "unknown"),
    ],
)
def test_a_visitor_is_the_address_that_the_proxy_saw(forwarded, host, is_proxied, found):
    assert visitor({"x-forwarded-for": forwarded} if forwarded else {}, host, is_proxied) == found


def test_the_limits_of_the_page_are_those_of_the_settings():
    rates = Rates.of(Settings(checks_per_hour=2, checks_per_hour_all=3, submits_per_hour=1, submits_per_hour_all=9))
    request = gr.Request(SimpleNamespace(headers={}, client=SimpleNamespace(host="127.0.0.1")))
    who = rates.visitor(request)
    assert [bool(rates.check.take(who)) for _ in range(3)] == [False, False, True]
    assert [bool(rates.check.take("other")) for _ in range(2)] == [False, True]
    assert [bool(rates.submit.take("user")) for _ in range(2)] == [False, True]
