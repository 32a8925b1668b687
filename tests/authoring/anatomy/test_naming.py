"""Names of structures are found in a text, in both languages, and descriptions without them are picked."""

import pytest

from authoring.anatomy.knowledge import Concept
from authoring.anatomy.naming import can_be_said, names_any, sayable

KIDNEYS = frozenset({"kidney_right", "kidney_left"})


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("Segment the Spleen.", "spleen"),
        ("the splenic flexure", "spleen"),
        ("both spleens", "spleen"),
        ("its arteries, the aortas", "aorta"),
        ("the aortae of embryos", "aorta"),
        ("two pulmonary arteries", "pulmonary_artery"),
        ("the spleen-like organ", "spleen"),
    ],
)
def test_english_names_are_found(text, structure):
    assert names_any(text, "en", frozenset({structure}))


@pytest.mark.parametrize("text", ["the hepatosplenomegaly", "a spleenish mood", "the liver", ""])
def test_parts_of_words_and_other_structures_are_no_names(text):
    assert not names_any(text, "en", frozenset({"spleen"}))


def test_chinese_names_are_found_anywhere():
    assert names_any("位于脾脏内侧", "zh", frozenset({"spleen"}))
    assert names_any("肾上腺素", "zh", KIDNEYS)
    assert not names_any("位于腹腔内", "zh", frozenset({"spleen"}))


def test_no_structure_has_no_name():
    assert not names_any("the spleen", "en", frozenset())


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language is 'de'; expected one of"):
        names_any("die Milz", "de", frozenset({"spleen"}))


def concept(english, chinese):
    return Concept(KIDNEYS, {"en": english, "zh": chinese})


def test_descriptions_without_the_names_are_picked_by_topic():
    made = concept(
        {"function": ("the filter of the blood", "the twin of the spleen"), "anatomy": ("the bean beside the spleen",)},
        {"function": ("滤过血液的器官",), "anatomy": ("外形如豆的器官",)},
    )
    unnamed = frozenset({"spleen"})
    assert sayable(made, "en", unnamed) == (("the filter of the blood",),)
    assert sayable(made, "zh", unnamed) == (("滤过血液的器官",), ("外形如豆的器官",))
    assert can_be_said(made, unnamed)


def test_what_only_one_language_can_say_cannot_be_said():
    made = concept({"function": ("the bean beside the spleen",)}, {"function": ("外形如豆的器官",)})
    assert not can_be_said(made, frozenset({"spleen"}))
    assert can_be_said(made, frozenset({"liver"}))
