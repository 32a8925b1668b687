"""Contenders are run in turn, and compared round by round."""

from __future__ import annotations

from functools import partial

import pytest

from benchmarks import timing
from benchmarks.timing import Contender, processor, race, ratio


def test_every_contender_runs_once_a_round_and_the_order_shifts():
    ran = []
    contenders = [Contender(partial(ran.append, name), items=1) for name in "abc"]
    steps = []
    race(contenders, rounds=3, at_least=0, progress=lambda done, total: steps.append((done, total)))
    assert "".join(ran[-9:]) == "abcbcacab"
    assert set(ran[:-9]) == set("abc")
    assert steps == [(step, 9) for step in range(1, 10)]
    assert [len(contender.speeds) for contender in contenders] == [3, 3, 3]


def test_speed_counts_items_and_what_is_fast_is_called_more_often(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    calls = []

    def work(name, seconds):
        calls.append(name)
        clock[0] += seconds

    fast = Contender(partial(work, "fast", 0.01), items=50)
    slow = Contender(partial(work, "slow", 0.4), items=50)
    race([fast, slow], rounds=3, at_least=0.1)
    assert fast.speeds == pytest.approx([5_000] * 3)
    assert slow.speeds == pytest.approx([125] * 3)
    assert calls.count("fast") == 2 + 3 * 10
    assert calls.count("slow") == 1 + 3


def test_ratio_compares_within_a_round():
    # A machine that got twice as slow after the first round: medians over all would give 1.5.
    fast = Contender(print, 1, speeds=[40, 20, 20])
    slow = Contender(print, 1, speeds=[20, 10, 10])
    assert ratio(fast, slow) == 2
    assert Contender(print, 1, speeds=[3, 1, 2]).speed == 2


def test_the_processor_has_a_name():
    assert processor().strip()


def test_overlapping_kernels_are_counted_once():
    from benchmarks.cuda import covered

    assert covered([]) == 0
    assert covered([(5, 6), (0, 2), (1, 4), (1, 2)]) == pytest.approx(5)
