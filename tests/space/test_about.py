"""The about page tells what the code does, in both languages, with numbers that are counted and never typed."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown_it import MarkdownIt

from leaderboard import STATEMENT, TRACKS, Quota, Truth, data_facts, ranking, truth
from leaderboard.records import MIN_PATIENTS, MIN_REGION_PATIENTS, NSD_TOLERANCE, Resampling
from space.browsing import SplitSummary, Summary
from space.cards import facts
from space.tabs import about
from space.words import LANGUAGES, words

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<img src=x onerror=hit()> **b** $x$ [l](http://a.example) `c` www.a.example 1. # |\n\n# h"


def _page(language: str = "en", **changes) -> SimpleNamespace:
    """What the tab needs of a Page; settings and quota as given."""
    settings = SimpleNamespace(
        contact=changes.get("contact", ""), store=changes.get("store", "x.sqlite"), checks_per_hour=7
    )
    quota = Quota(per_day=changes.get("per_day"), total=changes.get("total"))
    return SimpleNamespace(
        words=words(language),
        settings=settings,
        boards=SimpleNamespace(ranked=SimpleNamespace(quota=quota, truth=SimpleNamespace(split="test"))),
        identity=SimpleNamespace(signs_in=changes.get("signs_in", False)),
        dialogues=changes.get("dialogues"),
    )


def _filled(language: str, anchor: str, **changes) -> str:
    page = _page(language, **changes)
    (section,) = [section for section in about.read_sections(language) if section.anchor == anchor]
    return about.filled(section.text, about.values(page))


def _cells(html: str) -> list[list[str]]:
    """The texts of every row of every table."""
    return [
        [unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", html)
    ]


def test_both_languages_have_the_same_sections_formulas_and_names_to_fill_in():
    english, chinese = (about.read_sections(language) for language in LANGUAGES)
    assert [section.anchor for section in english] == [section.anchor for section in chinese]
    assert len({section.anchor for section in english}) == len(english) >= 10
    for one, other in zip(english, chinese, strict=True):
        assert one.title != other.title
        assert about.placeholders(one.text) == about.placeholders(other.text), one.anchor
        for pattern in (r"\$\$.+?\$\$", r"(?m)^\|", r"(?m)^(?:- |\d+\. )"):
            found, same = (len(re.findall(pattern, section.text)) for section in (one, other))
            assert found == same, (one.anchor, pattern)
        assert set(re.findall(r"(?<!`)`([^`]+)`", one.text)) == set(re.findall(r"(?<!`)`([^`]+)`", other.text))


def test_every_formula_is_the_same_in_both_languages():
    english, chinese = (
        [re.findall(r"\$\$.+?\$\$", section.text) for section in about.read_sections(language)]
        for language in LANGUAGES
    )
    assert english == chinese


def test_every_name_to_fill_in_has_a_value_and_every_value_is_used():
    wanted = set().union(*(about.placeholders(section.text) for section in about.read_sections("en")))
    assert wanted == set(about.values(_page()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_only_numbers_that_are_typed_are_of_definitions_and_names(language):
    text = "\n".join(section.text for section in about.read_sections(language))
    text = re.sub(r"\$\$.+?\$\$|\$.+?\$|(?m:^\d+\. )", "", text)
    # Percentiles and intervals, a paper's year, a neighbourhood, scores of empty masks, versions of licences.
    assert set(re.findall(r"\d+", re.sub(r"HD95", "", text))) <= {"95", "2025", "4", "0", "1", "2"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_constants_come_from_the_code(language, monkeypatch):
    for name, value in {
        "NSD_TOLERANCE": 3.5,
        "MIN_PATIENTS": 41,
        "MIN_REGION_PATIENTS": 17,
        "COHORT_TURNS": 8,
        "ALPHA": 0.015,
        "Resampling": lambda: Resampling(resamples=4321),
        "HEADLINE_REGIONS": ("spine", "head"),
    }.items():
        monkeypatch.setattr(about, name, value)
    scores, ranks, rules = (_filled(language, anchor) for anchor in ("scores", "ranking", "rules"))
    assert r"\tau = 3.5\ \text{mm}" in scores
    assert "41" in scores
    assert len(re.findall(r"\b8\b|(?<=[ 第至])8(?= )", scores)) == 2
    assert words(language).listed([words(language).name("region", region) for region in ("spine", "head")]) in scores
    assert all(value in ranks for value in ("4,321", "0.015", "41", "17"))
    assert STATEMENT in rules


def test_the_constants_are_those_that_scoring_and_ranking_use():
    assert about.NSD_TOLERANCE is NSD_TOLERANCE
    assert (about.MIN_PATIENTS, about.MIN_REGION_PATIENTS) == (MIN_PATIENTS, MIN_REGION_PATIENTS)
    assert (about.COHORT_TURNS, about.ALPHA) == (truth.COHORT_TURNS, ranking.ALPHA)


@pytest.mark.parametrize(
    ("per_day", "total", "told"),
    [
        (None, None, "There is no limit to the number of submissions."),
        (3, None, "Each user may send 3 a day (UTC) to the test split."),
        (None, 40, "Each user may send 40 in all to the test split."),
        (3, 40, "Each user may send 3 a day (UTC) and 40 in all to the test split."),
    ],
)
def test_the_quota_is_that_of_the_board(per_day, total, told):
    rules = _filled("en", "rules", per_day=per_day, total=total)
    assert told in rules
    assert re.search(r"have\s+7 files checked an hour", rules)
    chinese = _filled("zh", "rules", per_day=per_day, total=total)
    assert all(f" {number} 次" in chinese for number in (per_day, total) if number)


def test_contact_is_what_the_settings_name_else_the_community_tab_else_nobody():
    assert "[https" in _filled("en", "contact", contact="https://example.org/a?b=c")
    rendered = MarkdownIt().render(_filled("en", "contact", contact="https://example.org/a?b=c&d"))
    assert '<a href="https://example.org/a?b=c&amp;d">https://example.org/a?b=c&amp;d</a>' in rendered
    mail = MarkdownIt("commonmark").render(_filled("en", "contact", contact="someone@example.org"))
    assert "someone@example.org" in mail and "<a" not in mail
    assert "Community tab" in _filled("en", "contact", signs_in=True)
    assert "your own computer" in _filled("en", "contact")


def test_what_the_hub_keeps_is_told_where_results_lie_there():
    assert "Hugging Face Hub" in _filled("en", "files", store="hub:org/results")
    assert "Hugging Face Hub" not in _filled("en", "files", store="x.sqlite")


@pytest.mark.parametrize("text", [HOSTILE, "1.2.0", "中文 <b>", "\\$x\\$ &amp; {{quota}}"])
def test_a_value_from_outside_is_shown_as_it_is(text):
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(f"before {about.plain(text)} after")
    assert set(re.findall(r"<(\w+)", rendered)) == {"p"}
    assert unescape(re.sub("</?p>", "", rendered)).strip() == f"before {' '.join(text.split())} after"
    assert "$" not in about.plain(text)


def test_an_address_that_holds_markup_is_no_link():
    rendered = MarkdownIt("commonmark").render(_filled("en", "contact", contact="https://a.example/> <img src=x>"))
    assert "<a" not in rendered and "<img" not in rendered


def test_tracks_are_told_with_the_numbers_of_the_truth(truth_file):
    rows = _cells(facts.data_facts(words("en"), data_facts(Truth.load(truth_file)), None))
    # Six patients in three regions: each has a dialogue of one segmentation turn and one of five.
    assert [row[1:5] for row in rows[1:]] == [["6", "6", "6", "1"], ["6", "30", "6", "5"]] * 2
    assert [row[0] for row in rows[1:]] == [words("en").track(track) for track in TRACKS]
    for row in rows[1:]:
        assert sorted(row[5].replace(" and ", ", ").split(", ")) == ["Abdomen", "Chest", "Head"]


def test_name_version_and_digest_of_the_data_are_told(truth_file):
    found = data_facts(Truth.load(truth_file))
    html = facts.data_facts(words("zh"), found, None)
    assert "Squares，测试集，版本 1.2.0" in html
    assert found.digest in html


def _split(split: str, scale: int, hidden: bool = False) -> SplitSummary:
    return SplitSummary(
        split=split,
        hidden=hidden,
        dialogues=10 * scale,
        images=9 * scale,
        turns=40 * scale,
        masks=30 * scale,
        questions={"en": 40 * scale, "zh": 35 * scale},
        by_turns={1: 5 * scale, 10: scale, 11: 2 * scale, 14: 2 * scale},
        by_modality={"CT": 4 * scale, "MR": 6 * scale},
        by_sequence={"NCCT": 4 * scale, "FLAIR": 6 * scale},
        by_region={"head": 10 * scale},
        by_source={} if hidden else {"<b>hospital</b>": 10 * scale},
        by_licence={"CC-BY-4.0": 3 * scale, HOSTILE: 7 * scale},
    )


@pytest.fixture
def summary() -> Summary:
    return Summary((_split("train", 200), _split("test", 3, hidden=True)))


def test_splits_are_told_with_the_numbers_of_the_data_set(summary, truth_file):
    rows = _cells(facts.data_facts(words("en"), data_facts(Truth.load(truth_file)), summary))
    start = rows.index(["Split", "Dialogues", "Images", "Masks", "Questions (English)", "Questions (Chinese)"])
    assert rows[start + 1 : start + 4] == [
        ["training", "2,000", "1,800", "6,000", "8,000", "7,000"],
        ["test", "30", "27", "90", "120", "105"],
        ["In all", "2,030", "1,827", "6,090", "8,120", "7,105"],
    ]


def test_shares_are_those_of_each_split_and_long_dialogues_stand_together(summary, truth_file):
    rows = _cells(facts.data_facts(words("en"), data_facts(Truth.load(truth_file)), summary))
    start = rows.index(["By turns", "In all", "training", "test"])
    assert rows[start + 1 : start + 4] == [
        ["1", "1,015", "50.0%", "50.0%"],
        ["10", "203", "10.0%", "10.0%"],
        ["11+", "812", "40.0%", "40.0%"],
    ]
    assert ["MRI", "1,218", "60.0%", "60.0%"] in rows
    assert rows.index(["MRI", "1,218", "60.0%", "60.0%"]) < rows.index(["CT", "812", "40.0%", "40.0%"])
    assert ["FLAIR", "1,218", "60.0%", "60.0%"] in rows
    # A hidden split does not tell its sources, so the sum is not that of all splits.
    assert ["By source", "All of training", "training", "test"] in rows
    assert ["By licence", "In all", "training", "test"] in rows
    assert ["<b>hospital</b>", "2,000", "100.0%", "–"] in rows
    assert ["CC-BY-4.0", "609", "30.0%", "30.0%"] in rows


def test_a_sum_over_some_splits_names_them_in_chinese_too(summary, truth_file):
    splits = (*summary.splits, _split("validation", 1))
    rows = _cells(facts.data_facts(words("zh"), data_facts(Truth.load(truth_file)), Summary(splits)))
    assert ["按来源", "训练集和验证集合计", "训练集", "测试集", "验证集"] in rows
    assert ["按许可", "合计", "训练集", "测试集", "验证集"] in rows


def test_names_of_the_data_are_escaped(summary, truth_file):
    found = replace(data_facts(Truth.load(truth_file)), name="<script>hit()</script>")
    html = facts.data_facts(words("en"), found, summary)
    assert "<script" not in html and "<img" not in html and "<b>" not in html
    assert "&lt;script&gt;hit()&lt;/script&gt;" in html


def test_the_citation_is_that_of_the_repository_under_the_data(truth_file):
    found = data_facts(Truth.load(truth_file))
    text = about.citation(words("en"), found)
    comments = "% Scores on Squares, test split, version 1.2.0\n% Digest " + found.digest
    assert text == f"{comments}\n{(ROOT / 'CITATION.bib').read_text(encoding='utf-8').strip()}"


def test_a_name_of_several_lines_stays_inside_the_comment(truth_file):
    text = about.citation(words("en"), replace(data_facts(Truth.load(truth_file)), name="a\n@misc{evil,}"))
    assert [line[0] for line in text.splitlines()[:3]] == ["%", "%", "@"]
    assert text.count("\n@") == 1


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        ("http://127.0.0.1:7860/gradio_api/run/predict?tab=about", {"host": "127.0.0.1:7860"}, "http://127.0.0.1:7860"),
        (
            "http://10.0.0.3:7860/gradio_api/run/predict",
            {"host": "10.0.0.3:7860", "x-forwarded-host": "org-board.hf.space", "x-forwarded-proto": "https,http"},
            "https://org-board.hf.space",
        ),
    ],
)
def test_the_address_in_the_example_is_the_one_that_the_visitor_sees(url, headers, expected):
    assert about.address(SimpleNamespace(url=url, headers=headers)) == expected


def test_the_example_is_a_program_with_the_address_quoted_and_a_token_where_people_sign_in():
    address = 'http://x"+quit()+"'
    tree = ast.parse(about.example(address, _page()))
    (client,) = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Client"
    ]
    assert ast.literal_eval(client.args[0]) == address
    assert client.keywords == []
    assert 'token="hf_..."' in about.example("http://a.example", _page(signs_in=True))
