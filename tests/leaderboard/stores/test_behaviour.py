"""What every store promises, tried on each of them. `open_any_store()` gives a new view of the same store."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderboard import QuotaExceeded, RecordNotFound, StoreError, SubmissionNotFound
from leaderboard.errors import SubmissionError
from leaderboard.problems import Problem, ProblemGroup, ValidationReport
from leaderboard.records import Cell, Quota, TrackScore
from tests.leaderboard.stores.making import AT, DIGEST, line_of, new_submission
from tests.leaderboard.stores.making import record_of as empty_record_of

FREE = Quota()
REPORT = ValidationReport(
    ok=False,
    rows=3,
    tracks=[],
    languages=[],
    groups=[ProblemGroup(kind="null", count=1, first=[Problem(kind="null", row=1, value="null")])],
    notes=[],
)


@pytest.fixture
def store(open_any_store):
    return open_any_store()


@pytest.fixture
def upload(tmp_path):
    """upload(content, user, model, split, created, **meta) -> a pending submission and its file."""
    return functools.partial(new_submission, tmp_path)


def record_of(submission, digest=DIGEST, dice=0.5):
    """A record of it with one track."""
    cell = Cell(n=1, n_patients=1, dice=dice, iou=dice / 2)
    track = TrackScore(
        headline_dice=dice,
        headline_iou=dice / 2,
        overall=cell,
        ciou=dice / 2,
        regions=["head"],
        missing_regions=["chest", "abdomen", "prostate"],
        n_dialogues=1,
        strata={"region": {"head": cell}},
        turn_curve={"1": cell},
        fixed_cohort_curve={},
    )
    return empty_record_of(submission, digest).model_copy(update={"tracks": {"en-single": track}})


def scored(store, submission, raw, companion=b"private sums", **record):
    store.admit(submission, raw, FREE)
    return store.finish(record_of(submission, **record), companion, AT)


class TestAdmitting:
    def test_a_submission_is_there_before_it_is_scored_with_its_file(self, store, open_any_store, upload):
        submission, raw = upload()
        assert store.admit(submission, raw, FREE) == submission
        for view in (store, open_any_store()):
            assert view.submission(submission.id) == submission
            assert view.submissions() == [submission]
            assert view.raw(submission.id).read_bytes() == raw.read_bytes()
            assert view.record_keys() == []

    def test_the_same_again_changes_nothing(self, store, upload):
        submission, raw = upload()
        store.admit(submission, raw, FREE)
        later = submission.model_copy(update={"created": "2026-03-01T00:00:00+00:00"})
        assert store.admit(later, raw, FREE) == submission
        assert store.submissions() == [submission]

    def test_a_refused_one_gives_way(self, store, upload):
        submission, raw = upload()
        store.admit(submission, raw, FREE)
        store.refuse(submission.id, "why", REPORT)
        later = submission.model_copy(update={"created": "2026-03-01T00:00:00+00:00"})
        assert store.admit(later, raw, FREE) == later
        assert store.submissions() == [later]
        assert store.raw(later.id).read_bytes() == raw.read_bytes()

    def test_a_deleted_one_that_was_scored_does_not(self, store, upload):
        submission, raw = upload()
        scored(store, submission, raw)
        deleted = store.change(line_of(submission, "delete"))
        assert store.admit(submission, raw, FREE) == deleted
        with pytest.raises(SubmissionNotFound):
            store.raw(submission.id)

    def test_other_bytes_than_told_are_refused_and_nothing_is_kept(self, store, upload):
        submission, raw = upload()
        raw.write_bytes(b"something else")
        with pytest.raises(StoreError, match="changed"):
            store.admit(submission, raw, FREE)
        assert store.submission(submission.id) is None
        assert store.submissions() == []

    def test_submissions_come_oldest_first(self, store, upload):
        items = [upload(f"file {day}", created=f"2026-01-0{day}T00:00:00+00:00") for day in (3, 1, 2)]
        for submission, raw in items:
            store.admit(submission, raw, FREE)
        assert [item.created[9] for item in store.submissions()] == ["1", "2", "3"]

    @pytest.mark.parametrize("user", ["ann", "Ünï çode 用户", "a/b", "../a", ".a", "~x", "con%2Fx", "x" * 80])
    def test_any_user_name_can_be_kept(self, store, open_any_store, upload, user):
        submission, raw = upload(user=user)
        record = scored(store, submission, raw)
        view = open_any_store()
        assert view.submission(submission.id).user == user
        assert view.record(record.id).user == user


class TestQuota:
    def test_the_day_and_the_total_are_limited(self, store, upload):
        quota = Quota(per_day=2, total=3)
        for name in ("a", "b"):
            submission, raw = upload(name)
            store.admit(submission, raw, quota)
            store.finish(record_of(submission), b"", AT)
        with pytest.raises(QuotaExceeded, match="2026-01-03T00:00:00") as caught:
            store.admit(*upload("c"), quota)
        assert (caught.value.allowance.used_today, caught.value.allowance.remaining) == (2, 0)
        store.admit(*upload("c", created="2026-01-03T00:00:00+00:00"), quota)
        with pytest.raises(QuotaExceeded, match="no more are allowed"):
            store.admit(*upload("d", created="2026-01-04T00:00:00+00:00"), quota)
        assert len(store.submissions()) == 3

    def test_it_is_each_users_and_each_splits(self, store, upload):
        quota = Quota(per_day=1)
        store.admit(*upload("a"), quota)
        store.admit(*upload("a", user="bob"), quota)
        store.admit(*upload("a", split="validation"), quota)
        with pytest.raises(QuotaExceeded):
            store.admit(*upload("b"), quota)

    def test_refused_ones_do_not_count_and_pending_and_withdrawn_ones_do(self, store, upload):
        quota = Quota(per_day=1)
        first, raw = upload("a")
        store.admit(first, raw, quota)
        with pytest.raises(QuotaExceeded):
            store.admit(*upload("b"), quota)
        store.refuse(first.id, "why", REPORT)
        second, raw = upload("b")
        store.admit(second, raw, quota)
        store.finish(record_of(second), b"", AT)
        for action in ("withdraw", "delete"):
            store.change(line_of(second, action))
            with pytest.raises(QuotaExceeded):
                store.admit(*upload("c"), quota)

    def test_the_file_of_a_submission_over_quota_is_not_kept(self, store, upload):
        store.admit(*upload("a"), Quota(per_day=1))
        submission, raw = upload("b")
        with pytest.raises(QuotaExceeded):
            store.admit(submission, raw, Quota(per_day=1))
        with pytest.raises(SubmissionNotFound):
            store.raw(submission.id)


class TestFinishing:
    def test_the_record_the_companion_and_the_state(self, store, open_any_store, upload):
        submission, raw = upload()
        record = scored(store, submission, raw)
        assert record == record_of(submission)
        for view in (store, open_any_store()):
            assert view.record(record.id) == record
            assert view.companion(record.id) == b"private sums"
            (key,) = view.record_keys()
            assert (key.id, key.submission, key.split) == (record.id, submission.id, "test")
            assert (key.digest, key.scorer_version) == (DIGEST, "2")
            now = view.submission(submission.id)
            assert (now.state, now.scored, now.tracks) == ("scored", AT, ["en-single"])

    def test_again_changes_nothing(self, store, upload):
        submission, raw = upload()
        record = scored(store, submission, raw)
        assert store.finish(record_of(submission, dice=0.9), b"other", "2027-01-01T00:00:00+00:00") == record
        assert store.record(record.id) == record
        assert store.companion(record.id) == b"private sums"
        assert store.submission(submission.id).scored == AT

    def test_attempts_count_the_users_model_on_the_split(self, store, upload):
        expected = [("Net 1", "ann", "test", 1), ("net  1", "ann", "test", 2), ("net 2", "ann", "test", 1)]
        expected += [("net 1", "bob", "test", 1), ("net 1", "ann", "validation", 1), ("NET 1", "ann", "test", 3)]
        for number, (model, user, split, attempts) in enumerate(expected):
            submission, raw = upload(f"file {number}", user=user, model=model, split=split)
            assert scored(store, submission, raw).attempts == attempts

    def test_another_result_of_a_submission_keeps_its_attempt_and_both_stay(self, store, upload):
        one, raw_one = upload("a")
        two, raw_two = upload("b")
        first = scored(store, one, raw_one)
        scored(store, two, raw_two)
        again = store.finish(record_of(one, digest="e" * 64), b"new sums", "2026-05-05T00:00:00+00:00")
        assert (first.attempts, again.attempts) == (1, 1)
        assert store.record(first.id) == first
        assert store.companion(again.id) == b"new sums"
        assert sorted(key.digest[0] for key in store.record_keys()) == ["d", "d", "e"]
        assert store.submission(one.id).scored == AT

    def test_a_refused_or_unknown_submission_has_no_record(self, store, upload):
        submission, raw = upload()
        with pytest.raises(SubmissionNotFound):
            store.finish(record_of(submission), b"", AT)
        store.admit(submission, raw, FREE)
        store.refuse(submission.id, "why", REPORT)
        with pytest.raises(StoreError, match="refused"):
            store.finish(record_of(submission), b"", AT)
        assert store.record_keys() == []

    def test_tries_are_counted(self, store, open_any_store, upload):
        submission, raw = upload()
        store.admit(submission, raw, FREE)
        assert [store.begin(submission.id).tries, open_any_store().begin(submission.id).tries] == [1, 2]
        assert open_any_store().submission(submission.id).begun >= AT
        assert store.give_back(submission.id).tries == 1
        assert open_any_store().submission(submission.id).tries == 1
        for method in (store.begin, store.give_back):
            with pytest.raises(SubmissionNotFound):
                method("0" * 16)


class TestRefusing:
    def test_the_reason_and_the_report_stay_and_the_file_goes(self, store, open_any_store, upload):
        submission, raw = upload()
        store.admit(submission, raw, FREE)
        refused = store.refuse(submission.id, "why", REPORT)
        assert (refused.state, refused.reason, refused.report) == ("refused", "why", REPORT)
        assert open_any_store().submission(submission.id) == refused
        with pytest.raises(SubmissionNotFound):
            store.raw(submission.id)

    def test_a_scored_one_stays_scored(self, store, upload):
        submission, raw = upload()
        scored(store, submission, raw)
        assert store.refuse(submission.id, "why").state == "scored"
        assert store.raw(submission.id).read_bytes() == raw.read_bytes()

    def test_the_same_content_of_another_user_keeps_its_file(self, store, upload):
        mine, raw = upload(user="ann")
        theirs, _ = upload(user="bob")
        store.admit(mine, raw, FREE)
        store.admit(theirs, raw, FREE)
        store.refuse(mine.id, "why")
        assert store.raw(theirs.id).read_bytes() == raw.read_bytes()


class TestChanging:
    def test_withdrawing_and_restoring_leave_the_record_and_two_audit_lines(self, store, open_any_store, upload):
        submission, raw = upload()
        record = scored(store, submission, raw)
        out = line_of(submission, "withdraw", at="2026-02-01T00:00:00+00:00", reason="wrong checkpoint")
        back = line_of(submission, "restore", at="2026-02-02T00:00:00+00:00")
        withdrawn = store.change(out)
        assert (withdrawn.state, withdrawn.reason) == ("withdrawn", "wrong checkpoint")
        assert store.record(record.id) == record
        assert store.change(out) == withdrawn
        assert store.change(back).state == "scored"
        assert open_any_store().audit() == [out, back]

    def test_deleting_leaves_the_audit_line_and_what_counts(self, store, open_any_store, upload):
        submission, raw = upload(notes="something private", organisation="somewhere")
        record = scored(store, submission, raw)
        deletion = line_of(submission, "delete", by="maintainer")
        store.change(deletion)
        for view in (store, open_any_store()):
            left = view.submission(submission.id)
            assert (left.state, left.scored, left.meta.model) == ("deleted", AT, "net")
            assert (left.meta.notes, left.meta.organisation, left.meta.signed) == ("", "", None)
            assert view.record(record.id) is None
            assert view.record_keys() == []
            assert view.audit() == [deletion]
            with pytest.raises(SubmissionNotFound):
                view.raw(submission.id)
            with pytest.raises(RecordNotFound):
                view.companion(record.id)

    def test_a_file_that_another_submission_has_too_stays(self, store, upload):
        mine, raw = upload(user="ann")
        theirs, _ = upload(user="bob")
        scored(store, mine, raw)
        scored(store, theirs, raw)
        store.change(line_of(mine, "delete"))
        assert store.raw(theirs.id).read_bytes() == raw.read_bytes()

    def test_verifying_is_told_of_the_submission_and_not_of_the_record(self, store, upload):
        submission, raw = upload()
        record = scored(store, submission, raw)
        assert store.change(line_of(submission, "verify", at="2026-02-01T00:00:00+00:00")).verified.startswith(
            "2026-02"
        )
        assert store.record(record.id) == record

    @pytest.mark.parametrize("action", ["withdraw", "restore", "delete", "verify"])
    def test_a_pending_one_cannot_be_changed(self, store, upload, action):
        submission, raw = upload()
        store.admit(submission, raw, FREE)
        with pytest.raises(StoreError, match="pending"):
            store.change(line_of(submission, action))
        assert store.audit() == []
        assert store.submission(submission.id) == submission

    def test_an_unknown_one_cannot_be_changed(self, store, upload):
        with pytest.raises(SubmissionNotFound):
            store.change(line_of(upload()[0], "withdraw"))
        assert store.audit() == []


class TestReading:
    def test_what_is_not_there(self, store):
        assert store.submission("0" * 16) is None
        assert store.record("0" * 16) is None
        assert store.submissions() == store.record_keys() == store.audit() == []
        with pytest.raises(RecordNotFound):
            store.companion("0" * 16)
        with pytest.raises(SubmissionNotFound):
            store.raw("0" * 16)

    @pytest.mark.parametrize("identifier", ["", "../../etc/passwd", "a b", "'; DROP TABLE records; --", "x" * 5000])
    def test_strange_ids_are_not_there(self, store, identifier):
        assert store.submission(identifier) is None
        assert store.record(identifier) is None
        with pytest.raises(SubmissionError):
            store.raw(identifier)

    def test_the_version_changes_with_every_change_and_only_then(self, store, open_any_store, upload):
        submission, raw = upload()
        seen = [store.version()]

        def note():
            seen.append(open_any_store().version())
            assert store.version() == seen[-1] == store.version()

        store.admit(submission, raw, FREE)
        note()
        store.finish(record_of(submission), b"", AT)
        note()
        store.change(line_of(submission, "withdraw"))
        note()
        store.change(line_of(submission, "delete"))
        note()
        assert len(set(seen)) == len(seen)
        store.keep_derived("table", b"rows", store.version())
        store.change(line_of(submission, "delete"))
        assert store.version() == seen[-1]

    def test_derived_bytes_are_kept_and_replaced(self, store):
        assert store.derived("a/key with spaces") is None
        version = store.version()
        store.keep_derived("a/key with spaces", b"\0one", version)
        store.keep_derived("a/key with spaces", b"\0two", version)
        assert store.derived("a/key with spaces") == b"\0two"

    def test_what_was_derived_from_an_older_version_is_not_kept(self, store, open_any_store, upload):
        version = store.version()
        submission, raw = upload()
        open_any_store().admit(submission, raw, FREE)
        store.version()
        store.keep_derived("table", b"old", version)
        assert store.derived("table") is None


class TestWorking:
    def test_one_at_a_time(self, store, open_any_store):
        with store.working("a" * 16) as mine:
            assert mine
            for view in (store, open_any_store()):
                with view.working("a" * 16) as again:
                    assert not again
            with store.working("b" * 16) as other:
                assert other
        with open_any_store().working("a" * 16) as mine:
            assert mine

    @pytest.mark.parametrize("identifier", ["../x", "", "a/b", "\0", "\ud800"])
    def test_an_id_that_could_lead_elsewhere_is_refused(self, store, identifier):
        with pytest.raises(StoreError, match="expected letters, digits"), store.working(identifier):
            pass


class TestManyAtOnce:
    def test_every_submission_is_there_once_and_attempts_have_no_gap(self, open_any_store, upload):
        jobs = [(user, *upload(f"file {number}", user=user)) for user in ("ann", "bob") for number in range(4)]
        views = [open_any_store(), open_any_store()]

        def run(job):
            number, (_, submission, raw) = job
            scored(views[number % 2], submission, raw)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(run, enumerate(jobs)))
        view = open_any_store()
        assert {item.id for item in view.submissions()} == {submission.id for _, submission, _ in jobs}
        records = [view.record(key.id) for key in view.record_keys()]
        for user in ("ann", "bob"):
            assert sorted(item.attempts for item in records if item.user == user) == [1, 2, 3, 4]

    def test_the_quota_is_exact(self, open_any_store, upload):
        views = [open_any_store(), open_any_store()]
        jobs = [upload(f"file {number}") for number in range(8)]
        start = threading.Barrier(8)

        def run(number):
            start.wait()
            try:
                views[number % 2].admit(*jobs[number], Quota(per_day=3))
                return True
            except QuotaExceeded:
                return False

        with ThreadPoolExecutor(8) as pool:
            admitted = list(pool.map(run, range(8)))
        assert sum(admitted) == 3
        assert {item.id for item in open_any_store().submissions()} == {
            submission.id for (submission, _), is_in in zip(jobs, admitted, strict=True) if is_in
        }

    def test_the_same_submission_from_many_is_one(self, open_any_store, upload):
        submission, raw = upload()
        views = [open_any_store(), open_any_store()]
        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(lambda number: scored(views[number % 2], submission, raw), range(6)))
        assert all(result == results[0] for result in results)
        assert [item.id for item in open_any_store().submissions()] == [submission.id]
        assert len(open_any_store().record_keys()) == 1
