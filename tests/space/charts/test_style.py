"""What all figures share."""

from __future__ import annotations

import json
from html import unescape

import pytest

from space.charts import shown
from space.charts.style import (
    LOOKS,
    MOST_MODELS,
    PAPER,
    axis,
    figure,
    full,
    label,
    labels,
    legend_height,
    offsets,
    plain,
    rounded_up,
    short,
    short_names,
)
from space.words import words

DARK_PAPER = "#1e293b"  # what figures stand on in gradio's dark theme
MARKUP = '<a href="javascript:x">x</a><b>y</b> &lt;'


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.colour)
@pytest.mark.parametrize("ground", [PAPER, DARK_PAPER])
def test_the_colour_of_a_model_stands_out_on_light_and_on_dark(look, ground):
    assert _contrast(look.colour, ground) >= 3


def test_models_differ_in_colour_in_mark_and_in_dash():
    assert len(LOOKS) == MOST_MODELS
    for part in ("colour", "mark", "dash"):
        assert len({getattr(look, part) for look in LOOKS}) == MOST_MODELS


@pytest.mark.parametrize("made", [plain, label, full])
def test_no_name_is_markup(made):
    text = made(MARKUP)
    for allowed in ("<br>", "<b>", "</b>") if made is full else ("<br>",):
        text = text.replace(allowed, "")
    assert "<" not in text
    assert ">" not in text


def test_entities_in_a_name_are_told_as_they_are():
    assert plain("a &lt;b&gt; & c") == "a &amp;lt;b&amp;gt; &amp; c"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LISA 7B", "LISA 7B"),
        ("eighteen columns..", "eighteen columns.."),
        ("nineteen columns...", "nineteen co…mns..."),
        ("分割模型分割模型分", "分割模型分割模型分"),
        ("分割模型分割模型分割", "分割模型分…型分割"),
    ],
)
def test_a_long_name_loses_its_middle(name, expected):
    assert short(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sixteen columns.", "sixteen columns."),
        ("two lines of a name", "two lines of a<br>name"),
        ("nowheretobreakthisname", "nowheretobreakth<br>isname"),
        ("a & b in more than one line", "a &amp; b in more<br>than one line"),
    ],
)
def test_a_name_beside_a_row_takes_two_lines(name, expected):
    assert label(name) == expected


@pytest.mark.parametrize(
    ("name", "legend", "row"),
    [
        ("MedSAM-Reasoner (own history)", "MedSAM-Reasoner (own history)", "MedSAM-Reasoner<br>(own history)"),
        ("nineteen columns... (ann)", "nineteen co…mns... (ann)", "nineteen…mns...<br>(ann)"),
        ("MedSAM-Reasoner（无历史）", "MedSAM-Reasoner（无历史）", "MedSAM-Reasoner<br>（无历史）"),
    ],
)
def test_what_tells_models_apart_stays_whole(name, legend, row):
    assert short(name) == legend
    assert label(name) == row


def test_names_that_would_be_cut_to_the_same_stay_whole():
    names = ["a reasoning model, large, version 1", "a reasoning model, small, version 1", "LISA"]
    assert short(names[0]) == short(names[1])
    assert short_names(names) == {name: name for name in names}
    long = [f"a reasoning model {'x' * 20}{size}{'y' * 20}" for size in "12"]
    assert label(long[0]) == label(long[1])
    assert len(set(labels(long))) == 2


def test_wide_names_take_a_line_of_the_legend_each():
    assert legend_height(["LISA"]) == 0
    assert legend_height(["LISA", "UNet", "SAM"]) == 40
    assert legend_height(["LISA", "UNet", "a name of nineteen."]) == 60


@pytest.mark.parametrize("name", ["x" * 80, "word " * 16, "医" * 80, MARKUP * 2])
def test_however_long_a_name_is_its_label_keeps_to_its_width(name):
    lines = [unescape(line) for line in label(name).split("<br>")]
    assert len(lines) == 2
    assert all(sum(2 if char == "医" else 1 for char in line) <= 20 for line in lines)


def test_a_full_name_is_whole():
    name = "A model with a name of eighty characters that says how and on which data it was " + "made"
    assert full(name).replace("</b><br><b>", " ") == f"<b>{name}</b>"


@pytest.mark.parametrize(
    ("values", "end"), [([], 0.01), ([None], 0.01), ([0.2], 0.2), ([0.21, None], 0.3), ([0.61], 0.8), ([0.81], 1)]
)
def test_axes_end_at_a_round_number(values, end):
    assert rounded_up(values) == end


def test_models_stand_evenly_around_their_place():
    assert offsets(1, 0.3) == [0]
    assert offsets(3, 0.3) == pytest.approx([-0.3, 0, 0.3])


def test_axes_cannot_be_zoomed():
    assert axis()["fixedrange"] is True
    assert figure(100).layout.dragmode is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shown_figure_offers_only_its_image(language):
    value = shown(figure(100), words(language), "en-multi-region")
    plot = json.loads(value.plot)
    assert value.type == "plotly"
    assert plot["config"]["displaylogo"] is False
    assert plot["config"]["toImageButtonOptions"]["filename"] == "en-multi-region"
    told = plot["config"]["locales"][language]["dictionary"]["Download plot as a PNG"]
    assert told == {"en": "Save as an image (PNG)", "zh": "保存为图片（PNG）"}[language]
    assert set(plot["layout"]["modebar"]["remove"]) >= {"zoom", "pan", "select", "lasso", "autoScale", "resetScale"}
