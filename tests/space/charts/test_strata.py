"""Figures of the strata show the numbers of the record."""

from __future__ import annotations

import pytest

from space.charts import strata_of, stratum
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


def _drawn(figure) -> list:
    return [trace for trace in figure.data if trace.hovertext is not None]


@pytest.mark.parametrize("measure", ["dice", "iou"])
@pytest.mark.parametrize("kind", [kind for kind, values in made.STRATA.items() if values])
def test_points_and_intervals_are_those_of_the_cells(kind, measure):
    score = made.score(0.6)
    [trace] = _drawn(stratum(EN, {"one": score}, kind, measure))
    cells = [score.strata[kind][value] for value in made.STRATA[kind]]  # their counts fall in this order
    assert list(trace.y) == list(range(len(cells)))
    assert list(trace.x) == [getattr(cell, measure) for cell in cells]
    low = [value - below for value, below in zip(trace.x, trace.error_x.arrayminus, strict=True)]
    high = [value + above for value, above in zip(trace.x, trace.error_x.array, strict=True)]
    ends = [getattr(cell, f"{measure}_interval") for cell in cells]
    assert low == pytest.approx([end[0] for end in ends])
    assert high == pytest.approx([end[1] for end in ends])


def test_kinds_without_a_turn_are_left_out():
    assert strata_of({"one": made.score()}) == [kind for kind in made.STRATA if kind != "target_size_px"]
    assert strata_of({}) == []


def test_the_most_frequent_value_stands_first_with_its_count():
    cells = {"spine": made.cell(0.5, n=12), "head": made.cell(0.4, n=1240), "chest": made.cell(0.3, n=90)}
    figure = stratum(EN, {"one": made.score(strata={"region": cells})}, "region")
    assert list(figure.layout.yaxis.ticktext) == ["Head<br>n = 1,240", "Chest<br>n = 90", "Spine<br>n = 12"]
    assert list(_drawn(figure)[0].x) == [0.4, 0.3, 0.5]
    assert figure.layout.yaxis.range == (2.5, -0.5)  # the first at the top


def test_turns_and_sizes_keep_their_order():
    cells = {"small": made.cell(0.2, n=5), "medium": made.cell(0.3, n=50), "large": made.cell(0.4, n=20)}
    figure = stratum(EN, {"one": made.score(strata={"target_size": cells})}, "target_size")
    assert list(_drawn(figure)[0].x) == [0.2, 0.3, 0.4]


def test_a_hidden_score_leaves_its_row_empty_and_a_missing_interval_makes_it_hollow():
    cells = {"CT": made.cell(0.5, n=9, half=None), "MR": made.cell(None, n=3)}
    [trace] = _drawn(stratum(EN, {"one": made.score(strata={"modality": cells})}, "modality"))
    assert list(trace.x) == [0.5, None]
    assert trace.marker.symbol[0] == "circle-open"
    assert list(trace.error_x.array) == [None, None]


def test_a_model_that_lacks_a_value_has_no_point_there():
    both, one = {"CT": made.cell(0.5, n=20), "MR": made.cell(0.4, n=10)}, {"MR": made.cell(0.3, n=10)}
    scores = {"a": made.score(strata={"modality": both}), "b": made.score(strata={"modality": one})}
    first, second = _drawn(stratum(EN, scores, "modality"))
    assert list(first.x) == [0.5, 0.4]
    assert list(second.x) == [0.3]
    assert round(second.y[0]) == 1


def test_all_kinds_have_the_same_axis_of_scores():
    strata = {"region": {"head": made.cell(0.9)}, "modality": {"CT": made.cell(0.1)}}
    scores = {"one": made.score(strata=strata)}
    ends = {stratum(EN, scores, kind).layout.xaxis.range for kind in strata}
    assert ends == {(0, 1)}


def test_rows_grow_with_the_models_so_that_dots_do_not_meet():
    one, eight = (
        stratum(EN, {str(place): made.score() for place in range(count)}, "region").layout.height for count in (1, 8)
    )
    assert eight > one + 3 * 7 * 8


def test_words_are_those_of_the_page():
    figure = stratum(ZH, {"一": made.score()}, "region")
    assert figure.layout.title.text == "<b>部位</b>"
    assert figure.layout.yaxis.ticktext[0].startswith("腹部<br>")
    assert _drawn(figure)[0].hovertext[0].split("<br>")[1] == "腹部"


def test_an_unknown_value_with_markup_is_shown_as_text():
    strata = {"region": {"<b>hand</b>": made.cell(0.5)}}
    figure = stratum(EN, {"one": made.score(strata=strata)}, "region")
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;b&gt;hand&lt;/b&gt;<br>")
    assert "&lt;b&gt;hand&lt;/b&gt;" in _drawn(figure)[0].hovertext[0]


def test_hidden_scores_are_told_in_their_row():
    cells = {"head": made.cell(0.5), "chest": made.cell(None, patients=4), "abdomen": made.cell(None, n=9)}
    figure = stratum(EN, {"A": made.score(strata={"region": cells})}, "region")
    notes = [(note.text, figure.layout.yaxis.ticktext[note.y]) for note in figure.layout.annotations]
    assert notes == [("hidden: fewer than 10 patients", "Chest<br>n = 40")]
