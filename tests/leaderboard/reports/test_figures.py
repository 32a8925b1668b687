"""Figures show the right values at the right places, are readable with any name, and are the same every time."""

import io
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pytest
from PIL import Image

from leaderboard.reports import figures
from leaderboard.reports.curves import draw_turn_curves
from leaderboard.reports.drawing import BLUE, GREY, INK, ORANGE, fitted, rendered
from leaderboard.reports.figures import _comparison, _strata
from leaderboard.reports.ranks import draw_ranking

SVG = "{http://www.w3.org/2000/svg}"


def all_figures(made):
    rows = [made.row(rank=place, model=made.long, tier=1 + place // 3) for place in range(1, 7)]
    return {
        "turns": lambda **format: figures.turn_curves(made.track(), **format),
        "strata": lambda **format: figures.strata(made.track().strata, 0.45, **format),
        "comparison": lambda **format: figures.comparison(made.comparison(), **format),
        "ranking": lambda **format: figures.ranking(rows, **format),
    }


NAMES = ("turns", "strata", "comparison", "ranking")


def texts(svg):
    return ["".join(item.itertext()) for item in ET.fromstring(svg).iter(f"{SVG}text")]


def text_places(svg):
    """Text -> (x, y) of the axis labels, which carry x and y."""
    found = ET.fromstring(svg).iter(f"{SVG}text")
    return {"".join(item.itertext()): (float(item.get("x")), float(item.get("y"))) for item in found if item.get("x")}


def dots(svg, colours=(BLUE, ORANGE, GREY)):
    """(x, y, colour, whether it is hollow) of every marker in one of the colours, in drawing order."""
    root = ET.fromstring(svg)
    # Ticks are markers too, but lines, not closed shapes.
    closed = {f"#{path.get('id')}" for path in root.iter(f"{SVG}path") if "z" in path.get("d")}
    found = []
    for use in root.iter(f"{SVG}use"):
        colour = re.search(r"stroke: (#\w+)", use.get("style"))
        if use.get("{http://www.w3.org/1999/xlink}href") in closed and colour and colour[1] in colours:
            hollow = "fill-opacity: 0" in use.get("style")
            found.append((float(use.get("x")), float(use.get("y")), colour[1], hollow))
    return found


def scale(svg, low, high):
    """The function from an axis value to x, from the places of two tick labels."""
    places = text_places(svg)
    (x0, _), (x1, _) = places[low], places[high]
    return lambda value: x0 + (value - float(low)) * (x1 - x0) / (float(high) - float(low))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format", ["png", "svg", "inline"])
def test_the_same_input_gives_the_same_bytes(made, name, format):
    draw = all_figures(made)[name]
    assert draw(format=format) == draw(format=format)


@pytest.mark.parametrize("name", NAMES)
def test_png_is_a_picture_with_something_on_it(made, name):
    picture = Image.open(io.BytesIO(all_figures(made)[name](format="png")))
    assert picture.width == 1200
    assert not {"Software", "Creation Time"} & set(picture.info)
    pixels = np.asarray(picture.convert("L"))
    assert pixels[0, 0] == 255 and (pixels < 100).any()


@pytest.mark.parametrize("name", NAMES)
def test_svg_holds_neither_date_nor_program(made, name):
    svg = all_figures(made)[name]()
    ET.fromstring(svg)
    assert b"date" not in svg.lower() and b"matplotlib v" not in svg.lower()


@pytest.mark.parametrize("name", NAMES)
def test_inline_svg_fits_into_a_page(made, name):
    svg = all_figures(made)[name](format="inline").decode()
    assert svg.startswith("<svg ") and svg.endswith("</svg>")
    assert INK not in svg and "currentColor" in svg
    assert not re.search(r' id="[a-z.]+_\d+"', svg)
    assert "script" not in re.findall(r"<\s*(\w+)", svg)


def test_an_unknown_format_is_named(made):
    with pytest.raises(ValueError, match="format 'pdf'; expected one of png, svg, inline"):
        figures.turn_curves(made.track(), format="pdf")


def test_drawing_in_many_threads_gives_the_same_and_changes_no_setting(made):
    jobs = list(all_figures(made).values()) * 2
    before = dict(matplotlib.rcParams)
    alone = [job(format="svg") for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda job: job(format="svg"), jobs)) == alone
    assert dict(matplotlib.rcParams) == before


def test_settings_of_the_process_do_not_change_a_figure(made):
    before = figures.strata(made.track().strata)
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None, "axes.grid": True, "axes.facecolor": "red"}):
        assert figures.strata(made.track().strata) == before


