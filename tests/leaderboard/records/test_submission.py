"""What a user has left, and how a submission changes."""

import pytest

from leaderboard import Allowance, AuditLine, MetaError, Quota, StoreError, Submission, SubmissionMeta
from leaderboard.records import DatasetRef

NOW = "2026-02-28T13:00:00+00:00"
TODAY = ["2026-02-28T00:00:00+00:00", "2026-02-28T12:59:59+00:00"]
BEFORE = ["2026-02-27T23:59:59+00:00"]
TOMORROW = "2026-03-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("created", "quota", "remaining", "following"),
    [
        ([], Quota(), None, NOW),
        (BEFORE + TODAY, Quota(), None, NOW),
        (BEFORE + TODAY, Quota(per_day=3), 1, NOW),
        (BEFORE + TODAY, Quota(per_day=2), 0, TOMORROW),
        (BEFORE + TODAY, Quota(per_day=1), 0, TOMORROW),
        (BEFORE + TODAY, Quota(total=5), 2, NOW),
        (BEFORE + TODAY, Quota(per_day=9, total=4), 1, NOW),
        (BEFORE + TODAY, Quota(per_day=2, total=4), 0, TOMORROW),
        (BEFORE + TODAY, Quota(total=3), 0, None),
        (BEFORE + TODAY, Quota(per_day=2, total=3), 0, None),
    ],
)
def test_what_is_left_and_when_the_next_is_allowed(created, quota, remaining, following):
    allowance = Allowance.after(created, quota, NOW)
    assert (allowance.remaining, allowance.next) == (remaining, following)
    assert (allowance.used_today, allowance.used) == (len(set(created) & set(TODAY)), len(created))


def test_an_allowance_in_words():
    assert str(Allowance.after(TODAY, Quota(per_day=3), NOW)) == "1 left today (2 used today, 2 in all)"
    assert str(Allowance.after(TODAY, Quota(total=7), NOW)) == "5 left in all (2 used today, 2 in all)"
    both = "3 left today, 5 left in all (2 used today, 2 in all)"
    assert str(Allowance.after(TODAY, Quota(per_day=5, total=7), NOW)) == both
    assert str(Allowance.after(TODAY, Quota(), NOW)) == "no limit (2 used today, 2 in all)"
    assert TOMORROW in str(Allowance.after(TODAY, Quota(per_day=2), NOW))
    assert "no more are allowed" in str(Allowance.after(TODAY, Quota(total=2), NOW))


def submission(**changes):
    fields = {
        "id": "a" * 16,
        "user": "ann",
        "meta": SubmissionMeta(model="net", history_mode="own", notes="private"),
        "split": "test",
        "dataset": DatasetRef(version="1", digest="d"),
        "file_sha256": "f" * 64,
        "file_bytes": 1,
        "created": NOW,
    }
    return Submission(**fields | changes)


def line(action):
    fields = {"at": NOW, "by": "ann", "action": action, "submission": "a" * 16, "user": "ann", "file_sha256": "f" * 64}
    return AuditLine.checked(**fields)


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        ("scored", "withdraw", "withdrawn"),
        ("withdrawn", "restore", "scored"),
        ("scored", "delete", "deleted"),
        ("withdrawn", "delete", "deleted"),
        ("refused", "delete", "deleted"),
        ("scored", "verify", "scored"),
    ],
)
def test_changes_that_are_allowed(state, action, after):
    before = submission(state=state)
    assert before.changed(line(action)).state == after
    assert before.state == state


@pytest.mark.parametrize(
    ("state", "action"),
    [
        *[("pending", action) for action in ("withdraw", "restore", "delete", "verify")],
        *[("refused", action) for action in ("withdraw", "restore", "verify")],
        *[("deleted", action) for action in ("withdraw", "restore", "verify")],
        ("withdrawn", "verify"),
    ],
)
def test_changes_that_are_not(state, action):
    with pytest.raises(StoreError, match=f"{action} of submission a+: it is {state}; expected "):
        submission(state=state).changed(line(action))


@pytest.mark.parametrize(("state", "action"), [("withdrawn", "withdraw"), ("scored", "restore"), ("deleted", "delete")])
def test_what_is_done_already_changes_nothing(state, action):
    before = submission(state=state)
    assert before.changed(line(action)) is before


def test_a_moment_is_utc():
    with pytest.raises(ValueError, match="is not UTC"):
        submission(created="2026-02-28T13:00:00+08:00")
    with pytest.raises(ValueError, match="is not UTC"):
        submission(created="2026-02-28T13:00:00")


def test_a_bad_audit_line_names_its_field():
    with pytest.raises(MetaError, match="reason"):
        AuditLine.checked(**line("delete").model_dump() | {"reason": "a\u202eb"})
