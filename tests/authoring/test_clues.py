"""Clues give three answers, and a question stands only when exactly one structure satisfies it."""

import numpy as np
import pytest

from authoring.anatomy.knowledge import Concept
from authoring.clues import (
    CounterpartOf,
    Described,
    ExtremeOf,
    InHalf,
    NearestTo,
    OnSide,
    OtherThan,
    SameSideAs,
    SegmentedBefore,
    SizeAgainst,
    ToSideOf,
)
from authoring.proof import facets, is_open, needs_history, solve
from authoring.scene import make_scene

SHAPE = (60, 80)
GREY = np.full(SHAPE, 200, np.uint8)


def box(top, left, height, width):
    mask = np.zeros(SHAPE, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def words(*fits):
    return Described(Concept(frozenset(fits), {"en": ("the thing",), "zh": ("东西",)}, ()))


#  columns 0 ........ 39 | 40 ........ 79      (the patient's right is at the left edge)
#     kidney_right           kidney_left       rows 30-45
#     liver                        spleen      rows 5-25
MASKS = {
    "liver": box(5, 5, 20, 30),
    "spleen": box(5, 60, 14, 14),
    "kidney_right": box(32, 4, 12, 10),
    "kidney_left": box(32, 58, 15, 12),
    "aorta": box(27, 37, 6, 6),
}
KIDNEYS = words("kidney_right", "kidney_left")


@pytest.fixture
def scene():
    return make_scene(GREY, MASKS, exhaustive=frozenset({"kidney_right", "kidney_left"}))


def test_a_description_that_fits_one_structure_settles_a_question(scene):
    assert solve(scene, [], [words("liver")]) == "liver"


def test_a_description_that_fits_two_structures_does_not(scene):
    assert solve(scene, [], [KIDNEYS]) is None


@pytest.mark.parametrize(
    ("whose", "side", "target"),
    [
        ("image", "left", "kidney_right"),
        ("image", "right", "kidney_left"),
        ("patient", "right", "kidney_right"),
        ("patient", "left", "kidney_left"),
    ],
)
def test_the_patients_right_lies_at_the_left_of_the_image(scene, whose, side, target):
    assert solve(scene, [], [KIDNEYS, OnSide(whose, side)]) == target


def test_patient_sides_are_not_used_in_a_tilted_scan():
    tilted = make_scene(GREY, MASKS, exhaustive=frozenset(MASKS), tilt_degrees=25)
    assert solve(tilted, [], [KIDNEYS, OnSide("patient", "right")]) is None
    assert solve(tilted, [], [KIDNEYS, OnSide("image", "left")]) == "kidney_right"


def test_a_structure_across_the_middle_is_on_neither_side_for_sure():
    scene = make_scene(GREY, {"liver": box(5, 20, 20, 30)})
    (liver,) = scene.structures.values()
    assert OnSide("image", "left").holds(scene, [], liver) is None
    assert solve(scene, [], [words("liver"), OnSide("image", "left")]) is None


def test_doubt_about_another_structure_voids_the_question():
    scene = make_scene(
        GREY,
        {"kidney_right": box(32, 12, 12, 10), "kidney_left": box(32, 28, 15, 20)},
        exhaustive=frozenset({"kidney_right", "kidney_left"}),
    )
    assert solve(scene, [], [KIDNEYS, OnSide("image", "left")]) is None


def test_rows_grow_downwards(scene):
    assert solve(scene, [], [words("liver"), InHalf("upper")]) == "liver"
    assert solve(scene, [], [words("liver"), InHalf("lower")]) is None


@pytest.mark.parametrize(
    ("direction", "referent", "target"),
    [("left", "aorta", "kidney_right"), ("right", "aorta", "kidney_left")],
)
def test_beside_an_earlier_segmentation_is_meant_in_the_image(scene, direction, referent, target):
    assert solve(scene, [referent], [KIDNEYS, ToSideOf(1, direction)]) == target


def test_above_and_below_an_earlier_segmentation(scene):
    assert solve(scene, ["aorta"], [words("liver", "kidney_right"), ToSideOf(1, "below")]) == "kidney_right"
    assert solve(scene, ["kidney_left"], [words("liver", "kidney_left"), ToSideOf(1, "above")]) == "liver"


def test_size_against_an_earlier_segmentation_needs_a_clear_difference(scene):
    # areas: liver 600, spleen 196, right kidney 120, left kidney 180
    pair = words("liver", "kidney_right")
    assert solve(scene, ["spleen"], [pair, SizeAgainst(1, larger=True)]) == "liver"
    assert solve(scene, ["spleen"], [pair, SizeAgainst(1, larger=False)]) == "kidney_right"
    assert solve(scene, ["spleen"], [KIDNEYS, SizeAgainst(1, larger=False)]) is None  # 196 / 180 is too close
    assert (
        solve(scene, ["kidney_right"], [words("spleen", "kidney_left"), SizeAgainst(1, larger=True)]) is None
    )  # two are


def test_counterpart_and_other(scene):
    assert solve(scene, ["kidney_right"], [CounterpartOf(1)]) == "kidney_left"
    assert solve(scene, ["kidney_left"], [KIDNEYS, OtherThan(1)]) == "kidney_right"
    assert solve(scene, ["liver"], [CounterpartOf(1)]) is None


def test_extremes_need_a_clear_lead(scene):
    assert solve(scene, [], [KIDNEYS, ExtremeOf("largest")]) == "kidney_left"
    assert solve(scene, ["liver", "spleen"], [SegmentedBefore(), ExtremeOf("rightmost")]) == "spleen"
    even = make_scene(GREY, {**MASKS, "kidney_right": box(32, 12, 15, 11)}, exhaustive=scene.exhaustive)
    assert solve(even, [], [KIDNEYS, ExtremeOf("largest")]) is None
    assert solve(scene, ["liver"], [SegmentedBefore(), ExtremeOf("rightmost")]) is None


def test_words_that_also_fit_something_unlabelled_settle_nothing():
    alone = {"kidney_right": MASKS["kidney_right"]}
    assert solve(make_scene(GREY, alone), [], [KIDNEYS]) is None
    complete = make_scene(GREY, alone, exhaustive=frozenset({"kidney_left"}))
    assert solve(complete, [], [KIDNEYS]) == "kidney_right"


def test_a_question_without_words_needs_an_answer_that_is_labelled_by_construction(scene):
    assert solve(scene, [], [OnSide("image", "right"), InHalf("upper")]) is None


def test_beside_a_wide_structure_means_beyond_its_edge(scene):
    wide = make_scene(GREY, {**MASKS, "colon": box(48, 2, 8, 40)}, exhaustive=scene.exhaustive)
    assert (
        solve(wide, ["colon"], [KIDNEYS, ToSideOf(1, "left")]) is None
    )  # the right kidney lies above it, within its width
    assert solve(wide, ["colon"], [words("spleen"), ToSideOf(1, "right")]) == "spleen"


def test_side_of_an_earlier_segmentation(scene):
    assert solve(scene, ["liver"], [KIDNEYS, SameSideAs(1, same=True)]) == "kidney_right"
    assert solve(scene, ["liver"], [KIDNEYS, SameSideAs(1, same=False)]) == "kidney_left"
    assert solve(scene, ["spleen"], [KIDNEYS, SameSideAs(1, same=True)]) == "kidney_left"
    assert solve(scene, ["aorta"], [KIDNEYS, SameSideAs(1, same=True)]) is None  # in the middle


def test_the_nearer_of_two_needs_a_clear_lead(scene):
    assert solve(scene, ["liver"], [KIDNEYS, NearestTo(1)]) == "kidney_right"
    assert solve(scene, ["spleen"], [KIDNEYS, NearestTo(1)]) == "kidney_left"
    assert solve(scene, ["aorta"], [KIDNEYS, NearestTo(1)]) is None
    assert solve(scene, ["kidney_left"], [KIDNEYS, NearestTo(1)]) is None


@pytest.mark.parametrize(
    ("history", "clues", "needed"),
    [
        (["liver"], [KIDNEYS, SameSideAs(1, same=True)], True),
        (["liver"], [KIDNEYS, NearestTo(1)], True),
        (["kidney_right"], [CounterpartOf(1)], True),
        (["kidney_right"], [KIDNEYS, OtherThan(1)], True),
        (["liver", "spleen"], [SegmentedBefore(), ExtremeOf("rightmost")], True),
        # Whatever was segmented: the one to the right of it, if there is one alone, is the rightmost.
        (["aorta"], [KIDNEYS, ToSideOf(1, "right")], False),
        (["aorta"], [words("liver"), ToSideOf(1, "left")], False),
        ([], [words("liver")], False),
    ],
)
def test_history_is_needed_where_another_one_gives_another_answer(scene, history, clues, needed):
    assert solve(scene, history, clues)
    assert needs_history(scene, history, clues) is needed
    assert ("history" in facets(scene, history, clues)) is needed


def test_a_place_that_repeats_what_the_words_settle_is_no_spatial_reasoning(scene):
    assert facets(scene, [], [words("liver"), OnSide("image", "left")]) == ["clinical"]
    assert facets(scene, [], [KIDNEYS, OnSide("image", "left")]) == ["clinical", "spatial"]
    assert facets(scene, ["liver"], [KIDNEYS, NearestTo(1)]) == ["clinical", "spatial", "history"]


def test_open_questions(scene):
    assert is_open(scene, [], [KIDNEYS])
    assert not is_open(scene, [], [words("liver")])


def test_crossed_pairs_are_seen(scene):
    assert scene.crossed_pairs() == []
    mirrored = make_scene(GREY, {name: mask[:, ::-1] for name, mask in MASKS.items()})
    assert mirrored.crossed_pairs() == ["kidney_right"]


def test_pixels_on_the_middle_count_half(scene):
    (line,) = make_scene(GREY, {"liver": box(5, 39, 20, 1)}).structures.values()
    assert line.share_beyond("column", 39) == 0.5
    assert line.share_beyond("column", 38.5) == 1


def test_small_and_thin_structures_compete_but_are_not_asked_for():
    scene = make_scene(GREY, {"liver": box(5, 5, 20, 30), "aorta": box(40, 40, 1, 40), "spleen": box(50, 50, 4, 4)})
    assert scene.askable == {"liver"}
    assert set(scene.structures) == {"liver", "aorta", "spleen"}


def test_a_parent_includes_its_parts(monkeypatch):
    monkeypatch.setattr("authoring.scene.parts_of", lambda name: ["gallbladder"] if name == "liver" else [])
    scene = make_scene(GREY, {"liver": box(5, 5, 10, 10), "gallbladder": box(15, 5, 5, 10)})
    assert scene.structures["liver"].area == 150
    assert scene.structures["gallbladder"].area == 50