def test_no_window_system_is_looked_for():
    code = "import sys, leaderboard.reports; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


def test_a_dot_stands_at_its_value_and_none_has_no_dot(made):
    cells = {"a": made.cell(20, 12, 0.1), "b": made.cell(10, 3, 0.35), "c": made.cell(5, 2, None)}
    svg = figures.strata({"region": cells})
    at = scale(svg, "0.0", "0.4")
    (x1, y1, _, hollow1), (x2, y2, _, hollow2) = dots(svg)
    assert (x1, x2) == (pytest.approx(at(0.1), abs=0.5), pytest.approx(at(0.35), abs=0.5))
    assert y1 < y2
    assert (hollow1, hollow2) == (False, True)  # three patients: no interval
    assert {"0.1000", "0.3500", "n/a", "n 20, 12 patients", "n 10, 3 patients", "n 5, 2 patients"} <= set(texts(svg))


def test_the_measure_is_chosen(made):
    cells = {"a": made.cell(20, 12, 0.7).model_copy(update={"iou": 0.2, "iou_interval": (0.1, 0.3)})}
    svg = figures.strata({"region": cells}, measure="iou")
    assert "0.2000" in texts(svg) and "0.7000" not in texts(svg)
    assert any("mean IoU" in text for text in texts(svg))


def test_every_stratum_is_named_with_its_counts(made):
    found = texts(figures.strata(made.track().strata))
    for kind, cells in made.track().strata.items():
        for value, cell in cells.items():
            assert value in found, (kind, value)
            assert f"n {cell.n:,}, {cell.n_patients} patients" in found, (kind, value)


def test_differences_stand_around_zero_in_the_colour_of_the_better(made):
    svg = figures.comparison(made.comparison())
    at = scale(svg, "-0.10", "0.10")
    found = dots(svg)
    assert [(colour, hollow) for _, _, colour, hollow in found] == [
        (BLUE, False),  # above zero
        (GREY, False),  # the interval holds zero
        (ORANGE, False),  # below zero
        (GREY, True),  # no interval
    ]
    assert [x for x, *_ in found] == [pytest.approx(at(by), abs=0.5) for by in (0.031, 0.02, -0.06, 0.04)]
    assert {"+0.0310", "-0.0600", "n 30, 6 patients"} <= set(texts(svg))


def test_a_comparison_of_the_other_measure(made):
    svg = figures.comparison(made.comparison(), measure="iou")
    assert [x for x, *_ in dots(svg)] == [pytest.approx(scale(svg, "-0.02", "0.02")(0.02), abs=0.5)]


def test_turn_curves_show_the_number_of_turns_at_each_point(made):
    svg = figures.turn_curves(made.track(turns=7))
    found = texts(svg)
    assert found.count("700") == 5 + 1  # the cohort's five points, and turn 6 of all dialogues: 4200 / 6
    assert {"4,200", "2,100", "1,400", "1,050", "840", "600", "n all dialogues", "n fixed cohort"} <= set(found)
    assert len(dots(svg, (BLUE,))) == 2 * 7 + 1  # Dice and IoU, and one in the legend


def test_a_curve_of_few_patients_has_hollow_points_and_gaps(made):
    curve = {"1": made.cell(60, 6, 0.3), "2": made.cell(9, 2, None), "3": made.cell(5, 3, 0.1)}
    svg = figures.turn_curves(made.track(turn_curve=curve, fixed_cohort_curve={}))
    hollow = [item for item in dots(svg, (BLUE,)) if item[3]]
    assert len(hollow) == 2 * 2
    assert not any("fixed cohort" in text for text in texts(svg))


def test_many_turns_stay_readable(made):
    curve = {str(turn): made.cell(12345, 50, 0.5) for turn in range(1, 41)}
    figure = captured(lambda: draw_turn_curves(made.track(turn_curve=curve)))
    assert overlaps(figure) == []


def test_a_ranking_shows_ranks_tiers_and_who_does_not_compete(made):
    nothing = {"rank": None, "tier": None, "rank_interval": None, "p_first": None, "headline_dice_interval": None}
    rows = [made.row(rank=1, model="first", tier=1), made.row(rank=2, model="second", tier=2)]
    rows.append(made.row(model="true history", **nothing))
    svg = figures.ranking(rows)
    found = texts(svg)
    assert found.index("first") < found.index("second") < found.index("true history")
    assert "–" in found
    shown = sorted((y, colour, hollow) for _, y, colour, hollow in dots(svg))  # headline and rank, then a headline
    assert [item[1:] for item in shown] == [(BLUE, False)] * 4 + [(GREY, True)]


