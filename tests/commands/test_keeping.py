"""Looking after a leaderboard: what is taken out, brought back, deleted, verified and scored again, and by whom."""

import json

import pytest

from leaderboard import Leaderboard, SqliteStore, SubmissionMeta


@pytest.fixture
def board(made):
    return Leaderboard(made.truth, SqliteStore(made.store))


def test_withdrawn_and_restored(made, mturn_seg, submit, board):
    first = submit(made.half)
    code, out, _ = mturn_seg("withdraw", first, "--by", "me", "--reason", "wrong checkpoint", *made.board)
    assert code == 0
    assert out == f"{first} 'model' of me: withdrawn\n"
    assert board.table("en-multi") == []
    code, out, _ = mturn_seg("restore", first, "--by", "keeper", *made.board)
    assert code == 0
    assert out == f"{first} 'model' of me: scored\n"
    assert len(board.table("en-multi")) == 1
    assert [(line.by, line.action, line.reason) for line in board.audit()] == [
        ("me", "withdraw", "wrong checkpoint"),
        ("keeper", "restore", ""),
    ]


def test_verified(made, mturn_seg, submit, board):
    first = submit(made.half)
    code, out, _ = mturn_seg("verify", first, "--by", "keeper", *made.board)
    assert code == 0
    assert f"{first} 'model' of me: scored, verified 2" in out
    assert board.table("en-multi")[0].verified
    assert "(verified)" in mturn_seg("table", *made.board)[1]


def test_deleted_only_when_meant(made, mturn_seg, submit, board, monkeypatch):
    first = submit(made.half)
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115 - an answer that never comes
    code, _, _ = mturn_seg("delete", first, "--by", "me", *made.board)
    assert code == 1
    assert board.submission(first).state == "scored"
    code, out, _ = mturn_seg("delete", first, "--by", "me", "--reason", "asked for", "--yes", *made.board)
    assert code == 0
    assert out == f"{first} 'model' of me: deleted\n"
    assert board.submission(first).meta.signed is None
    assert board.records() == []
    code, out, _ = mturn_seg("submissions", *made.board)
    assert "deleted" in out
    assert "asked for" in out


def test_the_audit_is_listed_oldest_first(made, mturn_seg, submit):
    first = submit(made.half)
    assert mturn_seg("audit", *made.board)[:2] == (0, "the audit has no line yet\n")
    assert mturn_seg("audit", "--json", *made.board)[:2] == (0, "[]\n")
    mturn_seg("withdraw", first, "--by", "me", "--reason", "[wrong]", *made.board)
    mturn_seg("restore", first, "--by", ":bomb:", *made.board)
    code, out, err = mturn_seg("audit", *made.board)
    assert code == 0, err
    lines = [line.split() for line in out.splitlines() if first in line]
    assert [line[2:] for line in lines] == [
        ["me", "withdraw", first, "me", "[wrong]"],
        [":bomb:", "restore", first, "me"],
    ]
    assert "2 lines of the audit" in out
    found = json.loads(mturn_seg("audit", "--json", *made.board)[1])
    keys = ("by", "action", "submission", "user", "reason")
    assert [tuple(line[key] for key in keys) for line in found] == [
        ("me", "withdraw", first, "me", "[wrong]"),
        (":bomb:", "restore", first, "me", ""),
    ]
    assert all(line["at"].endswith("+00:00") and len(line["file_sha256"]) == 64 for line in found)


@pytest.mark.parametrize("action", ["withdraw", "restore", "verify", "delete"])
def test_an_unknown_id_is_told(made, mturn_seg, submit, action):
    submit(made.half)
    options = ["--yes"] if action == "delete" else []
    code, _, err = mturn_seg(action, "0123456789abcdef", "--by", "me", *options, *made.board)
    assert code == 2
    assert "0123456789abcdef" in err


def test_an_action_that_the_state_does_not_allow_is_told(made, mturn_seg, submit):
    first = submit(made.half)
    assert mturn_seg("delete", first, "--by", "me", "--yes", *made.board)[0] == 0
    code, _, err = mturn_seg("restore", first, "--by", "me", *made.board)
    assert code == 2
    assert "deleted" in err


def test_a_corrected_truth_scores_every_kept_file_again(made, mturn_seg, submit):
    fits = submit(made.exact)
    submit(made.half, name="half")
    # The targets of turn 2 are one column larger now: 8 of 12 pixels found, Dice 16/20; turn 1 stays 1. Mean 0.9.
    truth = made.write_truth(made.folder / "new.parquet", digest="e" * 64, version="1.1.0", targets={1: 4, 2: 12})
    arguments = ("--truth", truth, "--store", made.store)
    code, _, err = mturn_seg("table", *arguments)
    assert code == 0
    assert "holds 2 results, but none that stands in a table on the data of" in err
    code, out, err = mturn_seg("rescore", *arguments)
    assert code == 0
    assert "2/2" in err
    assert f"{fits}  record " in out
    assert out.endswith("2 submissions scored, 0 not\n")
    code, out, _ = mturn_seg("table", *arguments, "--track", "en-multi")
    assert "0.900" in out
    code, out, err = mturn_seg("rescore", *arguments)
    assert (code, err) == (0, "")  # and no bar
    assert out.startswith("nothing to do")
    code, out, _ = mturn_seg("table", *made.board, "--track", "en-multi")
    assert "1.000" in out


def test_a_file_that_does_not_fit_the_new_truth_is_told_and_ends_with_code_1(made, mturn_seg, submit):
    first = submit(made.exact)
    truth = made.write_truth(made.folder / "new.parquet", digest="e" * 64, targets={1: 4, 2: 8, 3: 8})
    code, out, err = mturn_seg("rescore", "--truth", truth, "--store", made.store)
    assert code == 1
    assert f"{first}  not scored: " in err
    assert "missing" in err
    assert out.endswith("0 submissions scored, 1 not\n")


def test_what_a_crash_left_is_scored(made, mturn_seg, board):
    meta = SubmissionMeta(model="model", history_mode="own", signed="A Name")
    left = board.enter(made.half, meta, "me")
    assert left.state == "pending"
    code, out, err = mturn_seg("resume", *made.board)
    assert code == 0
    assert "1/1" in err
    assert left.id in out
    assert "scored" in out
    assert board.submission(left.id).state == "scored"
    code, out, err = mturn_seg("resume", *made.board)
    assert (code, err) == (0, "")  # and no bar
    assert "nothing was left" in out


def test_what_cannot_be_scored_is_told_and_stays(made, mturn_seg, board, monkeypatch):
    left = board.enter(made.half, SubmissionMeta(model="model", history_mode="own", signed="A Name"), "me")

    def fail(*arguments, **options):
        raise RuntimeError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr("leaderboard.settling.score_predictions", fail)
        code, out, err = mturn_seg("resume", *made.board)
    assert code == 1
    assert "nothing was left" not in out
    assert "1 submission still to be scored" in err
    assert board.submission(left.id).state == "pending"
