"""The whole way: submit, keep, rank; and what is refused."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from leaderboard import (
    Leaderboard,
    Limits,
    MetaError,
    RecordNotFound,
    SqliteStore,
    SubmissionError,
    SubmissionMeta,
    SubmissionRefused,
    score_file,
)


def meta(model="net", **fields):
    return SubmissionMeta(model=model, history_mode=fields.pop("history_mode", "own"), **fields)


@pytest.fixture
def store(tmp_path):
    return SqliteStore(tmp_path / "store" / "leaderboard.sqlite")


@pytest.fixture
def board(truth, store):
    moments = (datetime(2026, 1, day, 23, 30, tzinfo=timezone(timedelta(hours=8))) for day in range(1, 29))
    return Leaderboard(truth, store, now=lambda: next(moments))


def variant(make, pixels, name):
    """Complete English tracks whose first turn of d1 predicts `pixels`: Dice 2 * min(pixels, 4) / (pixels + 4)."""
    return make.parquet([make.row("d1", "en", 1, pixels), *make.good[1:]], name=name)


class TestSubmit:
    def test_the_record_holds_what_was_scored(self, board, good, truth):
        record = board.submit(good, meta(), "ann")
        _, scores = score_file(good, truth)
        assert record.tracks == scores
        assert record.file_sha256 == hashlib.sha256(good.read_bytes()).hexdigest()
        assert record.created == "2026-01-01T15:30:00+00:00"
        assert (record.user, record.split, record.dataset.version, record.attempts) == ("ann", "test", "1.0.0", 1)
        assert (record.counts.rows, record.counts.empty_predictions) == (4, 1)
        assert board.record(record.id) == record
        assert board.records() == [record]

    def test_the_raw_file_is_kept(self, board, store, good):
        record = board.submit(good, meta(), "ann")
        assert store.raw(record.id).read_bytes() == good.read_bytes()

    def test_the_same_file_by_the_same_user_is_answered_with_the_first_result(self, board, good):
        first = board.submit(good, meta(), "ann")
        assert board.submit(good, meta("another name"), " ann ") == first
        assert len(board.records()) == 1
        assert board.submit(good, meta(), "bob").id != first.id

    def test_attempts_count_by_user_and_model(self, board, make):
        files = [variant(make, pixels, f"{pixels}.parquet") for pixels in range(5)]
        assert board.submit(files[0], meta("Net 1"), "ann").attempts == 1
        assert board.submit(files[1], meta("net  1"), "ann").attempts == 2
        assert board.submit(files[2], meta("net 2"), "ann").attempts == 1
        assert board.submit(files[3], meta("net 1"), "bob").attempts == 1

    def test_a_bad_file_is_refused_and_nothing_is_kept(self, board, make):
        with pytest.raises(SubmissionRefused) as error:
            board.submit(make.parquet(make.good[1:]), meta(), "ann")
        assert not error.value.report.ok
        assert "missing_row" in str(error.value)
        assert board.records() == []

    def test_a_file_over_the_limit_is_refused(self, truth, store, good):
        with pytest.raises(SubmissionRefused, match="too_large"):
            Leaderboard(truth, store, limits=Limits(file_bytes=10)).submit(good, meta(), "ann")

    @pytest.mark.parametrize("user", ["", "  ", "a\nb", "x" * 81, "a\u202eb"])
    def test_a_bad_user_name_is_refused(self, board, good, user):
        with pytest.raises(MetaError, match="user"):
            board.submit(good, meta(), user)

    @pytest.mark.parametrize("history", ["gt", "text_gt_mask_own"])
    def test_true_history_is_refused_on_test_and_kept_unranked_on_validation(self, board, make, store, good, history):
        with pytest.raises(MetaError, match="history_mode"):
            board.submit(good, meta(history_mode=history), "ann")
        validation = Leaderboard(make.truth(make.rows, split="validation"), store)
        validation.submit(good, meta(history_mode=history), "ann")
        validation.submit(variant(make, 1, "own.parquet"), meta(), "ann")
        assert [(row.rank, row.history_mode) for row in validation.table("en-multi")] == [(1, "own"), (None, history)]

    def test_small_strata_lose_their_scores_and_keep_their_counts(self, truth, store, good):
        record = Leaderboard(truth, store, min_patients=2).submit(good, meta(), "ann")
        track = record.tracks["en-single"]
        head = track.strata["region"]["head"]
        assert (head.n, head.n_patients, head.dice, head.iou) == (1, 1, None, None)
        assert track.turn_curve["1"].dice == pytest.approx(0.25)
        assert track.headline_dice == pytest.approx(0.25)


class TestTable:
    def test_ranks_by_headline_with_the_best_of_each_model(self, board, make):
        for pixels, model, user in ((1, "a", "ann"), (4, "a", "ann"), (2, "a", "ann"), (3, "b", "bob")):
            board.submit(variant(make, pixels, f"{model}{pixels}.parquet"), meta(model), user)
        rows = board.table("en-multi")
        assert [(row.rank, row.model, row.user, row.attempts, row.date) for row in rows] == [
            (1, "a", "ann", 3, "2026-01-02"),
            (2, "b", "bob", 1, "2026-01-04"),
        ]
        assert rows[0].headline_dice == 1
        assert rows[0].region_dice == {"abdomen": 1}
        assert rows[0].turn_dice == {"1": 1, "2": 1, "3": None, "4": None, "5": None}
        assert board.record(rows[1].record_id).user == "bob"

    def test_ties_share_the_lowest_rank(self, board, make, good):
        for user in ("ann", "bob"):
            board.submit(good, meta(), user)
        assert [row.rank for row in board.table("en-single")] == [1, 1]

    def test_a_track_without_submissions_is_empty_and_an_unknown_one_is_an_error(self, board, good):
        board.submit(good, meta(), "ann")
        assert board.table("zh-multi") == []
        with pytest.raises(SubmissionError, match="en-single"):
            board.table("fr-multi")

    def test_records_of_another_dataset_version_stay_out_of_the_table(self, board, store, make, good):
        board.submit(good, meta(), "ann")
        newer = Leaderboard(make.truth(make.rows, digest="f" * 64), store)
        assert newer.table("en-single") == []
        newer.submit(make.parquet(make.good, digest="f" * 64, name="new.parquet"), meta(), "ann")
        assert len(newer.table("en-single")) == len(board.table("en-single")) == 1
        assert len(newer.records()) == 2

    def test_tracks_of_the_split(self, board):
        assert board.tracks() == ["en-single", "en-multi", "zh-single", "zh-multi"]

    def test_an_unknown_record_is_an_error(self, board):
        with pytest.raises(RecordNotFound, match="nope"):
            board.record("nope")


def test_the_same_submissions_give_the_same_records(truth, tmp_path, good):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    texts = [
        Leaderboard(truth, SqliteStore(tmp_path / name), now=lambda: moment)
        .submit(good, meta(), "ann")
        .model_dump_json()
        for name in ("one", "two")
    ]
    assert texts[0] == texts[1]
