"""A Hub that is busy, that fails, that loses answers, or where somebody else was faster."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from huggingface_hub import close_session

from leaderboard import Quota, QuotaExceeded, StoreError
from tests.leaderboard.stores.making import AT, companion_of, line_of, new_submission, record_of, wait_until

FREE = Quota()
PUBLIC, PRIVATE = "ORG/RESULTS", "ORG/RESULTS-private"
COMMIT = rf"{PRIVATE}/commit/"
PUBLISH = rf"{PUBLIC}/commit/"
FAULTS = {
    "409": {"status": 409},
    "412": {"status": 412},
    "429": {"status": 429},
    "429 with a wait": {"status": 429, "retry_after": 1},
    "500": {"status": 500},
    "503": {"status": 503},
    "dropped": {"drop": "before"},
    "answer lost": {"drop": "after"},
}


@pytest.fixture
def store(open_hub_store):
    return open_hub_store()


@pytest.fixture
def submission(store, tmp_path):
    """A pending one."""
    submission, raw = new_submission(tmp_path)
    return store.admit(submission, raw, FREE)


def finish(store, submission):
    return store.finish(record_of(submission), companion_of(submission), AT)


def names(hub, repository):
    return [name for name in hub.repository(repository).files if name not in (".gitattributes", "latest.txt")]


class TestOneFault:
    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_at_a_commit_nothing_is_lost_or_done_twice(self, hub, store, tmp_path, fault):
        submission, raw = new_submission(tmp_path)
        line = line_of(submission, "withdraw")
        calls = [
            lambda: store.admit(submission, raw, FREE).state == "pending",
            lambda: store.begin(submission.id).tries == 1,
            lambda: finish(store, submission).attempts == 1,
            lambda: store.change(line).state == "withdrawn",
        ]
        before = len(hub.repository(PRIVATE).commits)
        for call in calls:
            struck = hub.faults.add(path=COMMIT, **fault)
            assert call()
            assert struck.times == 0
        assert len(hub.repository(PRIVATE).commits) == before + len(calls)
        assert store.submission(submission.id).tries == 1
        assert store.audit() == [line]

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_at_publishing_the_record_is_public_once(self, hub, store, submission, fault):
        before = len(hub.repository(PUBLIC).commits)
        struck = hub.faults.add(path=PUBLISH, **fault)
        finish(store, submission)
        assert struck.times == 0
        assert names(hub, PUBLIC) == [f"results/ann/{record_of(submission).id}.json"]
        assert len(hub.repository(PUBLIC).commits) == before + 1

    @pytest.mark.parametrize("path", [r"RESULTS-private\?", "/tree/", "/resolve/", "/preupload/", r"RESULTS\?"])
    @pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}], ids=["503", "dropped"])
    def test_anywhere_else_the_call_succeeds(self, hub, store, submission, open_hub_store, path, fault):
        finish(store, submission)
        struck = hub.faults.add(path=path, **fault)
        other = open_hub_store("empty")
        assert other.record(record_of(submission).id) == record_of(submission)
        assert other.begin(submission.id).tries == 1
        assert struck.times == 0

    @pytest.mark.parametrize("path", ["/objects/batch", "/lfs-uploads/"])
    @pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "before"}], ids=["500", "dropped"])
    def test_at_the_upload_of_a_large_file(self, hub, store, tmp_path, path, fault):
        struck = hub.faults.add(path=path, **fault)
        content = b"\0large" * 2**18
        submission, raw = new_submission(tmp_path, content)
        store.admit(submission, raw, FREE)
        assert struck.times == 0
        assert hub.repository(PRIVATE).files[f"raw/{submission.file_sha256}"].content == content

    def test_a_copy_that_vanishes_before_its_commit_is_made_again(self, hub, store, tmp_path):
        submission, raw = new_submission(tmp_path)
        copy = tmp_path / "unseen"
        keep, kept = store._cache.keep_raw, []

        def keep_and_lose(source, sha256):
            kept.append(keep(source, sha256))
            if len(kept) == 2:  # the first is looked at, the second is committed
                kept[-1].rename(copy)
            return kept[-1]

        store._cache.keep_raw = keep_and_lose
        store.admit(submission, raw, FREE)
        assert copy.exists() and len(kept) == 3
        assert hub.repository(PRIVATE).files[f"raw/{submission.file_sha256}"].content == b"one"

    def test_the_wait_that_the_hub_asks_for_is_kept(self, hub, store, submission):
        hub.faults.add(path=COMMIT, status=429, retry_after=1)
        start = time.monotonic()
        store.begin(submission.id)
        assert time.monotonic() - start >= 1.0

    def test_a_download_that_differs_from_its_listing_is_not_believed(self, store, submission, open_hub_store, hub):
        finish(store, submission)
        other = open_hub_store("empty")
        stored = hub.repository(PRIVATE).files[f"raw/{submission.file_sha256}"]
        object.__setattr__(stored, "content", b"rotten")
        with pytest.raises(StoreError, match="other bytes than its name says"):
            open_hub_store("empty", deadline=0.5).raw(submission.id)
        object.__setattr__(stored, "content", b"one")
        assert other.raw(submission.id).read_bytes() == b"one"


class TestAbsentHub:
    @pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}, {"status": 412}], ids=str)
    def test_the_deadline_ends_the_call_and_nothing_is_kept(self, hub, open_hub_store, tmp_path, fault, token):
        store = open_hub_store(deadline=1.0)
        hub.faults.add(path=COMMIT, times=None, **fault)
        submission, raw = new_submission(tmp_path)
        start = time.monotonic()
        with pytest.raises(
            StoreError, match=r"ORG/RESULTS-private: the Hub .*given up after \d+ tries in 1 s"
        ) as caught:
            store.admit(submission, raw, FREE)
        assert time.monotonic() - start < 3.0
        assert token not in str(caught.value)
        assert names(hub, PRIVATE) == []
        hub.faults.clear()
        assert store.admit(submission, raw, FREE) == submission

    def test_a_server_that_is_gone(self, hub, open_hub_store):
        store = open_hub_store(deadline=0.5)
        hub.stop()
        with pytest.raises(StoreError, match="the Hub did not answer"):
            store.submissions()

    def test_a_server_that_falls_silent(self, hub, store, tmp_path, monkeypatch):
        """It keeps the connection open and says nothing; without a limit the client would wait for ever."""
        monkeypatch.setattr("leaderboard.stores.hub.calls._TIMEOUT", httpx2.Timeout(0.3))
        close_session()
        struck = hub.faults.add(path=COMMIT, delay=1.0)
        start = time.monotonic()
        submission, raw = new_submission(tmp_path)
        assert store.admit(submission, raw, FREE) == submission
        close_session()
        assert struck.times == 0
        assert time.monotonic() - start < 3.0
        assert hub.repository(PRIVATE).head.title == f"admit {submission.id}"

    def test_an_error_that_does_not_pass_is_told_at_once(self, hub, store, tmp_path):
        hub.faults.add(path=COMMIT, status=400)
        start = time.monotonic()
        with pytest.raises(StoreError, match="the Hub answered 400: admit"):
            store.admit(*new_submission(tmp_path), FREE)
        assert time.monotonic() - start < 1.0


class TestSomebodyFaster:
    """`slow` reads the state and sends its commit; before the Hub takes it, `fast` commits."""

    @pytest.fixture
    def race(self, hub, open_hub_store):
        def run(slow, fast, path=COMMIT):
            views = open_hub_store("slow"), open_hub_store("fast")
            delayed = hub.faults.add(path=path, delay=0.6)
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(slow, views[0])
                wait_until(lambda: delayed.times == 0)
                second = fast(views[1])
                return first.result, second

        return run

    def test_the_quota_is_that_of_the_newest_state(self, hub, race, tmp_path):
        one, two = new_submission(tmp_path, "one"), new_submission(tmp_path, "two")
        quota = Quota(per_day=1)
        slow, fast = race(lambda view: view.admit(*one, quota), lambda view: view.admit(*two, quota))
        assert fast == two[0]
        with pytest.raises(QuotaExceeded):
            slow()
        assert names(hub, PRIVATE) == [f"raw/{two[0].file_sha256}", f"submissions/ann/{two[0].id}.json"]

    def test_the_same_submission_is_one(self, race, store, tmp_path):
        item, raw = new_submission(tmp_path)
        later = item.model_copy(update={"created": "2026-01-03T00:00:00+00:00"})
        slow, fast = race(lambda view: view.admit(later, raw, FREE), lambda view: view.admit(item, raw, FREE))
        assert slow() == fast == item
        assert store.submissions() == [item]

    def test_two_tries_are_two_although_both_write_the_same(self, race, store, submission):
        slow, fast = race(lambda view: view.begin(submission.id), lambda view: view.begin(submission.id))
        assert sorted([slow().tries, fast.tries]) == [1, 2]
        assert store.submission(submission.id).tries == 2

    def test_attempts_differ(self, race, store, tmp_path):
        items = [store.admit(*new_submission(tmp_path, name), FREE) for name in ("one", "two")]
        slow, fast = race(lambda view: finish(view, items[0]), lambda view: finish(view, items[1]))
        assert (slow().attempts, fast.attempts) == (2, 1)
        assert sorted(store.record(key.id).attempts for key in store.record_keys()) == [1, 2]

    def test_a_record_is_that_of_the_first(self, race, store, submission):
        slow, fast = race(
            lambda view: view.finish(record_of(submission), b"slow", "2026-02-02T00:00:00+00:00"),
            lambda view: view.finish(record_of(submission), b"fast", AT),
        )
        assert slow() == fast
        assert store.companion(fast.id) == b"fast"
        assert store.submission(submission.id).scored == AT

    def test_a_refused_one_is_not_finished(self, hub, race, submission):
        slow, fast = race(lambda view: finish(view, submission), lambda view: view.refuse(submission.id, "why"))
        assert fast.state == "refused"
        with pytest.raises(StoreError, match="is refused"):
            slow()
        assert names(hub, PUBLIC) == []

    def test_the_file_stays_for_whom_it_came_again_meanwhile(self, hub, race, submission, tmp_path):
        theirs, raw = new_submission(tmp_path, user="bob")  # the same content
        slow, _ = race(lambda view: view.refuse(submission.id, "why"), lambda view: view.admit(theirs, raw, FREE))
        assert slow().state == "refused"
        assert f"raw/{theirs.file_sha256}" in names(hub, PRIVATE)

    def test_the_file_is_there_when_its_other_owner_left_meanwhile(self, hub, race, submission, tmp_path):
        theirs, raw = new_submission(tmp_path, user="bob")
        slow, _ = race(lambda view: view.admit(theirs, raw, FREE), lambda view: view.refuse(submission.id, "why"))
        assert slow() == theirs
        assert f"raw/{theirs.file_sha256}" in names(hub, PRIVATE)

    def test_what_is_deleted_while_it_is_published_does_not_stay_public(self, hub, race, store, submission):
        slow, _ = race(
            lambda view: finish(view, submission), lambda view: view.change(line_of(submission, "delete")), path=PUBLISH
        )
        slow()
        assert names(hub, PUBLIC) == []
        assert store.record(record_of(submission).id) is None

    def test_two_changes_have_two_audit_lines(self, hub, race, store, tmp_path):
        items = [store.admit(*new_submission(tmp_path, name), FREE) for name in ("one", "two")]
        lines = [line_of(item, "withdraw") for item in items]
        for item in items:
            finish(store, item)
        slow, _ = race(lambda view: view.change(lines[0]), lambda view: view.change(lines[1]))
        slow()
        assert store.audit() == [lines[1], lines[0]]
        numbers = [name.split("/")[1][:6] for name in names(hub, PRIVATE) if name.startswith("audit/")]
        assert sorted(numbers) == ["000001", "000002"]


class TestBetweenTheRepositories:
    """The public repository fails for good; a new process finds it working again."""

    @pytest.fixture
    def broken(self, hub):
        return lambda: hub.faults.add(path=PUBLISH, status=400, times=None)

    def test_a_record_that_is_not_public_yet_counts_and_becomes_so(
        self, hub, store, submission, open_hub_store, broken, caplog
    ):
        broken()
        with caplog.at_level(logging.WARNING):
            record = finish(store, submission)
        assert "not all are public yet" in caplog.text
        assert names(hub, PUBLIC) == []
        assert store.submission(submission.id).state == "scored"
        hub.faults.clear()
        other = open_hub_store("empty")
        assert names(hub, PUBLIC) == [f"results/ann/{record.id}.json"]
        assert other.record(record.id) == record

    def test_finishing_again_or_another_one_publishes_it_too(self, hub, store, submission, broken, tmp_path):
        for content in ("two", "three"):
            item = store.admit(*new_submission(tmp_path, content), FREE)
            broken()
            finish(store, submission)
            hub.faults.clear()
            finish(store, item)
        finish(store, submission)
        assert len(names(hub, PUBLIC)) == 3

    def test_a_deleted_record_that_is_still_public_is_told_and_removed(
        self, hub, store, submission, open_hub_store, broken
    ):
        record = finish(store, submission)
        broken()
        with pytest.raises(StoreError, match="ORG/RESULTS: the Hub answered 400"):
            store.change(line_of(submission, "delete"))
        assert store.record(record.id) is None
        assert store.submission(submission.id).state == "deleted"
        assert not any(record.id in name for name in names(hub, PRIVATE))
        assert names(hub, PUBLIC) == [f"results/ann/{record.id}.json"]
        hub.faults.clear()
        open_hub_store("empty")
        assert names(hub, PUBLIC) == []

    def test_deleting_again_removes_it_too_with_one_audit_line(self, hub, store, submission, broken):
        finish(store, submission)
        line = line_of(submission, "delete")
        broken()
        with pytest.raises(StoreError):
            store.change(line)
        hub.faults.clear()
        assert store.change(line).state == "deleted"
        assert names(hub, PUBLIC) == []
        assert store.audit() == [line]

    def test_a_commit_that_fails_for_good_leaves_the_state_as_it_was(self, hub, store, submission):
        before = hub.repository(PRIVATE).head.oid
        hub.faults.add(path=COMMIT, status=400, times=None)
        with pytest.raises(StoreError):
            finish(store, submission)
        assert hub.repository(PRIVATE).head.oid == before
        assert names(hub, PUBLIC) == []
        assert store.submission(submission.id).state == "pending"
