"""The whole way: enter, score, keep, rank; what is refused; what owners and maintainers may do afterwards."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from leaderboard import (
    ComparisonError,
    Leaderboard,
    Limits,
    MetaError,
    NotAllowed,
    Quota,
    QuotaExceeded,
    RecordNotFound,
    SqliteStore,
    StoreError,
    SubmissionError,
    SubmissionMeta,
    SubmissionNotFound,
    SubmissionRefused,
    score_file,
)
from leaderboard.settling import MAX_TRIES


def meta(model="net", **fields):
    return SubmissionMeta(**{"model": model, "history_mode": "own", "signed": "A. Researcher"} | fields)


@pytest.fixture
def store(tmp_path):
    return SqliteStore(tmp_path / "store" / "leaderboard.sqlite")


@pytest.fixture
def moments():
    """Every call is a day later, at 23:30 in Beijing."""
    return (datetime(2026, 1, day, 23, 30, tzinfo=timezone(timedelta(hours=8))) for day in range(1, 32))


@pytest.fixture
def board(truth, store):
    return Leaderboard(truth, store, admins=["keeper"])


def variant(make, pixels, name, **options):
    """Complete English tracks whose first turn of d1 predicts `pixels`: Dice 2 * min(pixels, 4) / (pixels + 4)."""
    return make.parquet([make.row("d1", "en", 1, pixels), *make.good[1:]], name=name, **options)


def shown(board, track="en-multi"):
    return [(row.rank, row.model, row.user, row.attempts, row.headline_dice) for row in board.table(track)]


class TestSubmit:
    def test_the_record_holds_what_was_scored(self, truth, store, moments, good):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        record = board.submit(good, meta(), "ann")
        _, scored = score_file(good, truth)
        assert record.tracks == scored.tracks
        assert record.file_sha256 == hashlib.sha256(good.read_bytes()).hexdigest()
        assert record.created == "2026-01-01T15:30:00+00:00"
        assert (record.user, record.split, record.dataset.version, record.attempts) == ("ann", "test", "1.0.0", 1)
        assert (record.counts.rows, record.counts.empty_predictions) == (4, 1)
        assert board.record(record.id) == board.record(record.submission) == record
        assert board.records() == [record]
        (submission,) = board.submissions("ann")
        assert (submission.state, submission.created, submission.tries) == ("scored", record.created, 1)

    def test_the_raw_file_is_kept(self, board, store, good):
        record = board.submit(good, meta(), "ann")
        assert store.raw(record.submission).read_bytes() == good.read_bytes()

    def test_the_same_content_by_the_same_user_is_answered_with_the_first_result(self, board, good):
        first = board.submit(good, meta(), "ann")
        assert board.submit(good, meta("another name"), " ann ") == first
        assert board.earlier(good, "ann").id == first.submission
        assert board.earlier(good, "bob") is None
        assert len(board.records()) == 1
        assert board.submit(good, meta(), "bob").id != first.id

    def test_a_bad_file_is_refused_and_never_shown_and_the_reason_stays(self, board, store, make):
        path = make.parquet(make.good[1:])
        for _ in range(2):
            with pytest.raises(SubmissionRefused) as error:
                board.submit(path, meta(), "ann")
            assert not error.value.report.ok
            assert "missing_row" in str(error.value)
        assert board.records() == []
        (submission,) = board.submissions()
        assert (submission.state, submission.report) == ("refused", error.value.report)
        assert list(store.files.glob("[0-9a-f]*")) == []

    def test_a_file_over_the_limit_is_refused_and_not_kept(self, truth, store, good):
        board = Leaderboard(truth, store, limits=Limits(file_bytes=10))
        with pytest.raises(SubmissionRefused, match="too_large"):
            board.submit(good, meta(), "ann")
        assert board.submissions() == []

    @pytest.mark.parametrize("user", ["", "  ", "a\nb", "x" * 81, "a\u202eb"])
    def test_a_bad_user_name_is_refused(self, board, good, user):
        with pytest.raises(MetaError, match=r"^user: (?!Value error)"):
            board.submit(good, meta(), user)

    def test_the_test_split_wants_a_signature(self, board, make, store, good):
        with pytest.raises(MetaError, match="signed: is missing"):
            board.submit(good, meta(signed=None), "ann")
        assert board.submissions() == []
        validation = Leaderboard(make.truth(make.rows, split="validation"), store)
        assert validation.submit(good, meta(signed=None), "ann").meta.signed is None

    @pytest.mark.parametrize("history", ["gt", "text_gt_mask_own"])
    def test_true_history_is_refused_on_test_and_validation_is_never_ranked(self, board, make, store, good, history):
        with pytest.raises(MetaError, match="history_mode"):
            board.submit(good, meta(history_mode=history), "ann")
        validation = Leaderboard(make.truth(make.rows, split="validation"), store)
        validation.submit(good, meta(history_mode=history), "ann")
        validation.submit(variant(make, 4, "own.parquet"), meta(), "ann")
        rows = validation.table("en-multi")
        assert [(row.rank, row.history_mode) for row in rows] == [(None, "own"), (None, history)]
        assert board.table("en-multi") == []

    def test_the_same_submissions_give_the_same_records(self, truth, tmp_path, good):
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        texts = [
            Leaderboard(truth, SqliteStore(tmp_path / name), now=lambda: moment)
            .submit(good, meta(), "ann")
            .model_dump_json()
            for name in ("one", "two")
        ]
        assert texts[0] == texts[1]

    def test_the_same_file_from_many_threads_is_scored_once(self, board, store, good):
        with ThreadPoolExecutor(8) as pool:
            records = list(pool.map(lambda _: board.submit(good, meta(), "ann"), range(16)))
        assert all(record == records[0] for record in records)
        (submission,) = store.submissions()
        assert (submission.state, submission.tries) == ("scored", 1)


class TestSmallStrata:
    def test_they_lose_their_scores_and_keep_their_counts(self, truth, store, good):
        record = Leaderboard(truth, store, min_patients=2).submit(good, meta(), "ann")
        track = record.tracks["en-single"]
        head = track.strata["region"]["head"]
        assert (head.n, head.n_patients, head.dice, head.iou) == (1, 1, None, None)
        assert track.turn_curve["1"].dice == pytest.approx(0.25)
        assert track.headline_dice == pytest.approx(0.25)

    def test_by_default_from_ten_patients_on(self, make, store):
        rows = [make.truth_row(f"d{i}", 1, 1, 4, patient_id=f"p{i}", region="head") for i in range(10)]
        rows[0]["region"] = "chest"
        predictions = [make.row(f"d{i}", "en", 1, 4) for i in range(10)]
        for count, dice in ((9, 1.0), (10, None)):
            truth = make.truth(rows[:count], name=f"{count}.parquet", digest=str(count) * 64)
            path = make.parquet(predictions[:count], name=f"p{count}.parquet", digest=str(count) * 64)
            record = Leaderboard(truth, store).submit(path, meta(), "ann")
            assert record.tracks["en-single"].strata["region"]["chest"].dice == dice
            assert record.tracks["en-single"].headline_dice == 1


class TestQuota:
    def test_scored_submissions_use_it_up_and_the_answer_says_when_the_next_is_allowed(self, truth, store, make):
        now = datetime(2026, 5, 4, 12, tzinfo=UTC)
        board = Leaderboard(truth, store, quota=Quota(per_day=2, total=3), now=lambda: now)
        files = [variant(make, pixels, f"{pixels}.parquet") for pixels in range(4)]
        with pytest.raises(SubmissionRefused):
            board.submit(make.parquet(make.good[1:], name="bad.parquet"), meta(), "ann")
        assert board.allowance("ann").remaining == 2
        for path in files[:2]:
            board.submit(path, meta(), "ann")
        with pytest.raises(QuotaExceeded, match="2026-05-05T00:00:00") as caught:
            board.submit(files[2], meta(), "ann")
        assert (caught.value.allowance.remaining, caught.value.allowance.used_today) == (0, 2)
        assert board.submit(files[0], meta(), "ann") == board.records()[0]  # a repetition is no submission
        assert board.submit(files[2], meta(), "bob")
        now += timedelta(days=1)
        assert board.allowance("ann").remaining == 1
        board.submit(files[2], meta(), "ann")
        with pytest.raises(QuotaExceeded, match="no more are allowed"):
            board.submit(files[3], meta(), "ann")

    def test_validation_has_none(self, make, store):
        board = Leaderboard(make.truth(make.rows, split="validation"), store, quota=Quota(total=1))
        for pixels in range(3):
            board.submit(variant(make, pixels, f"{pixels}.parquet"), meta(), "ann")
        assert board.allowance("ann").remaining is None


class TestResume:
    def test_what_was_left_pending_is_scored_and_not_shown_before(self, truth, store, make, good):
        board = Leaderboard(truth, store)
        entered = board.enter(good, meta(), "ann")
        bad = board.enter(make.parquet(make.good[1:], name="bad.parquet"), meta(), "ann")
        assert (entered.state, board.table("en-multi"), board.records()) == ("pending", [], [])
        steps = []
        again = Leaderboard(truth, SqliteStore(store.path))
        settled = again.resume(lambda done, total: steps.append((done, total)))
        assert {item.id: item.state for item in settled} == {entered.id: "scored", bad.id: "refused"}
        assert steps == [(1, 2), (2, 2)]
        assert len(again.table("en-multi")) == 1
        assert again.resume() == []

    def test_what_another_is_scoring_is_left_to_it(self, board, store, good):
        entered = board.enter(good, meta(), "ann")
        with store.working(entered.id):
            assert board.resume() == []
        assert [item.id for item in board.resume()] == [entered.id]

    def test_a_file_that_ends_its_process_is_refused_in_the_end(self, board, store, good, monkeypatch):
        entered = board.enter(good, meta(), "ann")

        def broken(*_args, **_kwargs):
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr("leaderboard.settling.score_predictions", broken)
            with pytest.raises(MemoryError):
                board.settle(entered.id)
            for _ in range(MAX_TRIES):
                assert board.resume() == []  # the last time, another computer may still be at it
            assert board.submission(entered.id).state == "pending"
            with pytest.raises(StoreError, match="still to be scored"):
                board.submit(good, meta(), "ann")
            patch.setattr("leaderboard.settling._MAY_BE_AT_WORK", timedelta(0))
            (refused,) = board.resume()
        assert (refused.state, refused.report) == ("refused", None)
        assert "interrupted 3 times" in refused.reason
        assert board.submit(good, meta(), "ann").attempts == 1  # a new try of the user

    @pytest.mark.parametrize("error", [OSError("disk full"), StoreError("no answer")])
    def test_what_is_not_the_files_fault_is_tried_again_for_ever(self, board, store, good, monkeypatch, error):
        entered = board.enter(good, meta(), "ann")

        def broken(*_args, **_kwargs):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(store, "finish", broken)
            for _ in range(MAX_TRIES + 1):
                assert board.resume() == []
        assert board.submission(entered.id).tries == 0
        assert [item.state for item in board.resume()] == ["scored"]

    def test_one_that_cannot_be_scored_does_not_keep_others_waiting(self, board, store, make, good):
        lost = board.enter(good, meta(), "ann")
        fine = board.enter(variant(make, 1, "fine.parquet"), meta(), "ann")
        store.raw(lost.id).unlink()
        assert [item.id for item in board.resume()] == [fine.id]
        assert board.submission(lost.id).state == "pending"


class TestTable:
    def test_the_latest_submission_stands_for_its_model_also_when_it_is_worse(self, truth, store, moments, make):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        for pixels, model, user in ((1, "Net A", "ann"), (4, "net  a", "ann"), (2, "Net A", "ann"), (3, "b", "bob")):
            board.submit(variant(make, pixels, f"{model}{pixels}.parquet"), meta(model), user)
        assert shown(board) == [
            (1, "b", "bob", 1, pytest.approx((6 / 7 + 1) / 2)),
            (2, "Net A", "ann", 3, pytest.approx((2 / 3 + 1) / 2)),
        ]
        row = board.table("en-multi")[0]
        assert row.region_dice == {"abdomen": pytest.approx((6 / 7 + 1) / 2)}
        assert row.turn_dice == {"1": pytest.approx(6 / 7), "2": 1, "3": None, "4": None, "5": None}
        assert (row.data_version, row.verified) == ("1.0.0", False)
        assert (row.tier, row.rank_interval, row.p_first) == (None, None, None)  # three patients
        assert board.record(row.record_id).user == "bob"

    def test_an_owner_may_say_beforehand_that_a_submission_is_not_to_be_shown(self, truth, store, moments, make):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        for pixels, display in ((1, False), (2, True), (3, False)):
            board.submit(variant(make, pixels, f"{pixels}.parquet"), meta(display=display), "ann")
        assert shown(board) == [(1, "net", "ann", 3, pytest.approx((2 / 3 + 1) / 2))]

    def test_where_none_is_to_be_shown_the_latest_is(self, truth, store, moments, make):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        for pixels in (4, 1):
            board.submit(variant(make, pixels, f"{pixels}.parquet"), meta(display=False), "ann")
        assert shown(board) == [(1, "net", "ann", 2, pytest.approx((2 / 5 + 1) / 2))]

    @pytest.mark.parametrize("action", ["withdraw", "delete"])
    def test_taking_the_shown_one_away_does_not_bring_a_better_one_back(self, truth, store, moments, make, action):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        board.submit(variant(make, 4, "best.parquet"), meta(), "ann")
        latest = board.submit(variant(make, 1, "latest.parquet"), meta(), "ann")
        getattr(board, action)(latest.submission, "ann")
        assert board.table("en-multi") == []
        board.submit(variant(make, 2, "next.parquet"), meta(), "ann")
        assert shown(board) == [(1, "net", "ann", 3, pytest.approx((2 / 3 + 1) / 2))]

    def test_tracks_that_a_later_submission_lacks_keep_their_row(self, truth, store, moments, make):
        board = Leaderboard(truth, store, now=lambda: next(moments))
        both = [*make.good, *({**row, "language": "zh"} for row in make.good[:3])]
        first = board.submit(make.parquet(both, name="both.parquet"), meta(), "ann")
        later = board.submit(variant(make, 1, "english.parquet"), meta(), "ann")
        assert [row.record_id for row in board.table("zh-multi")] == [first.id]
        assert [row.record_id for row in board.table("en-multi")] == [later.id]

    def test_history_modes_are_rows_of_their_own(self, board, make, good):
        board.submit(good, meta(), "ann")
        board.submit(variant(make, 4, "none.parquet"), meta(history_mode="none"), "ann")
        assert [(row.history_mode, row.attempts) for row in board.table("en-multi")] == [("none", 2), ("own", 2)]

    def test_ties_share_the_lowest_rank(self, board, good):
        for user in ("ann", "bob"):
            board.submit(good, meta(), user)
        assert [row.rank for row in board.table("en-single")] == [1, 1]

    def test_a_track_without_submissions_is_empty_and_an_unknown_one_is_an_error(self, board, good):
        board.submit(good, meta(), "ann")
        assert board.table("zh-multi") == []
        with pytest.raises(SubmissionError, match="en-single"):
            board.table("fr-multi")

    def test_every_process_sees_what_another_did(self, truth, store, make, good):
        one, two = (Leaderboard(truth, SqliteStore(store.path)) for _ in range(2))
        record = one.submit(good, meta(), "ann")
        assert [row.record_id for row in two.table("en-multi")] == [record.id]
        two.submit(variant(make, 4, "better.parquet"), meta("better"), "bob")
        assert [row.model for row in one.table("en-multi")] == ["better", "net"]
        one.withdraw(record.submission, "ann")
        assert [row.model for row in two.table("en-multi")] == ["better"]

    def test_a_table_that_cannot_be_made_does_not_undo_a_submission(
        self, board, store, make, good, monkeypatch, caplog
    ):
        board.submit(good, meta(), "ann")
        companion = store.companion
        with monkeypatch.context() as patch:
            patch.setattr(store, "companion", lambda _: b"damaged")
            fresh = Leaderboard(board.truth, store)
            record = fresh.submit(variant(make, 4, "fine.parquet"), meta(), "bob")
        assert "could not be made" in caplog.text
        assert store.companion == companion
        assert board.table("en-multi")[0].record_id == record.id

    def test_a_table_made_while_the_store_changed_is_not_taken_for_the_new_one(self, board, store, make, good):
        first = board.submit(good, meta(), "ann")
        made = board._standings._made

        def slow(track, lineup):
            rows = made(track, lineup)
            if board.submission(first.submission).state == "scored":  # another process, just now
                Leaderboard(board.truth, SqliteStore(store.path)).withdraw(first.submission, "ann")
            return rows

        board.submit(variant(make, 1, "other.parquet"), meta(), "bob")
        board._standings._made = slow
        board.verify(first.submission, "keeper")
        board.table("en-multi")
        again = Leaderboard(board.truth, SqliteStore(store.path))
        assert [row.user for row in again.table("en-multi")] == ["bob"]

    def test_what_no_table_shows_makes_no_table_anew(self, board, store, make, good, monkeypatch):
        board.submit(good, meta(), "ann")
        rows = board.table("en-multi")
        made = []
        monkeypatch.setattr(board._standings, "_made", lambda track, lineup: made.append(track) or [])
        with pytest.raises(SubmissionRefused):
            board.submit(make.parquet(make.good[1:], name="bad.parquet"), meta(), "bob")
        assert board.table("en-multi") == rows
        assert made == []
        board.verify(board.submissions("ann")[0].id, "keeper")
        board.table("en-multi")
        assert made == ["en-multi"]

    def test_a_kept_table_of_another_version_of_this_program_is_made_anew(self, board, store, good, monkeypatch):
        record = board.submit(good, meta(), "ann")
        monkeypatch.setattr(store, "derived", lambda key: b'{"version": "1", "rows": []}')
        assert [row.record_id for row in Leaderboard(board.truth, store).table("en-multi")] == [record.id]

    def test_stages_are_told_as_they_begin(self, board, good):
        submission = board.enter(good, meta(), "ann")
        told = []
        board.settle(submission.id, told.append)
        assert told == ["checking", "scoring", "ranking"]

    def test_a_device_that_is_not_there_scores_nothing(self, board, store, good):
        with pytest.raises(ValueError, match=r"device is 'cuda:99'"):
            Leaderboard(board.truth, store, device="cuda:99").submit(good, meta(), "ann")
        assert board.submissions("ann")[0].state == "pending"

    def test_a_caller_cannot_change_the_table_of_others(self, board, good):
        board.submit(good, meta(), "ann")
        board.table("en-multi").clear()
        assert len(board.table("en-multi")) == 1

    def test_tracks_of_the_split(self, board):
        assert board.tracks() == ["en-single", "en-multi", "zh-single", "zh-multi"]

    def test_what_is_not_there_is_an_error(self, board):
        with pytest.raises(RecordNotFound, match="nope"):
            board.record("nope")
        with pytest.raises(SubmissionNotFound, match="nope"):
            board.submission("nope")


class TestOwnersAndMaintainers:
    @pytest.mark.parametrize("action", ["withdraw", "delete"])
    @pytest.mark.parametrize("by", ["ann", "keeper"])
    def test_the_owner_and_a_maintainer_may_take_it_away(self, board, good, action, by):
        record = board.submit(good, meta(), "ann")
        getattr(board, action)(record.submission, by, "a mistake")
        assert board.table("en-multi") == []
        (line,) = board.audit()
        assert (line.by, line.action, line.user, line.reason) == (by, action, "ann", "a mistake")
        assert (line.submission, line.file_sha256) == (record.submission, record.file_sha256)

    @pytest.mark.parametrize("action", ["withdraw", "delete", "restore", "verify"])
    def test_others_may_not(self, board, good, action):
        record = board.submit(good, meta(), "ann")
        with pytest.raises(NotAllowed, match=f"bob may not {action}"):
            getattr(board, action)(record.submission, "bob")
        assert (len(board.table("en-multi")), board.audit()) == (1, [])

    def test_only_a_maintainer_verifies(self, board, good):
        record = board.submit(good, meta(), "ann")
        with pytest.raises(NotAllowed, match="that is a maintainer's"):
            board.verify(record.submission, "ann")
        board.verify(record.submission, "keeper")
        assert [row.verified for row in board.table("en-multi")] == [True]

    def test_a_withdrawn_one_can_be_restored_and_not_sent_again(self, board, good):
        record = board.submit(good, meta(), "ann")
        board.withdraw(record.submission, "ann")
        with pytest.raises(SubmissionRefused, match="was withdrawn; it can be restored"):
            board.submit(good, meta(), "ann")
        board.restore(record.submission, "ann")
        assert [row.record_id for row in board.table("en-multi")] == [record.id]

    def test_the_owner_cannot_undo_what_a_maintainer_did(self, board, make, good):
        record = board.submit(good, meta(), "ann")
        board.withdraw(record.submission, "keeper", "trained on test labels")
        with pytest.raises(NotAllowed, match="ann may not restore"):
            board.restore(record.submission, "ann")
        board.restore(record.submission, "keeper")
        board.delete(record.submission, "keeper")
        with pytest.raises(SubmissionRefused, match="was deleted; it cannot be sent again"):
            board.submit(good, meta(), "ann")
        assert board.table("en-multi") == []

    def test_a_maintainer_may_restore_what_the_owner_withdrew(self, board, good):
        record = board.submit(good, meta(), "ann")
        board.withdraw(record.submission, "ann")
        assert board.restore(record.submission, "keeper").closed_by is None

    def test_a_deleted_one_can_be_sent_again_and_counts_as_an_attempt(self, board, make, good):
        record = board.submit(good, meta(), "ann")
        board.delete(record.submission, "ann")
        with pytest.raises(RecordNotFound):
            board.record(record.id)
        again = board.submit(good, meta(), "ann")
        assert (again.attempts, again.submission != record.submission) == (2, True)
        assert board.submit(good, meta(), "ann") == again
        assert board.earlier(good, "ann").id == again.submission
        assert board.submit(variant(make, 4, "other.parquet"), meta(), "ann").attempts == 3
        assert board.allowance("ann").used == 3


class TestRescore:
    def corrected(self, make, store, **options):
        """The same questions; the target of d1's first turn has 2 pixels in place of 4."""
        rows = [make.truth_row("d1", 1, 1, 2), *make.rows[1:]]
        return Leaderboard(make.truth(rows, name="new.parquet", digest="f" * 64), store, **options)

    def test_stored_files_are_scored_on_corrected_truth_and_both_results_stay(self, board, store, make, good):
        old = board.submit(good, meta(), "ann")
        hidden = board.submit(variant(make, 1, "hidden.parquet"), meta("hidden"), "ann")
        board.withdraw(hidden.submission, "ann")
        newer = self.corrected(make, store)
        assert newer.table("en-multi") == []
        steps = []
        results = newer.rescore(lambda done, total: steps.append((done, total)))
        assert {item.submission for item in results} == {old.submission, hidden.submission}
        assert steps == [(1, 2), (2, 2)]
        (row,) = newer.table("en-multi")
        new = newer.record(row.record_id)
        assert (new.submission, new.created, new.attempts) == (old.submission, old.created, old.attempts)
        assert (new.dataset.digest, old.dataset.digest) == ("f" * 64, make.digest)
        assert row.turn_dice["1"] == 1
        assert board.table("en-multi")[0].turn_dice["1"] == pytest.approx(2 / 3)
        assert board.record(old.submission) == old
        assert newer.record(old.submission) == new
        assert newer.rescore() == []

    def test_a_file_that_does_not_fit_keeps_its_first_result_and_the_reason_is_told(self, board, store, make, good):
        old = board.submit(good, meta(), "ann")
        rows = [*make.rows, make.truth_row("d4", 1, 1, 4)]
        newer = Leaderboard(make.truth(rows, name="more.parquet", digest="f" * 64), store)
        (result,) = newer.rescore()
        assert (result.submission, result.record) == (old.submission, None)
        assert "dialogue d4, en, turn 1" in result.reason
        assert newer.table("en-multi") == []
        assert board.table("en-multi")[0].record_id == old.id

    def test_new_files_must_be_made_on_the_new_version(self, store, make, good):
        with pytest.raises(SubmissionRefused, match="wrong_dataset"):
            self.corrected(make, store).submit(good, meta(), "ann")

    def test_one_file_that_is_lost_or_changed_does_not_keep_the_others_from_their_results(
        self, board, store, make, good
    ):
        lost = board.submit(good, meta(), "ann")
        changed = board.submit(variant(make, 1, "changed.parquet"), meta(), "bob")
        fine = board.submit(variant(make, 3, "fine.parquet"), meta(), "eve")
        store.raw(lost.submission).unlink()
        store.raw(changed.submission).write_bytes(b"other bytes")
        results = {item.submission: item for item in self.corrected(make, store).rescore()}
        assert "FileNotFoundError" in results[lost.submission].reason
        assert "other bytes" in results[changed.submission].reason
        assert results[fine.submission].record.dataset.digest == "f" * 64

    def test_content_that_was_scored_again_is_answered_with_that_result(self, board, store, make):
        path = make.parquet(make.good, name="any.parquet", digest=None)  # it does not say on which data it was made
        old = board.submit(path, meta(), "ann")
        newer = self.corrected(make, store, quota=Quota(total=1))
        (rescored,) = newer.rescore()
        assert newer.submit(path, meta("other name"), "ann") == rescored.record
        assert newer.earlier(path, "ann").id == old.submission
        assert len(newer.submissions()) == 1

    def test_one_left_pending_by_the_old_version_is_scored_on_the_new(self, board, store, make, good):
        entered = board.enter(good, meta(), "ann")
        newer = self.corrected(make, store)
        assert [item.state for item in newer.resume()] == ["scored"]
        assert newer.record(entered.id).dataset.digest == "f" * 64


