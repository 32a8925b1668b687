"""The browsing tab in a browser: what is drawn over the slice, pixel by pixel, and how a reader gets about."""

from __future__ import annotations

import io
import math
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from space.words import words
from tests.space.browsing import made

pytestmark = pytest.mark.browser
NARROW = {"width": 390, "height": 844}
FRAME = "#browse-viewer .frame"
WITHIN = np.s_[2:-2, 2:-2]  # a picture of the frame without what may be of its surroundings
ORANGE, BLUE = (0xE6, 0x9F, 0x00), (0x56, 0xB4, 0xE9)  # of the first and the second mask


@pytest.fixture(scope="module")
def browsing(serving, tmp_path_factory):
    """The address of an app over the data set of made.rows()."""
    folder = tmp_path_factory.mktemp("browsing")
    data = made.write(folder / "mturn-seg", made.rows())
    with serving(folder, data=str(data)) as served:
        assert served.parts.dialogues.wait(60)
        yield served.address


@pytest.fixture
def look(watched, browsing):
    """look(query, path, **options): a page at the browsing tab; the query is that of its address."""

    def open_page(query: str = "", path: str = "", **options) -> Page:
        page = watched(**options)
        page.goto(f"{browsing}/{path}?{query}")
        page.get_by_role("tab", name=words(path or "en")("common.tab_browse")).click()
        expect(page.locator("#browse-position")).to_have_text(re.compile("8"), timeout=20_000)
        return page

    return open_page


