"""What becomes of a file that is checked or submitted; nothing here knows how that is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from leaderboard import (
    MetaError,
    NotAllowed,
    QuotaExceeded,
    Record,
    Submission,
    SubmissionMeta,
    SubmissionRefused,
    ValidationReport,
)
from leaderboard.errors import FieldFault
from leaderboard.records.meta import split_faults
from space.access.rates import Rate, Rates, minutes
from space.board.boards import Boards
from space.board.desk import Desk, DeskError
from space.board.watch import Watch
from space.cards.header import shown_moment
from space.submission.faults import in_words
from space.words import Words

Result = TypeVar("Result")
Progress = Callable[[str], object]

log = logging.getLogger(__name__)


class Refusal(ValueError):  # noqa: N818 - it says what happened
    """Something that the user has to be told; the text is plain and in the language of the page.

    fields: what is wrong with fields of the description, by name.
    """

    def __init__(self, text: str, fields: dict[str, str] | None = None):
        super().__init__(text)
        self.text, self.fields = text, fields or {}

    def __str__(self) -> str:
        return "; ".join(f"{name}: {text}" for name, text in self.fields.items()) or self.text


class Submitting:
    """Checks and submits files, for one language of the page."""

    def __init__(self, words: Words, boards: Boards, watch: Watch, desk: Desk, rates: Rates):
        self._words, self._boards, self._watch, self._desk, self._rates = words, boards, watch, desk, rates

    def check(self, split: str, path: str | None, visitor: str, progress: Progress) -> dict[str, Any]:
        """The outcome of a check: {"ok", "rows", "tracks", "notes", "problems"}; nothing is kept. Raises Refusal."""
        chosen = self._chosen(path)
        self._take(self._rates.check, visitor)
        return _outcome(
            guarded(self._words, lambda: self._desk.validate(split, chosen, progress), "submit.not_checked")
        )

    def submit(
        self, split: str, path: str | None, description: dict[str, Any], user: str | None, progress: Progress
    ) -> dict[str, Any]:
        """The outcome of a submission. Raises Refusal where nothing is entered.

        It is that of a check, and for an accepted file also "state", "submission", "model", "date", "repeated" and
        "places". state: "scored", or "pending" for one that is kept and scored later; a scored one has its "record".
        repeated: the same file was entered before, and that submission is told. A place is {"track", "shown", "rank",
        "of", "rank_interval", "dice", "dice_interval", "iou", "iou_interval", "turns"}. shown: it is the submission
        that stands for this model in the table, None where the table could not be brought up to date; rank is None
        for a result that does not compete, and where it is not known.
        """
        if self._watch.snapshot.unreachable_since:
            raise Refusal(self._words("submit.paused"))
        if user is None:
            raise Refusal(self._words("submit.sign_in_first"))
        chosen = self._chosen(path)
        meta = self._meta(split, description)
        self._take(self._rates.submit, user)
        board = self._boards.of(split)
        try:
            entered = guarded(self._words, lambda: board.enter(chosen, meta, user), "submit.not_entered")
        except SubmissionRefused as refused:
            return _outcome(refused.report)
        return self._settled(split, entered, progress)

    def _settled(self, split: str, entered: Submission, progress: Progress) -> dict[str, Any]:
        """From an entered submission to its outcome: whatever happens to its scoring, it is not lost."""
        try:
            submission = self._desk.settle(split, entered.id, progress)
            self._watch.refresh()
            record = self._boards.of(split).result(submission) if submission.state == "scored" else None
        except DeskError as error:
            return _kept(entered, self._words(f"submit.desk_{error.reason}"))
        except Exception:  # why it could not be scored now is for the log
            log.exception("submission %s could not be scored", entered.id)
            return _kept(entered)
        if submission.state == "pending":
            return _kept(submission)
        if record is not None:
            return self._scored(split, submission, record, repeated=entered.state == "scored")
        if submission.report is not None:
            return _outcome(submission.report)
        raise Refusal(self._words(f"submit.was_{submission.state}", id=submission.id, reason=submission.reason or "–"))

    def _scored(self, split: str, submission: Submission, record: Record, repeated: bool) -> dict[str, Any]:
        return {
            **_accepted(submission, "scored"),
            "record": record.id,
            "repeated": repeated,
            "rows": record.counts.rows,
            "tracks": list(record.tracks),
            "places": [self._place(split, record, track) for track in record.tracks],
        }

    def _place(self, split: str, record: Record, track: str) -> dict[str, Any]:
        snapshot, is_ranked = self._watch.snapshot, split == self._boards.splits[0]
        rows = snapshot.tables.get(track, []) if is_ranked else []
        own = next((row for row in rows if row.record_id == record.id), None)
        is_known = own is not None or not is_ranked or snapshot.unreachable_since is None
        score = record.tracks[track]
        return {
            "track": track,
            "shown": own is not None if is_known else None,
            "rank": own.rank if own else None,
            "of": sum(row.rank is not None for row in rows),
            "rank_interval": own.rank_interval if own else None,
            "dice": score.headline_dice,
            "dice_interval": score.headline_dice_interval,
            "iou": score.headline_iou,
            "iou_interval": score.headline_iou_interval,
            "turns": score.overall.n,
        }

    def _meta(self, split: str, description: dict[str, Any]) -> SubmissionMeta:
        """Raises Refusal that names every faulty field at once."""
        given = {name: "" if value is None else value for name, value in description.items()}
        faults = split_faults(split, given["history_mode"], given["signed"])
        try:
            meta = SubmissionMeta.checked(**given)
        except MetaError as error:
            rest = {name: fault for name, fault in faults.items() if name not in error.faults}
            raise _faulty(self._words, {**error.faults, **rest}) from None
        if faults:
            raise _faulty(self._words, faults)
        return meta

    def _chosen(self, path: str | None) -> str:
        if not path:
            raise Refusal(self._words("submit.no_file"))
        return path

    def _take(self, rate: Rate, key: str) -> None:
        wait = rate.take(key)
        if wait:
            raise Refusal(self._words("submit.too_many", minutes=minutes(wait)))


def guarded(words: Words, act: Callable[[], Result], failed: str) -> Result:
    """`act()`; what the user may know of its errors becomes a Refusal, all others are logged and told as `failed`.

    SubmissionRefused and Refusal pass.
    """
    try:
        return act()
    except (SubmissionRefused, Refusal):
        raise
    except QuotaExceeded as error:
        following = error.allowance.next
        if following is None:
            raise Refusal(words("submit.quota_used_up")) from None
        raise Refusal(words("submit.quota_used_today", moment=shown_moment(words, following))) from None
    except MetaError as error:
        raise _faulty(words, error.faults) from None
    except DeskError as error:
        raise Refusal(words(f"submit.desk_{error.reason}")) from None
    except NotAllowed:
        raise Refusal(words("submit.not_allowed")) from None
    except Exception:  # its text may name files of this computer
        log.exception("the submit tab could not do what was asked")
        raise Refusal(words(failed)) from None


def _outcome(report: ValidationReport) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "rows": report.rows,
        "tracks": report.tracks,
        "notes": report.notes,
        "problems": report.to_rows(),
    }


def _accepted(submission: Submission, state: str) -> dict[str, Any]:
    return {
        "ok": True,
        "state": state,
        "submission": submission.id,
        "model": submission.meta.model,
        "date": submission.created[:10],
        "repeated": False,
        "rows": None,
        "tracks": [],
        "places": [],
        "notes": [],
        "problems": [],
    }


def _kept(submission: Submission, *notes: str) -> dict[str, Any]:
    return {**_accepted(submission, "pending"), "notes": list(notes)}


def _faulty(words: Words, faults: Mapping[str, FieldFault]) -> Refusal:
    return Refusal(words("submit.faulty_fields"), {name: in_words(words, fault) for name, fault in faults.items()})