def test_every_other_tier_is_shaded(made):
    def shades(tiers):
        svg = figures.ranking([made.row(rank=place, tier=tier) for place, tier in enumerate(tiers, 1)]).decode()
        return len(re.findall(rf"fill: {GREY}; fill-opacity: 0.16", svg))

    assert shades([1, 1, 2, 3]) - shades([2, 2, 2, 2]) == 3
    assert shades([None, None, None, None]) == shades([2, 2, 2, 2])


def test_a_long_ranking_says_how_much_it_shows(made):
    rows = [made.row(rank=place, model=f"m{place}") for place in range(1, 5)]
    found = texts(figures.ranking(rows, at_most=3))
    assert "model (first 3 of 4)" in found
    assert "m3" in found and "m4" not in found


def test_nothing_to_show_is_no_error(made):
    bare = made.track(turn_curve={}, fixed_cohort_curve={}, strata={})
    for draw in (
        lambda: figures.ranking([]),
        lambda: figures.strata({}),
        lambda: figures.turn_curves(bare),
        lambda: figures.comparison(made.comparison(differences=[])),
    ):
        ET.fromstring(draw())


@pytest.mark.parametrize("name", ["$x_1$", "$\\frac{1$ and $", "<b>&amp;\"'", "医学分割", "two\nlines"])
def test_names_are_text_and_nothing_else(made, name):
    svg = figures.strata({"system": {name: made.cell(20, 12, 0.5)}})
    assert " ".join(name.split()) in texts(svg)
    figures.strata({"system": {name: made.cell(20, 12, 0.5)}}, format="png")


@pytest.mark.parametrize("text", ["W" * 300, "医" * 300, "a-very-long-name/" * 20, "🙂" * 100])
def test_a_long_name_keeps_its_ends(text):
    short = fitted(text, 2.0)
    head, tail = short.split("…")
    assert text.startswith(head) and text.endswith(tail) and abs(len(head) - len(tail)) <= 1
    assert len(head) >= 3


def test_a_name_that_fits_stays_whole():
    assert fitted("LISA (13B)", 2.0) == "LISA (13B)"


def test_chinese_is_as_wide_as_it_is_high():
    assert fitted("医" * 16, 2.0, size=9) == "医" * 16  # 16 x 9 points are 2 inches
    assert "…" in fitted("医" * 17, 2.0, size=9)


def test_texts_never_overlap(made):
    wide = "W" * 80
    rows = [
        made.row(rank=place, model=name, tier=12) for place, name in enumerate([wide, made.long, made.hostile], 998)
    ]
    cells = {name: made.cell(1234567, 123456, 0.5) for name in (wide, made.long, made.hostile)}
    differences = [made.difference("system", name, -0.35, n=1234567, patients=123456) for name in cells]
    drawn = {
        "ranking": captured(lambda: draw_ranking(rows, 50)),
        "strata": captured(lambda: _strata({"system": cells, wide: cells}, 0.5, "dice")),
        "comparison": captured(lambda: _comparison(made.comparison(a=wide, differences=differences), "dice")),
        "turns": captured(lambda: draw_turn_curves(made.track(turns=16))),
    }
    assert {name: found for name, figure in drawn.items() if (found := overlaps(figure))} == {}


def captured(draw):
    """The figure that `draw` makes, drawn once."""
    figures_made = []
    rendered(lambda: figures_made.append(draw()) or figures_made[0], "png")
    return figures_made[0]


def overlaps(figure):
    """Pairs of texts whose boxes meet, and texts that leave the figure."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    items = list(figure.texts)
    for plot in figure.axes:
        if plot.axison:
            items += [plot.xaxis.label, plot.yaxis.label, *plot.get_xticklabels(), *plot.get_yticklabels()]
            items += plot.get_legend().get_texts() if plot.get_legend() else []
    boxes = [(item.get_text(), item.get_window_extent(renderer)) for item in items if item.get_text()]
    width, height = figure.bbox.size
    outside = [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    meeting = [(one, other) for (one, a), (other, b) in itertools.combinations(boxes, 2) if a.overlaps(b)]
    return outside + meeting


def test_models_of_one_name_are_told_apart_by_their_users(made):
    rows = [
        made.row(rank=place, user=user, model=model)
        for place, (user, model) in enumerate([("ann", "net"), ("bob", "net"), ("eve", "other")], 1)
    ]
    found = texts(figures.ranking(rows))
    assert {"net (ann)", "net (bob)", "other"} <= set(found)
