"""Curves show the numbers of the record, and nothing where there are none."""

from __future__ import annotations

import pytest

from space.charts import CURVES, turn_curve
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


def _drawn(figure) -> list:
    """The traces with points; the others are keys of the legend."""
    return [trace for trace in figure.data if trace.hovertext is not None]


def _keys(figure) -> list:
    return [trace for trace in figure.data if trace.hovertext is None]


def _ends(trace) -> list[tuple[float, float] | None]:
    """The intervals as they are drawn."""
    bars = trace.error_y
    return [
        None if above is None else (pytest.approx(value - below), pytest.approx(value + above))
        for value, below, above in zip(trace.y, bars.arrayminus, bars.array, strict=True)
    ]


@pytest.mark.parametrize("measure", ["dice", "iou"])
@pytest.mark.parametrize("kind", CURVES)
def test_points_and_intervals_are_those_of_the_cells(kind, measure):
    score = made.score(0.6, turns=7)
    cells = getattr(score, kind)
    [trace] = _drawn(turn_curve(EN, {"one": score}, kind, measure))
    assert list(trace.x) == [int(turn) for turn in cells]
    assert list(trace.y) == [getattr(cell, measure) for cell in cells.values()]
    assert _ends(trace) == [getattr(cell, f"{measure}_interval") for cell in cells.values()]


@pytest.mark.parametrize("kind", CURVES)
def test_both_kinds_have_the_same_axis_of_scores(kind):
    figure = turn_curve(EN, {"one": made.score(0.6)}, kind)
    assert figure.layout.yaxis.range == (0, 0.8)  # the highest interval, of all dialogues, ends at 0.68


def test_turns_come_in_their_order_and_not_in_that_of_their_text():
    score = made.score(0.9, turns=12)
    shuffled = dict(sorted(score.turn_curve.items()))
    [trace] = _drawn(turn_curve(EN, {"one": score.model_copy(update={"turn_curve": shuffled})}, "turn_curve"))
    assert list(trace.x) == list(range(1, 13))


def test_models_stand_side_by_side_in_different_marks_and_dashes():
    scores = {f"model {place}": made.score(0.6) for place in range(3)}
    traces = _drawn(turn_curve(EN, scores, "turn_curve"))
    firsts = [trace.x[0] for trace in traces]
    assert firsts == sorted(firsts)
    assert len(set(firsts)) == 3
    assert all(abs(first - 1) < 0.5 for first in firsts)
    assert len({trace.line.dash for trace in traces}) == len({trace.marker.symbol[0] for trace in traces}) == 3


def test_a_hidden_score_leaves_a_gap():
    curve = {"1": made.cell(0.5), "2": made.cell(None), "3": made.cell(0.3)}
    [trace] = _drawn(turn_curve(EN, {"one": made.score(turn_curve=curve)}, "turn_curve"))
    assert list(trace.y) == [0.5, None, 0.3]
    assert _ends(trace)[1] is None
    assert trace.connectgaps is False


def test_a_point_without_an_interval_is_hollow():
    curve = {"1": made.cell(0.5), "2": made.cell(0.4, half=None)}
    [trace] = _drawn(turn_curve(EN, {"one": made.score(turn_curve=curve)}, "turn_curve"))
    assert list(trace.marker.symbol) == ["circle", "circle-open"]
    assert _ends(trace)[1] is None
    assert "(no interval)" in trace.hovertext[1]


def test_the_number_of_turns_stands_below_the_axis_and_with_patients_in_the_hover():
    curve = {"1": made.cell(0.5, n=1240, patients=61), "2": made.cell(0.4, n=900, patients=55)}
    figure = turn_curve(EN, {"one": made.score(turn_curve=curve)}, "turn_curve")
    assert list(figure.layout.xaxis.ticktext) == ["1<br>1,240", "2<br>900"]
    assert _drawn(figure)[0].hovertext[0] == (
        "<b>one</b><br>Segmentation turn 1<br>Dice 0.500 [0.460, 0.580]<br>turns: 1,240, patients: 61"
    )


def test_counts_that_differ_between_models_are_told_as_a_range():
    scores = {name: made.score(turn_curve={"1": made.cell(0.5, n=n)}) for name, n in (("a", 40), ("b", 38))}
    assert list(turn_curve(EN, scores, "turn_curve").layout.xaxis.ticktext) == ["1<br>38–40"]


def test_of_many_turns_some_are_counted_and_all_are_drawn():
    figure = turn_curve(EN, {"one": made.score(0.9, turns=13)}, "turn_curve")
    assert list(figure.layout.xaxis.tickvals) == [1, 3, 5, 7, 9, 11, 13]
    assert len(_drawn(figure)[0].x) == 13


def test_a_model_without_a_fixed_cohort_has_no_point():
    [trace] = _drawn(turn_curve(EN, {"one": made.score(turns=1)}, "fixed_cohort_curve"))
    assert trace.x == ()


def test_no_model_makes_an_empty_figure():
    assert turn_curve(EN, {}, "turn_curve").data == ()


def test_a_name_in_the_legend_rules_its_curve_and_one_model_needs_no_legend():
    two = turn_curve(EN, {"one": made.score(), "two": made.score()}, "turn_curve")
    assert [(trace.name, trace.legendgroup) for trace in two.data if trace.showlegend] == [
        ("one", "one"),
        ("two", "two"),
    ]
    assert [trace.legendgroup for trace in _drawn(two)] == ["one", "two"]
    assert not any(trace.showlegend for trace in turn_curve(EN, {"one": made.score()}, "turn_curve").data)


def test_the_legend_shows_full_marks_though_points_are_hollow():
    scores = {name: made.score(turn_curve={"1": made.cell(0.5, half=None)}) for name in ("a", "b")}
    assert [trace.marker.symbol for trace in _keys(turn_curve(EN, scores, "turn_curve"))] == ["circle", "square"]


def test_a_name_with_markup_is_shown_as_text():
    name = '<a href="javascript:x">x</a><b>y</b>'
    figure = turn_curve(EN, {name: made.score(), "two": made.score()}, "turn_curve")
    named = [trace for trace in figure.data if trace.legendgroup == name]
    for text in [trace.name for trace in named] + list(named[0].hovertext):
        assert "<a" not in text
        assert "<b>y" not in text
    assert "&lt;a href=" in named[0].hovertext[0]


def test_words_are_those_of_the_page():
    figure = turn_curve(ZH, {"一": made.score()}, "fixed_cohort_curve", "iou")
    assert figure.layout.title.text == "<b>固定队列：不少于 5 轮</b>"
    assert figure.layout.xaxis.title.text == "分割轮次（下方为轮次数 n）"
    assert figure.layout.yaxis.title.text == "平均 IoU"
    assert "第 1 个分割轮次" in _drawn(figure)[0].hovertext[0]


def test_hidden_scores_are_told_once_or_at_their_turns():
    hidden = made.curve(0.5, 3) | {"3": made.cell(None, patients=9)}
    figure = turn_curve(EN, {"A": made.score(turn_curve=hidden)}, "turn_curve")
    assert [(note.text, note.x) for note in figure.layout.annotations] == [("hidden: fewer than 10 patients", 3)]
    none = {turn: made.cell(None, patients=9) for turn in "12345"}
    figure = turn_curve(ZH, {"A": made.score(fixed_cohort_curve=none)}, "fixed_cohort_curve")
    assert [note.text for note in figure.layout.annotations] == ["患者少于 10 名，不予显示"]
    assert not turn_curve(EN, {"A": made.score()}, "turn_curve").layout.annotations
