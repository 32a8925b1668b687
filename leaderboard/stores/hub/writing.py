"""Commits to the private repository, each on the state that it was decided on; one may hold several changes."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from leaderboard.errors import StoreError
from leaderboard.stores.hub.calls import Conflict
from leaderboard.stores.hub.reader import Reader
from leaderboard.stores.hub.repository import git_id
from leaderboard.stores.hub.state import AUDIT, LATEST, Change, State, submission_path
from leaderboard.stores.retrying import Passing, Patience

Result = TypeVar("Result")
#: From a state to the answer of a call and the change that it makes; None where it makes none.
Decision = Callable[[State], tuple[Result, Change | None]]

_TOGETHER = 32  # changes in a commit


@dataclass(eq=False)
class _Job:
    title: str
    decide: Decision[Any]
    patience: Patience
    answer: Future = field(default_factory=Future)


class _Batch:
    """Jobs decided one after the other, each on the state that the ones before it leave; no two touch the same file."""

    def __init__(self, state: State):
        self.state = state
        self.files: dict[str, bytes | Path] = {}
        self.removed: list[str] = []
        self.titles: list[str] = []
        self.postponed: list[_Job] = []
        self._touched: set[str] = set()
        self._answers: list[tuple[_Job, Any, Exception | None]] = []

    def add(self, job: _Job) -> Change | None:
        """Decide a job; its change, or None where there is none or it has to wait for the next batch."""
        try:
            result, change = job.decide(self.state)
        except Exception as error:
            self._answers.append((job, None, error))
            return None
        if change is not None:
            path = submission_path(change.entry.submission)
            touched = {path, *change.files, *change.removed}
            if any(name.startswith(AUDIT) for name in change.files):
                touched.add(AUDIT)  # audit lines are numbered from those already committed
            if touched & self._touched or len(self.titles) == _TOGETHER:
                self.postponed.append(job)
                return None
            self._touched |= touched
            self.files |= {**change.files, path: change.entry.to_bytes()}
            self.removed += change.removed
            self.titles.append(job.title)
            self.state = self.state.after(change)
        self._answers.append((job, result, None))
        return change

    def answer(self) -> None:
        """Tell every job that was decided what became of it."""
        for job, result, error in self._answers:
            if not job.answer.set_running_or_notify_cancel():
                continue  # its caller has given up
            if error is None:
                job.answer.set_result(result)
            else:
                job.answer.set_exception(error)


class Writer:
    """Makes the changes that parallel threads ask for. Those that come while a commit is under way share the next:
    the Hub takes a second or two for one and allows some hundred an hour."""

    def __init__(self, reader: Reader):
        self._reader = reader
        self._repository = reader.repository
        self._turn = threading.Lock()
        self._waiting: list[_Job] = []
        self._lock = threading.Lock()  # of _waiting

    def write(self, title: str, decide: Decision[Result], patience: Patience) -> Result:
        """Commit what `decide` makes of the newest state; it is asked again whenever that has changed meanwhile.

        Raises what `decide` raises, and StoreError when the Hub refuses or the deadline comes first.
        """
        job = _Job(title, decide, patience)
        with self._lock:
            self._waiting.append(job)
        if self._turn.acquire(timeout=patience.left):
            try:
                while not job.answer.done():
                    self._work()
            finally:
                self._turn.release()
        elif job.answer.cancel():
            place = self._repository.name
            raise StoreError(f"{place}: too many changes at once; given up after {patience.seconds:g} s: {title}")
        return job.answer.result()

    def _work(self) -> None:
        """One batch of what waits."""
        with self._lock:
            jobs, self._waiting = [job for job in self._waiting if not job.answer.cancelled()], []
        try:
            postponed = self._commit(jobs)
        except BaseException as error:
            for job in jobs:
                if job.answer.set_running_or_notify_cancel():
                    job.answer.set_exception(error)
            raise
        with self._lock:
            self._waiting = postponed + self._waiting

    def _commit(self, jobs: list[_Job]) -> list[_Job]:
        """Decide and commit; the jobs that are left for the next batch."""
        patience = max((job.patience for job in jobs), key=lambda patience: patience.left)
        tries = 0
        while True:
            before = self._reader.newest(patience)
            batch = self._decided(before, jobs)
            if not batch.files:
                break
            mark = f"{uuid.uuid4()}\n".encode()
            others = f" and {len(batch.titles) - 1} more" if len(batch.titles) > 1 else ""
            files = {**batch.files, LATEST: mark}
            try:
                head = self._repository.commit(batch.titles[0] + others, files, batch.removed, before.head)
            except Passing as failure:
                tries += 1
                patience.wait(tries, failure)
                # The commit may have been made and only the answer lost.
                if isinstance(failure, Conflict) or not self._is_newest(mark, patience):
                    continue
                self._reader.newest(patience)
            else:
                self._reader.committed(before, batch.state.at(head))
            break
        batch.answer()
        return batch.postponed

    def _decided(self, before: State, jobs: list[_Job]) -> _Batch:
        batch = _Batch(before)
        for job in jobs:
            change = batch.add(job)
            if change is not None:
                self._reader.keep(change)
        return batch

    def _is_newest(self, mark: bytes, patience: Patience) -> bool:
        head = self._repository.head(patience)
        found = self._repository.listing("", head, patience, recursive=False).files
        return found.get(LATEST) == git_id(mark)
