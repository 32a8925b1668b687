"""Many processes at one Hub, some of them killed: quotas are exact, nothing is lost, nothing is there twice."""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from leaderboard import Quota
from leaderboard.stores.hub import HubStore
from tests.hub_double import without_network
from tests.leaderboard.stores.making import companion_of, submit_all

CONTEXT = multiprocessing.get_context("spawn")
ROOT = Path(__file__).parents[3]
USERS = ("ann", "bob", "用户")


@pytest.fixture
def place(token):
    """The address of a Hub in a process of its own."""
    command = [sys.executable, "-m", "tests.hub_double", token, "keeper", "ORG"]
    with (
        without_network(),
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def start(place, token, tmp_path):
    """start(name, jobs, threads, quota) -> a process that submits them, with a cache of its own and its store open."""

    def run(name, jobs, threads, quota):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        ready = CONTEXT.Event()
        process = CONTEXT.Process(target=submit_all, args=(place, token, str(folder), jobs, threads, quota, ready))
        process.start()
        assert ready.wait(60)
        return process

    return run


@pytest.fixture
def check(place, token, tmp_path):
    """check(quota) that everything is there once, as a process sees it that knows nothing yet."""

    def run(quota):
        store = HubStore("ORG/RESULTS", token=token, endpoint=place, cache=tmp_path / "empty")
        submissions = store.submissions()
        records = [store.record(key.id) for key in store.record_keys()]
        assert Counter(item.user for item in submissions) == dict.fromkeys(USERS, quota)
        assert {item.state for item in submissions} == {"scored"}
        assert Counter(item.submission for item in records) == {item.id: 1 for item in submissions}
        for user in USERS:
            assert sorted(item.attempts for item in records if item.user == user) == list(range(1, quota + 1))
        for item in submissions:
            assert store.raw(item.id).stat().st_size == item.file_bytes
        by_id = {item.id: item for item in submissions}
        assert all(store.companion(item.id) == companion_of(by_id[item.submission]) for item in records)
        public = {path for path in store_files(place, "ORG/RESULTS") if path.startswith("results/")}
        assert {Path(path).stem for path in public} == {item.id for item in records}
        return submissions

    return run


def store_files(place, name):
    """What anybody can list."""
    return HfApi(endpoint=place, token=False).list_repo_files(name, repo_type="dataset")


@pytest.mark.slow
def test_four_processes_of_eight_threads_keep_everything_and_the_quota(start, check):
    jobs = [(user, f"file {number}") for number in range(16) for user in USERS]
    quota = Quota(total=10)
    with ThreadPoolExecutor(4) as pool:  # each is waited for until it is open
        started = list(pool.map(lambda number: start(f"process{number}", jobs[number % 2 :: 2], 8, quota), range(4)))
    for process in started:
        process.join()
        assert process.exitcode == 0
    check(10)


@pytest.mark.slow
def test_processes_killed_at_any_moment_leave_everything_whole(start, check):
    jobs = [(user, f"file {number}") for number in range(24) for user in USERS]
    randomness = random.Random(0)
    killed = 0
    for turn in range(1, 13):  # each finds what the one before it left, and six submissions more
        process = start("again", jobs[: 6 * turn], 3, Quota())
        time.sleep(randomness.uniform(0, 0.4))
        killed += process.is_alive()
        process.kill()
        process.join()
    assert killed >= 8
    process = start("again", jobs, 3, Quota())
    process.join()
    submissions = check(24)
    assert all(item.tries >= 1 for item in submissions)
