"""Threads of one process that ask for changes while a commit is under way: what they ask for goes into the next one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderboard import Quota, QuotaExceeded, StoreError
from tests.leaderboard.stores.making import AT, companion_of, line_of, new_submission, record_of, wait_until

FREE = Quota()
PRIVATE = "ORG/RESULTS-private"
COMMIT = rf"{PRIVATE}/commit/"


@pytest.fixture
def store(open_hub_store):
    return open_hub_store()


@pytest.fixture
def pending(store, tmp_path):
    """pending(n, ...) -> n pending submissions of different content."""
    return lambda count, **kind: [
        store.admit(*new_submission(tmp_path, f"file {number}", **kind), FREE) for number in range(count)
    ]


@pytest.fixture
def together(hub, store, pending):
    """together(calls) -> a future for each; all of them wait while a first commit is under way."""
    first = pending(1, user="first")[0]

    def run(calls, **fault):
        delayed = hub.faults.add(path=COMMIT, delay=0.5)
        if fault:  # for the commits after the first
            hub.faults.add(path=COMMIT, **fault)
        with ThreadPoolExecutor(len(calls) + 1) as pool:
            pool.submit(store.begin, first.id)
            wait_until(lambda: delayed.times == 0)
            return [pool.submit(call) for call in calls]

    return run


def commits(hub):
    return len(hub.repository(PRIVATE).commits)


def finish(store, submission):
    return store.finish(record_of(submission), companion_of(submission), AT)


def test_they_share_one_commit(hub, store, together, tmp_path):
    items = [new_submission(tmp_path, f"file {number}") for number in range(10)]
    before = commits(hub)
    answers = together([lambda item=item: store.admit(*item, FREE) for item in items])
    assert [answer.result() for answer in answers] == [submission for submission, _ in items]
    assert commits(hub) == before + 2
    assert hub.repository(PRIVATE).head.title.endswith("and 9 more")
    assert {item.id for item, _ in items} < {item.id for item in store.submissions()}
    assert all(store.raw(item.id).read_bytes() == raw.read_bytes() for item, raw in items)


def test_the_quota_holds_within_a_commit(store, together, tmp_path):
    items = [new_submission(tmp_path, f"file {number}") for number in range(6)]
    answers = together([lambda item=item: store.admit(*item, Quota(total=2)) for item in items])
    refused = [answer.exception() for answer in answers if answer.exception()]
    assert len(refused) == 4
    assert all(isinstance(error, QuotaExceeded) for error in refused)
    assert len(store.submissions()) == 1 + 2


def test_attempts_follow_each_other_within_a_commit(hub, store, together, pending):
    items = pending(5)
    before = commits(hub)
    answers = together([lambda item=item: finish(store, item) for item in items])
    assert sorted(answer.result().attempts for answer in answers) == [1, 2, 3, 4, 5]
    assert commits(hub) == before + 2


def test_the_same_result_twice_is_one(store, together, pending):
    item = pending(1)[0]
    one, two = together([lambda: finish(store, item)] * 2)
    assert one.result() == two.result()
    assert [key.id for key in store.record_keys()] == [one.result().id]


def test_tries_of_the_same_submission_are_all_counted(store, together, pending):
    item = pending(1)[0]
    answers = together([lambda: store.begin(item.id)] * 4)
    assert sorted(answer.result().tries for answer in answers) == [1, 2, 3, 4]
    assert store.submission(item.id).tries == 4


def test_audit_lines_keep_their_numbers_apart(hub, store, together, pending):
    items = pending(3)
    for item in items:
        finish(store, item)
    lines = [line_of(item, "withdraw") for item in items]
    for answer in together([lambda line=line: store.change(line) for line in lines]):
        assert answer.result().state == "withdrawn"
    assert sorted(store.audit(), key=str) == sorted(lines, key=str)
    names = [name for name in hub.repository(PRIVATE).files if name.startswith("audit/")]
    assert sorted(name[6:12] for name in names) == ["000001", "000002", "000003"]


def test_a_file_that_one_leaves_and_another_brings_is_there(hub, store, together, pending, tmp_path):
    mine = pending(1)[0]
    theirs, raw = new_submission(tmp_path, "file 0", user="bob")  # the same content
    for answer in together([lambda: store.refuse(mine.id, "why"), lambda: store.admit(theirs, raw, FREE)]):
        answer.result()
    assert f"raw/{theirs.file_sha256}" in hub.repository(PRIVATE).files
    assert store.raw(theirs.id).read_bytes() == raw.read_bytes()


def test_one_that_fails_does_not_fail_the_others(store, together, pending):
    item = pending(1)[0]
    unknown, known = together([lambda: store.begin("0" * 16), lambda: store.begin(item.id)])
    assert known.result().tries == 1
    with pytest.raises(StoreError, match="no submission"):
        unknown.result()


def test_a_commit_that_fails_for_good_fails_all_that_share_it(hub, store, together, pending):
    items = pending(3)
    answers = together([lambda item=item: store.begin(item.id) for item in items], status=400, times=None)
    for answer in answers:
        with pytest.raises(StoreError, match="the Hub answered 400"):
            answer.result()
    hub.faults.clear()
    assert [store.begin(item.id).tries for item in items] == [1, 1, 1]


def test_who_cannot_wait_gives_up_and_nothing_is_done(hub, open_hub_store, store, tmp_path):
    hasty = open_hub_store(deadline=1.0)
    items = [new_submission(tmp_path, f"file {number}") for number in range(2)]
    delayed = hub.faults.add(path=COMMIT, delay=2.0)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(hasty.admit, *items[0], FREE)
        wait_until(lambda: delayed.times == 0)
        with pytest.raises(StoreError, match="too many changes at once; given up after 1 s: admit"):
            hasty.admit(*items[1], FREE)
        assert slow.result() == items[0][0]
    assert hasty.begin(items[0][0].id).tries == 1
    assert [item.id for item in store.submissions()] == [items[0][0].id]