class TestComparing:
    def test_two_results_of_one_table(self, board, make, good):
        one = board.submit(good, meta("one"), "ann")
        two = board.submit(variant(make, 4, "two.parquet"), meta("two"), "bob")
        comparisons = {item.track: item for item in board.compare(one.id, two.submission)}
        assert set(comparisons) == {"en-single", "en-multi"}
        first = comparisons["en-multi"].differences[0]
        assert (first.kind, first.measure, first.interval) == ("headline", "dice", None)
        assert first.difference == pytest.approx((1 - 2 / 3) / 2)
        assert comparisons["en-single"].differences[0].difference == 0

    def test_differences_over_few_patients_are_left_out(self, truth, store, make, good):
        board = Leaderboard(truth, store, min_patients=2)
        one = board.submit(good, meta("one"), "ann")
        two = board.submit(variant(make, 4, "two.parquet"), meta("two"), "bob")
        kinds = {item.track: {found.kind for found in item.differences} for item in board.compare(one.id, two.id)}
        assert kinds == {"en-single": {"headline", "overall"}, "en-multi": {"headline"}}

    def test_results_on_different_data_cannot_be_compared(self, board, store, make, good):
        one = board.submit(good, meta(), "ann")
        other = Leaderboard(make.truth(make.rows, name="o.parquet", digest="f" * 64), store)
        two = other.submit(make.parquet(make.good, name="o2.parquet", digest="f" * 64), meta(), "ann")
        with pytest.raises(ComparisonError, match="different data"):
            board.compare(one.id, two.id)

    def test_results_without_a_common_track_cannot_be_compared(self, board, make, good):
        one = board.submit(good, meta(), "ann")
        chinese = [{**row, "language": "zh"} for row in make.good[:3]]
        two = board.submit(make.parquet(chinese, name="zh.parquet"), meta(), "ann")
        with pytest.raises(ComparisonError, match="no track in common"):
            board.compare(one.id, two.id)

    def test_the_history_gap_is_true_minus_own_history_of_one_model(self, make, store, good):
        board = Leaderboard(make.truth(make.rows, split="validation"), store)
        own = board.submit(good, meta("Net"), "ann")
        true = board.submit(variant(make, 4, "true.parquet"), meta("net", history_mode="gt"), "ann")
        board.submit(variant(make, 3, "alone.parquet"), meta("alone"), "bob")
        gaps = {gap.track: gap for gap in board.history_gaps()}
        assert set(gaps) == {"en-single", "en-multi"}
        gap = gaps["en-multi"]
        assert (gap.user, gap.model, gap.own, gap.true) == ("ann", "Net", own.id, true.id)
        assert gap.comparison.differences[0].difference == pytest.approx((1 - 2 / 3) / 2)


def test_a_deleted_file_makes_the_store_say_so(board, store, good):
    record = board.submit(good, meta(), "ann")
    board.delete(record.submission, "ann")
    with pytest.raises(StoreError, match="was deleted"):
        store.raw(record.submission)
