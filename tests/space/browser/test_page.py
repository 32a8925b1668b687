"""The page as a whole in a browser: its tabs, its languages, its addresses, its width, and two readers at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.space import making

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
TABS = {
    "table": ("Leaderboard", "排行榜", "#ranking .virtual-row"),
    "analysis": ("Analysis", "分析", ".js-plotly-plot"),
    "browse": ("Browse", "浏览数据", "text=/No data set|没有/"),
    "submit": ("Submit", "提交", "#predictions"),
    "about": ("About", "说明", "#about-metrics, #about-task, .katex"),
}


@pytest.mark.parametrize("path", ["/", "/zh"])
def test_every_tab_opens_without_a_complaint_and_has_an_address(watched, address, shoot, path):
    page = watched()
    page.goto(address + path)
    for number, (tab, (*names, inside)) in enumerate(TABS.items()):
        button = page.get_by_role("tab").nth(number)
        expect(button).to_have_text(names[path == "/zh"])
        button.click()
        if tab != "browse":  # this app has no data set to browse; tests of that tab have one
            expect(page.locator(inside).locator("visible=true").first).to_be_visible(timeout=20_000)
        page.wait_for_function("wanted => location.search === wanted", arg="" if tab == "table" else f"?tab={tab}")
        shoot(page, f"{tab}-{'zh' if path == '/zh' else 'en'}-1280")


@pytest.mark.parametrize("tab", list(TABS)[1:])
@pytest.mark.parametrize("path", ["/", pytest.param("/zh", marks=pytest.mark.slow)])
def test_an_address_opens_its_tab(watched, address, path, tab):
    page = watched()
    page.goto(f"{address}{path}?tab={tab}")
    expect(page.locator(f"[role=tab][data-tab-id={tab}]").first).to_have_attribute(
        "aria-selected", "true", timeout=20_000
    )
    page.wait_for_timeout(500)
    assert page.url == f"{address}{path}?tab={tab}"
    page.get_by_role("tab").first.click()
    expect(page.locator("#ranking .virtual-row").first).to_be_visible(timeout=20_000)
    page.wait_for_function("location.search === ''")


def test_the_languages_are_switched_and_the_choice_is_kept(watched, address):
    page = watched()
    page.goto(f"{address}/?track=en-multi")
    expect(page.locator("#ranking .virtual-row").first).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", name="MTurn-Seg 排行榜")).to_be_visible(timeout=20_000)
    assert page.url == f"{address}/zh?track=en-multi"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "MTurn-Seg 排行榜"
    expect(page.get_by_label("英文 · 多轮").first).to_be_checked()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="MTurn-Seg leaderboard")).to_be_visible(timeout=20_000)
    assert page.url == f"{address}/?track=en-multi"


def test_a_chinese_browser_gets_the_chinese_page_until_its_reader_chooses(watched, address):
    page = watched(locale="zh-CN")
    page.goto(address)
    expect(page.get_by_role("heading", name="MTurn-Seg 排行榜")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="MTurn-Seg leaderboard")).to_be_visible(timeout=20_000)
    page.get_by_role("tab", name="Submit", exact=True).click()
    expect(page.get_by_text("Click to Upload")).to_be_visible()  # gradio's own words follow the page
    page.goto(address)
    expect(page.get_by_role("heading", name="MTurn-Seg leaderboard")).to_be_visible(timeout=20_000)


def test_gradios_own_words_are_chinese_on_the_chinese_page(watched, address):
    page = watched()
    page.goto(f"{address}/zh?tab=submit")
    expect(page.locator("#predictions")).to_contain_text("点击上传", timeout=20_000)


@pytest.mark.parametrize("path", ["/", pytest.param("/zh", marks=pytest.mark.slow)])
def test_no_tab_is_wider_than_a_phone(watched, address, shoot, path):
    page = watched(viewport=NARROW, has_touch=True)
    for tab in TABS:
        page.goto(f"{address}{path}?tab={tab}")
        expect(page.locator(f"[role=tab][data-tab-id={tab}]").first).to_have_attribute(
            "aria-selected", "true", timeout=20_000
        )
        page.wait_for_timeout(700)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], tab
        shoot(page, f"{tab}-{'zh' if path == '/zh' else 'en'}-390")


def test_two_browsers_see_the_same_board_and_do_not_disturb_each_other(serving, watched, tmp_path):
    with serving(tmp_path, lambda board: making.enter_some(board, tmp_path)) as served:
        reader, sender = watched(), watched(locale="zh-CN")
        reader.goto(f"{served.address}/?track=zh-single")
        expect(reader.locator("#ranking .virtual-row")).to_have_count(2, timeout=20_000)
        sender.goto(f"{served.address}/zh?tab=submit")
        path = making.write_predictions(making.prediction_rows(0), tmp_path / "exact.parquet")
        sender.locator("#predictions input[type=file]").set_input_files(path)
        sender.locator("#model textarea, #model input").fill("并行提交")
        sender.locator("#signed textarea, #signed input").fill("测试者")
        sender.locator("#submit").click()
        expect(sender.locator("#answer")).to_contain_text("并行提交", timeout=30_000)
        expect(reader.get_by_label("Chinese · single turn").first).to_be_checked()
        reader.get_by_role("tab", name="About", exact=True).click()
        reader.get_by_role("tab", name="Leaderboard", exact=True).click()
        expect(reader.locator("#ranking .virtual-row")).to_have_count(3, timeout=20_000)
        expect(reader.locator("#ranking .virtual-row").first).to_contain_text("并行提交")
