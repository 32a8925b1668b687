"""Submissions and records as short as they can be, and a process that submits many of them to a Hub."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path

from leaderboard.errors import QuotaExceeded
from leaderboard.records import AuditLine, DatasetRef, PredictionCounts, Quota, Record, Submission, SubmissionMeta
from leaderboard.stores._local import write_whole
from leaderboard.stores.hub import HubStore

AT = "2026-01-02T10:00:00+00:00"
DIGEST = "d" * 64


def new_submission(
    folder: Path,
    content: str | bytes = "one",
    user: str = "ann",
    model: str = "net",
    split: str = "test",
    created: str = AT,
    **meta: str,
) -> tuple[Submission, Path]:
    """A pending submission and its file. meta: more of its description."""
    data = content.encode() if isinstance(content, str) else content
    sha256 = hashlib.sha256(data).hexdigest()
    raw = Path(folder, f"{sha256[:16]}.upload")
    write_whole(raw, data)  # other processes may be reading the same content under the same name
    submission = Submission(
        id=hashlib.sha256(f"{user}/{sha256}/{split}".encode()).hexdigest()[:16],
        user=user,
        meta=SubmissionMeta(model=model, history_mode="own", signed=user, **meta),
        split=split,
        dataset=DatasetRef(version="1.0.0", digest=DIGEST),
        file_sha256=sha256,
        file_bytes=len(data),
        created=created,
    )
    return submission, raw


def record_of(submission: Submission, digest: str = DIGEST) -> Record:
    """A record of it without any track."""
    return Record(
        id=hashlib.sha256(f"{submission.id}/{digest}".encode()).hexdigest()[:16],
        submission=submission.id,
        created=submission.created,
        user=submission.user,
        meta=submission.meta,
        split=submission.split,
        dataset=DatasetRef(version="1.0.0", digest=digest),
        scorer_version="2",
        device="cpu",
        file_sha256=submission.file_sha256,
        counts=PredictionCounts(rows=1, empty_predictions=0),
        tracks={},
    )


def line_of(submission: Submission, action: str, **changes: str) -> AuditLine:
    """An audit line of its owner's."""
    owner = {"by": submission.user, "user": submission.user, "file_sha256": submission.file_sha256}
    return AuditLine(**({"at": AT, "action": action, "submission": submission.id, **owner} | changes))


def wait_until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Returns when `done` says so; raises TimeoutError when it does not in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not done in {seconds:g} s")
        time.sleep(0.01)


def companion_of(submission: Submission) -> bytes:
    return f"sums of {submission.id}".encode()


def submit_all(
    endpoint: str, token: str, folder: str, jobs: list[tuple[str, str]], threads: int, quota: Quota, ready: Event
) -> None:
    """Admit, begin and finish a submission for every (user, content), in threads; those over quota are left out.

    `ready` is set when the store is open.
    """
    store = HubStore("ORG/RESULTS", token=token, endpoint=endpoint, cache=Path(folder, "cache"), deadline=300.0)
    ready.set()

    def submit(job: tuple[str, str]) -> None:
        user, content = job
        try:
            submission = store.admit(*new_submission(Path(folder), content, user), quota)
        except QuotaExceeded:
            return
        if submission.state == "pending":
            store.begin(submission.id)
            store.finish(record_of(submission), companion_of(submission), AT)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(submit, jobs))