def seen(page: Page) -> np.ndarray:
    """The slice with what is drawn over it, RGB [height, width, 3]."""
    picture = page.locator(FRAME).screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def coloured(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Where a picture has about that colour, bool [height, width]."""
    return np.abs(pixels - np.array(colour)).max(axis=2) < 40


def enlarged(values: np.ndarray, page: Page) -> np.ndarray:
    """Values of a mask or slice as `seen` shows them: each pixel of the screen takes that below its centre.

    A screenshot begins with the whole pixel in which the frame begins, and so shows a line of what lies around it.
    """
    box, dense = page.locator(FRAME).bounding_box(), page.evaluate("window.devicePixelRatio")
    places = []
    for start, length, count in ((box["y"], box["height"], len(values)), (box["x"], box["width"], values.shape[1])):
        first, last = math.floor(start) * dense, math.ceil(start + length) * dense
        inside = ((np.arange(first, last) + 0.5) / dense - start) * count / length
        places.append(np.clip(inside.astype(int), 0, count - 1))
    return values[np.ix_(*places)]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


def set_opacity(page: Page, value: int) -> None:
    page.locator("#browse-viewer .opacity input").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def bare(page: Page) -> None:
    """Takes outlines and numbers away, so that the filled mask alone is drawn."""
    page.locator("#browse-viewer .outlines input").uncheck()


def turn_button(page: Page, turn: int):
    return page.locator(f"#browse-viewer .steps [data-choose='{turn}']")


def asked_for(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="wide"),
        pytest.param({"viewport": NARROW}, id="narrow", marks=pytest.mark.slow),
        pytest.param({"device_scale_factor": 2}, id="dense", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "dialogue", [made.TALL, *(pytest.param(name, marks=pytest.mark.slow) for name in ("plain-1", made.ENGLISH))]
)
def test_the_filled_mask_lies_where_the_mask_is(look, dialogue, options):
    page = look(f"dialogue={dialogue}", **options)
    bare(page)
    set_opacity(page, 100)
    pixels = seen(page)
    assert overlap(coloured(pixels, ORANGE), enlarged(made.FIRST, page)) > 0.97


def test_pixels_that_are_no_squares_keep_their_proportions(look):
    page = look(f"dialogue={made.TALL}")
    box = page.locator(FRAME).bounding_box()
    assert box["width"] / box["height"] == pytest.approx(made.WIDTH * 1.0 / (made.HEIGHT * 2.0), rel=0.01)
    page = look("dialogue=plain-0")
    box = page.locator(FRAME).bounding_box()
    assert box["width"] / box["height"] == pytest.approx(made.WIDTH / made.HEIGHT, rel=0.01)


def test_a_later_turn_fills_its_own_mask(look):
    page = look(f"dialogue={made.TALL}&turn=3")
    bare(page)
    set_opacity(page, 100)
    pixels = seen(page)
    assert overlap(coloured(pixels, BLUE), enlarged(made.SECOND, page)) > 0.97
    assert coloured(pixels, ORANGE).sum() == 0


def test_at_no_opacity_the_slice_is_bare(look):
    page = look("dialogue=plain-0")
    bare(page)
    set_opacity(page, 0)
    pixels = seen(page)
    grey = np.add.outer(np.arange(made.HEIGHT), np.arange(made.WIDTH))
    # Where two pixels meet the browser may round to the other: one row and one column, of which each is one shade.
    assert np.abs(pixels - enlarged(grey, page)[..., None])[WITHIN].max() <= 2
    assert np.ptp(pixels[WITHIN], axis=2).max() == 0


def test_half_the_opacity_mixes_half(look):
    page = look("dialogue=plain-0")
    bare(page)
    set_opacity(page, 50)
    pixels = seen(page)
    row, column = int(12.5 * pixels.shape[0] / made.HEIGHT), int(10.5 * pixels.shape[1] / made.WIDTH)
    assert pixels[row, column] == pytest.approx((np.array(ORANGE) + (12 + 10)) / 2, abs=3)


def test_outlines_lie_on_the_edges_of_earlier_masks(look):
    page = look(f"dialogue={made.TALL}&turn=3")
    set_opacity(page, 0)
    page.add_style_tag(content=f"{FRAME} .mark {{ visibility: hidden; }}")
    pixels = seen(page)
    drawn = coloured(pixels, ORANGE)
    mask = enlarged(made.FIRST, page)
    edge = np.zeros_like(mask)
    edge[:-1] |= mask[:-1] != mask[1:]
    edge[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    assert drawn.sum() > 0
    assert (drawn & ~grown(edge, 3)).sum() == 0  # nothing but on the edge
    assert (edge & ~grown(drawn, 3)).sum() == 0  # and all along it
    assert coloured(pixels, BLUE).sum() == 0  # the chosen one is filled instead
    turn_button(page, 1).click()
    assert coloured(seen(page), ORANGE).sum() == 0  # nothing was before the first


def grown(mask: np.ndarray, by: int) -> np.ndarray:
    found = mask.copy()
    for _ in range(by):
        padded = np.pad(found, 1)
        found = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return found


def test_marks_have_the_numbers_and_colours_of_their_bubbles(look):
    page = look(f"dialogue={made.TALL}&turn=3")
    marks = page.locator(f"{FRAME} .mark:visible")
    assert marks.all_inner_texts() == ["1", "3"]
    background = "node => getComputedStyle(node).backgroundColor"
    for mark in marks.all():
        number = mark.inner_text()
        button = page.locator(f"[data-bubble='{number}'] .number")
        assert button.inner_text() == number
        assert button.evaluate(background) == mark.evaluate(background)
    page.locator("#browse-viewer .outlines input").uncheck()
    expect(marks).to_have_count(0)


def test_a_turn_is_chosen_by_button_bubble_and_key(look):
    page = look(f"dialogue={made.TALL}")
    state = page.locator("#browse-viewer .states p:visible")
    expect(state).to_have_text(f"Turn 1: the mask is filled ({made.FIRST.sum()} pixels).")
    turn_button(page, 2).click()
    expect(state).to_have_text("Turn 2 is answered in words, so it has no mask.")
    assert page.locator(f"{FRAME} g.chosen").count() == 0
    page.locator("[data-bubble='3'] .bubble.question").click()
    expect(state).to_have_text(f"Turn 3: the mask is filled ({made.SECOND.sum()} pixels).")
    assert asked_for(page)["turn"] == ["3"]
    page.keyboard.press("ArrowDown")
    expect(state).to_have_text("Turn 4: the mask is empty.")
    page.keyboard.press("ArrowDown")  # there is no fifth
    expect(state).to_have_text("Turn 4: the mask is empty.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(state).to_have_text("Turn 2 is answered in words, so it has no mask.")
    page.locator("[data-bubble='3'] button.tag").click()  # refers to turn 1
    expect(page.locator("[data-bubble='1']")).to_have_class("chosen")
    assert turn_button(page, 1).get_attribute("aria-pressed") == "true"


def test_the_languages_of_the_dialogue(look):
    page = look(f"dialogue={made.ENGLISH}")
    shown = page.locator("#browse-viewer .bubble p:visible")
    assert shown.all_inner_texts()[0] == "Segment structure 1."
    assert not re.search("[\u4e00-\u9fff]", "".join(shown.all_inner_texts()))
    page.locator("[data-show='zh']").click()
    assert shown.all_inner_texts()[0] == "Not asked in Chinese."
    page.locator("[data-show='both']").click()
    assert shown.all_inner_texts()[:2] == ["Segment structure 1.", "Not asked in Chinese."]
    page.locator("#browse-next").click()
    expect(page.locator("#browse-position")).to_have_text("7 of 8")
    expect(page.locator("[data-show='both']")).to_have_attribute("aria-pressed", "true")


def test_the_chinese_page_begins_in_chinese(look):
    page = look(f"dialogue={made.TALL}", path="zh")
    assert page.locator("#browse-viewer .bubble p:visible").first.inner_text() == "请分割结构 1。"
    expect(page.locator("#browse-position")).to_have_text(words("zh")("browse.position", position=1, total=8))


def test_next_and_previous_and_what_the_reader_chose_stays(look):
    page = look()
    position = page.locator("#browse-position")
    expect(position).to_have_text("1 of 8")
    bare(page)
    set_opacity(page, 80)
    page.locator("#browse-next").click()
    expect(position).to_have_text("2 of 8")
    expect(page.locator("#browse-viewer .viewer")).to_have_attribute("data-dialogue", "plain-0")
    assert asked_for(page)["dialogue"] == ["plain-0"]
    assert page.locator("#browse-viewer .opacity input").input_value() == "80"
    assert not page.locator("#browse-viewer .outlines input").is_checked()
    pixels = seen(page)
    mixed = tuple(np.array(ORANGE) * 0.8 + 4)
    assert overlap(coloured(pixels, mixed), enlarged(made.FIRST, page)) > 0.97
    page.locator("#browse-previous").click()
    expect(position).to_have_text("1 of 8")
    page.locator("#browse-previous").click()
    expect(position).to_have_text("8 of 8")
    page.locator("#browse-random").click()
    expect(position).to_have_text(re.compile("[1-7] of 8"))


def choose(page: Page, name: str, label: str) -> None:
    page.locator(f"#browse-{name} input").click()
    page.get_by_role("option", name=label, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)  # the list has closed


def test_filters_and_coming_back_to_the_tab(look):
    page = look()
    position, root = page.locator("#browse-position"), page.locator("#browse-viewer .viewer")
    choose(page, "region", "Head (2)")
    expect(position).to_have_text("1 of 2")
    expect(root).to_have_attribute("data-dialogue", made.ENGLISH)
    page.locator("#browse-next").click()
    expect(position).to_have_text("2 of 2")
    page.get_by_role("tab", name=words("en")("common.tab_table")).click()
    page.get_by_role("tab", name=words("en")("common.tab_browse")).click()
    page.wait_for_timeout(600)
    expect(position).to_have_text("2 of 2")
    expect(root).to_have_attribute("data-dialogue", made.CHINESE)
    choose(page, "split", "training (5)")
    expect(page.locator("#browse-viewer .notice")).to_have_text("No dialogue matches these filters.")
    expect(position).to_have_text("0 dialogues")
    assert "dialogue" not in asked_for(page)
    choose(page, "region", "any")
    expect(position).to_have_text("1 of 5")
    choose(page, "facet", "history (1)")
    expect(position).to_have_text("1 of 1")
    expect(page.locator("#browse-hint")).to_contain_text("withheld")


def test_the_link_is_copied_and_leads_back(look, browsing):
    page = look()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn_button(page, 3).click()
    page.locator("#browse-viewer .copy-link").click()
    expect(page.locator("#browse-viewer .copy-link")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    query = parse_qs(urlsplit(link).query)
    assert (query["dialogue"], query["turn"]) == ([made.TALL], ["3"])
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#browse-viewer .viewer")).to_have_attribute("data-turn", "3", timeout=20_000)
    page.goto(f"{browsing}/?dialogue={made.CHINESE}")
    expect(page.locator("#browse-viewer .viewer")).to_have_attribute("data-dialogue", made.CHINESE, timeout=20_000)


def test_an_unknown_dialogue_is_told_and_the_others_are_there(look):
    page = look("dialogue=nobody")
    expect(page.locator("#browse-viewer .notice")).to_contain_text("There is no dialogue nobody")
    page.locator("#browse-next").click()
    expect(page.locator("#browse-position")).to_have_text("1 of 8")


def test_a_hidden_dialogue_shows_nothing_but_image_and_questions(look):
    page = look(f"dialogue={made.HIDDEN}")
    expect(page.locator("#browse-viewer .notice")).to_contain_text("withheld on purpose")
    assert page.locator("#browse-viewer .states p:visible").inner_text() == "Turn 1 asks for a mask, which is withheld."
    assert page.locator("#browse-viewer :is(path, .mark, .answer, .opacity)").count() == 0
    assert np.ptp(seen(page)[WITHIN], axis=2).max() == 0  # grey all over
    assert made.SECRET not in page.content()


def test_markup_in_the_data_is_text(look):
    page = look("dialogue=script")
    assert page.locator("#browse-viewer .bubble p:visible").first.inner_text() == made.SCRIPT
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("path", ["", pytest.param("zh", marks=pytest.mark.slow)])
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_on_a_narrow_screen_the_slice_stands_above_the_dialogue(look, shoot, path, scheme):
    page = look(f"dialogue={made.TALL}&turn=3&__theme={scheme}", path, viewport=NARROW)
    frame, talk = (page.locator(f"#browse-viewer {part}").bounding_box() for part in (".frame", ".talk"))
    assert frame["y"] + frame["height"] <= talk["y"]
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= NARROW["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    shoot(page, f"browse-{path or 'en'}-390-{scheme}")
    page.locator("[data-bubble='4'] .tags").scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 300
    expect(page.locator(FRAME)).to_be_in_viewport(ratio=0.95)  # the slice stays in sight


def test_a_place_without_a_data_set_is_told(serving, tmp_path, watched):
    with serving(tmp_path, data=str(tmp_path / "nowhere")) as served:
        page = watched()
        page.goto(f"{served.address}/?tab=browse")
        expect(page.locator("#browse-message")).to_contain_text("The data set was not found", timeout=20_000)
        expect(page.locator("#browse-filters")).to_be_hidden()
        assert "nowhere" not in page.content()
