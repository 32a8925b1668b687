"""The figure of the ranks."""

from __future__ import annotations

from space.charts import model_names, ranks
from space.charts.ranks import MOST_ROWS
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


def _figure(rows, language=EN):
    return ranks(language, rows, model_names(language, rows))


def _beside(figure) -> list[tuple[str, str]]:
    """P(first) and tier of each row, as printed."""
    texts = [note.text for note in figure.layout.annotations[2:]]
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_ranks_and_their_intervals_are_those_of_the_rows_best_at_the_top():
    rows = [made.row("a", 1, "A"), made.row("b", 2, "B"), made.row("c", 3, "C", rank_interval=(2, 7))]
    figure = _figure(rows)
    [trace] = figure.data
    assert list(trace.x) == [1, 2, 3]
    assert list(trace.error_x.arrayminus) == [0, 1, 1]
    assert list(trace.error_x.array) == [1, 1, 4]
    assert list(figure.layout.yaxis.ticktext) == ["A", "B", "C"]
    assert figure.layout.yaxis.range == (2.5, -0.5)
    assert figure.layout.xaxis.range == (0.5, 7.5)


def test_probability_and_tier_stand_beside_each_row():
    rows = [made.row("a", 1, p_first=0.873), made.row("b", 2, p_first=0.004), made.row("c", 3, p_first=0.0)]
    assert _beside(_figure(rows)) == [("87%", "1"), ("&lt;1%", "1"), ("0%", "2")]


def test_every_other_tier_is_shaded():
    rows = [made.row(str(rank), rank) for rank in range(1, 6)]  # tiers 1, 1, 2, 2, 3
    assert [band.y0 + 0.5 for band in _figure(rows).layout.shapes] == [0, 1, 4]


def test_what_does_not_compete_is_not_drawn():
    rows = [made.row("a", 1), made.row("b", None, history_mode="gt")]
    assert len(_figure(rows).data[0].x) == 1


def test_without_intervals_marks_are_hollow_and_nothing_is_made_up():
    rows = [made.row("a", 1, rank_interval=None, p_first=None, tier=None, headline_dice_interval=None)]
    figure = _figure(rows)
    [trace] = figure.data
    assert list(trace.marker.symbol) == ["circle-open"]
    assert list(trace.error_x.array) == [None]
    assert _beside(figure) == [("–", "–")]
    assert figure.layout.shapes == ()
    assert "Rank 1, no interval" in trace.hovertext[0]
    assert "P(first)" not in trace.hovertext[0]


def test_the_hover_tells_all():
    row = made.row("a", 1, "A", headline_dice=0.65, headline_dice_interval=(0.6, 0.7))
    assert _figure([row]).data[0].hovertext[0] == (
        "<b>A</b><br>Rank 1, 95%: 1–2<br>P(first) 75% · tier 1<br>"
        "Headline Dice 0.650 [0.600, 0.700]<br>turns: 700, patients: 20"
    )


def test_an_interval_of_one_rank_is_that_rank():
    assert "Rank 1, 95%: 1<br>" in _figure([made.row("a", 1, "A", rank_interval=(1, 1))]).data[0].hovertext[0]


def test_in_chinese():
    figure = _figure([made.row("a", 1, "A")], ZH)
    assert figure.layout.xaxis.title.text == "名次"
    assert figure.data[0].hovertext[0].startswith("<b>A</b><br>第 1 名，95% 区间 1–2<br>第一概率 75% · 第 1 梯队")


def test_a_long_table_is_cut():
    rows = [made.row(str(rank), rank) for rank in range(1, MOST_ROWS + 3)]
    assert len(_figure(rows).data[0].x) == MOST_ROWS


def test_ticks_are_whole_ranks():
    figure = _figure([made.row(str(rank), rank) for rank in range(1, 40)])
    assert figure.layout.xaxis.tick0 == 1
    assert figure.layout.xaxis.dtick == 8  # the last interval ends at 40, and there are at most 5 steps
