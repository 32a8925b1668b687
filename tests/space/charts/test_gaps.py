"""The figure of the history gaps."""

from __future__ import annotations

import pytest

from space.charts import gaps
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


@pytest.mark.parametrize(("measure", "part"), [("dice", 1), ("iou", 0.5)])
def test_differences_and_intervals_are_those_of_the_comparisons(measure, part):
    figure = gaps(EN, [made.gap("large", 0.12), made.gap("small", 0.04), made.gap("loss", -0.02)], measure)
    [trace] = figure.data
    assert list(trace.x) == [0.12 * part, 0.04 * part, -0.02 * part]
    assert list(trace.error_x.array) == pytest.approx([0.02] * 3)
    assert list(trace.error_x.arrayminus) == pytest.approx([0.02] * 3)
    assert list(figure.layout.yaxis.ticktext) == ["large", "small", "loss"]


def test_zero_is_always_on_the_axis():
    low, high = gaps(EN, [made.gap("A", 0.12)]).layout.xaxis.range
    assert low < 0 < 0.14 <= high
    low, high = gaps(EN, [made.gap("A", -0.12)]).layout.xaxis.range
    assert low <= -0.14 < 0 < high


def test_a_gap_without_an_interval_is_hollow():
    [trace] = gaps(EN, [made.gap("A", 0.1, half=None)]).data
    assert list(trace.marker.symbol) == ["circle-open"]
    assert "+0.100 (no interval)" in trace.hovertext[0]


def test_one_without_a_headline_is_left_out():
    gap = made.gap("A", 0.1)
    bare = gap.model_copy(update={"comparison": gap.comparison.model_copy(update={"differences": []})})
    assert list(gaps(EN, [bare, made.gap("B", 0.2)]).layout.yaxis.ticktext) == ["B"]


def test_the_hover_tells_both_headlines_and_the_counts():
    text = "<b>A</b><br>Gain +0.120 [+0.100, +0.140]<br>own 0.400, true 0.520<br>turns: 300, patients: 15"
    assert gaps(EN, [made.gap("A", 0.12)]).data[0].hovertext[0] == text
    assert "自身 0.400，真实 0.520" in gaps(ZH, [made.gap("A", 0.12)]).data[0].hovertext[0]


def test_models_of_one_name_bear_their_users():
    found = [made.gap("A", 0.2, user="ann"), made.gap("A", 0.1, user="ben"), made.gap("<i>", 0.05)]
    assert list(gaps(EN, found).layout.yaxis.ticktext) == ["A (ann)", "A (ben)", "&lt;i&gt;"]
