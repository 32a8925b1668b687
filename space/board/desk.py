"""Where files are checked and scored: away from the process that serves readers, one file at a time."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, ClassVar, Protocol

from leaderboard import Submission, ValidationReport
from space.board.boards import Boards
from space.board.opening import Recipe

# Below the server's own priority: scoring takes every core, and readers must not feel it.
NICENESS = 10
LONGEST_S = 900.0
_START_S = 120.0
_READY = "ready"

Progress = Callable[[str], object]

log = logging.getLogger(__name__)


class DeskError(RuntimeError):
    """A file could not be worked on. reason: "ended", "slow" or "closed", for words of the page's language."""

    _TEXTS: ClassVar = {
        "ended": "working on this file ended the scoring process",
        "slow": "working on this file took too long",
        "closed": "the leaderboard is being stopped",
    }

    def __init__(self, reason: str):
        super().__init__(self._TEXTS[reason])
        self.reason = reason


class Desk(Protocol):
    """Checks and scores files of a split ("test" or "validation"), telling the stages of it.

    Besides DeskError, errors are those of `Leaderboard.validate` and `Leaderboard.settle`.
    """

    def validate(self, split: str, path: str, progress: Progress) -> ValidationReport:
        """Every problem of a predictions file; nothing is kept."""

    def settle(self, split: str, submission_id: str, progress: Progress) -> Submission:
        """Score a pending submission."""

    def close(self) -> None:
        """Stop working."""


class ThreadDesk:
    """Works in this process. `settle_with` may put the work elsewhere, as `spaces.GPU` does."""

    def __init__(self, boards: Boards, settle_with: Callable[[Callable], Callable] = lambda function: function):
        self._boards = boards
        self._settle = settle_with(self._settled)

    def validate(self, split: str, path: str, progress: Progress) -> ValidationReport:
        """See Desk.validate."""
        progress("checking")
        return self._boards.of(split).validate(path)

    def settle(self, split: str, submission_id: str, progress: Progress) -> Submission:
        """See Desk.settle."""
        progress("scoring")
        return self._settle(split, submission_id)

    def close(self) -> None:
        """See Desk.close."""

    def _settled(self, split: str, submission_id: str) -> Submission:
        return self._boards.of(split).settle(submission_id)


class ProcessDesk:
    """Works in a child process of low priority. A file that ends that process does not end the server.

    longest_s: seconds after which a file is given up and the process is started anew.
    """

    def __init__(self, recipe: Recipe, *, longest_s: float = LONGEST_S):
        self._recipe = recipe
        self._longest_s = longest_s
        self._one_at_a_time = threading.Lock()
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
        self._closed = False

    def validate(self, split: str, path: str, progress: Progress) -> ValidationReport:
        """See Desk.validate."""
        return self._asked(progress, "validate", split, path)

    def settle(self, split: str, submission_id: str, progress: Progress) -> Submission:
        """See Desk.settle."""
        return self._asked(progress, "settle", split, submission_id)

    def start(self) -> None:
        """Start the child now, so that the first file need not wait for it."""
        with self._one_at_a_time:
            self._running()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        child = self._child
        return None if child is None else child[0].pid

    def close(self) -> None:
        """See Desk.close."""
        self._closed = True
        child = self._child
        if child is not None:
            child[0].terminate()

    def _asked(self, progress: Progress, *task: str) -> Any:
        with self._one_at_a_time:
            connection = self._running()
            try:
                answer = self._answer(connection, task, progress)
            except (EOFError, ConnectionError):
                log.error("the scoring process ended with %s at %s", self._ended(), task)
                raise DeskError("ended") from None
            if answer is None:
                log.error("the scoring process was ended after %s s at %s", self._longest_s, task)
                self._ended()
                raise DeskError("slow")
        kind, value = answer
        if kind == "raised":
            raise value
        return value

    def _answer(self, connection: Connection, task: Sequence[str], progress: Progress) -> tuple[str, Any] | None:
        """("done", result) or ("raised", error); None when it takes too long."""
        end = time.monotonic() + self._longest_s
        connection.send(task)
        while connection.poll(max(0.0, end - time.monotonic())):
            kind, value = connection.recv()
            if kind != "stage":
                return kind, value
            try:
                progress(value)
            except Exception:  # nobody is looking any more; the work goes on
                log.debug("nobody was told of the stage %s", value)
        return None

    def _running(self) -> Connection:
        """The way to the child, which is started where there is none."""
        if self._closed:
            raise DeskError("closed")
        if self._child is None or not self._child[0].is_alive():
            # Not forked: threads of the server hold locks that nobody would release in a copy of it.
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), name="scoring", daemon=True)
            process.start()
            theirs.close()
            self._child = process, ours
            self._hand_over(ours)
        return self._child[1]

    def _hand_over(self, connection: Connection) -> None:
        """Send the recipe as soon as the child reads: what is written before that may block for ever."""
        try:
            if connection.poll(_START_S) and connection.recv() == _READY:
                connection.send(self._recipe)
                return
        except (EOFError, ConnectionError):
            pass
        log.error("the scoring process ended with %s at its start", self._ended())
        raise DeskError("ended")

    def _ended(self) -> int | None:
        """End the child; its exit code."""
        process, connection = self._child
        process.kill()
        process.join()
        connection.close()
        self._child = None
        return process.exitcode


def _work(connection: Connection) -> None:
    """The child: answers one task after another until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    os.nice(NICENESS)
    connection.send(_READY)
    recipe = connection.recv()
    boards = _opened(recipe)

    def tell(stage: str) -> None:
        connection.send(("stage", stage))

    while True:
        try:
            name, split, argument = connection.recv()
        except EOFError:
            return
        try:
            boards = boards or recipe.boards()
            board = boards.of(split)
            if name == "validate":
                tell("checking")
                answer = ("done", board.validate(argument))
            else:
                answer = ("done", board.settle(argument, tell))
        except Exception as error:
            answer = ("raised", _sendable(error))
        connection.send(answer)


def _opened(recipe: Recipe) -> Boards | None:
    """The boards, ready for the first file; None where the store cannot be reached yet."""
    try:
        return recipe.boards()
    except Exception:
        log.exception("the scoring process could not open the results; it tries again with the first file")
        return None


def _sendable(error: Exception) -> Exception:
    """The error, or one of its text where it does not survive the way to another process."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
