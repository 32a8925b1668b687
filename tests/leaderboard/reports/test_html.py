"""The page stands alone, runs nothing, and shows what people wrote as text."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leaderboard.reports import report_html

CHROMIUM = shutil.which("chromium")
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Tags with their attributes, the text outside of style, and whether every tag was closed in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)


@pytest.fixture
def page(made):
    return report_html(made.record(), {"en-multi": made.row()})


def test_it_is_well_formed(page):
    assert page.startswith("<!DOCTYPE html>")
    assert Reader(page).open == []


def test_nothing_in_it_runs_or_is_loaded(page):
    for tag, attributes in Reader(page).tags:
        assert tag not in {"script", "iframe", "object", "embed", "form", "link", "base", "img", "foreignobject"}
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "srcset", "action"}]
        if tag == "use":
            assert attributes["xlink:href"].startswith("#")
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_policy_forbids_everything_else(page):
    [policy] = [
        attributes["content"]
        for tag, attributes in Reader(page).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy and "script" not in policy


def test_what_people_wrote_is_text(page, made):
    texts = "".join(Reader(page).texts)
    assert f"{made.hostile}\nsecond line" in texts
    assert "李 <b>" in texts


def test_no_field_of_a_record_can_hold_markup(made):
    hostile = "<img src=x onerror=alert(1)>"
    cells = {hostile: made.cell(20, 12, 0.5), "b": made.cell(20, 12, 0.6)}
    strata = {"region": cells, hostile: cells}
    track = made.track(strata=strata, regions=[hostile], missing_regions=[hostile])
    names = ("id", "submission", "user", "split", "scorer_version", "device", "file_sha256")
    data = made.record().dataset.model_copy(update=dict.fromkeys(("name", "version", "digest"), hostile))
    agreement = {hostile: made.record().agreement["all"]}
    record = made.record(tracks={"en-multi": track}, dataset=data, agreement=agreement, **dict.fromkeys(names, hostile))
    read = Reader(report_html(record))
    assert "img" not in {tag for tag, _ in read.tags}
    assert "".join(read.texts).count(hostile) > len(names) + 3


def test_the_only_link_is_that_of_the_model(page):
    links = [attributes for tag, attributes in Reader(page).tags if tag == "a"]
    assert [link["href"] for link in links] == ["https://example.org/a?b=1&c=2"]
    assert {"nofollow", "noopener", "noreferrer"} <= set(links[0]["rel"].split())


def test_every_figure_is_in_the_page_and_described(page):
    figures = [attributes for tag, attributes in Reader(page).tags if tag == "svg"]
    assert len(figures) == 5  # strata of three tracks, curves of the two with several turns
    assert all(figure["role"] == "img" and "95% interval" in figure["aria-label"] for figure in figures)


def test_missing_values_read_n_a(page):
    assert "n/a" in page
    assert not re.search(r">\s*(None|nan|NaN)\s*<", page)


def test_the_same_record_gives_the_same_page(page, made):
    assert report_html(made.record(), {"en-multi": made.row()}) == page


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH; install the Debian package chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_without_complaint(page, made, tmp_path, scheme):
    from playwright.sync_api import sync_playwright

    path = Path(tmp_path / "report.html")
    path.write_text(page, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1100, "height": 900}, color_scheme=scheme)
        said, asked = [], []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.on("dialog", lambda dialog: said.append(dialog.message))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        assert opened.locator("h1").inner_text() == made.hostile[:80]
        ink, back = opened.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        widths = []
        for width in (1100, 390):
            opened.set_viewport_size({"width": width, "height": 900})
            widths.append(opened.evaluate("document.documentElement.scrollWidth"))
        opened.emulate_media(media="print", color_scheme=scheme)
        printed = opened.evaluate("getComputedStyle(document.body).backgroundColor")
        figure_ink = opened.evaluate("getComputedStyle(document.querySelector('svg text')).fill")
        browser.close()
    assert said == []
    assert asked == [path.as_uri()]
    assert widths == [1100, 390]  # wide tables scroll in their own place
    bright, dark = (sum(map(int, re.findall(r"\d+", colour))) for colour in (back, ink))
    assert (bright > dark) == (scheme == "light")
    assert (printed, figure_ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
