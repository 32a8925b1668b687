"""Submits files to a store from a process of its own, telling what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

from leaderboard import Leaderboard, Quota, QuotaExceeded, SubmissionMeta, open_store

Job = tuple[str, str]  # file and user


def submit_all(truth: Path, store: str, jobs: Sequence[Job], answers: Connection, threads: int, quota: Quota) -> None:
    """Resume what was left, then submit every job.

    Sends ("ready", ""), then ("scored", record id) or ("quota", user) for each job in order, at last None. The process
    may be killed at any moment: what was sent was answered.
    """
    board = Leaderboard(truth, open_store(store), quota=quota)
    answers.send(("ready", ""))
    board.resume()

    def submit(job: Job) -> tuple[str, str]:
        path, user = job
        try:
            meta = SubmissionMeta(model=f"net of {user}", history_mode="own", signed=user)
            return "scored", board.submit(path, meta, user).id
        except QuotaExceeded:
            return "quota", user

    with ThreadPoolExecutor(threads) as pool:
        for answer in pool.map(submit, jobs):
            answers.send(answer)
    answers.send(None)
