"""Many submit at once, and processes are killed at any moment: nothing is lost, nothing is there twice."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter

import pytest

from leaderboard import Leaderboard, Quota, open_store
from tests.support.submitting import submit_all

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.support.submitting"])  # else every process spends seconds on imports
DIALOGUES = 400
USERS = ("ann", "bob", "eve")


@pytest.fixture
def large_truth(make):
    """A truth whose scoring takes about a tenth of a second, so that a kill often falls into it."""
    return make.truth(
        [
            make.truth_row(f"d{number}", turn, turn, 100 + number, size=(64, 64), patient_id=f"p{number % 40}")
            for number in range(DIALOGUES)
            for turn in (1, 2)
        ],
        name="large.parquet",
    )


@pytest.fixture
def uploads(make):
    """uploads(n): n different predictions files, each complete for English multi turn."""
    rows = [make.row(f"d{number}", "en", turn, 150, (64, 64)) for number in range(DIALOGUES) for turn in (1, 2)]

    def write(count):
        for number in range(count):
            changed = {**rows[0], **make.first_pixels(number, (64, 64))}
            yield str(make.parquet([changed, *rows[1:]], name=f"upload{number}.parquet"))

    return lambda count: list(write(count))


def check_everything_is_there_once(truth, place, answered):
    """After a storm all that was answered is there, all that is there was scored, once, and no attempt is left out."""
    board = Leaderboard(truth, open_store(place))
    board.resume()
    submissions, records = board.submissions(), board.records()
    assert {item.state for item in submissions} == {"scored"}
    assert Counter(item.submission for item in records) == Counter({item.id: 1 for item in submissions})
    assert len({(item.user, item.file_sha256) for item in submissions}) == len(submissions)
    assert set(answered) <= {item.id for item in records}
    for user in {item.user for item in submissions}:
        attempts = sorted(item.attempts for item in records if item.user == user)
        assert attempts == list(range(1, len(attempts) + 1))
    for item in submissions:
        assert board.store.raw(item.id).stat().st_size == item.file_bytes
    assert {row.user for row in board.table("en-multi")} == {item.user for item in submissions}
    return records


def start(truth, place, jobs, threads, quota=None):
    answers, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=submit_all, args=(truth, place, jobs, sender, threads, quota or Quota()))
    process.start()
    sender.close()
    return process, answers


def received(answers):
    """What a process sent until it ended or was killed."""
    while True:
        try:
            answer = answers.recv()
        except EOFError:
            return
        if answer is None:
            return
        yield answer


@pytest.mark.slow
def test_a_process_killed_fifty_times_loses_and_doubles_nothing(large_truth, uploads, tmp_path):
    place = str(tmp_path / "store.sqlite")
    randomness = random.Random(0)
    jobs = [(path, USERS[number % 3]) for number, path in enumerate(uploads(120))]
    answered, waiting, cut_while_scoring = [], list(jobs), 0
    for _ in range(50):
        process, answers = start(large_truth, place, waiting[:20] or jobs[:20], threads=2)
        assert answers.recv() == ("ready", "")
        time.sleep(randomness.uniform(0, 0.6))
        process.kill()  # SIGKILL
        process.join()
        got = [record for kind, record in received(answers) if kind == "scored"]
        answered += got
        waiting = waiting[len(got) :]
        cut_while_scoring += any(item.state == "pending" for item in open_store(place).submissions())
    assert cut_while_scoring >= 10
    process, answers = start(large_truth, place, jobs, threads=2)
    answered += [record for kind, record in received(answers) if kind == "scored"]
    process.join()
    records = check_everything_is_there_once(large_truth, place, answered)
    assert len(records) == len(jobs)


@pytest.mark.slow
def test_four_processes_of_eight_threads_keep_everything_and_the_quota(large_truth, uploads, tmp_path):
    place = str(tmp_path / "store.sqlite")
    paths = uploads(16)
    jobs = [(path, user) for path in paths for user in USERS]
    quota = Quota(per_day=100, total=10)
    started = [start(large_truth, place, jobs[first::2], threads=8, quota=quota) for first in (0, 1, 0, 1)]
    answers = [list(received(pipe)) for _, pipe in started]
    for process, _ in started:
        process.join()
        assert process.exitcode == 0
    scored = {record for answer in answers for kind, record in answer if kind == "scored"}
    records = check_everything_is_there_once(large_truth, place, scored)
    assert Counter(record.user for record in records) == dict.fromkeys(USERS, 10)
    assert scored == {record.id for record in records}
