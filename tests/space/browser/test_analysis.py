"""The analysis tab in a browser: every figure is drawn, follows the choice, and shows users' text as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from leaderboard import SubmissionMeta
from tests.space import making

pytestmark = pytest.mark.browser

PATIENTS = 30  # ten in each region: the scores of fewer are hidden
MARKUP = '<a href="javascript:x">x</a><b>y</b> &lt;'
MODELS = (("Near", 1), (MARKUP, 2), ("Far", 4))  # the best first; by how many pixels their masks are off
TRACK = "en-multi"
TAB = {"en": "Analysis", "zh": "分析"}
FIGURES = ("turn_curve", "fixed_cohort_curve", "region", "modality", "facet", "system", "segmentation_turn")
FIGURES += ("target_size", "ranks", "agreement", "gaps")


@pytest.fixture(scope="module")
def analysed(serving, tmp_path_factory) -> Iterator:
    """A running app over a board with intervals, agreement and a history gap."""
    folder = tmp_path_factory.mktemp("analysed")
    truth, validation = (
        making.write_truth(folder / f"{split}.parquet", split, PATIENTS) for split in ("test", "validation")
    )

    def enter(board, name: str, shift: int, mode: str = "own") -> None:
        path = making.write_predictions(making.prediction_rows(shift, patients=PATIENTS), folder / f"{shift}.parquet")
        board.submit(path, SubmissionMeta(model=name, history_mode=mode, signed="tester"), user="tester")

    def fill(board) -> None:
        for name, shift in MODELS:
            enter(board, name, shift)

    with serving(folder, fill, truth=str(truth), validation_truth=str(validation)) as running:
        enter(running.parts.boards.validation, MARKUP, 3)
        enter(running.parts.boards.validation, MARKUP, 2, "gt")
        running.parts.watch.refresh()
        yield running


@pytest.fixture
def opened(watched, analysed):
    """opened(language, track, theme, **options): the page with its analysis tab open and its first figure drawn."""

    def open_page(language: str = "en", track: str = TRACK, theme: str = "light", **options) -> Page:
        page = watched(**options)
        path = "zh" if language == "zh" else ""
        page.goto(f"{analysed.address}/{path}?track={track}&__theme={theme}")
        page.get_by_role("tab", name=TAB[language], exact=True).click()
        expect(_figure(page, "turn_curve").locator(".point").first).to_be_visible(timeout=30_000)
        return page

    return open_page


def _figure(page: Page, name: str):
    return page.locator(f"#analysis-{name}")


def _legend(page: Page, name: str) -> list[str]:
    return _figure(page, name).locator(".legendtext").all_text_contents()


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_every_figure_is_drawn(opened, shoot, language, theme):
    page = opened(language, theme=theme)
    for name in FIGURES:
        expect(_figure(page, name).locator(".point").first).to_be_attached(timeout=20_000)
    expect(_figure(page, "target_size_px")).to_have_count(0)
    assert _legend(page, "region")[0] == "Near"
    shoot(page, f"analysis-{language}-{theme}")


def test_on_a_phone_figures_stand_below_each_other_and_nothing_is_cut(opened, shoot):
    page = opened("zh", viewport={"width": 390, "height": 844})
    expect(_figure(page, "gaps").locator(".point").first).to_be_attached(timeout=20_000)
    places = [_figure(page, name).bounding_box() for name in FIGURES]
    assert all(place["x"] >= 0 and place["x"] + place["width"] <= 390 for place in places)
    assert [place["y"] for place in places] == sorted(place["y"] for place in places)
    for name in ("ranks", "agreement", "gaps"):
        drawn = f"document.querySelector('#analysis-{name} .js-plotly-plot')._fullLayout._size.w"
        assert page.evaluate(drawn) > 90
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "analysis-narrow")


# Of every model the scores that its points stand for, read off the grid as a reader does.
READ_OFF = """figure => {
  const middle = element => { const box = element.getBoundingClientRect(); return box.top + box.height / 2; };
  const labels = [...figure.querySelectorAll(".ytick text")];
  const near = (place) => labels.reduce((one, other) =>
    Math.abs(middle(other) - place) < Math.abs(middle(one) - place) ? other : one);
  const lines = [...figure.querySelectorAll(".ygrid")].map(middle);
  const grid = lines.map(place => [place, Number(near(place).textContent)]);
  const [[low, from], [high, to]] = [grid[0], grid.at(-1)];
  const read = place => from + (place - low) / (high - low) * (to - from);
  return [...figure.querySelectorAll(".scatterlayer .trace")].map(trace =>
    [...trace.querySelectorAll(".point")].map(point => read(middle(point)))).filter(scores => scores.length);
}"""


def test_drawn_points_are_those_of_the_record(opened, analysed):
    drawn = _figure(opened(), "turn_curve").evaluate(READ_OFF)
    snapshot = analysed.parts.watch.snapshot
    curves = [snapshot.score(TRACK, row.record_id).turn_curve.values() for row in snapshot.tables[TRACK]]
    assert len(drawn) == len(MODELS)
    for scores, curve in zip(drawn, curves, strict=True):
        assert scores == pytest.approx([cell.dice for cell in curve], abs=0.005)


def test_figures_of_the_dark_theme_are_printed_dark_on_white(opened):
    page = opened(theme="dark")
    title = _figure(page, "turn_curve").locator(".ytitle")
    shade = (
        "text => getComputedStyle(text).fill.match(/[0-9]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)"
    )
    assert title.evaluate(shade) > 450
    page.emulate_media(media="print")
    assert title.evaluate(shade) < 300
    paper = _figure(page, "turn_curve").locator(".main-svg").first
    assert paper.evaluate("svg => getComputedStyle(svg).backgroundColor") == "rgb(255, 255, 255)"


def test_the_choice_of_models_and_measure_rules_the_figures(opened):
    page = opened()
    expect(_figure(page, "region").locator(".legendtext")).to_have_count(3)
    menu = page.locator("#analysis-models")
    menu.locator(".token-remove").nth(1).click()
    expect(_figure(page, "region").locator(".legendtext")).to_have_count(2)
    assert _legend(page, "region") == _legend(page, "turn_curve") == ["Near", "Far"]
    menu.locator("input").click()
    menu.get_by_role("option").filter(has_text="javascript").click()
    expect(_figure(page, "region").locator(".legendtext")).to_have_count(3)
    page.locator("#analysis-measure").get_by_label("IoU").click()
    expect(_figure(page, "region").locator(".xtitle")).to_have_text("IoU")
    expect(_figure(page, "turn_curve").locator(".ytitle")).to_have_text("Mean IoU")


@pytest.mark.slow
def test_a_choice_outlives_a_look_at_another_tab(opened):
    page = opened()
    page.locator("#analysis-models .token-remove").first.click()
    expect(_figure(page, "region").locator(".legendtext")).to_have_count(2)
    page.get_by_role("tab", name="About", exact=True).click()
    page.get_by_role("tab", name="Analysis", exact=True).click()
    expect(_figure(page, "region").locator(".point").first).to_be_visible()
    page.wait_for_timeout(800)
    assert len(_legend(page, "region")) == 2


def test_the_track_is_part_of_the_address(opened):
    page = opened(track="zh-multi")
    expect(page.locator("#analysis-track input:checked")).to_have_value("zh-multi")
    page.locator("#analysis-track").get_by_label("English · single turn").click()
    expect(page.get_by_text("so there is no fixed cohort")).to_be_visible(timeout=20_000)
    expect(_figure(page, "fixed_cohort_curve")).to_have_count(0)
    assert "track=en-single" in page.url


def test_a_name_with_markup_is_shown_as_text(opened):
    page = opened()
    expect(_figure(page, "gaps").locator(".point").first).to_be_attached(timeout=20_000)
    assert page.locator(".js-plotly-plot a[href], .js-plotly-plot svg a").count() == 0
    assert _legend(page, "turn_curve")[1] == '<a href="ja…> &lt;'
    labels = _figure(page, "ranks").locator(".ytick text").nth(1)
    assert "".join(labels.locator("tspan").all_text_contents()).replace(" ", "").startswith('<ahref="java')
    point = _figure(page, "turn_curve").locator(".scatterlayer .trace").nth(2).locator(".point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = _figure(page, "turn_curve").locator(".hoverlayer .hovertext")
    expect(hover).to_contain_text(MARKUP)
    expect(hover).to_contain_text(f"turns: {PATIENTS}, patients: {PATIENTS}")


def test_a_click_in_the_legend_hides_a_model_and_an_image_is_the_only_other_tool(opened):
    page = opened()
    figure = _figure(page, "turn_curve")
    expect(figure.locator(".scatterlayer .trace .point")).to_have_count(15)  # 3 models, 5 turns
    figure.locator(".legendtoggle").first.click()
    expect(figure.locator(".scatterlayer .trace .point")).to_have_count(10)
    figure = _figure(page, "region")
    figure.hover()
    expect(figure.locator(".modebar-btn")).to_have_count(1)
    assert figure.locator(".modebar-btn").get_attribute("data-title") == "Save as an image (PNG)"
    with page.expect_download() as image:
        figure.locator(".modebar-btn").click()
    assert image.value.suggested_filename == "en-multi-region.png"


def test_numbers_stand_behind_each_section(opened, analysed):
    page = opened()
    snapshot = analysed.parts.watch.snapshot
    page.get_by_role("button", name="The numbers").first.click()
    best = snapshot.score(TRACK, snapshot.tables[TRACK][0].record_id).turn_curve["1"]
    row = page.locator("#analysis-curves-numbers tr", has_text="Segmentation turn 1").first
    expect(row).to_contain_text(f"{best.dice:.3f} [{best.dice_interval[0]:.3f}, {best.dice_interval[1]:.3f}]")
    expect(row).to_contain_text(str(best.n))


@pytest.mark.parametrize(("language", "told"), [("en", "No submission in this track yet"), ("zh", "该赛道尚无提交")])
def test_an_empty_board_says_so_and_draws_nothing(watched, empty_address, language, told):
    page = watched()
    page.goto(f"{empty_address}/{'zh' if language == 'zh' else ''}")
    page.get_by_role("tab", name=TAB[language], exact=True).click()
    expect(page.locator("#analysis-message")).to_contain_text(told, timeout=20_000)
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    expect(page.locator("#analysis-models")).to_have_count(0)
