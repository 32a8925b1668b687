"""The analysis tab: what it offers to choose, and what a choice shows."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest

from leaderboard import DataFacts, TrackFacts
from space.charts.style import MOST_MODELS
from space.page import Fill, Page
from space.tabs import analysis
from space.words import words
from tests.space.charts import made

TRACKS = ("en-multi", "en-single")


class Tab:
    """The tab over a snapshot, with its handlers called as the page calls them."""

    def __init__(self, snapshot, language: str = "en"):
        facts = {track: TrackFacts(track, 100, 700, 20, 7, ["head"]) for track in TRACKS}
        self.watch = SimpleNamespace(snapshot=snapshot, data=DataFacts("Made", "1", "a" * 64, "test", facts))
        nothing = dict.fromkeys(("settings", "boards", "desk", "identity", "rates", "dialogues"))
        with gr.Blocks() as app, gr.Tabs() as tabs, gr.Tab():
            page = Page(words=words(language), watch=self.watch, names_api=False, tabs=tabs, **nothing)
            self.fill: Fill = analysis.build(page)
        self.blocks = list(app.blocks.values())
        self._handlers = {handler.name: handler.fn for handler in app.fns.values()}

    def opened(self, models=None, **link) -> dict:
        return self._shown("_opened", "en-multi", "dice", models, asked(**link))

    def retracked(self, track, models) -> dict:
        return self._shown("_retracked", track, "dice", models)

    def chosen(self, models, measure="dice") -> dict:
        return self._shown("_chosen", "en-multi", measure, models)

    def _shown(self, handler: str, *values) -> dict:
        found = self._handlers[handler](*values)
        return {component.elem_id: value for component, value in found.items() if component.elem_id}


def asked(**link: str) -> SimpleNamespace:
    """A request whose address asks for this."""
    return SimpleNamespace(query_params=link)


@pytest.fixture
def tab() -> Tab:
    """A table of ten models in one track, and two of them in the other."""
    names = [f"M{place}" for place in range(1, 11)]
    snapshot = made.snapshot(names)
    snapshot.tables["en-single"] = snapshot.tables["en-multi"][2:4]
    for row in snapshot.tables["en-single"]:
        snapshot.records[row.record_id].tracks["en-single"] = made.score(turns=1)
    return Tab(snapshot)


def test_the_best_five_are_shown_at_first(tab):
    shown = tab.opened()
    assert shown["analysis-models"]["value"] == ["r1", "r2", "r3", "r4", "r5"]
    assert shown["analysis-models"]["choices"][0] == ("M1", "r1")
    assert len(shown["analysis-models"]["choices"]) == 10
    assert shown["analysis-figures"]["visible"] is True
    assert shown["analysis-turn_curve"]["visible"] is True


def test_a_model_of_the_address_is_among_the_first(tab):
    assert tab.opened(model="r9")["analysis-models"]["value"] == ["r9", "r1", "r2", "r3", "r4"]
    assert tab.opened(model="unknown")["analysis-models"]["value"] == ["r1", "r2", "r3", "r4", "r5"]


def test_the_track_of_the_address_is_shown(tab):
    assert tab.opened(track="en-single")["analysis-track"] == "en-single"
    assert tab.opened(track="xx-multi")["analysis-track"] == "en-multi"


def test_a_choice_outlives_a_change_of_track_as_far_as_it_can(tab):
    assert tab.retracked("en-single", ["r9", "r4"])["analysis-models"]["value"] == ["r4"]
    assert tab.retracked("en-single", ["r9"])["analysis-models"]["value"] == ["r3", "r4"]


def test_a_choice_outlives_the_opening_of_the_tab(tab):
    assert tab.opened(models=["r7"])["analysis-models"]["value"] == ["r7"]


def test_too_many_models_are_told(tab):
    shown = tab.chosen([f"r{place}" for place in range(1, MOST_MODELS + 2)])
    assert "9 models are chosen. The figures show the first 8 of them" in shown["analysis-message"]
    assert 'role="alert"' in shown["analysis-message"]
    assert 'role="alert"' not in tab.chosen([f"r{place}" for place in range(1, MOST_MODELS + 1)])["analysis-message"]


def test_a_choice_of_none_says_what_to_do_and_hides_its_figures(tab):
    shown = tab.chosen([])
    assert "Choose at least one model" in shown["analysis-message"]
    assert shown["analysis-turn_curve"] == {"value": None, "visible": False, "__type__": "update"}
    assert shown["analysis-ranks"]["visible"] is True


def test_a_stratum_without_turns_has_no_figure(tab):
    assert tab.chosen(["r1"])["analysis-target_size_px"]["visible"] is False


@pytest.mark.parametrize(("language", "told"), [("en", "No submission in this track yet"), ("zh", "该赛道尚无提交")])
def test_an_empty_table_says_so_and_shows_no_figure(language, told):
    shown = Tab(made.snapshot([]), language).opened()
    assert told in shown["analysis-message"]
    assert shown["analysis-figures"]["visible"] is False
    assert shown["analysis-models"]["visible"] is False
    assert "analysis-turn_curve" not in shown


def test_a_table_without_its_records_shows_the_ranks_and_says_why_not_more():
    known = made.snapshot(["A", "B"])
    shown = Tab(type(known)(known.made, known.tables, {})).opened()
    assert "cannot be reached now" in shown["analysis-message"]
    assert shown["analysis-models"]["value"] == ["r1", "r2"]
    assert shown["analysis-ranks"]["visible"] is True
    for part in ("turn_curve", "region", "agreement", "agreement-note", "gaps", "gaps-note", "curves-note"):
        assert shown[f"analysis-{part}"]["visible"] is False


def test_numbers_in_the_texts_are_those_of_the_scoring(tab):
    told = [block.value for block in tab.blocks if "section" in str(getattr(block, "value", ""))]
    assert any("at least 5 segmentation turns" in text for text in told)
    assert any("fewer than 10 patients" in text for text in told)
    assert any("The first 5 of the table" in (getattr(block, "info", None) or "") for block in tab.blocks)


def test_opening_the_tab_again_asks_for_figures_only_where_there_are_others(tab):
    first = tab.fill.act(asked())
    assert tab.fill.act(asked()) == first
    assert tab.fill.act(asked(track="en-single")) != first
    tab.watch.snapshot = made.snapshot(["A"], made="2025-11-21T00:00:00Z")
    assert tab.fill.act(asked()) != first
    assert len(tab.fill.outputs) == len(first)


def test_users_text_in_the_choices_is_left_as_it_is():
    """The menu shows text, not HTML."""
    name = '<a href="javascript:x">x</a>'
    assert Tab(made.snapshot([name])).opened()["analysis-models"]["choices"] == [(name, "r1")]
