"""The browsing tab without a browser: what its events give, and what stands in the HTML of a dialogue."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import gradio as gr
import pytest

from space.browsing import Dialogues
from space.cards.dialogue import TONES, viewer
from space.tabs.browse import Browser, filters_of
from space.words import words
from tests.space.browsing import made

NO_FILTERS = [""] * 7  # split, region, scan, source, language, facet, turns
IDS = [made.TALL, "plain-0", "plain-1", "plain-2", "script", made.ENGLISH, made.CHINESE, made.HIDDEN]


@pytest.fixture(scope="module")
def dialogues(tmp_path_factory):
    found = Dialogues.open(made.write(tmp_path_factory.mktemp("browse") / "mturn-seg", made.rows()))
    found.start()
    assert found.wait(60)
    return found


@pytest.fixture(params=["en", "zh"])
def browser(request, dialogues) -> Browser:
    return Browser(dialogues, words(request.param))


@pytest.fixture
def english(dialogues) -> Browser:
    return Browser(dialogues, words("en"))


def chosen(**filters: str) -> list[str]:
    names = ("split", "region", "scan", "source", "language", "facet", "turns")
    return [filters.get(name, "") for name in names]


def asking(**query: str) -> SimpleNamespace:
    return SimpleNamespace(query_params=query)


class TestSteps:
    @pytest.mark.parametrize(("current", "step", "expected"), [(0, 1, 1), (3, -1, 2), (7, 1, 0), (0, -1, 7)])
    def test_on_and_back_and_in_again_at_the_other_end(self, english, current, step, expected):
        _, position, shown = english.stepped(step)(IDS[current], *NO_FILTERS)
        assert (shown, position) == (IDS[expected], f"{expected + 1} of 8")

    @pytest.mark.parametrize(("step", "expected"), [(1, made.ENGLISH), (-1, made.CHINESE)])
    def test_past_a_dialogue_that_the_filters_leave_out(self, english, step, expected):
        _, position, shown = english.stepped(step)("plain-1", *chosen(region="head"))
        assert (shown, position[-4:]) == (expected, "of 2")

    @pytest.mark.parametrize(("step", "expected"), [(1, IDS[0]), (-1, IDS[-1])])
    def test_without_a_present_dialogue_in_from_the_end(self, english, step, expected):
        assert english.stepped(step)(None, *NO_FILTERS)[2] == expected
        assert english.stepped(step)("nobody", *NO_FILTERS)[2] == expected

    def test_random_gives_every_other_match(self, english):
        assert {english.drawn("plain-0", *chosen(split="train"))[2] for _ in range(200)} == set(IDS[:5]) - {"plain-0"}
        assert english.drawn(made.HIDDEN, *chosen(split="test"))[2] == made.HIDDEN


class TestFilters:
    def test_the_present_dialogue_stays_while_it_matches(self, english):
        _, _, position, shown = english.filtered("plain-2", *chosen(split="train"))
        assert (shown, position) == ("plain-2", "4 of 5")
        assert english.filtered("plain-2", *chosen(split="validation"))[-1] == made.ENGLISH

    def test_where_nothing_matches_it_says_so(self, browser):
        for event in (browser.stepped(1), browser.stepped(-1), browser.drawn):
            text, _, shown = event("plain-2", *chosen(split="test", region="head"))
            assert browser.words("browse.no_match") in text
            assert shown == ""
        assert browser.filtered("plain-2", *chosen(split="test", region="head"))[-1] == ""

    def test_filters_of_what_is_withheld_say_so(self, english):
        told = english.words("browse.withheld_filters")
        assert told in english.filtered(None, *chosen(facet="history"))[0]
        assert told in english.filtered(None, *chosen(source="clinic"))[0]
        assert english.filtered(None, *chosen(region="head"))[0] == ""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("split", [("any", ""), ("training (5)", "train"), ("validation (2)", "validation"), ("test (1)", "test")]),
            ("scan", ["CT", "CT/CECT", "MR", "MR/T1w"]),
            ("source", ["hospital", "clinic"]),
            ("language", [("English (7)", "en"), ("Chinese (8)", "zh"), ("both languages (7)", "both")]),
            ("facet", [("clinical (7)", "clinical"), ("spatial (1)", "spatial"), ("history (1)", "history")]),
            ("turns", [("1 (5)", "1"), ("2 (2)", "2"), ("4 (1)", "4")]),
        ],
    )
    def test_choices_are_what_the_data_has(self, english, name, expected):
        given = english.choices(name)
        assert given[0] == ("any", "")
        wanted = [choice for choice in expected if choice != ("any", "")]
        found = [choice if isinstance(wanted[0], tuple) else choice[1] for choice in given[1:]]
        assert found == wanted

    def test_every_choice_is_a_filter_that_finds_its_number(self, english):
        for name in ("split", "region", "scan", "source", "language", "facet", "turns"):
            for label, value in english.choices(name)[1:]:
                found = english.dialogues.matching(filters_of({**dict.fromkeys(_names(), ""), name: value}))
                assert label.endswith(f"({len(found)})"), (name, label)

    def test_a_long_dialogue_counts_as_six_or_more(self):
        found = filters_of({**dict.fromkeys(_names(), None), "turns": "6"})
        assert (found.least_turns, found.most_turns) == (6, None)


def _names() -> tuple[str, ...]:
    return ("split", "region", "scan", "source", "language", "facet", "turns")


class TestOpening:
    def test_a_link_opens_its_dialogue_and_turn(self, english):
        opened = english.opened(asking(dialogue=made.TALL, turn="3"))
        html, position, shown = english.lay_out(opened)[-3:]
        assert (shown, position) == (made.TALL, "1 of 8")
        assert f'data-dialogue="{made.TALL}" data-turn="3"' in html

    def test_who_comes_back_finds_it_as_it_was(self, english):
        for current in ("plain-1", ""):
            values = english.lay_out(english.opened(asking(dialogue=made.TALL)), current)
            assert all(value == gr.skip() for value in values)

    def test_a_turn_that_is_not_there_is_the_first(self, english):
        assert 'data-turn="1"' in english.lay_out(english.opened(asking(dialogue=made.TALL, turn="99")))[-3]

    def test_an_unknown_dialogue_is_told(self, browser):
        html, _, _ = browser.lay_out(browser.opened(asking(dialogue="nobody")))[-3:]
        assert browser.words("browse.unknown_dialogue", id="nobody") in html
        assert "viewer" not in html

    def test_a_place_that_is_not_there_is_told(self, tmp_path, browser):
        nowhere = Dialogues.open(tmp_path / "nowhere")
        reading = Browser(nowhere, browser.words)
        assert json.loads(reading.opened(asking()))["state"] == "reading"
        assert browser.words("browse.reading", count="0") in reading.lay_out(reading.opened(asking()))[0]
        nowhere.start()
        assert nowhere.wait(20)
        message, controls, *_, shown = reading.lay_out(reading.opened(asking()))
        assert browser.words("browse.problem_missing") in message
        assert str(tmp_path) not in message
        assert (controls.visible, shown) == (False, None)

    def test_a_spoilt_dialogue_is_told_and_the_next_is_shown(self, tmp_path):
        rows = made.rows()["train"][:2]
        rows[0]["image"]["bytes"] = b""
        spoilt = Dialogues.open(made.write(tmp_path / "spoilt", {"train": rows}))
        spoilt.start()
        assert spoilt.wait(20)
        browser = Browser(spoilt, words("en"))
        html, _, shown = browser.lay_out(browser.opened(asking()))[-3:]
        assert browser.words("browse.bad_dialogue", id=made.TALL) in html
        assert 'data-dialogue="plain-0"' in browser.stepped(1)(shown, *NO_FILTERS)[0]


class TestViewer:
    def test_each_mask_has_the_colour_of_its_bubble(self, dialogues):
        html = viewer(dialogues.dialogue(made.TALL), words("en"))
        for number, tone in ((1, TONES[0]), (3, TONES[1]), (4, TONES[2])):
            assert re.search(rf'data-mask="{number}" style="[^"]*--tone:{tone}', html)
            assert re.search(rf'<li data-bubble="{number}" style="[^"]*--tone:{tone}', html)
        assert 'data-mask="2"' not in html

    def test_the_colours_begin_again_where_there_are_many_masks(self, tmp_path):
        turns = [made.segment(number, made.FIRST) for number in range(1, 12)]
        long = Dialogues.open(made.write(tmp_path / "long", {"train": [made.row("long", turns)]}))
        long.start()
        assert long.wait(20)
        html = viewer(long.dialogue("long"), words("en"))
        assert html.count("<li data-bubble") == 11
        assert re.search(rf'data-mask="8" style="[^"]*--tone:{TONES[0]}', html)

    def test_both_languages_are_there_and_a_missing_one_is_told(self, dialogues):
        html = viewer(dialogues.dialogue(made.ENGLISH), words("en"))
        assert '<p lang="en" data-language="en">Segment structure 1.</p>' in html
        assert '<p class="missing" data-language="zh">Not asked in Chinese.</p>' in html

    def test_what_comes_from_outside_is_escaped(self, dialogues):
        for identifier in ("script", made.TALL):
            html = viewer(dialogues.dialogue(identifier), words("en"))
            assert "&lt;script&gt;window.hit=1" in html
            assert "<script" not in html
            assert "<img src=x" not in html

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_a_hidden_dialogue_shows_questions_alone(self, dialogues, language):
        html = viewer(dialogues.dialogue(made.HIDDEN), words(language))
        assert words(language)("browse.hidden", split=words(language).name("split", "test")) in html
        assert "Segment structure 1." in html
        assert "请分割结构 1。" in html
        for absent in (made.SECRET, "data-mask", "<path", "bubble answer", "Yes, it does.", "p1", "991"):
            assert absent not in html
        for kind, value in (("facet", "history"), ("system", "nervous")):
            assert words(language).name(kind, value) not in html
