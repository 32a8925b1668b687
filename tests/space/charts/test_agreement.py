"""The figure of the agreement between the languages."""

from __future__ import annotations

import pytest

from space.charts import agreement
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


def _drawn(figure) -> list:
    return [trace for trace in figure.data if trace.hovertext is not None]


def test_points_and_intervals_are_those_of_the_record():
    found = {
        "A": {"all": made.agreement(0.8), "single": made.agreement(0.9), "multi": made.agreement(0.7)},
        "B": {"all": made.agreement(0.6), "single": made.agreement(0.5), "multi": made.agreement(0.4)},
    }
    figure = agreement(EN, found)
    traces = dict(zip(("all", "single", "multi"), _drawn(figure), strict=True))
    for part, trace in traces.items():
        items = [by_part[part] for by_part in found.values()]
        assert list(trace.x) == [item.dice for item in items]
        low = [value - below for value, below in zip(trace.x, trace.error_x.arrayminus, strict=True)]
        high = [value + above for value, above in zip(trace.x, trace.error_x.array, strict=True)]
        assert low == pytest.approx([item.dice_interval[0] for item in items])
        assert high == pytest.approx([item.dice_interval[1] for item in items])
        assert [round(place) for place in trace.y] == [0, 1]
    assert list(figure.layout.yaxis.ticktext) == ["A", "B"]


def test_a_hidden_one_is_left_out_and_one_without_an_interval_is_hollow():
    found = {"A": {"all": made.agreement(None), "single": made.agreement(0.9, half=None)}}
    everything, single = _drawn(agreement(EN, found))
    assert list(everything.x) == [None]
    assert list(single.x) == [0.9]
    assert single.marker.symbol[0].endswith("-open")


def test_a_part_that_no_model_has_is_not_in_the_legend():
    figure = agreement(EN, {"A": {"all": made.agreement(0.8), "multi": made.agreement(0.7)}})
    assert [trace.name for trace in figure.data if trace.showlegend is not False] == [
        "all turns",
        "multi-turn dialogues",
    ]


def test_the_hover_tells_counts_in_the_language_of_the_page():
    found = {"<b>A</b>": {"all": made.agreement(0.8, n=1500)}}
    assert _drawn(agreement(EN, found))[0].hovertext[0] == (
        "<b>&lt;b&gt;A&lt;/b&gt;</b><br>all turns<br>Dice 0.800 [0.750, 0.900]<br>"
        "turns: 1,500, patients: 14<br>3 turns with both masks empty"
    )
    assert "14 名患者的 1,500 个轮次" in _drawn(agreement(ZH, found))[0].hovertext[0]
