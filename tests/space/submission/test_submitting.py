"""What becomes of files and submissions, without a page."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest

from leaderboard import STATEMENT, Leaderboard, Quota, SqliteStore, StoreError
from space.access.rates import Rate, Rates
from space.board.boards import Boards
from space.board.desk import DeskError, ThreadDesk
from space.board.watch import Watch
from space.cards.outcome import outcome, problems_csv, refused
from space.submission.faults import statement
from space.submission.own import OwnSubmissions
from space.submission.submitting import Refusal, Submitting
from space.words import words
from tests.space import making

EN, ZH = words("en"), words("zh")
DESCRIPTION = {
    "model": "One",
    "organisation": "",
    "link": "",
    "parameters": "",
    "history_mode": "own",
    "training_data": "",
    "notes": "",
    "signed": "A. Tester",
    "display": True,
}


@dataclass
class Place:
    """Two boards over one store, and what users do there."""

    boards: Boards
    watch: Watch
    submitting: Submitting
    own: OwnSubmissions
    rates: Rates
    folder: Path
    stages: list[str] = field(default_factory=list)

    def file(self, shift: int, **changes) -> str:
        return str(making.write_predictions(making.prediction_rows(shift, **changes), self.folder / f"{shift}.parquet"))

    def submit(self, file: str | None, user: str | None = "ada", split: str = "test", **description) -> dict:
        return self.submitting.submit(split, file, {**DESCRIPTION, **description}, user, self.stages.append)

    def refused(self, *arguments, **named) -> Refusal:
        with pytest.raises(Refusal) as caught:
            self.submit(*arguments, **named)
        return caught.value


@pytest.fixture
def place(truth_file, tmp_path) -> Place:
    return _place(truth_file, tmp_path)


def _place(truth_file, tmp_path, check: Rate | None = None, submit: Rate | None = None, **board) -> Place:
    store = SqliteStore(tmp_path / "leaderboard.sqlite")
    validation = making.write_truth(tmp_path / "validation.parquet", "validation")
    boards = Boards(Leaderboard(truth_file, store, **board), Leaderboard(validation, store))
    watch = Watch(boards)
    rates = Rates(check=check or Rate(100, 100), submit=submit or Rate(100, 100))
    submitting = Submitting(EN, boards, watch, ThreadDesk(boards), rates)
    return Place(boards, watch, submitting, OwnSubmissions(EN, boards, watch), rates, tmp_path)


def test_a_check_keeps_nothing(place):
    result = place.submitting.check("test", place.file(1), "visitor", place.stages.append)
    assert result == {
        "ok": True,
        "rows": 72,
        "tracks": ["en-single", "en-multi", "zh-single", "zh-multi"],
        "notes": [],
        "problems": [],
    }
    assert place.stages == ["checking"]
    assert place.boards.ranked.submissions() == []


def test_an_accepted_file_is_told_with_its_places(place):
    place.submit(place.file(1), model="First")
    result = place.submit(place.file(2), model="Second")
    assert (result["ok"], result["state"], result["repeated"], result["rows"]) == (True, "scored", False, 72)
    first, second = place.boards.ranked.table("en-single")
    assert [first.model, second.model] == ["First", "Second"]
    assert result["record"] == second.record_id
    assert result["places"][0] == {
        "track": "en-single",
        "shown": True,
        "rank": 2,
        "of": 2,
        "rank_interval": None,  # six patients are too few for intervals
        "dice": second.headline_dice,
        "dice_interval": None,
        "iou": second.headline_iou,
        "iou_interval": None,
        "turns": 6,
    }


def test_intervals_are_told_where_patients_are_enough(tmp_path):
    place = _place(making.write_truth(tmp_path / "test.parquet", patients=12), tmp_path)
    place.submit(place.file(1, patients=12), model="First")
    told = place.submit(place.file(3, patients=12), model="Second")["places"][0]
    low, high = told["dice_interval"]
    assert low <= told["dice"] <= high
    assert told["rank_interval"] == (2, 2)
    shown = outcome(EN, {**place.submit(place.file(3, patients=12)), "places": [told]})
    assert "<td>2</td>" in shown and "2–2" not in shown


def test_the_same_file_again_is_answered_with_its_first_result(place):
    first = place.submit(place.file(1))
    again = place.submit(place.file(1), model="Other name")
    assert again["repeated"]
    assert (again["record"], again["model"], len(place.boards.ranked.submissions())) == (first["record"], "One", 1)
    assert "This file was entered before, as One on" in outcome(EN, again)


def test_a_faulty_file_costs_nothing_and_is_listed_as_refused(truth_file, tmp_path):
    place = _place(truth_file, tmp_path, quota=Quota(per_day=1))
    rows = making.prediction_rows(1)
    rows[3]["size"] = [32, 24]
    path = str(making.write_predictions(rows[:-1], tmp_path / "faulty.jsonl"))
    result = place.submit(path)
    assert not result["ok"]
    assert {problem["kind"] for problem in result["problems"]} == {"wrong_size", "missing_row"}
    assert place.own.allowance("ada").left_today == 1
    (told,) = place.own.all("ada")
    assert (told["state"], told["shown"], told["may_withdraw"]) == ("refused", False, False)
    assert told["problems"] == {"wrong_size": 1, "missing_row": 1}


def test_validation_results_are_not_ranked_and_need_no_signature(place):
    result = place.submit(place.file(1), split="validation", signed="", history_mode="gt")
    assert result["state"] == "scored"
    assert {(told["rank"], told["shown"], told["of"]) for told in result["places"]} == {(None, False, 0)}
    assert "not ranked" in outcome(EN, result)
    assert [told["split"] for told in place.own.all("ada")] == ["validation"]


def test_every_faulty_field_is_named_at_once(place):
    refusal = place.refused(place.file(1), model=" ", link="javascript:hit", parameters="many", signed="")
    assert list(refusal.fields) == ["model", "link", "parameters", "signed"]
    assert "is no web address; expected http" in refusal.fields["link"]
    assert "expected the name of who signs: No label of a test image" in str(refusal)
    assert place.boards.ranked.submissions() == []


def test_a_true_history_is_refused_on_the_test_split(place):
    assert set(place.refused(place.file(1), history_mode="gt").fields) == {"history_mode"}


def test_what_is_written_into_fields_is_escaped_in_the_answer(place):
    script = "<img src=x onerror=hit>"
    shown = refused(EN, script, {"link": script})
    assert shown.count("&lt;img") == 2 and "<img" not in shown
    accepted = outcome(EN, place.submit(place.file(1), model=script))
    assert "&lt;img" in accepted and "<img" not in accepted


@pytest.mark.parametrize("file", [None, ""])
def test_a_missing_file_is_told(place, file):
    assert "Choose a predictions file first" in str(place.refused(file))


def test_a_visitor_is_asked_to_sign_in(place):
    assert "sign in" in str(place.refused(place.file(1), user=None))
    assert place.own.all(None) == []
    assert place.own.allowance(None) is None


def test_checks_of_a_visitor_and_submissions_of_a_user_are_limited(truth_file, tmp_path):
    place = _place(truth_file, tmp_path, check=Rate(1, 9), submit=Rate(1, 9))
    place.submitting.check("test", place.file(1), "1.2.3.4", place.stages.append)
    with pytest.raises(Refusal, match="try again in 60 min"):
        place.submitting.check("test", place.file(1), "1.2.3.4", place.stages.append)
    place.submit(place.file(1))
    assert "try again in 60 min" in str(place.refused(place.file(2)))
    assert place.submit(place.file(2), user="bob")["ok"]


def test_a_used_up_quota_is_told_with_the_next_moment(truth_file, tmp_path):
    place = _place(truth_file, tmp_path, quota=Quota(per_day=1))
    place.submit(place.file(1))
    assert "the next is possible from" in str(place.refused(place.file(2)))
    lasting = _place(truth_file, tmp_path, quota=Quota(total=1))
    assert "no submission left for this split" in str(lasting.refused(lasting.file(2)))


def test_nothing_is_tried_while_the_results_cannot_be_reached(place, monkeypatch):
    monkeypatch.setattr(place.watch, "snapshot", place.watch.snapshot.cut_off("2026-01-01T00:00:00+00:00"))
    monkeypatch.setattr(place.boards.ranked, "enter", lambda *_: pytest.fail("something was tried"))
    assert "submissions are paused" in str(place.refused(place.file(1)))
    with pytest.raises(Refusal, match="submissions are paused"):
        place.own.withdraw("any", "ada")


@pytest.mark.parametrize(
    ("error", "told"),
    [(DeskError("ended"), True), (OSError("disk full: /secret"), False)],
)
def test_a_file_whose_scoring_fails_is_kept_and_listed(place, monkeypatch, caplog, error, told):
    def broken(*_):
        raise error

    monkeypatch.setattr(ThreadDesk, "settle", broken)
    result = place.submit(place.file(1))
    assert (result["ok"], result["state"], result["places"]) == (True, "pending", [])
    assert result["notes"] == (["Working on this file ended the scoring process."] if told else [])
    shown = outcome(EN, result)
    assert "accepted and kept as" in shown and "/secret" not in shown
    assert ("/secret" in caplog.text) is not told
    (own,) = place.own.all("ada")
    assert (own["state"], own["submission"]) == ("pending", result["submission"])


def test_a_store_that_fails_is_logged_and_not_told(place, monkeypatch, caplog):
    def broken(*_):
        raise StoreError("no room in /secret")

    monkeypatch.setattr(place.boards.ranked, "enter", broken)
    refusal = place.refused(place.file(1))
    assert "The reason is in the server's log" in str(refusal) and "/secret" not in str(refusal)
    assert "/secret" in caplog.text


def test_a_user_who_cannot_be_read_sees_no_numbers(place, monkeypatch):
    def broken(*_):
        raise OSError

    monkeypatch.setattr(place.boards.ranked, "allowance", broken)
    monkeypatch.setattr(place.boards.ranked, "submissions", broken)
    assert place.own.allowance("ada") is None
    assert place.own.all("ada") == []


def test_users_withdraw_and_restore_their_own(place):
    result = place.submit(place.file(1))
    place.own.withdraw(result["submission"], "ada", "a bug in my code")
    (told,) = place.own.all("ada")
    assert (told["state"], told["reason"], told["shown"]) == ("withdrawn", "a bug in my code", False)
    assert (told["may_withdraw"], told["may_restore"]) == (False, True)
    assert place.watch.snapshot.tables["en-single"] == []
    refusal = place.refused(place.file(1))
    assert "which was withdrawn (reason: a bug in my code)" in str(refusal)
    place.own.restore(result["submission"], "ada")
    assert [row.model for row in place.watch.snapshot.tables["en-single"]] == ["One"]


def test_nobody_touches_the_submissions_of_others(truth_file, tmp_path):
    place = _place(truth_file, tmp_path, admins=("root",))
    submission = place.submit(place.file(1))["submission"]
    for user in ("bob", "root"):
        assert place.own.all(user) == []
        with pytest.raises(Refusal, match="You have no submission"):
            place.own.withdraw(submission, user)
    with pytest.raises(Refusal, match="sign in"):
        place.own.withdraw(submission, None)
    assert place.boards.ranked.submission(submission).state == "scored"


def test_what_a_maintainer_withdrew_its_owner_cannot_restore(truth_file, tmp_path):
    place = _place(truth_file, tmp_path, admins=("root",))
    submission = place.submit(place.file(1))["submission"]
    place.boards.ranked.withdraw(submission, "root", "wrong data")
    assert [told["may_restore"] for told in place.own.all("ada")] == [False]
    with pytest.raises(Refusal, match="You may not restore what a maintainer withdrew"):
        place.own.restore(submission, "ada")


def test_the_list_of_problems_opens_as_text_in_a_spreadsheet():
    row = {"kind": "wrong_type", "count": 3, "row": 7, "key": None, "field": "turn", "expected": "an integer"}
    values = ["=HYPERLINK(1)", "+1", "-1", "@x", '"quoted", text\nline', "plain 中文"]
    content = problems_csv([{**row, "value": value} for value in values])
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    shown = ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", '"quoted", text\nline', "plain 中文"]
    assert [line["value"] for line in lines] == shown
    assert {(line["kind"], line["count"], line["row"], line["key"]) for line in lines} == {("wrong_type", "3", "7", "")}


def test_the_statement_is_the_one_that_is_signed_with_its_translation_in_chinese():
    assert statement(EN) == STATEMENT
    assert statement(ZH).startswith("未使用任何测试图像的标注") and STATEMENT in statement(ZH)


def test_every_kind_of_fault_is_told_in_chinese_on_the_chinese_page(place):
    chinese = Submitting(ZH, place.boards, place.watch, ThreadDesk(place.boards), place.rates)
    bad = {
        "model": ["", "--", "x" * 81, "a\u202eb", "e" + "\u0301" * 6, "\ud800"],
        "link": ["ftp://a.org", "https://a.org/(b)", "https://b@a.org", "https://[a"],
        "parameters": ["many", "0", "9" * 17],
        "history_mode": ["", "gt", "else"],
        "signed": ["", "x" * 81],
        "notes": ["x" * 2001],
    }
    for name, values in bad.items():
        for value in values:
            with pytest.raises(Refusal) as caught:
                chinese.submit("test", place.file(1), {**DESCRIPTION, name: value}, "ada", place.stages.append)
            assert set(caught.value.fields) == {name}
            told = caught.value.fields[name].replace(STATEMENT, "")
            assert re.search(r"[\u4e00-\u9fff]", told) and not re.search(r"[a-z]+ [a-z]+ [a-z]+", told), told


def test_a_faulty_reason_is_told_in_the_words_of_the_page(place):
    submission = place.submit(place.file(1))["submission"]
    own = OwnSubmissions(ZH, place.boards, place.watch)
    with pytest.raises(Refusal) as caught:
        own.withdraw(submission, "ada", "a\u202eb")
    assert caught.value.fields == {"reason": "含有不可见字符 U+202E，请只使用可见文字"}
    assert "<b>原因：</b> 含有不可见字符" in refused(ZH, caught.value.text, caught.value.fields)
    assert place.own.all("ada")[0]["state"] == "scored"


def test_what_the_checks_say_in_english_is_marked_so_on_the_chinese_page(place):
    path = str(making.write_predictions(making.prediction_rows(1)[:-1], place.folder / "missing.jsonl"))
    result = place.submitting.check("test", path, "visitor", place.stages.append)
    shown = outcome(ZH, {**result, "notes": ["a note <b>"]})
    assert '附注（英文）：<span lang="en">a note &lt;b&gt;</span>' in shown
    assert ">应为（英文）</th>" in shown
    assert f'<span lang="en">{escape(result["problems"][0]["expected"])}</span>' in shown


def test_a_table_that_could_not_be_brought_up_to_date_is_not_another_submission(place, monkeypatch):
    place.submit(place.file(1), model="First")

    def broken() -> None:
        raise StoreError("gone")

    monkeypatch.setattr(place.boards.ranked.store, "renew", broken)
    result = place.submit(place.file(2), model="Second")
    assert (result["state"], {told["shown"] for told in result["places"]}) == ("scored", {None})
    assert "the table is not up to date yet" in outcome(EN, result)
    assert "another submission" not in outcome(EN, result)


def test_a_submission_that_is_not_to_be_shown_is_told_so(place):
    place.submit(place.file(1))
    result = place.submit(place.file(2), display=False)
    assert {told["shown"] for told in result["places"]} == {False}
    assert "another submission stands for this model" in outcome(EN, result)
