"""The page of a model in a browser: how it opens and closes, its numbers, and the comparison with a second model."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from leaderboard import SubmissionMeta
from tests.space import making

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
PATIENTS = 30  # ten in each region: enough for intervals
TRACK = "en-multi"
MODELS = (("Near", 1), (making.SCRIPT_NAME, 2), ("Far", 4))  # by how many pixels their masks are off


@pytest.fixture(scope="module")
def compared(serving, tmp_path_factory) -> Iterator:
    """A running app over a board with intervals."""
    folder = tmp_path_factory.mktemp("compared")

    def fill(board) -> None:
        for name, shift in MODELS:
            rows = making.prediction_rows(shift, patients=PATIENTS)
            path = making.write_predictions(rows, folder / f"{shift}.parquet")
            meta = SubmissionMeta(
                model=name,
                organisation="<b>Institute</b> {{value}}",
                link="https://example.org/one",
                history_mode="own",
                training_data="<i>none</i>",
                signed="tester",
            )
            board.submit(path, meta, user="tester")

    truth = making.write_truth(folder / "test.parquet", patients=PATIENTS)
    with serving(folder, fill, truth=str(truth)) as running:
        yield running


@pytest.fixture
def many(compared):
    """The board of `compared`."""
    return compared.parts.boards.ranked


@pytest.fixture
def opened(watched, compared):
    """opened(query, path, **options): the page at that address."""

    def open_page(query: str = "", path: str = "/", **options) -> Page:
        page = watched(**options)
        page.goto(f"{compared.address}{path}{query}")
        return page

    return open_page


def record_of(board, name: str, track: str = TRACK):
    return next(row.record_id for row in board.table(track) if row.model == name)


def choose_row(page: Page, text: str) -> None:
    row = page.locator("#ranking .virtual-row").filter(has_text=text).first
    row.locator(".body-cell").nth(1).click(timeout=20_000)
    expect(page.locator("#model-head h2")).to_be_visible(timeout=20_000)


def compare_with(page: Page, name: str) -> None:
    page.locator("#model-other input").click()
    page.get_by_role("option").filter(has_text=name).click()
    expect(page.locator("#model-compared table")).to_be_visible(timeout=20_000)


def test_a_row_opens_its_model_and_back_returns_to_the_table(opened, many):
    page = opened(f"?track={TRACK}")
    page.locator("#ranking input.search-input").fill("far", timeout=20_000)
    choose_row(page, "Far")
    expect(page.locator("#model-head h2")).to_contain_text("Far")
    expect(page.locator("#table-page")).not_to_be_visible()
    expect(page).to_have_url(re.compile(rf"track={TRACK}&model={record_of(many, 'Far')}$"))

    page.get_by_role("button", name="Back to the table").click()
    expect(page.locator("#ranking .virtual-row")).to_have_count(1, timeout=20_000)  # still what was searched for
    expect(page.locator("#model-page")).not_to_be_visible()
    expect(page).to_have_url(re.compile(rf"track={TRACK}$"))
    choose_row(page, "Far")


def test_the_address_of_a_model_opens_its_page(opened, many, shoot):
    record = many.record(record_of(many, "Near"))
    page = opened(f"?track={TRACK}&model={record.id}")
    expect(page.locator("#model-head")).to_contain_text("Near", timeout=20_000)
    score = record.tracks[TRACK]
    low, high = score.headline_dice_interval
    expect(page.locator("#model-head")).to_contain_text(f"{score.headline_dice:.3f} [{low:.3f}, {high:.3f}]")
    for fact in (record.id, record.file_sha256, many.truth.digest):
        expect(page.locator("#model-facts")).to_contain_text(fact)
    chest = score.strata["region"]["chest"]
    line = page.locator("#model-strata tr").filter(has_text="Chest")
    expect(line).to_contain_text(f"{chest.dice:.3f} [{chest.dice_interval[0]:.3f}, {chest.dice_interval[1]:.3f}]")
    expect(line).to_contain_text(f"{chest.mm.hd95:.1f}")
    expect(page.locator("#model-gap")).to_contain_text("mturn-seg history-gap")
    expect(page.locator("#model-curves .js-plotly-plot")).to_have_count(2, timeout=30_000)
    expect(page.locator("#model-curves .point")).to_have_count(10)  # of 5 turns in both figures
    shoot(page, "model-1280")
    page.set_viewport_size(NARROW)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    shoot(page, "model-390")


def test_an_id_that_stands_in_no_table_is_told(opened):
    page = opened("?model=nobody-1")
    expect(page.locator("#model-head")).to_contain_text(
        "No submission in these tables has the record nobody-1.", timeout=20_000
    )
    expect(page.locator("#model-body")).not_to_be_visible()
    page.get_by_role("button", name="Back to the table").click()
    expect(page.locator("#ranking .virtual-row").first).to_be_visible(timeout=20_000)
    assert "model" not in page.url


def test_a_comparison_shows_the_numbers_of_the_board(opened, many, shoot):
    near, far = record_of(many, "Near"), record_of(many, "Far")
    result = next(item for item in many.compare(far, near) if item.track == TRACK)
    dice = {(item.kind, item.value): item for item in result.differences if item.measure == "dice"}
    page = opened(f"?track={TRACK}&model={near}")
    expect(page.locator("#model-head")).to_contain_text("Near", timeout=20_000)
    compare_with(page, "Far")
    for label, key in [("headline", ("headline", "all")), ("Region: Chest", ("region", "chest"))]:
        item = dice[key]
        low, high = item.interval
        line = page.locator("#model-compared tr").filter(has_text=label)
        expect(line).to_contain_text(f"{item.difference:+.3f} [{low:+.3f}, {high:+.3f}]")
    p = "< 0.001" if result.wilcoxon_p < 0.001 else f"= {result.wilcoxon_p:.3f}"
    expect(page.locator("#model-compared")).to_contain_text(f"n = {PATIENTS} patients): p {p}")
    expect(page.locator("#model-differences .point")).to_have_count(len(dice), timeout=30_000)
    shoot(page, "model-compared-1280")


def test_a_reader_who_goes_to_another_model_finds_no_old_comparison(opened, many):
    page = opened(f"?track={TRACK}&model={record_of(many, 'Near')}")
    expect(page.locator("#model-head")).to_contain_text("Near", timeout=20_000)
    compare_with(page, "Far")
    page.get_by_role("button", name="Back to the table").click()
    choose_row(page, "Far")
    expect(page.locator("#model-compared table")).to_have_count(0)
    expect(page.locator("#model-differences .js-plotly-plot")).to_have_count(0)
    page.locator("#model-other input").click()
    expect(page.get_by_role("option").filter(has_text="Near")).to_have_count(1)
    expect(page.get_by_role("option").filter(has_text="Far")).to_have_count(0)


def test_markup_of_a_submitter_stays_text(opened, many):
    page = opened(f"?track={TRACK}&model={record_of(many, making.SCRIPT_NAME)}")
    expect(page.locator("#model-head h2")).to_contain_text(making.SCRIPT_NAME, timeout=20_000)
    expect(page.locator("#model-facts")).to_contain_text("<i>none</i>")
    expect(page.locator("#model-facts")).to_contain_text("{{value}}")
    anchor = page.locator("#model-facts dd a")
    assert anchor.get_attribute("href") == "https://example.org/one"
    assert "noopener" in anchor.get_attribute("rel")
    compare_with(page, "Near")
    page.get_by_role("button", name="Back to the table").click()
    choose_row(page, "Near")
    compare_with(page, "window.hit")
    expect(page.locator("#model-compared .pair")).to_contain_text(making.SCRIPT_NAME)
    assert page.evaluate("window.hit") is None
    assert page.locator("#model-page img, #model-page script").count() == 0


def test_a_link_leads_to_the_submission_in_another_track(opened, many):
    page = opened(f"?track={TRACK}&model={record_of(many, 'Near')}")
    page.locator("#model-facts").get_by_role("link", name="Chinese · multi turn").click(timeout=20_000)
    expect(page.locator("#model-head small")).to_have_text("Chinese · multi turn", timeout=20_000)
    row = next(row for row in many.table("zh-multi") if row.model == "Near")
    expect(page.locator("#model-head")).to_contain_text(f"{row.headline_dice:.3f}")


@pytest.mark.slow
def test_the_page_is_chinese_and_readable_in_the_dark(opened, many, shoot):
    page = opened(f"?track={TRACK}&model={record_of(many, 'Near')}&__theme=dark", path="/zh")
    expect(page.locator("#model-head")).to_contain_text("主指标 Dice（95%）", timeout=20_000)
    expect(page.locator("#model-strata")).to_contain_text("胸部")
    compare_with(page, "Far")
    expect(page.locator("#model-compared")).to_contain_text("符号秩检验")
    shades = page.locator("#model-facts h3").evaluate(
        "element => [getComputedStyle(element).color, getComputedStyle(element.closest('.card')).backgroundColor]"
    )
    text, ground = (sum(map(float, re.findall(r"[\d.]+", shade)[:3])) for shade in shades)
    assert text > 2 * ground
    shoot(page, "model-zh-dark-1280")
