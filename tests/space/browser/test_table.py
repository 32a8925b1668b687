"""The leaderboard tab in a browser: it shows what the board holds, in the order that the reader chooses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from leaderboard import table_to_markdown
from tests.space import making, results

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}


def rows(page: Page):
    return page.locator("#ranking .virtual-row")


def cells(page: Page, text: str):
    """Cells of the ranking's row that holds `text`."""
    return rows(page).filter(has_text=text).first.locator(".body-cell")


def column(page: Page, place: int) -> list[str]:
    return [rows(page).nth(row).locator(".body-cell").nth(place).inner_text() for row in range(rows(page).count())]


def choose(page: Page, field: str, option: str) -> None:
    page.locator(f"#{field} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def filled(page: Page) -> None:
    expect(rows(page).first).to_be_visible(timeout=20_000)


def test_the_table_shows_the_submissions_of_the_board(page, board, shoot):
    row = board.table("en-single")[0]
    texts = cells(page, row.model).all_inner_texts()
    assert texts[:8] == [
        *(str(row.rank), row.model, f"{row.headline_dice:.3f}", "–", "–", "–"),
        *(f"{row.headline_iou:.3f}", f"{row.mm.hd95:.1f}"),
    ]
    assert row.organisation in texts
    assert row.record_id in texts
    expect(page.locator("#table-notes")).to_contain_text("no turns of Prostate")
    expect(page.locator("#table-notes")).to_contain_text(board.truth.digest[:10])
    expect(page.locator("#summary")).to_contain_text("Ranked submissions")
    shoot(page, "table-1280")
    page.set_viewport_size(NARROW)
    shoot(page, "table-390")


def test_rank_and_model_stay_in_sight_when_the_table_is_scrolled(page, shoot):
    page.set_viewport_size(NARROW)
    first = rows(page).first.locator(".body-cell")
    before = [first.nth(place).bounding_box()["x"] for place in range(3)]
    page.locator("#ranking .virtual-table-viewport").evaluate("element => { element.scrollLeft = 300; }")
    page.wait_for_timeout(200)
    after = [first.nth(place).bounding_box()["x"] for place in range(3)]
    assert after[:2] == before[:2]
    assert after[2] < before[2]
    shoot(page, "table-scrolled-390")


def test_choosing_a_track_changes_the_table_and_the_address(page, board):
    assert len(board.table("zh-multi")) < len(board.table("en-multi"))
    page.get_by_label("Chinese · multi turn").check()
    expect(rows(page).filter(has_text="Shifted by four")).to_have_count(0)
    row = next(row for row in board.table("zh-multi") if row.model == "Shifted by one")
    texts = cells(page, row.model).all_inner_texts()
    assert f"{row.turn_dice['5']:.3f}" in texts
    assert str(row.n) in texts
    assert page.url.endswith("?track=zh-multi")


def test_a_chosen_measure_and_stratum_order_the_table_and_make_a_link(page, watched, board):
    choose(page, "stratum", "Region: Chest")
    choose(page, "measure", "HD95 (mm)")
    expect(page.locator("#ranking .header-cell").nth(2)).to_have_text(re.compile(r"HD95 \(mm\) · Chest"))
    found = {row.record_id: row for row in board.table("en-single")}
    distances = {
        row.model: board.record(row.record_id).tracks["en-single"].strata["region"]["chest"].mm.hd95
        for row in found.values()
    }
    order = sorted(distances, key=distances.get)
    assert column(page, 1) == order
    assert column(page, 2) == [f"{distances[model]:.1f}" for model in order]
    expect(page.locator("#table-order")).to_contain_text(
        "Ordered by HD95 (mm) · Chest, the mean over the turns whose pixel spacing is known (2)."
    )
    assert {"measure=hd95", "stratum=region.chest"} <= set(page.url.partition("?")[2].split("&"))

    other = watched()
    other.goto(page.url)
    expect(other.locator("#ranking .header-cell").nth(2)).to_have_text(
        re.compile(r"HD95 \(mm\) · Chest"), timeout=20_000
    )
    expect(other.locator("#stratum input")).to_have_value("Region: Chest")
    assert column(other, 1) == order

    choose(page, "stratum", "All turns with a known pixel spacing")
    choose(page, "measure", "Dice")
    expect(page.locator("#ranking .header-cell").nth(2)).to_have_text(re.compile(r"Dice \[95%\]"))
    assert "measure" not in page.url
    expect(page.locator("#table-order")).to_have_text("Choose a row to see the model in full.")


@pytest.fixture
def dozen(serving, tmp_path) -> Iterator[str]:
    """The address of an app that shows twelve models, m1 the best: more ranks than sort right as text.

    m3 has neither a score in the chest nor distances; in the chest m2 is better than m1.
    """
    models = range(1, 13)
    scores = {place: results.track(1 - place / 20, 0.9 - place / 20, 20.0 - place) for place in models} | {
        2: results.track(0.9, 0.95, 100.0),
        3: results.track(0.85, None, None),
    }
    made = results.snapshot(*(results.record(f"m{place}", score) for place, score in scores.items()))
    made.tables[results.TRACK] = [
        row.model_copy(update={"rank_interval": (row.rank, row.rank + 1), "p_first": 1 / row.rank, "tier": row.rank})
        for row in made.tables[results.TRACK]
    ]
    with serving(tmp_path) as running:
        running.parts.watch.snapshot = replace(made, tables=running.parts.watch.snapshot.tables | made.tables)
        yield f"{running.address}/?track={results.TRACK}"


def ask(page: Page, heading: str, item: str) -> None:
    """Choose from the menu of a heading."""
    header = page.locator("#ranking .header-cell").filter(has_text=heading)
    header.locator(".header-content").click()
    header.get_by_label("Open cell menu").click()
    page.get_by_role("menuitem", name=item).click()
    page.get_by_role("menuitem").first.wait_for(state="hidden")


def test_readers_sort_by_the_numbers_of_a_column(watched, dozen):
    page = watched(viewport={"width": 1280, "height": 1200})
    page.goto(f"{dozen}&stratum=region.chest")
    filled(page)
    ranked = [f"m{place}" for place in range(1, 13)]
    chest = ["m2", "m1", *ranked[3:], "m3"]
    assert column(page, 1) == chest
    assert column(page, 2)[-2:] == ["0.300 [0.250, 0.350]", "–"]
    far = [*ranked[:2:-1], "m1", "m2", "m3"]  # by HD95: 8 for m12, then 9, ..., 19 for m1, and 100 for m2
    for heading, upwards in [
        ("Dice · Chest", chest[::-1]),
        ("Dice [95%]", ranked[::-1]),
        ("Rank, 95%", ranked),
        ("P(first)", ranked[::-1]),
        ("HD95", far),
    ]:
        for order, expected in [("ascending", upwards), ("descending", upwards[::-1])]:
            ask(page, heading, f"Sort {order}")
            expect(rows(page).first.locator(".body-cell").nth(1)).to_have_text(expected[0])
            assert column(page, 1) == expected, (heading, order)
        ask(page, heading, "Clear sort")  # else the next one would sort within it


def test_a_choice_takes_the_place_of_the_readers_own_sorting(page, board):
    ask(page, "HD95", "Sort descending")
    best_last = [row.model for row in board.table("en-single")][::-1]
    expect(rows(page).first.locator(".body-cell").nth(1)).to_have_text(best_last[0])
    choose(page, "stratum", "Region: Chest")
    expect(page.locator("#ranking .header-cell").nth(2)).to_have_text(re.compile("Chest"), timeout=20_000)
    expect(page.locator("#ranking .sort-indicator")).to_have_count(0)
    assert column(page, 1) == best_last[::-1]


@pytest.mark.parametrize("ending", ["csv", "md"])
def test_the_table_comes_as_a_file(page, board, ending):
    with page.expect_download() as started:
        page.locator(f'#table-notes a[href$=".{ending}"]').click()
    assert started.value.suggested_filename.endswith(f"en-single.{ending}")
    text = started.value.path().read_text(encoding="utf-8")
    rows = board.table("en-single")
    if ending == "csv":
        assert [line["record_id"] for line in csv.DictReader(io.StringIO(text))] == [row.record_id for row in rows]
    else:
        assert text == table_to_markdown(rows)


def test_the_search_finds_a_model_whose_markup_stays_text(page):
    page.locator("#ranking input.search-input").fill("window.hit")
    expect(rows(page)).to_have_count(1)
    name = cells(page, "window.hit=1").nth(1)
    expect(name).to_have_text(making.SCRIPT_NAME)
    assert page.evaluate("window.hit") is None
    assert page.locator("#ranking img, #ranking script").count() == 0


def test_the_chinese_page_shows_the_same_numbers_in_chinese(watched, address, board, shoot):
    page = watched()
    page.goto(f"{address}/zh?track=zh-multi")
    filled(page)
    row = board.table("zh-multi")[0]
    assert cells(page, row.model).all_inner_texts()[:3] == [str(row.rank), row.model, f"{row.headline_dice:.3f}"]
    headings = [text.split("\n")[0] for text in page.locator("#ranking .header-cell").all_inner_texts()]
    assert headings[:6] == ["名次", "模型", "Dice [95%]", "名次（95%）", "第一概率", "梯队"]
    assert "第 5 轮" in headings
    expect(page.locator("#ranking .search-input")).to_have_attribute("placeholder", "搜索表格")
    expect(page.locator("#track")).to_contain_text("英文 · 单轮")
    shoot(page, "table-zh-1280")


@pytest.mark.slow
def test_the_table_is_readable_in_the_dark(watched, address, shoot):
    page = watched()
    page.goto(f"{address}/?__theme=dark")
    filled(page)
    shades = (
        rows(page)
        .first.locator(".body-cell")
        .nth(1)
        .evaluate("cell => [getComputedStyle(cell).color, getComputedStyle(cell).backgroundColor]")
    )
    text, ground = (sum(map(float, re.findall(r"[\d.]+", shade)[:3])) for shade in shades)
    assert text > 2 * ground
    shoot(page, "table-dark-1280")


def test_a_table_without_submissions_says_so(watched, empty_address, shoot):
    page = watched()
    page.goto(empty_address)
    expect(page.locator("#table-order")).to_contain_text("No submission in this track yet.", timeout=20_000)
    expect(page.locator("#ranking")).to_have_count(0)
    shoot(page, "table-empty-1280")


def test_the_printed_results_are_marked_as_context(page):
    page.get_by_role("button", name="Published on the authors' data: context, not comparable").click()
    panel = page.locator("#published")
    expect(panel).to_contain_text("do not compare these numbers with the ranking")
    expect(panel.locator("tr").filter(has_text="LISA (7B)").first).to_contain_text("0.2096 / 0.1423")
