"""The page in a real browser: it shows what the board holds and takes submissions."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH; install the Debian package chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*arguments, "--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The opened app. A test fails when the page logs an error, throws, or asks another computer for anything."""
    page = browser.new_page(viewport=WIDE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if _leaves(request.url) else None)
    page.goto(address)
    expect(page.locator("#ranking .virtual-row").first).to_be_visible(timeout=20_000)
    yield page
    page.close()
    assert complaints == []


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1"


def _cells(page: Page, text: str):
    """Cells of the ranking's row that holds `text`."""
    return page.locator("#ranking .virtual-row").filter(has_text=text).first.locator(".body-cell")


def _open(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()


def _shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(400)  # let the page's transitions end
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_the_table_shows_the_submissions_of_the_board(page, board):
    row = board.table("en-single")[0]
    texts = _cells(page, row.model).all_inner_texts()
    scores = [f"{score:.3f}" for score in (row.headline_dice, row.headline_iou, row.turn_weighted_dice)]
    assert texts[:5] == [str(row.rank), row.model, *scores]
    assert row.organisation in texts
    expect(page.locator("#top")).to_contain_text("Local mode: no sign-in; everything runs on this computer.")
    expect(page.locator("#top")).to_contain_text("Squares")
    expect(page.locator("#regions-note")).to_contain_text("no turns of prostate")
    expect(page.locator("#ranking")).to_contain_text(f"1.2.0 · {board.truth.digest[:10]}")
    _shoot(page, "table-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "table-390")


def test_rank_and_model_stay_in_sight_when_the_table_is_scrolled(page):
    page.set_viewport_size(NARROW)
    cells = page.locator("#ranking .virtual-row").first.locator(".body-cell")
    before = [cells.nth(column).bounding_box()["x"] for column in range(3)]
    page.locator("#ranking .virtual-table-viewport").evaluate("element => { element.scrollLeft = 300; }")
    page.wait_for_timeout(200)
    after = [cells.nth(column).bounding_box()["x"] for column in range(3)]
    assert after[:2] == before[:2]
    assert after[2] < before[2]
    _shoot(page, "scrolled-390")


def test_nothing_is_wider_than_a_phone(page):
    page.set_viewport_size(NARROW)
    for tab in ("Leaderboard", "Submit", "About"):
        _open(page, tab)
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_page_is_readable_in_the_dark(page):
    page.goto(f"{page.url}?__theme=dark")
    expect(page.locator("#ranking .virtual-row").first).to_be_visible()
    _cells(page, "Shifted by one").nth(1).click()
    expect(page.locator("#details .card")).to_be_visible()
    shades = page.locator("#details h3").evaluate(
        "element => [getComputedStyle(element).color, getComputedStyle(element.closest('.card')).backgroundColor]"
    )
    text, ground = (sum(map(float, re.findall(r"[\d.]+", shade)[:3])) for shade in shades)
    assert text > 2 * ground
    _shoot(page, "dark-1280")


def test_choosing_a_track_changes_the_table(page, board):
    assert len(board.table("zh-multi")) < len(board.table("en-multi"))
    page.get_by_label("Chinese · multi turn").check()
    expect(page.locator("#ranking .virtual-row").filter(has_text="Shifted by four")).to_have_count(0)
    row = next(row for row in board.table("zh-multi") if row.model == "Shifted by one")
    texts = _cells(page, row.model).all_inner_texts()
    assert f"{row.turn_dice['5']:.3f}" in texts
    assert str(row.n) in texts
    _shoot(page, "table-multi-1280")


def test_the_search_finds_a_model(page):
    page.locator("#ranking input.search-input").fill("by four")
    expect(page.locator("#ranking .virtual-row")).to_have_count(1)


def test_a_sorted_table_still_shows_the_chosen_row(page, board):
    worst = board.table("en-single")[-1].model
    page.locator("#ranking .header-cell").filter(has_text="IoU").locator(".header-content").click()
    page.locator("#ranking .header-cell").filter(has_text="IoU").get_by_label("Open cell menu").click()
    page.get_by_role("menuitem", name="Sort ascending").click()
    first = page.locator("#ranking .virtual-row").first.locator(".body-cell").nth(1)
    expect(first).to_have_text(worst)
    first.click()
    expect(page.locator("#details h3")).to_contain_text(worst)


def test_the_first_submission_makes_a_table_of_the_empty_page(page, empty_address, prediction_rows, write_predictions):
    page.goto(empty_address)
    expect(page.locator("#details")).to_contain_text("No submission in this track yet.")
    expect(page.locator("#ranking")).to_have_count(0)
    _open(page, "Submit")
    page.locator("#predictions input[type=file]").set_input_files(write_predictions(prediction_rows(1, ("zh",))))
    page.get_by_label("Model", exact=True).fill("首个模型")
    page.locator("#signed textarea, #signed input").fill("A. Tester")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("首个模型: accepted, 36 rows scored", timeout=30_000)
    page.get_by_role("button", name="See it in the leaderboard").click()
    expect(page.get_by_label("Chinese · single turn")).to_be_checked()
    expect(_cells(page, "首个模型").nth(0)).to_have_text("1")
    _shoot(page, "first-1280")


def test_markup_in_a_name_stays_text(page, board):
    row = next(row for row in board.table("en-single") if row.model.startswith("<script>"))
    expect(_cells(page, "window.hit=1").nth(1)).to_have_text(row.model)
    _cells(page, "window.hit=1").nth(1).click()
    details = page.locator("#details")
    expect(details.locator("h3")).to_contain_text(row.model)
    expect(details).to_contain_text("<i>none</i>")
    expect(details).to_contain_text("{{value}}")
    assert page.evaluate("window.hit") is None
    assert page.locator("#details img, #details script, #ranking img, #ranking script").count() == 0


def test_a_chosen_row_shows_the_whole_submission(page, board):
    _cells(page, "Shifted by one").nth(1).click()
    details = page.locator("#details")
    record = next(row.record_id for row in board.table("en-single") if row.model == "Shifted by one")
    expect(details).to_contain_text(record)
    anchor = details.locator("a")
    assert anchor.get_attribute("href") == "https://example.org/one"
    assert "noopener" in anchor.get_attribute("rel")
    _shoot(page, "details-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "details-390")


def test_published_results_are_marked_as_context(page):
    page.get_by_role("button", name=re.compile("Published on the authors' data")).click()
    panel = page.locator("#published")
    expect(panel).to_contain_text("do not compare")
    expect(panel.locator("tr").filter(has_text="LISA (7B)").first).to_contain_text("0.2096 / 0.1423")
    _shoot(page, "published-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "published-390")


def test_a_good_file_is_checked_submitted_and_shown(page, board, prediction_rows, write_predictions):
    _open(page, "Submit")
    _shoot(page, "submit-1280")
    path = write_predictions(prediction_rows(3), "<img src=x onerror=hit=3>.parquet")
    page.locator("#predictions input[type=file]").set_input_files(path)
    expect(page.locator("#predictions")).to_contain_text(".parquet")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#answer")).to_contain_text("No problem in 72 rows", timeout=30_000)

    page.get_by_label("Model", exact=True).fill("Shifted by three")
    page.locator("#signed textarea, #signed input").fill("A. Tester")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("Shifted by three: accepted, 72 rows scored", timeout=30_000)
    rows = board.table("en-multi")
    rank = next(row.rank for row in rows if row.model == "Shifted by three")
    expect(page.locator("#answer tr").filter(has_text="English · multi turn")).to_contain_text(f"{rank} of {len(rows)}")
    _shoot(page, "accepted-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "accepted-390")
    page.set_viewport_size(WIDE)

    page.get_by_role("button", name="See it in the leaderboard").click()
    expect(_cells(page, "Shifted by three").nth(1)).to_be_visible()
    assert page.evaluate("window.hit") is None


def test_a_faulty_file_is_answered_with_its_faults(page, board, prediction_rows, write_predictions):
    before = len(board.records())
    rows = prediction_rows(2)
    rows[0]["counts"] = "23;"
    rows[1]["size"] = [32, 24]
    del rows[5]
    rows[8]["dialogue_id"] = "<img src=x onerror=hit=4>"
    _open(page, "Submit")
    page.locator("#predictions input[type=file]").set_input_files(write_predictions(rows, "faulty.jsonl"))
    page.get_by_label("Model", exact=True).fill("Faulty")
    page.locator("#signed textarea, #signed input").fill("A. Tester")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("This file cannot be accepted", timeout=30_000)
    problems = page.locator("#problems .virtual-row")
    expect(problems.filter(has_text="wrong size")).to_contain_text("[24, 32]")
    expect(problems.filter(has_text="missing row").first).to_be_visible()
    expect(problems.filter(has_text="unknown dialogue")).to_contain_text("<img src=x onerror=hit=4>")
    assert page.evaluate("window.hit") is None
    assert len(board.records()) == before
    _shoot(page, "refused-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "refused-390")


def test_a_forgotten_file_or_name_is_answered_with_a_message(page, prediction_rows, write_predictions):
    _open(page, "Submit")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("Choose a predictions file first")
    _shoot(page, "message-1280")


def test_about_explains_the_scores_with_the_numbers_of_the_data(page):
    _open(page, "About")
    row = page.locator("#data tr").filter(has_text="English · multi turn")
    assert row.locator("td").all_inner_texts() == ["6", "30", "6", "abdomen, chest, head"]
    expect(page.locator("#about-text .katex").first).to_be_visible()
    expect(page.locator("#citation")).to_contain_text("nie2025mturnseg")
    _shoot(page, "about-1280")
    page.set_viewport_size(NARROW)
    _shoot(page, "about-390")
