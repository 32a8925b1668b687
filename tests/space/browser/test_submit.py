"""The submit tab in a real browser: bad files, good files, what users write, and their own submissions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from leaderboard import Leaderboard, Quota, SubmissionMeta
from space.board.desk import DeskError
from space.words import words
from tests.space import making

PATIENCE_MS = 60_000
SCRIPT = '<img src=x onerror="window.hit=1">'

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(serving, tmp_path_factory) -> Iterator:
    """An app with two splits; other tests see nothing of what is submitted to it."""
    folder = tmp_path_factory.mktemp("submit")
    validation = making.write_truth(folder / "validation.parquet", "validation")
    with serving(folder, validation_truth=str(validation), quota_total=50) as app:
        yield app


@pytest.fixture
def board(app) -> Leaderboard:
    return app.parts.boards.ranked


@pytest.fixture
def page(watched: Callable[..., Page], app) -> Page:
    """The open tab, in English."""
    return _opened(watched(), app)


def _opened(page: Page, app, path: str = "/") -> Page:
    page.goto(f"{app.address}{path}")
    page.locator("#tabs [role=tab]").nth(3).click(timeout=PATIENCE_MS)
    expect(page.locator("#allowance .tiles")).to_be_visible(timeout=PATIENCE_MS)
    return page


def _input(page: Page, name: str) -> Locator:
    return page.locator(f"#{name} :is(input, textarea)").first


def _choose(page: Page, file: Path) -> None:
    page.locator("#predictions input[type=file]").set_input_files(file)
    expect(page.locator("#predictions")).to_contain_text(file.suffix, timeout=PATIENCE_MS)


def _submit(page: Page, file: Path, model: str, signed: str = "A. Tester") -> None:
    _choose(page, file)
    _input(page, "model").fill(model)
    _input(page, "signed").fill(signed)
    page.locator("#submit").click()


def _says(page: Page, text: str) -> None:
    expect(page.locator("#answer")).to_contain_text(text, timeout=PATIENCE_MS)


def _left(page: Page) -> Locator:
    return page.locator("#allowance dd").nth(3)


def _without_rows(folder: Path) -> Path:
    return making.write_predictions(making.prediction_rows(2)[:-3], folder / "missing.parquet")


def _wrong_size(folder: Path) -> Path:
    rows = making.prediction_rows(2)
    rows[4]["size"] = [32, 24]
    return making.write_predictions(rows, folder / "size.jsonl")


def _wrong_digest(folder: Path) -> Path:
    path = making.write_predictions(making.prediction_rows(2), folder / "digest.jsonl")
    path.write_text(path.read_text().replace(making.DIGEST, "0" * 64))
    return path


def _truncated(folder: Path) -> Path:
    path = making.write_predictions(making.prediction_rows(2), folder / "cut.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    return path


def _unknown_dialogue(folder: Path) -> Path:
    rows = making.prediction_rows(2)
    rows[0]["dialogue_id"] = SCRIPT
    return making.write_predictions(rows, folder / "unknown.jsonl")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_without_rows, ["3 problems in 69 rows", "missing row", "an empty mask is a row too"]),
        (_wrong_size, ["1 problem in 72 rows", "wrong size", "[32, 24]", "[24, 32], the image's [height, width]"]),
        (_wrong_digest, ["wrong data set", "0000", making.DIGEST[:20]]),
        (_truncated, ["cannot be read as predictions"]),
        (_unknown_dialogue, ["unknown dialogue", "<img src=x", "a dialogue of the test split"]),
    ],
)
def test_a_bad_file_is_answered_with_what_is_wrong(page, board, tmp_path, make, told):
    before = len(board.records())
    _choose(page, make(tmp_path))
    page.locator("#check").click()
    _says(page, "does not count")
    for text in told:
        _says(page, text)
    expect(page.locator("#submit")).to_be_enabled(timeout=PATIENCE_MS)
    assert page.evaluate("window.hit") is None
    assert len(board.records()) == before


def test_the_list_of_problems_can_be_taken_home(page, tmp_path):
    _choose(page, _without_rows(tmp_path))
    page.locator("#check").click()
    _says(page, "missing row")
    with page.expect_download() as download:
        page.locator("#answer a.download").click()
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [line["kind"] for line in csv.DictReader(io.StringIO(content))] == ["missing_row"] * 3
    assert download.value.suggested_filename == "problems.csv"


def test_a_good_file_is_checked_submitted_once_and_shown(page, board, tmp_path, shoot):
    shoot(page, "submit-1280")
    file = making.write_predictions(making.prediction_rows(3), tmp_path / "<img src=x onerror=hit=3>.parquet")
    _choose(page, file)
    page.locator("#check").click()
    _says(page, "No problem in 72 rows")
    before = len(board.submissions())
    left = int(_left(page).inner_text())

    _input(page, "model").fill("Shifted by three")
    _input(page, "signed").fill("A. Tester")
    page.locator("#submit").dblclick()
    _says(page, "Shifted by three: accepted, 72 rows scored")
    assert len(board.submissions()) == before + 1
    expect(_left(page)).to_have_text(str(left - 1))
    row = next(row for row in board.table("en-multi") if row.model == "Shifted by three")
    line = page.locator("#answer tr").filter(has_text="English · multi turn")
    expect(line).to_contain_text(f"{row.rank} of {len(board.table('en-multi'))}")
    expect(line).to_contain_text(f"{row.headline_dice:.3f}")
    expect(page.locator("#mine .virtual-row").first).to_contain_text("Shifted by three")
    shoot(page, "accepted-1280")

    page.locator("#see").click()
    expect(page.locator("#ranking .virtual-row").filter(has_text="Shifted by three")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("window.hit") is None


def test_what_users_write_stays_text(page, board, tmp_path):
    file = making.write_predictions(making.prediction_rows(4), tmp_path / "four.parquet")
    for name in ("organisation", "training_data", "notes"):
        _input(page, name).fill(f"{SCRIPT} **{name}**")
    _input(page, "link").fill(f"https://example.org/{SCRIPT}")
    _input(page, "parameters").fill("<b>7</b>")
    _submit(page, file, SCRIPT, signed=SCRIPT)
    _says(page, "Please correct these fields")
    expect(page.locator("#answer .faults li")).to_have_count(2)
    expect(page.locator("#link.faulty")).to_have_count(1)
    expect(page.locator("#model.faulty")).to_have_count(0)

    _input(page, "link").fill("https://example.org/a")
    _input(page, "parameters").fill("7B")
    page.locator("#submit").click()
    _says(page, f"{SCRIPT}: accepted")
    expect(page.locator("#link.faulty")).to_have_count(0)
    page.locator("#mine .virtual-row").filter(has_text="onerror").locator(".body-cell").nth(1).click()
    expect(page.locator("#mine-detail h3")).to_have_text(SCRIPT)
    page.locator("#withdraw").click()
    expect(page.locator("#sure")).to_contain_text(SCRIPT)
    assert page.evaluate("window.hit") is None
    assert page.locator("#answer img, #mine img, #mine-detail img, #sure img").count() == 0
    assert [item.meta.signed for item in board.submissions() if item.meta.model == SCRIPT] == [SCRIPT]

    page.locator("#answer tbody a").first.click()
    expect(page.locator("dd").filter(has_text=SCRIPT).first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(f"{SCRIPT} **notes**")).to_be_visible()
    assert page.evaluate("window.hit") is None


def test_a_forgotten_file_and_name_are_told(page):
    page.locator("#submit").click()
    _says(page, "Choose a predictions file first.")
    page.locator("#check").click()
    _says(page, "Choose a predictions file first.")
    expect(page.locator("#check")).to_be_enabled(timeout=PATIENCE_MS)


def test_a_submission_is_withdrawn_and_restored(page, board, tmp_path, shoot):
    _submit(page, making.write_predictions(making.prediction_rows(1), tmp_path / "one.parquet"), "To withdraw")
    _says(page, "To withdraw: accepted")
    row = page.locator("#mine .virtual-row").filter(has_text="To withdraw")
    row.locator(".body-cell").nth(1).click()
    page.locator("#withdraw").click()
    expect(page.locator("#sure")).to_contain_text("Withdraw To withdraw")
    shoot(page, "withdraw-1280")
    page.locator("#withdraw-cancel").click()
    expect(page.locator("#confirm")).to_be_hidden()
    assert any(item.model == "To withdraw" for item in board.table("en-single"))

    page.locator("#withdraw").click()
    _input(page, "reason").fill("a bug <b>")
    page.locator("#withdraw-yes").click()
    expect(page.locator("#mine-detail")).to_contain_text("is withdrawn", timeout=PATIENCE_MS)
    expect(page.locator("#mine-detail")).to_contain_text("a bug <b>")
    expect(row).to_contain_text("withdrawn")
    assert not any(item.model == "To withdraw" for item in board.table("en-single"))

    page.locator("#restore").click()
    expect(page.locator("#mine-detail")).to_contain_text("is back in the tables", timeout=PATIENCE_MS)
    expect(page.locator("#restore")).to_be_hidden()
    assert any(item.model == "To withdraw" for item in board.table("en-single"))


def test_a_used_up_quota_is_told_and_shown(page, board, tmp_path, monkeypatch):
    file = making.write_predictions(making.prediction_rows(8, ("en",)), tmp_path / "first.parquet")
    board.submit(file, SubmissionMeta(model="First", history_mode="own", signed="A. Tester"), "local")
    monkeypatch.setattr(board, "quota", Quota(per_day=1))
    _submit(page, making.write_predictions(making.prediction_rows(5), tmp_path / "five.parquet"), "One too many")
    _says(page, "the next is possible from")
    expect(page.locator("#allowance dd").nth(1)).to_have_text("0")
    expect(page.locator("#allowance dd").nth(4)).to_contain_text("UTC")
    assert not any(item.meta.model == "One too many" for item in board.submissions())


def test_a_file_that_ends_the_scoring_process_is_kept(page, app, tmp_path, monkeypatch):
    def broken(*_):
        raise DeskError("ended")

    monkeypatch.setattr(app.parts.desk, "settle", broken)
    _submit(page, making.write_predictions(making.prediction_rows(6), tmp_path / "six.parquet"), "Kept")
    _says(page, "Kept: accepted and kept as")
    _says(page, "ended the scoring process")
    expect(page.locator("#mine .virtual-row").filter(has_text="Kept")).to_contain_text("waiting to be scored")


def test_the_validation_split_takes_true_histories_without_a_signature(page, app, tmp_path):
    page.locator("#split").get_by_label("validation").check()
    expect(page.locator("#split-note")).to_contain_text("not ranked")
    _choose(page, making.write_predictions(making.prediction_rows(1), tmp_path / "validation.parquet"))
    _input(page, "model").fill("With the truth")
    page.locator("#history_mode input").click()
    page.get_by_role("option", name="the true words and masks").click()
    page.locator("#submit").click()
    _says(page, "With the truth: accepted, 72 rows scored")
    _says(page, "not ranked")
    assert [item.meta.history_mode for item in app.parts.boards.validation.submissions()] == ["gt"]


def test_the_tab_speaks_chinese_and_fits_a_phone(watched, app, tmp_path, shoot):
    page = _opened(watched(viewport={"width": 390, "height": 844}), app, "/zh")
    say = words("zh")
    expect(page.locator("#submit")).to_have_text(say("submit.submit"))
    _choose(page, _without_rows(tmp_path))
    page.locator("#submit").click()
    _says(page, say("submit.faulty_fields"))
    page.locator("#check").click()
    _says(page, say("submit.kind_missing_row"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "submit-zh-390")
