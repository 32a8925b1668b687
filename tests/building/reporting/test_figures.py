"""The figures of a release: what they write, in both formats, with the same bytes for the same numbers."""

import io
from xml.etree import ElementTree

import pytest
from matplotlib import font_manager
from PIL import Image

from building.reporting import Numbers, composition, count, figures, questions, reasoning, terms
from building.reporting.drawing import panels
from release import read_release


@pytest.fixture(scope="module")
def numbers(synthetic_release):
    return count(read_release(synthetic_release))


DRAWN = [composition, reasoning, questions]


@pytest.mark.parametrize("draw", DRAWN)
def test_png_and_svg_are_pictures_of_one_shape(draw, numbers):
    picture = Image.open(io.BytesIO(draw(numbers, format="png")))
    drawing = ElementTree.fromstring(draw(numbers, format="svg"))
    width, height = (float(drawing.get(name).removesuffix("pt")) for name in ("width", "height"))
    assert picture.size == (round(width / 72 * 150), round(height / 72 * 150))


@pytest.mark.slow
@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("format", ["png", "svg"])
def test_the_same_numbers_give_the_same_bytes(draw, format, numbers):
    assert draw(numbers, format=format) == draw(numbers, format=format)


@pytest.mark.parametrize("draw", [*DRAWN, lambda numbers: terms(numbers, None)])
def test_an_empty_release_is_drawn_too(draw):
    assert draw(Numbers()).startswith(b"\x89PNG")


def test_published_numbers_stand_beside_those_of_the_release(numbers):
    axes = figures._composition(numbers).axes[0]
    own, published = (container.datavalues.tolist() for container in axes.containers)
    assert published == [13.2, 14.2, 36.4, 8.0, 5.4, 5.9, 4.9, 4.5, 3.1, 1.6, 2.8]
    assert own[0] == 100 * numbers.lengths[1] / numbers.dialogues
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "more"


def test_what_the_release_has_beyond_the_published_rows_follows_them(numbers):
    scans = figures._composition(numbers).axes[1]
    shown = [label.get_text() for label in scans.get_yticklabels()]
    assert shown[0] == "CT CECT" and "MR T1ce" in shown[6:]


def test_bars_of_the_most_frequent_terms_are_in_their_order(numbers):
    axes = figures._terms(numbers.questions).axes[0]
    asked = numbers.questions["en"]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(asked.terms)
    assert axes.containers[0].datavalues.tolist() == pytest.approx([100 * share for share in asked.terms.values()])


def test_chinese_terms_take_the_font_that_is_given(numbers):
    if "Noto Sans CJK SC" not in font_manager.get_font_names():
        pytest.skip("Noto Sans CJK SC is not installed")
    assert terms(numbers, "Noto Sans CJK SC") != terms(numbers, None)


def test_a_grid_of_panels_is_read_row_by_row():
    figure, drawn = panels(2, 3, 6, 4)
    assert figure.get_size_inches().tolist() == [6, 4]
    assert drawn == figure.axes and len(drawn) == 6
