"""What is kept of a snapshot: made once, the latest only, and none of another snapshot."""

from __future__ import annotations

import threading

import pytest

from space.kept import Kept
from tests.space import results


def test_a_thing_is_made_once_for_all_who_ask():
    kept, made, started, snapshot = Kept(4), [], threading.Barrier(8), results.three()

    def ask():
        started.wait()
        kept.get(snapshot, "key", lambda: made.append("one") or "table")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["one"]
    assert kept.get(snapshot, "key", lambda: "other") == "table"


def test_a_long_making_holds_up_nobody_who_asks_for_another_thing():
    kept, snapshot, begun, end = Kept(4), results.three(), threading.Event(), threading.Event()
    slow = threading.Thread(target=lambda: kept.get(snapshot, "slow", lambda: begun.set() or end.wait(20)))
    slow.start()
    assert begun.wait(10)
    assert kept.get(snapshot, "quick", lambda: "made") == "made"
    assert slow.is_alive()
    end.set()
    slow.join()


def test_snapshots_do_not_disturb_each_other():
    kept, old, new = Kept(4), results.three(), results.three()
    assert kept.get(new, "key", lambda: "of the new") == "of the new"
    assert kept.get(old, "key", lambda: "of the old") == "of the old"
    assert kept.get(new, "key", lambda: "made anew") == "of the new"


def test_the_latest_that_were_asked_for_are_kept():
    kept, snapshot = Kept(2), results.three()
    for key in ("a", "b", "a", "c"):
        kept.get(snapshot, key, lambda key=key: key)
    assert [kept.get(snapshot, key, lambda: "anew") for key in ("a", "c", "b")] == ["a", "c", "anew"]


def test_what_could_not_be_made_is_tried_again():
    kept, snapshot = Kept(2), results.three()
    with pytest.raises(ZeroDivisionError):
        kept.get(snapshot, "key", lambda: 1 // 0)
    assert kept.get(snapshot, "key", lambda: "made") == "made"
