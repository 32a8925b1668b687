"""Clues give three answers, and a question stands only when exactly one structure satisfies it."""

import numpy as np
import pytest

from authoring.anatomy.knowledge import Concept
from authoring.clues import (
    Around,
    Beside,
    CounterpartOf,
    Described,
    Earlier,
    ExtremeOf,
    InHalf,
    InQuarter,
    Inside,
    InSystem,
    Landmark,
    LargestPiece,
    NearestTo,
    NthFrom,
    OnSide,
    OtherThan,
    PartInHalf,
    PartOf,
    RestOf,
    SameSideAs,
    SegmentedBefore,
    SizeAgainst,
    Together,
    Touching,
)
from authoring.proof import facets, is_open, needs_history, solve
from authoring.scene import SceneStructure, is_visible, make_scene
from release import Edges
from tests.authoring.made import painted

SHAPE = (60, 80)
AXIAL = Edges(left="R", top="A")


def box(top, left, height, width):
    mask = np.zeros(SHAPE, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def concept(*fits):
    return Concept(frozenset(fits), {"en": {"function": ("the thing",)}, "zh": {"function": ("东西",)}})


def words(*fits):
    return Described(concept(*fits))


#  columns 0 ........ 39 | 40 ........ 79      (the patient's right is at the left edge)
#     kidney_right           kidney_left       rows 30-45
#     liver                        spleen      rows 5-25
MASKS = {
    "liver": box(5, 5, 20, 30),
    "spleen": box(5, 60, 14, 14),
    "kidney_right": box(32, 4, 12, 10),
    "kidney_left": box(32, 58, 15, 13),
    "aorta": box(27, 37, 6, 6),
}
KIDNEYS = words("kidney_right", "kidney_left")
FIRST = Earlier(1)


def scene_of(masks, **kwargs):
    kwargs = {"edges": AXIAL, "exhaustive": frozenset({"kidney_right", "kidney_left"})} | kwargs
    return make_scene(painted(masks), masks, **kwargs)


@pytest.fixture
def scene():
    return scene_of(MASKS)


def answer(scene, history, clues):
    """The id of the solved structure, for a history of ids."""
    found = solve(scene, [scene.structures[name] for name in history], clues)
    return found and found.id


def test_a_description_that_fits_one_structure_settles_a_question(scene):
    assert answer(scene, [], [words("liver")]) == "liver"


def test_a_description_that_fits_two_structures_does_not(scene):
    assert answer(scene, [], [KIDNEYS]) is None


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
    assert answer(scene, [], [KIDNEYS, OnSide(whose, side)]) == target


def test_the_patients_sides_follow_the_edges():
    turned = scene_of(MASKS, edges=Edges(left="L", top="A"))
    assert answer(turned, [], [KIDNEYS, OnSide("patient", "right")]) == "kidney_left"


@pytest.mark.parametrize("edges", [None, Edges(left="A", top="S")])
def test_patient_sides_are_not_used_where_the_image_does_not_show_them(edges):
    scene = scene_of(MASKS, edges=edges)
    assert answer(scene, [], [KIDNEYS, OnSide("patient", "right")]) is None
    assert answer(scene, [], [KIDNEYS, OnSide("image", "left")]) == "kidney_right"


def test_a_structure_across_the_middle_is_on_neither_side_for_sure():
    scene = scene_of({"liver": box(5, 20, 20, 30)})
    (liver,) = scene.structures.values()
    assert OnSide("image", "left").verdict(scene, [], liver) is None
    assert answer(scene, [], [words("liver"), OnSide("image", "left")]) is None


def test_doubt_about_another_structure_voids_the_question():
    scene = scene_of({"kidney_right": box(32, 12, 12, 10), "kidney_left": box(32, 28, 15, 20)})
    assert answer(scene, [], [KIDNEYS, OnSide("image", "left")]) is None


def test_rows_grow_downwards(scene):
    assert answer(scene, [], [words("liver"), InHalf("upper")]) == "liver"
    assert answer(scene, [], [words("liver"), InHalf("lower")]) is None


def test_quarters_are_those_of_the_image(scene):
    assert answer(scene, [], [words("liver", "spleen"), InQuarter("upper", "right")]) == "spleen"
    assert answer(scene, [], [KIDNEYS, InQuarter("lower", "left")]) == "kidney_right"
    assert answer(scene, [], [KIDNEYS, InQuarter("upper", "left")]) is None


@pytest.mark.parametrize(
    ("direction", "whose", "target"),
    [
        ("left", "image", "kidney_right"),
        ("right", "image", "kidney_left"),
        ("right", "patient", "kidney_right"),
        ("left", "patient", "kidney_left"),
    ],
)
def test_beside_an_earlier_segmentation(scene, direction, whose, target):
    assert answer(scene, ["aorta"], [KIDNEYS, Beside(FIRST, direction, whose)]) == target


@pytest.mark.parametrize(
    ("edges", "direction", "target"),
    [
        (AXIAL, "front", "liver"),
        (AXIAL, "behind", None),
        (Edges(left="R", top="S"), "head", "liver"),
        (Edges(left="R", top="S"), "front", None),
        (None, "front", None),
    ],
)
def test_front_and_head_point_where_the_edges_say(edges, direction, target):
    scene = scene_of(MASKS, edges=edges)
    asked = [words("liver", "kidney_right"), Beside(FIRST, direction, "patient")]
    assert answer(scene, ["kidney_right"], asked) == target


def test_a_landmark_is_told_in_words(scene):
    aorta = Landmark(concept("aorta"))
    assert answer(scene, [], [KIDNEYS, Beside(aorta, "left", "image")]) == "kidney_right"
    assert Beside(aorta, "left", "image").references([]) == ()
    both = Landmark(concept("liver", "spleen"))
    assert answer(scene, [], [KIDNEYS, NearestTo(both)]) is None


def test_a_landmark_that_may_be_there_twice_is_none():
    scene = scene_of({**MASKS}, exhaustive=frozenset({"kidney_right", "kidney_left"}))
    unsure = Landmark(concept("liver", "stomach"))
    assert answer(scene, [], [KIDNEYS, SameSideAs(unsure, same=True)]) is None
    surely = scene_of({**MASKS}, exhaustive=frozenset({"kidney_right", "kidney_left", "stomach"}))
    assert answer(surely, [], [KIDNEYS, SameSideAs(unsure, same=True)]) == "kidney_right"


def test_size_against_an_earlier_segmentation_needs_a_clear_difference(scene):
    # areas: liver 600, spleen 196, right kidney 120, left kidney 195
    pair = words("liver", "kidney_right")
    assert answer(scene, ["spleen"], [pair, SizeAgainst(FIRST, larger=True)]) == "liver"
    assert answer(scene, ["spleen"], [pair, SizeAgainst(FIRST, larger=False)]) == "kidney_right"
    assert answer(scene, ["spleen"], [KIDNEYS, SizeAgainst(FIRST, larger=False)]) is None  # 196 / 195 is too close
    two_larger = [words("spleen", "kidney_left"), SizeAgainst(FIRST, larger=True)]
    assert answer(scene, ["kidney_right"], two_larger) is None


def test_counterpart_and_other(scene):
    assert answer(scene, ["kidney_right"], [CounterpartOf(FIRST)]) == "kidney_left"
    assert answer(scene, ["kidney_left"], [KIDNEYS, OtherThan(FIRST)]) == "kidney_right"
    assert answer(scene, ["liver"], [CounterpartOf(FIRST)]) is None


def test_extremes_need_a_clear_lead(scene):
    assert answer(scene, [], [KIDNEYS, ExtremeOf("largest")]) == "kidney_left"
    assert answer(scene, ["liver", "spleen"], [SegmentedBefore(), ExtremeOf("rightmost")]) == "spleen"
    even = scene_of({**MASKS, "kidney_right": box(32, 12, 15, 11)})
    assert answer(even, [], [KIDNEYS, ExtremeOf("largest")]) is None
    assert answer(scene, ["liver"], [SegmentedBefore(), ExtremeOf("rightmost")]) is None


def test_a_structure_around_another_is_not_farther_to_any_side():
    # The colon's centroid lies 8 rows lower, but it begins above the spleen, too.
    scene = scene_of({"colon": box(5, 5, 50, 20), "spleen": box(15, 60, 14, 14)})
    either = words("colon", "spleen")
    assert answer(scene, [], [either, ExtremeOf("lowest")]) is None
    assert answer(scene, [], [either, ExtremeOf("rightmost")]) == "spleen"


def test_counting_from_a_side_needs_three_that_are_not_level(scene):
    three = words("liver", "aorta", "spleen")  # columns 19.5, 39.5, 66.5
    assert answer(scene, [], [three, NthFrom(2, "left")]) == "aorta"
    assert answer(scene, [], [words("liver", "aorta", "spleen", "stomach"), NthFrom(2, "left")]) is None
    assert answer(scene, [], [three, NthFrom(3, "left")]) is None  # the last one is the rightmost
    assert answer(scene, [], [KIDNEYS, NthFrom(2, "left")]) is None
    assert answer(scene, [], [three, NthFrom(2, "below")]) is None  # liver and spleen begin in the same row


def test_words_that_also_fit_something_unlabelled_settle_nothing():
    alone = {"kidney_right": MASKS["kidney_right"]}
    assert answer(scene_of(alone, exhaustive=frozenset()), [], [KIDNEYS]) is None
    assert answer(scene_of(alone, exhaustive=frozenset({"kidney_left"})), [], [KIDNEYS]) == "kidney_right"


def test_what_is_not_in_view_is_no_rival():
    alone = {"kidney_right": MASKS["kidney_right"]}
    either = words("kidney_right", "pituitary_gland")
    assert answer(scene_of(alone, exhaustive=frozenset(), region="abdomen"), [], [either]) == "kidney_right"
    assert answer(scene_of(alone, exhaustive=frozenset(), region="other"), [], [either]) is None


def test_a_question_without_words_needs_an_answer_that_is_labelled_by_construction(scene):
    assert answer(scene, [], [OnSide("image", "right"), InHalf("upper")]) is None
    assert answer(scene, ["liver"], [PartOf(FIRST)]) is None


def test_beside_a_wide_structure_means_beyond_its_edge():
    wide = scene_of({**MASKS, "colon": box(48, 2, 8, 40)})
    # The right kidney lies above the colon, within its width.
    assert answer(wide, ["colon"], [KIDNEYS, Beside(FIRST, "left", "image")]) is None
    assert answer(wide, ["colon"], [words("spleen"), Beside(FIRST, "right", "image")]) == "spleen"


def test_side_of_an_earlier_segmentation(scene):
    assert answer(scene, ["liver"], [KIDNEYS, SameSideAs(FIRST, same=True)]) == "kidney_right"
    assert answer(scene, ["liver"], [KIDNEYS, SameSideAs(FIRST, same=False)]) == "kidney_left"
    assert answer(scene, ["spleen"], [KIDNEYS, SameSideAs(FIRST, same=True)]) == "kidney_left"
    assert answer(scene, ["aorta"], [KIDNEYS, SameSideAs(FIRST, same=True)]) is None  # in the middle


def test_the_nearer_of_two_needs_a_clear_lead(scene):
    assert answer(scene, ["liver"], [KIDNEYS, NearestTo(FIRST)]) == "kidney_right"
    assert answer(scene, ["spleen"], [KIDNEYS, NearestTo(FIRST)]) == "kidney_left"
    assert answer(scene, ["aorta"], [KIDNEYS, NearestTo(FIRST)]) is None
    assert answer(scene, ["kidney_left"], [KIDNEYS, NearestTo(FIRST)]) is None


def test_touching_leaves_a_gap_of_doubt():
    for gap, touching, apart in ((0, "spleen", "liver"), (3, None, None), (6, None, None)):
        scene = scene_of({"spleen": box(5, 50 + gap, 14, 10), "liver": box(5, 5, 14, 10), "aorta": box(5, 40, 14, 10)})
        either = words("spleen", "liver")
        assert answer(scene, ["aorta"], [either, Touching(FIRST, touching=True)]) == touching, gap
        assert answer(scene, ["aorta"], [either, Touching(FIRST, touching=False)]) == apart, gap


def test_inside_and_around():
    ring = box(5, 5, 30, 30)
    ring[10:30, 10:30] = False
    scene = scene_of({"myocardium": ring, "left_ventricle": box(10, 10, 20, 20), "right_ventricle": box(5, 50, 20, 20)})
    either = words("left_ventricle", "right_ventricle")
    assert answer(scene, ["myocardium"], [either, Inside(FIRST)]) == "left_ventricle"
    assert answer(scene, ["left_ventricle"], [words("myocardium", "right_ventricle"), Around(FIRST)]) == "myocardium"
    assert answer(scene, ["right_ventricle"], [words("myocardium", "left_ventricle"), Around(FIRST)]) is None


def test_a_part_belongs_to_its_whole():
    cysts = {"kidney_cyst_right": box(34, 6, 5, 5), "kidney_cyst_left": box(34, 60, 5, 5)}
    scene = scene_of({**MASKS, **cysts}, exhaustive=frozenset(cysts))
    cyst = words(*cysts)
    assert answer(scene, ["kidney_left"], [cyst, PartOf(FIRST)]) == "kidney_cyst_left"
    assert answer(scene, ["liver"], [cyst, PartOf(FIRST)]) is None


def test_of_one_organ_system_among_those_segmented(scene):
    asked = [SegmentedBefore(), InSystem("urinary")]
    assert answer(scene, ["liver", "kidney_left"], asked) == "kidney_left"
    assert answer(scene, ["kidney_right", "kidney_left"], asked) is None
    assert answer(scene, ["liver"], [InSystem("digestive")]) is None


def region(scene, history, clue):
    return clue.make(scene, [scene.structures[name] for name in history])


def test_the_rest_is_the_whole_without_its_part():
    scene = scene_of({"liver": MASKS["liver"], "liver_tumour": box(8, 8, 12, 12)})
    rest = region(scene, ["liver", "liver_tumour"], RestOf(1, 2))
    assert (rest.area, rest.parts) == (600 - 144, ("liver", "liver_tumour"))
    assert region(scene, ["liver", "liver_tumour"], RestOf(2, 1)) is None


def test_a_rest_that_hardly_differs_is_not_asked_for():
    scene = scene_of({"liver": MASKS["liver"], "liver_tumour": box(8, 8, 6, 6)})
    assert region(scene, ["liver", "liver_tumour"], RestOf(1, 2)) is None


def test_the_union_of_two(scene):
    assert region(scene, ["kidney_right", "kidney_left"], Together(1, 2)).area == 120 + 195
    assert region(scene, ["kidney_right", "kidney_right"], Together(1, 2)) is None


def test_the_largest_piece_needs_a_clear_lead():
    pieces = box(5, 5, 10, 10) | box(30, 5, 5, 10)
    scene = scene_of({"small_bowel": pieces})
    assert region(scene, ["small_bowel"], LargestPiece(1)).area == 100
    even = scene_of({"small_bowel": box(5, 5, 10, 10) | box(30, 5, 9, 10)})
    assert region(even, ["small_bowel"], LargestPiece(1)) is None
    # Two blocks that touch at a corner are one piece or two.
    corner = scene_of({"small_bowel": box(5, 5, 10, 10) | box(15, 15, 6, 6) | box(40, 40, 5, 5)})
    assert region(corner, ["small_bowel"], LargestPiece(1)) is None
    whole = scene_of({"small_bowel": box(5, 5, 10, 10)})
    assert region(whole, ["small_bowel"], LargestPiece(1)) is None


def test_the_part_in_one_half_of_the_image(scene):
    # The aorta covers columns 37 to 42: three of six on each side of the middle, 39.5.
    assert region(scene, ["aorta"], PartInHalf(1, "left")) is None  # 18 pixels are too small to be asked for
    wide = scene_of({"colon": box(10, 30, 20, 15)})
    left = region(wide, ["colon"], PartInHalf(1, "left"))
    assert (left.area, left.mask[:, 40:].any()) == (20 * 10, False)
    assert region(wide, ["colon"], PartInHalf(1, "upper")) is None  # all of it


@pytest.mark.parametrize(
    ("history", "clues", "needed"),
    [
        (["liver"], [KIDNEYS, SameSideAs(FIRST, same=True)], True),
        (["liver"], [KIDNEYS, NearestTo(FIRST)], True),
        (["kidney_right"], [CounterpartOf(FIRST)], True),
        (["kidney_right"], [KIDNEYS, OtherThan(FIRST)], True),
        (["liver", "spleen"], [SegmentedBefore(), ExtremeOf("rightmost")], True),
        (["liver", "spleen"], [Together(1, 2)], True),
        # Whatever was segmented: the one to the right of it, if there is one alone, is the rightmost.
        (["aorta"], [KIDNEYS, Beside(FIRST, "right", "image")], False),
        (["aorta"], [words("liver"), Beside(FIRST, "left", "image")], False),
        ([], [KIDNEYS, NearestTo(Landmark(concept("liver")))], False),
        ([], [words("liver")], False),
    ],
)
def test_history_is_needed_where_another_one_gives_another_answer(scene, history, clues, needed):
    history = [scene.structures[name] for name in history]
    assert solve(scene, history, clues)
    assert needs_history(scene, history, clues) is needed
    assert ("history" in facets(scene, history, clues)) is needed


def test_a_history_of_the_same_mask_makes_no_difference():
    # One vertebra is all of the spine that the slice shows.
    spine = box(10, 30, 30, 20)
    scene = scene_of({"vertebral_column": spine, "vertebra_L2": spine})
    assert not needs_history(scene, [scene.structures["vertebral_column"]], [PartInHalf(1, "upper")])


def test_a_place_that_repeats_what_the_words_settle_is_no_spatial_reasoning(scene):
    liver = [scene.structures["liver"]]
    assert facets(scene, [], [words("liver"), OnSide("image", "left")]) == ["clinical"]
    assert facets(scene, [], [KIDNEYS, OnSide("image", "left")]) == ["clinical", "spatial"]
    assert facets(scene, liver, [KIDNEYS, NearestTo(FIRST)]) == ["clinical", "spatial", "history"]


def test_open_questions(scene):
    assert is_open(scene, [], [KIDNEYS])
    assert not is_open(scene, [], [words("liver")])


def test_crossed_pairs_are_seen_where_the_edges_are_known(scene):
    assert scene.crossed_pairs() == []
    mirrored = {name: mask[:, ::-1] for name, mask in MASKS.items()}
    assert scene_of(mirrored).crossed_pairs() == ["kidney_right"]
    assert scene_of(mirrored, edges=None).crossed_pairs() == []
    assert scene_of(mirrored, edges=Edges(left="L", top="A")).crossed_pairs() == []


def test_pixels_on_the_middle_count_half(scene):
    (line,) = scene_of({"liver": box(5, 39, 20, 1)}).structures.values()
    assert line.share_beyond("column", 39) == 0.5
    assert line.share_beyond("column", 38.5) == 1


def test_small_and_thin_structures_compete_but_are_not_asked_for():
    scene = scene_of({"liver": box(5, 5, 20, 30), "aorta": box(40, 40, 1, 40), "spleen": box(50, 50, 4, 4)})
    assert scene.askable == {"liver"}
    assert set(scene.structures) == {"liver", "aorta", "spleen"}


def test_what_cannot_be_told_from_its_surroundings_is_not_asked_for():
    grey = np.full(SHAPE, 120, np.uint8)
    organ, other = box(5, 5, 20, 20), box(5, 50, 20, 20)
    grey[other] = 150
    assert not is_visible(grey, organ)
    assert is_visible(grey, other)
    assert make_scene(grey, {"liver": organ, "spleen": other}).askable == {"spleen"}
    # Noise does not hide a step, and is none.
    noisy = np.clip(grey + np.random.default_rng(0).normal(0, 12, SHAPE), 0, 255).astype(np.uint8)
    assert not is_visible(noisy, organ)
    assert is_visible(noisy, other)
    # Two greys inside, one of them that of the surroundings: the outline is there.
    half = grey.copy()
    half[5:25, 5:12] = 200
    assert is_visible(half, organ)


def test_labels_that_contradict_each_other_are_not_asked_for():
    overlapping = {"liver": box(5, 5, 20, 30), "spleen": box(5, 30, 20, 20), "aorta": box(40, 40, 8, 8)}
    assert scene_of(overlapping).askable == {"aorta"}
    # One of the two is known to be poor: the other is believed.
    assert scene_of(overlapping, not_asked=frozenset({"spleen"})).askable == {"liver", "aorta"}
    inside = {"liver": box(5, 5, 20, 30), "liver_tumour": box(8, 8, 10, 10)}
    assert scene_of(inside).askable == set(inside)


def test_a_parent_includes_its_parts():
    scene = scene_of({"liver": box(5, 5, 10, 10), "liver_tumour": box(15, 5, 5, 10)})
    assert scene.structures["liver"].area == 150
    assert scene.structures["liver_tumour"].area == 50


def test_clues_are_told_as_plain_data():
    assert OnSide("patient", "left").record() == {"clue": "OnSide", "whose": "patient", "side": "left"}
    assert KIDNEYS.record() == {"clue": "Described", "fits": ["kidney_left", "kidney_right"]}
    assert NearestTo(Earlier(2)).record() == {"clue": "NearestTo", "to": {"earlier": 2}}
    assert RestOf(1, 2).record() == {"region": "RestOf", "whole": 1, "part": 2}


def test_the_middle_of_the_body_is_not_known_to_the_pixel():
    # The body is 80 columns wide, its middle 39.5 give or take 2.4.
    near = scene_of({"aorta": box(20, 40, 6, 6), "inferior_vena_cava": box(20, 20, 6, 6)})
    vessels = words("aorta", "inferior_vena_cava")
    assert answer(near, [], [vessels, OnSide("patient", "left")]) is None
    assert answer(near, [], [vessels, OnSide("image", "right")]) == "aorta"
    apart = scene_of({"aorta": box(20, 43, 6, 6), "inferior_vena_cava": box(20, 20, 6, 6)})
    assert answer(apart, [], [vessels, OnSide("patient", "left")]) == "aorta"


def test_the_middle_of_two_legs_lies_between_them():
    grey = np.zeros(SHAPE, np.uint8)
    grey[10:50, 5:30] = grey[10:50, 45:72] = 120
    grey[25:33, 12:20] = grey[25:33, 46:54] = 200
    scene = make_scene(grey, {"femur_right": box(25, 12, 8, 8), "femur_left": box(25, 46, 8, 8)}, edges=AXIAL)
    femurs = words("femur_right", "femur_left")
    # The larger leg alone would have its middle at column 58, to the right of its own bone.
    assert answer(scene, [], [femurs, OnSide("patient", "right")]) is None
    assert answer(scene, [], [femurs, OnSide("image", "left")]) == "femur_right"


def test_the_spine_tells_the_middle_too():
    off = scene_of({**MASKS, "vertebral_column": box(30, 50, 12, 12)})
    # The spine lies at column 55.5, the middle of the picture at 39.5: the aorta is on neither side for sure.
    vessels = words("aorta", "spleen")
    assert answer(off, [], [vessels, OnSide("patient", "right")]) is None


def test_an_extreme_leads_all_others():
    wide = {"colon": box(50, 0, 8, 79), "spleen": box(5, 8, 10, 8), "stomach": box(5, 40, 10, 10)}
    scene = scene_of(wide)
    assert answer(scene, [], [words("spleen", "stomach"), ExtremeOf("leftmost")]) == "spleen"
    assert answer(scene, [], [words(*wide), ExtremeOf("leftmost")]) is None


def test_a_pixel_more_or_less_does_not_make_nearer():
    scene = scene_of({"aorta": box(20, 40, 6, 6), "spleen": box(20, 48, 6, 6), "liver": box(20, 33, 6, 6)})
    assert answer(scene, ["aorta"], [words("spleen", "liver"), NearestTo(FIRST)]) is None


def test_a_gap_in_a_wall_leaves_doubt_about_inside():
    ring = box(5, 5, 30, 30)
    ring[10:30, 10:30] = False
    ring[20, 30:35] = False
    scene = scene_of({"myocardium": ring, "left_ventricle": box(14, 14, 10, 10), "right_ventricle": box(5, 50, 20, 20)})
    inside = Inside(FIRST).verdict(scene, [scene.structures["myocardium"]], scene.structures["left_ventricle"])
    assert inside is None


def test_nobody_knows_what_surrounds_a_structure_at_the_edge_of_the_image():
    hood = box(0, 10, 20, 40)
    hood[0:10, 20:40] = False
    scene = scene_of({"myocardium": hood, "left_ventricle": box(0, 20, 10, 20)})
    around = Around(FIRST).verdict(scene, [scene.structures["left_ventricle"]], scene.structures["myocardium"])
    assert around is None


def test_growths_on_both_sides_are_no_pair():
    cysts = {"kidney_cyst_right": box(34, 6, 5, 5), "kidney_cyst_left": box(34, 60, 5, 5)}
    scene = scene_of({**MASKS, **cysts})
    assert answer(scene, ["kidney_cyst_left"], [CounterpartOf(FIRST)]) is None


def test_places_are_the_same_in_a_mirror():
    random = np.random.default_rng(0)
    for _ in range(50):
        mask = random.random(SHAPE) < 0.02
        mirrored = SceneStructure.of("liver", mask[:, ::-1])
        found = SceneStructure.of("liver", mask)
        for share in (0.1, 0.5, 0.9):
            assert found.quantile("column", share) == SHAPE[1] - 1 - mirrored.quantile("column", 1 - share)


@pytest.mark.parametrize(
    ("clue", "masks", "verdict"),
    [
        (Touching(FIRST, touching=True), {"aorta": box(5, 40, 14, 10), "spleen": box(5, 50, 14, 10)}, True),
        (Touching(FIRST, touching=True), {"aorta": box(5, 40, 14, 10), "spleen": box(5, 54, 14, 10)}, None),
        (Touching(FIRST, touching=True), {"aorta": box(5, 40, 14, 10), "spleen": box(5, 64, 14, 10)}, False),
        (Inside(FIRST), {"aorta": box(5, 10, 30, 30), "spleen": box(10, 15, 10, 10)}, True),
        (Inside(FIRST), {"aorta": box(5, 10, 30, 30), "spleen": box(10, 33, 10, 14)}, None),
        (Inside(FIRST), {"aorta": box(5, 10, 30, 30), "spleen": box(10, 60, 10, 10)}, False),
        (Beside(FIRST, "right", "image"), {"aorta": box(5, 10, 30, 30), "spleen": box(5, 42, 10, 10)}, True),
        (Beside(FIRST, "right", "image"), {"aorta": box(5, 10, 30, 30), "spleen": box(38, 28, 10, 10)}, None),
        (Beside(FIRST, "right", "image"), {"aorta": box(5, 10, 30, 30), "spleen": box(38, 5, 10, 10)}, False),
        (SameSideAs(FIRST, same=True), {"aorta": box(5, 10, 10, 10), "spleen": box(5, 33, 10, 10)}, None),
        (SizeAgainst(FIRST, larger=True), {"aorta": box(5, 10, 10, 10), "spleen": box(5, 43, 10, 14)}, None),
        (PartOf(FIRST), {"aorta": box(5, 10, 10, 10), "spleen": box(5, 43, 10, 14)}, False),
    ],
)
def test_between_surely_and_surely_not_is_doubt(clue, masks, verdict):
    scene = scene_of(masks)
    assert clue.verdict(scene, [scene.structures["aorta"]], scene.structures["spleen"]) is verdict


def test_a_part_must_lie_in_its_whole():
    half_out = {"liver": box(5, 5, 20, 30), "spleen": box(15, 5, 20, 10)}
    assert region(scene_of(half_out), ["liver", "spleen"], RestOf(1, 2)) is None


def test_a_speck_is_no_second_piece():
    scene = scene_of({"small_bowel": box(5, 5, 10, 10) | box(30, 5, 3, 3)})
    assert region(scene, ["small_bowel"], LargestPiece(1)) is None


def test_after_a_region_was_made_those_segmented_so_far_are_in_doubt(scene):
    made = Together(1, 2).make(scene, [scene.structures[name] for name in ("kidney_right", "kidney_left")])
    history = [scene.structures["kidney_right"], scene.structures["kidney_left"], made]
    assert solve(scene, history, [SegmentedBefore(), ExtremeOf("rightmost")]) is None


def test_what_counts_to_two_systems_is_in_doubt_for_the_second():
    scene = scene_of({"pancreas": box(5, 5, 10, 20), "adrenal_gland_left": box(30, 50, 8, 8), "aorta": MASKS["aorta"]})
    history = ["pancreas", "adrenal_gland_left", "aorta"]
    assert answer(scene, history, [SegmentedBefore(), InSystem("endocrine")]) is None
    assert answer(scene, history, [SegmentedBefore(), InSystem("digestive")]) == "pancreas"


def test_parts_of_parts_belong_to_the_whole():
    masks = {
        "brain_tumour": box(5, 5, 20, 10),
        "brain_tumour_core": box(5, 15, 20, 5),
        "brain_tumour_necrosis": box(5, 20, 20, 5),
    }
    assert scene_of(masks).structures["brain_tumour"].area == 20 * 20
