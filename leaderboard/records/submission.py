"""A submission and what becomes of it; what a user may still submit; the lines of the audit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from leaderboard.errors import MetaError, StoreError
from leaderboard.problems import ValidationReport
from leaderboard.records.meta import SubmissionMeta
from leaderboard.records.scores import Count
from leaderboard.records.text import Name, Paragraph, faults

State = Literal["pending", "scored", "refused", "withdrawn", "deleted"]
Action = Literal["withdraw", "restore", "delete", "verify"]


def _utc(value: str) -> str:
    moment = datetime.fromisoformat(value)
    if moment.utcoffset() != timedelta(0):
        raise ValueError(f"{value!r} is not UTC; expected for example 2026-01-31T12:00:00+00:00")
    return value


Moment = Annotated[str, AfterValidator(_utc)]  # UTC, ISO 8601 with seconds


def moment(when: datetime) -> Moment:
    """A time as records hold it."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


class DatasetRef(BaseModel):
    """The dataset a submission was scored on."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    version: str
    digest: str


class Submission(BaseModel):
    """One accepted upload. It is recorded before it is scored and ends as scored or refused, with the reason.

    A scored one may be withdrawn and restored. Deleting takes file, scores and all of the description away that is not
    needed to count attempts and quota.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user: Name
    meta: SubmissionMeta
    split: str
    dataset: DatasetRef  # that of the leaderboard when it came
    file_sha256: str
    file_bytes: Count
    created: Moment
    state: State = "pending"
    tries: Count = 0  # how often scoring began and did not end by itself
    begun: Moment | None = None  # when it began last
    scored: Moment | None = None
    tracks: list[str] = []  # those that were scored
    reason: str | None = None  # why it was refused, withdrawn or deleted
    report: ValidationReport | None = None  # the problems of a refused file
    closed_by: Name | None = None  # who withdrew or deleted it
    verified: Moment | None = None  # when a maintainer said to have run it again with the same result

    @property
    def has_file(self) -> bool:
        """Whether its file is kept."""
        return self.state not in ("refused", "deleted")

    @property
    def gives_way(self) -> bool:
        """Whether the same content may take its place: it was refused, and nothing hangs on it."""
        return not self.has_file and self.scored is None

    @property
    def counts(self) -> bool:
        """Whether it uses up quota: scored, even if withdrawn later, or on its way there."""
        return self.state == "pending" or self.scored is not None

    def tried(self) -> Submission:
        """It with one try more, begun now."""
        return self.model_copy(update={"tries": self.tries + 1, "begun": moment(datetime.now(UTC))})

    def given_back(self) -> Submission:
        """It with one try less."""
        return self.model_copy(update={"tries": max(0, self.tries - 1)})

    def finished(self, at: str, tracks: Collection[str]) -> Submission:
        """It when a record of it is kept; only a pending one changes. Raises StoreError for one without a file."""
        if not self.has_file:
            raise StoreError(f"submission {self.id} is {self.state}; expected one that may have a record")
        if self.state != "pending":
            return self
        return self.model_copy(update={"state": "scored", "scored": at, "tracks": list(tracks)})

    def refused(self, reason: str, report: ValidationReport | None) -> Submission:
        """It when it was refused; only a pending one changes."""
        if self.state != "pending":
            return self
        return self.model_copy(update={"state": "refused", "reason": reason, "report": report})

    def changed(self, line: AuditLine) -> Submission:
        """It after what the line says; itself where that is done already. Raises StoreError where it cannot be done."""
        allowed = {
            "withdraw": ("scored", "withdrawn"),
            "restore": ("withdrawn", "scored"),
            "verify": ("scored",),
            "delete": ("scored", "withdrawn", "refused", "deleted"),
        }[line.action]
        if self.state not in allowed:
            raise StoreError(
                f"{line.action} of submission {self.id}: it is {self.state}; expected {' or '.join(allowed)}"
            )
        if line.action == "verify":
            return self if self.verified else self.model_copy(update={"verified": line.at})
        state = {"withdraw": "withdrawn", "restore": "scored", "delete": "deleted"}[line.action]
        if state == self.state:
            return self
        closed_by = None if state == "scored" else line.by
        changes = {"state": state, "reason": line.reason or None, "closed_by": closed_by}
        if state == "deleted":
            kept = self.meta.model_dump(include={"model", "history_mode", "display"})
            changes |= {"meta": SubmissionMeta(**kept), "report": None}
        return self.model_copy(update=changes)


class AuditLine(BaseModel):
    """What was done to a submission after it was scored, by whom and why. Audit lines are kept for ever."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    by: Name
    action: Action
    submission: str
    user: Name  # whose submission it is
    file_sha256: str
    reason: Paragraph = ""

    @classmethod
    def checked(cls, **fields: object) -> AuditLine:
        """Like the constructor, but a broken rule raises MetaError with one readable line per field."""
        try:
            return cls(**fields)
        except ValidationError as error:
            raise MetaError(faults(error)) from None


class Quota(BaseModel):
    """How many submissions of a user are scored, per day (UTC) and in all; None is no limit."""

    model_config = ConfigDict(frozen=True)

    per_day: Annotated[int, Field(ge=1)] | None = None
    total: Annotated[int, Field(ge=1)] | None = None


class Allowance(BaseModel):
    """What a user has used and has left."""

    model_config = ConfigDict(frozen=True)

    used_today: Count
    used: Count
    left_today: Count | None  # None without a quota for a day
    left: Count | None  # in all; None without a quota for all
    next: Moment | None  # when the next submission is allowed; None: never

    @classmethod
    def after(cls, created: list[str], quota: Quota, now: str) -> Allowance:
        """From the times of the user's submissions that count."""
        today = sum(item[:10] == now[:10] for item in created)
        left_today = None if quota.per_day is None else max(0, quota.per_day - today)
        left = None if quota.total is None else max(0, quota.total - len(created))
        following: str | None = now
        if left == 0:
            following = None
        elif left_today == 0:
            following = moment(datetime.fromisoformat(f"{now[:10]}T00:00:00+00:00") + timedelta(days=1))
        return cls(used_today=today, used=len(created), left_today=left_today, left=left, next=following)

    @property
    def remaining(self) -> int | None:
        """How many submissions are allowed now; None is no limit."""
        return min((item for item in (self.left_today, self.left) if item is not None), default=None)

    def __str__(self) -> str:
        used = f"{self.used_today} used today, {self.used} in all"
        if self.remaining is None:
            return f"no limit ({used})"
        if not self.remaining:
            following = f"the next is allowed at {self.next}" if self.next else "no more are allowed"
            return f"none left ({used}); {following}"
        left = [f"{self.left_today} left today"] if self.left_today is not None else []
        left += [f"{self.left} left in all"] if self.left is not None else []
        return f"{', '.join(left)} ({used})"
