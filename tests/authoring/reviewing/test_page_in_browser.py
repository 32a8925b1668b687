"""The review page in a browser: a whole review by keys alone, and texts that try to be markup."""

import re
import threading
import time

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from authoring.reviewing import Extent, read_decisions, sample
from authoring.reviewing.page import make_app
from authoring.reviewing.session import ReviewSession
from release import open_release
from tests.authoring.reviewing.making import asked, make_release

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="document.title=1"> & "who" </p>'


@pytest.fixture
def served():
    """Serves sessions until the test is over; gives the address of each."""
    running = []

    def start(session):
        server = uvicorn.Server(uvicorn.Config(make_app(session), host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def watched(browser, served):
    """Opens pages, which are closed before their servers are; none may have complained or asked another computer."""
    complaints, contexts = [], []

    def opened(address, **options):
        own = address.partition("#")[0]
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(own) else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    # The browser itself notes every refused edit, and every answer that does not come.
    assert [told for told in complaints if "422" not in told and "net::ERR_FAILED" not in told] == []


def make_session(tmp_path, **options):
    release = open_release(make_release(tmp_path / "release", **options))
    extent = Extent(share=1, splits=["test"], whole_dialogues=True)
    return ReviewSession(release, sample(release, extent), "Li", tmp_path / "decisions.jsonl")


def test_a_whole_review_by_keys_alone(watched, served, tmp_path):
    session = make_session(tmp_path)
    items = [one.item for one in session.sampled]
    address = served(session)
    page = watched(address, locale="en-US")
    for number, item in enumerate(items):
        expect(page.locator("#question")).to_have_text(asked(item.dialogue_id, item.turn)[item.language])
        expect(page.locator("#place")).to_contain_text(f"Question {number + 1} of 11")
        expect(page.locator("#card")).to_have_attribute("aria-busy", "false")
        expect(page.locator("#masks img[data-role=target]")).to_have_count(item.turn % 2)
        if number == 0:
            page.keyboard.press("m")
            expect(page.locator("#masks img[data-role=target]")).to_be_hidden()
            page.keyboard.press("r")
            page.keyboard.press("Enter")
            expect(page.locator("#rejecting .problem")).to_contain_text("no reason")
            # Letters are text here, and no keys.
            page.keyboard.type("are e r a m keys")
            page.keyboard.press("Enter")
        elif number == 1:
            page.keyboard.press("e")
            page.keyboard.press("Control+a")
            page.keyboard.type("Segment the liver." if item.language == "en" else "分割肝脏。")
            page.keyboard.press("Control+Enter")
            expect(page.locator("#editing .problem")).to_contain_text("it names liver")
            page.keyboard.press("Control+a")
            page.keyboard.type("Better words." if item.language == "en" else "改好了。")
            page.keyboard.press("Control+Enter")
        elif number == 2:
            page.keyboard.press("r")
            page.keyboard.press("3")
        else:
            page.keyboard.press("a")
    expect(page.locator("#progress")).to_have_text("11 of 11 decided: 8 accepted, 1 edited, 2 rejected")
    expect(page.locator("#message")).to_contain_text("All 11 questions are decided")
    kept = read_decisions(session.log.file)
    assert [decision.item for decision in kept] == items
    assert [decision.decision for decision in kept] == ["reject", "edit", "reject", *["accept"] * 8]
    assert [decision.reason for decision in kept[:3]] == ["are e r a m keys", None, "the mask is wrong"]


def test_a_review_goes_on_at_the_first_open_question(watched, served, tmp_path):
    session = make_session(tmp_path)
    session.decide(0, "accept")
    session.decide(2, "reject", reason="wrong")
    address = served(session)
    page = watched(address, locale="zh-CN")
    expect(page.locator("#place")).to_contain_text("第 2 / 11 题")
    expect(page.locator("#progress")).to_have_text("已审 2 / 11：通过 1，修改 0，拒绝 1")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#state")).to_have_text("已拒绝：wrong")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#state")).to_be_hidden()
    expect(page.locator("#card")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("a")
    # Past what is decided already.
    expect(page.locator("#place")).to_contain_text("第 4 / 11 题")


def test_texts_are_shown_as_they_are_and_never_as_markup(watched, served, tmp_path):
    session = make_session(tmp_path, texts={("long", 1): HOSTILE})
    number = next(index for index, one in enumerate(session.sampled) if tuple(one.item) == ("long", 2, "en"))
    address = served(session)
    page = watched(f"{address}/#{number + 1}", locale="en-US")
    expect(page.locator("#history .asked")).to_have_text(HOSTILE)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#question")).to_have_text(HOSTILE)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "Review"


def test_nothing_is_decided_before_it_can_be_seen(watched, served, tmp_path):
    session = make_session(tmp_path)
    address = served(session)
    page = watched(address, locale="en-US")
    expect(page.locator("#card")).to_have_attribute("aria-busy", "false")
    waiting = []
    page.route(re.compile(r"/questions/[12]/masks/"), lambda route: waiting.append(route))
    # The reader has gone on before the picture of the second question is there.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#place")).to_contain_text("Question 3 of 11")
    page.keyboard.press("a")
    page.keyboard.press("e")
    expect(page.locator("#editing")).to_be_hidden()
    for route in waiting:
        route.continue_()
    expect(page.locator("#card")).to_have_attribute("aria-busy", "false")
    assert not session.counts()
    page.keyboard.press("a")
    expect(page.locator("#progress")).to_contain_text("1 of 11 decided")
    assert [index for index, state in enumerate(session.states()) if state] == [2]


def test_a_reader_is_told_when_nothing_is_kept_any_more(watched, served, tmp_path):
    session = make_session(tmp_path)
    address = served(session)
    page = watched(address, locale="en-US")
    expect(page.locator("#card")).to_have_attribute("aria-busy", "false")
    page.route("**/decision", lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.locator("#message")).to_contain_text("Not kept")
    expect(page.locator("#place")).to_contain_text("Question 1 of 11")


@pytest.mark.parametrize("width", [1280, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_texts_can_be_read(watched, served, tmp_path, width, scheme):
    address = served(make_session(tmp_path))
    page = watched(address, viewport={"width": width, "height": 720}, color_scheme=scheme)
    expect(page.locator("#question")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    for id in ("question", "answer", "progress", "accept", "edit", "reject", "scan"):
        assert page.evaluate(CONTRAST, id) >= 4.5, id


# The contrast of a text with what lies behind it, as WCAG 2.2 defines it.
CONTRAST = """(id) => {
  const element = document.getElementById(id);
  const channels = (colour) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [low, high] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    .map(luminance).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""
