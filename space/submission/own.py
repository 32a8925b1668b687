"""What users see and may do with what they submitted, on either split: only their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from leaderboard import Allowance, Leaderboard, Submission
from space.board.boards import Boards
from space.board.watch import Watch
from space.submission.submitting import Refusal, guarded
from space.words import Words

Action = Callable[[Leaderboard, str, str, str], Submission]

log = logging.getLogger(__name__)


class OwnSubmissions:
    """The submissions of whoever asks, for one language of the page. user None: nobody is signed in."""

    def __init__(self, words: Words, boards: Boards, watch: Watch):
        self._words, self._boards, self._watch = words, boards, watch

    def allowance(self, user: str | None) -> Allowance | None:
        """What the user may still submit to the ranked split; None for nobody, and while it cannot be read."""
        if user is None or self._watch.snapshot.unreachable_since:
            return None
        try:
            return self._boards.ranked.allowance(user)
        except Exception:  # whatever the store's fault is, the page is still to be shown
            log.exception("the allowance of a user cannot be read")
            return None

    def all(self, user: str | None) -> list[dict[str, Any]]:
        """All of the user's, newest first; [] for nobody, and while they cannot be read.

        Each is {"submission", "date", "split", "model", "state", "reason", "problems", "tracks", "display", "shown",
        "may_withdraw", "may_restore"}. date: UTC, ISO 8601. problems: those of a refused file, by kind. shown: it
        stands for its model in a table.
        """
        if user is None or self._watch.snapshot.unreachable_since:
            return []
        try:
            found = [item for split in self._boards.splits for item in self._boards.of(split).submissions(user)]
        except Exception:  # as above
            log.exception("the submissions of a user cannot be read")
            return []
        shown = {record.submission for record in self._watch.snapshot.records.values()}
        return [self._told(item, user, shown) for item in sorted(found, key=lambda item: item.created, reverse=True)]

    def withdraw(self, submission_id: str, user: str | None, reason: str = "") -> None:
        """Take one out of the tables. Raises Refusal."""
        self._change(Leaderboard.withdraw, submission_id, user, reason)

    def restore(self, submission_id: str, user: str | None, reason: str = "") -> None:
        """Undo a withdrawal of the user's own. Raises Refusal."""
        self._change(Leaderboard.restore, submission_id, user, reason)

    def _change(self, act: Action, submission_id: str, user: str | None, reason: str) -> None:
        if self._watch.snapshot.unreachable_since:
            raise Refusal(self._words("submit.paused"))
        if user is None:
            raise Refusal(self._words("submit.sign_in_first"))
        guarded(self._words, lambda: self._changed(act, submission_id, user, reason), "submit.not_changed")
        self._watch.refresh()

    def _changed(self, act: Action, submission_id: str, user: str, reason: str) -> Submission:
        for split in self._boards.splits:
            board = self._boards.of(split)
            if any(item.id == submission_id for item in board.submissions(user)):
                return act(board, submission_id, user, reason)
        raise Refusal(self._words("submit.not_yours", id=submission_id))

    def _told(self, item: Submission, user: str, shown: set[str]) -> dict[str, Any]:
        kinds = {group.kind: group.count for group in item.report.groups} if item.report else {}
        return {
            "submission": item.id,
            "date": item.created,
            "split": item.split,
            "model": item.meta.model,
            "state": item.state,
            "reason": item.reason,
            "problems": kinds,
            "tracks": item.tracks,
            "display": item.meta.display,
            "shown": item.id in shown,
            "may_withdraw": item.state == "scored",
            "may_restore": item.state == "withdrawn" and user in (item.closed_by, *self._boards.ranked.admins),
        }
