"""Edits: no name of what the image shows, every side with its owner, in the right language."""

import pytest

from authoring.reviewing.edits import edit_problem, unowned_side
from tests.authoring.reviewing.making import annotation

IMAGE = annotation("i1", "p1")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Segment the organ on the left side of the image.", "en"),
        ("On the right of the image, outline the organ.", "en"),
        ("In the upper right quarter of this slice, mark the organ.", "en"),
        ("Which one lies to the image left of the structure segmented first?", "en"),
        ("Mark what lies on the patient's own left side.", "en"),
        ("Mark what lies towards the patient’s right.", "en"),
        ("请分割位于图像左侧的器官。", "zh"),
        ("请标出患者右侧的那一个。", "zh"),
        ("请分割在图像上位于第一次分割的结构左侧的那一个。", "zh"),
    ],
)
def test_sides_with_their_owner_stand(text, language):
    assert edit_problem(text, language, "", IMAGE) is None


@pytest.mark.parametrize(
    ("text", "language", "side"),
    [
        ("Segment the organ on the left.", "en", "left"),
        ("Of the image, segment the leftmost structure.", "en", "leftmost structure"),
        ("In the image, mark the right one, then the left.", "en", "right one"),
        ("Mark the patient's left one, which lies right of the spine.", "en", "right of"),
        ("请分割左侧的器官。", "zh", "左侧"),
        ("请看图像，分割右侧的器官。", "zh", "右侧"),
    ],
)
def test_sides_without_an_owner_are_named(text, language, side):
    assert unowned_side(text, language) == side
    assert "does not say whose side" in edit_problem(text, language, "", IMAGE)


def test_a_phrase_that_stood_there_is_no_new_side():
    question = "Segment the bone at right angles to the long axis."
    assert unowned_side("Outline the bone at right angles to the axis.", "en", question) is None
    assert unowned_side("Outline the bone on the right.", "en", question) == "right"
    # The owner may not be edited away.
    assert unowned_side("Mark the one on the left side.", "en", "Mark it on the left side of the image.") == "left side"
    assert unowned_side("请标出左侧的那一个。", "zh", "请标出图像左侧的那一个。") == "左侧"


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Segment the liver.", "en", "it names liver"),
        ("Segment the Spleens in the image.", "en", "it names spleen"),
        ("请分割肝脏。", "zh", "it names liver"),
        ("  ", "en", "blank"),
        ("Segment it. ", "en", "blank"),
        ("Segment\nit.", "en", "one line"),
        ("Segment\u202e it.", "en", "control characters"),
        ("请分割该器官。", "en", "expected a question in English"),
        ("Segment it.", "zh", "expected a question in Chinese"),
        ("x" * 1001, "en", "at most 1000"),
    ],
)
def test_what_may_not_stand_is_told(text, language, told):
    assert told in edit_problem(text, language, "", IMAGE)


def test_structures_that_the_image_does_not_show_may_be_named():
    assert edit_problem("Segment the organ that sends urine to the bladder.", "en", "", IMAGE) is None
