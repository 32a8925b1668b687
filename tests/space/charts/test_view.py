"""What the analysis tab shows for a choice: which figures there are, their notes and their numbers."""

from __future__ import annotations

import json
import re

import pytest

from space.charts.style import MOST_MODELS
from space.charts.view import SECTIONS, View
from space.kept import Kept
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")
MULTI = "en-multi"


def _view(snapshot, models, track=MULTI, measure="dice", language=EN) -> View:
    return View(language, snapshot, track, measure, tuple(models))


def _values(view: View) -> dict:
    return view.values(Kept(2))


def _cells(html: str) -> list[list[str]]:
    """The rows of the tables as text, without their heads."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r'<t[hd](?: scope="row")?>(.*?)</t[hd]>', row) for row in rows if "<td>" in row]


def _names(plot) -> list[str]:
    traces = json.loads(plot.plot)["data"]
    return [trace["name"] for trace in traces if "hovertext" in trace]


def test_every_part_of_every_section_has_a_value():
    parts = {name for section, figures in SECTIONS.items() for name in figures}
    parts |= {f"{section}_{part}" for section in SECTIONS for part in ("note", "numbers")}
    assert set(_values(_view(made.snapshot(["A"]), ["r1"]))) == parts


def test_the_chosen_models_are_drawn_in_the_order_of_the_choice():
    values = _values(_view(made.snapshot(["A", "B", "C"]), ["r3", "r1"]))
    assert _names(values["turn_curve"]) == ["C", "A"]
    assert _names(values["region"]) == ["C", "A"]


def test_models_that_are_gone_are_ignored_and_those_above_the_most_left_out():
    names = [f"M{place}" for place in range(MOST_MODELS + 2)]
    view = _view(made.snapshot(names), ["gone", *(f"r{place}" for place in range(1, len(names) + 1))])
    assert view.chosen == [f"r{place}" for place in range(1, MOST_MODELS + 1)]


def test_the_ranks_are_those_of_all_models_whatever_is_chosen():
    values = _values(_view(made.snapshot(["A", "B", "C"]), ["r2"]))
    assert json.loads(values["ranks"].plot)["layout"]["yaxis"]["ticktext"] == ["A", "B", "C"]
    assert values["ranks_note"] is None


def test_numbers_of_the_curves_are_those_of_the_record():
    snapshot = made.snapshot(["A", "B"])
    values = _values(_view(snapshot, ["r1", "r2"], measure="iou"))
    first = _cells(values["curves_numbers"])[0]
    ends = [snapshot.score(MULTI, item).turn_curve["1"] for item in ("r1", "r2")]
    assert first == [
        "Segmentation turn 1",
        "120",
        "12",
        *(f"{cell.iou:.3f} [{cell.iou_interval[0]:.3f}, {cell.iou_interval[1]:.3f}]" for cell in ends),
    ]
    assert len(_cells(values["curves_numbers"])) == 7 + 5


def test_numbers_of_hidden_scores_are_dashes():
    score = made.score(turn_curve={"1": made.cell(0.5, half=None), "2": made.cell(None, n=3, patients=2)})
    row = made.row("r1", 1, "A")
    snapshot = made.snapshot([], tables={MULTI: [row]}, records={"r1": made.record(row, {MULTI: score})})
    numbers = _cells(_values(_view(snapshot, ["r1"]))["curves_numbers"])
    assert numbers[:2] == [["Segmentation turn 1", "40", "12", "0.500"], ["Segmentation turn 2", "3", "2", "–"]]


def test_numbers_of_ranks_agreement_and_gaps():
    snapshot = made.snapshot(["A"], gaps=[made.gap("A", 0.12)])
    values = _values(_view(snapshot, ["r1"]))
    assert _cells(values["ranks_numbers"]) == [["A", "1", "1–2", "75%", "1", "0.650"]]
    assert _cells(values["agreement_numbers"]) == [
        ["A", "0.800 [0.750, 0.900] · n = 50", "0.900 [0.850, 1.000] · n = 50", "0.700 [0.650, 0.800] · n = 50"]
    ]
    assert _cells(values["gaps_numbers"]) == [["A", "0.400", "0.520", "+0.120 [+0.100, +0.140]", "300", "15"]]


@pytest.mark.parametrize(
    ("language", "told"), [(EN, "no dialogue with at least 5 segmentation turns"), (ZH, "没有固定队列")]
)
def test_a_track_without_a_fixed_cohort_says_so(language, told):
    row = made.row("r1", 1, "A")
    records = {"r1": made.record(row, {MULTI: made.score(turns=1)})}
    values = _values(_view(made.snapshot([], tables={MULTI: [row]}, records=records), ["r1"], language=language))
    assert values["turn_curve"] is not None
    assert values["fixed_cohort_curve"] is None
    assert told in values["curves_note"]


def test_hollow_ranks_are_explained():
    row = made.row("r1", 1, "A", rank_interval=None, p_first=None, tier=None)
    snapshot = made.snapshot([], tables={MULTI: [row]}, records={"r1": made.record(row, {MULTI: made.score()})})
    assert "at least 10 patients" in _values(_view(snapshot, ["r1"]))["ranks_note"]


def test_a_table_without_any_rank_says_so():
    row = made.row("r1", None, "A", history_mode="gt")
    snapshot = made.snapshot([], tables={MULTI: [row]}, records={"r1": made.record(row, {MULTI: made.score()})})
    values = _values(_view(snapshot, ["r1"]))
    assert values["ranks"] is None
    assert "No model of this track has a rank" in values["ranks_note"]


def test_models_of_one_language_have_no_agreement():
    row = made.row("r1", 1, "A")
    snapshot = made.snapshot([], tables={MULTI: [row]}, records={"r1": made.record(row, {MULTI: made.score()})})
    values = _values(_view(snapshot, ["r1"]))
    assert values["agreement"] is None
    assert "both languages" in values["agreement_note"]


def test_only_gaps_of_the_track_are_shown_and_without_any_it_says_how_to_get_one():
    other = made.gap("A", 0.1, track="zh-multi")
    values = _values(_view(made.snapshot(["A"], gaps=[other]), ["r1"]))
    assert values["gaps"] is None
    assert "submit two files of the same model to the validation split" in values["gaps_note"]
    values = _values(_view(made.snapshot(["A"], gaps=[other, made.gap("B", 0.2)]), ["r1"]))
    assert json.loads(values["gaps"].plot)["layout"]["yaxis"]["ticktext"] == ["B"]


def test_the_largest_gap_stands_first_in_the_figure_and_in_its_numbers():
    gaps = [made.gap("small", 0.04), made.gap("loss", -0.02), made.gap("large", 0.12)]
    values = _values(_view(made.snapshot(["A"], gaps=gaps), ["r1"]))
    order = ["large", "small", "loss"]
    assert json.loads(values["gaps"].plot)["layout"]["yaxis"]["ticktext"] == order
    assert [line[0] for line in _cells(values["gaps_numbers"])] == order


def test_an_interval_of_one_rank_is_written_as_that_rank():
    row = made.row("r1", 1, "A", rank_interval=(1, 1), p_first=0.9996)
    snapshot = made.snapshot([], tables={MULTI: [row]}, records={"r1": made.record(row, {MULTI: made.score()})})
    assert _cells(_values(_view(snapshot, ["r1"]))["ranks_numbers"])[0][1:4] == ["1", "1", "&gt;99%"]


def test_a_choice_of_none_has_no_figure_of_models():
    values = _values(_view(made.snapshot(["A"]), []))
    assert [values[name] for name in ("turn_curve", "region", "curves_numbers", "strata_numbers")] == [None] * 4
    assert values["ranks"] is not None


def test_names_with_markup_are_text_in_figures_and_in_numbers():
    name = '<img src=x onerror="hit=1">'
    values = _values(_view(made.snapshot([name], gaps=[made.gap(name, 0.1)]), ["r1"]))
    for part, value in values.items():
        assert "<img" not in (value if isinstance(value, str | None) else value.plot or "") if value else True, part
    assert "&lt;img" in values["curves_numbers"]


def test_figures_are_made_once_for_a_choice_and_anew_for_other_results():
    kept, snapshot = Kept(20), made.snapshot(["A", "B"])

    def values(models, of=snapshot, **choice):
        return _view(of, models, **choice).values(kept)

    first = values(["r1"])
    assert values(["r1"])["region"] is first["region"]
    assert values(["r2"])["region"] is not first["region"]
    assert values(["r2"])["ranks"] is first["ranks"]
    assert values(["r1"], language=ZH)["region"] is not first["region"]
    assert values(["r1"], measure="iou")["region"] is not first["region"]
    assert values(["r1"], of=made.snapshot(["A", "B"]))["region"] is not first["region"]
