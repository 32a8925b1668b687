"""Scores what was taken and is not scored yet, so that nothing stays pending when a process or a connection dies."""

from __future__ import annotations

import logging
import threading

from space.board.boards import Boards
from space.board.desk import Desk
from space.board.watch import Watch

_EVERY_S = 300.0

log = logging.getLogger(__name__)


class Resumer:
    """Looks for pending submissions at its start and every `every_s` seconds, in a thread."""

    def __init__(self, boards: Boards, desk: Desk, watch: Watch, *, every_s: float = _EVERY_S):
        self._boards = boards
        self._desk = desk
        self._watch = watch
        self._every_s = every_s
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="resume", daemon=True).start()

    def stop(self) -> None:
        """End after the submission that is being scored."""
        self._ended.set()

    def resume(self) -> int:
        """Score all that is pending; how many there were. One that cannot be scored is logged and keeps no other."""
        count = 0
        for split in self._boards.splits:
            for submission in self._boards.of(split).submissions():
                if submission.state != "pending" or self._ended.is_set():
                    continue
                count += 1
                try:
                    self._desk.settle(split, submission.id, lambda stage: None)
                except Exception:
                    log.exception("submission %s could not be scored", submission.id)
        if count:
            self._watch.refresh()
        return count

    def _run(self) -> None:
        while True:
            try:
                self.resume()
            except Exception:  # the results cannot be reached: the page says so
                log.exception("pending submissions could not be looked up")
            if self._ended.wait(self._every_s):
                return
