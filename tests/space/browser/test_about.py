"""The about page in a browser: every number it tells, its formulas, its contents, and the program that it offers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from space.tabs import about
from space.words import words
from tests.space import making
from tests.space.browsing import made

pytestmark = pytest.mark.browser
TABS = {"en": "About", "zh": "说明"}
NARROW = {"width": 390, "height": 844}


def _open(page: Page, address: str, language: str, query: str = "") -> None:
    page.goto(f"{address}/{'zh' if language == 'zh' else ''}{query}")
    page.get_by_role("tab", name=TABS[language], exact=True).click()
    expect(page.locator("#about-contact .prose h2")).to_be_visible(timeout=20_000)
    expect(page.locator("#about-numbers table").first).to_be_visible()


def _rows(page: Page, within: str) -> list[list[str]]:
    rows = page.locator(f"{within} tr")
    return [rows.nth(index).locator("th, td").all_inner_texts() for index in range(rows.count())]


@pytest.fixture
def browsable(serving, tmp_path) -> Iterator:
    """A running app that has a data set to browse as well."""
    with serving(tmp_path, data=str(made.write(tmp_path / "mturn-seg", made.rows()))) as served:
        assert served.parts.dialogues.wait(60)
        yield served


def test_the_numbers_of_the_splits_are_those_of_the_data_set(watched, browsable):
    page = watched()
    _open(page, browsable.address, "en")
    rows = _rows(page, "#about-numbers")
    names = {"train": "training", "validation": "validation", "test": "test"}
    total = [0] * 5
    for split, dialogues in made.rows().items():
        turns = [turn for dialogue in dialogues for turn in dialogue["turns"]]
        counts = [
            len(dialogues),
            len({dialogue["image_id"] for dialogue in dialogues}),
            sum(turn["kind"] == "segment" for turn in turns),
            *(sum(turn["question"][language] is not None for turn in turns) for language in ("en", "zh")),
        ]
        total = [one + other for one, other in zip(total, counts, strict=True)]
        assert [names[split], *map(str, counts)] in rows
    assert ["In all", *map(str, total)] in rows
    # Of five training dialogues four have one turn; one has four. Regions of the hidden split are public, sources not.
    assert ["1", "5", "80.0%", "50.0%", "0.0%"] in rows
    assert ["Abdomen", "6", "100.0%", "0.0%", "100.0%"] in rows
    assert ["hospital", "5", "100.0%", "0.0%", "–"] in rows
    assert not any(made.SECRET in cell for row in rows for cell in row)
    # A licence that holds a script is told as it is.
    assert any(row[0] == f"{made.SCRIPT} licence" for row in rows)
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_formulas_are_set_and_nothing_is_left_raw(watched, address, language, shoot):
    page = watched()
    _open(page, address, language)
    text = "".join(section.text for section in about.read_sections(language))
    expect(page.locator("#about-text .katex-display")).to_have_count(text.count("$$") // 2)
    inline = re.sub(r"\$\$.+?\$\$", "", text).count("$") // 2
    expect(page.locator("#about-text .katex")).to_have_count(text.count("$$") // 2 + inline)
    prose = "".join(page.locator("#about-text .prose").all_inner_texts())
    for raw in ("$", "{{", "\\frac", "**", "##"):
        assert raw not in prose
    assert page.locator("#about-text .katex-error").count() == 0
    shoot(page, f"about-{language}-1280")
    page.set_viewport_size(NARROW)
    shoot(page, f"about-{language}-390")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.slow
def test_it_is_readable_in_the_dark(watched, address, shoot):
    page = watched()
    _open(page, address, "zh", "?__theme=dark")
    for element in ("#about-text .prose p", "#about-contents a", "#about-numbers td", "#about-text .katex"):
        colour = page.locator(element).first.evaluate("element => getComputedStyle(element).color")
        assert min(map(int, re.findall(r"\d+", colour)[:3])) > 140, element
    shoot(page, "about-zh-1280-dark")


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_the_numbers_of_the_tracks_are_those_of_the_truth(watched, served, language):
    page = watched()
    _open(page, served.address, language)
    texts = words(language)
    expected = [
        [
            texts.track(facts.track),
            *(f"{count:,}" for count in (facts.dialogues, facts.turns, facts.patients, facts.longest)),
            texts.listed([texts.name("region", region) for region in facts.regions]),
        ]
        for facts in served.parts.watch.data.tracks.values()
    ]
    assert _rows(page, "#about-numbers .tracks")[1:] == expected
    expect(page.locator("#about-numbers .digest")).to_contain_text(making.DIGEST)


def test_the_contents_lead_to_every_section(watched, address):
    page = watched()
    _open(page, address, "en")
    links = page.locator("#about-contents a")
    sections = about.read_sections("en")
    assert links.all_inner_texts() == [section.title for section in sections]
    page.evaluate("window.same = true")  # gone when the page is loaded anew
    for index in (5, 2, len(sections) - 1):
        links.nth(index).click()
        heading = page.get_by_role("heading", name=sections[index].title, exact=True, level=2)
        expect(heading).to_be_in_viewport()
        assert page.url.endswith(f"#about-{sections[index].anchor}")
    assert page.evaluate("window.same")


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_a_link_to_a_section_opens_it(watched, address, language):
    page = watched()
    _open(page, address, language)
    link = page.locator("#about-contents a").nth(6).evaluate("link => link.href")
    other = watched()
    other.goto(link)
    title = about.read_sections(language)[6].title
    expect(other.get_by_role("heading", name=title, exact=True, level=2)).to_be_in_viewport(timeout=20_000)


def test_the_citation_and_the_program_can_be_copied(watched, served):
    page = watched(permissions=["clipboard-read", "clipboard-write"])
    _open(page, served.address, "en")
    example = about.example(served.address, _page(served))
    for element, expected in {
        "#about-citation": about.citation(words("en"), served.parts.watch.data),
        "#about-example": example,
    }.items():
        page.locator(f"{element} button").first.click()
        assert page.evaluate("navigator.clipboard.readText()").strip() == expected.strip()


def test_the_program_does_what_it_says(serving, tmp_path, monkeypatch, capsys):
    making.write_predictions(making.prediction_rows(1), tmp_path / "predictions.parquet")
    with serving(tmp_path) as served:
        monkeypatch.chdir(tmp_path)
        exec(compile(about.example(served.address, _page(served)), "example", "exec"), {})
        (submission,) = served.parts.boards.ranked.submissions()
    assert submission.state == "scored"
    assert (submission.meta.model, submission.meta.parameters) == ("My model 1.0", 7 * 10**9)
    printed = capsys.readouterr().out
    assert "True []" in printed and "scored" in printed


def _page(served):
    """What `example` needs of a Page."""
    return served.parts
