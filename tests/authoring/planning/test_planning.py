"""Dialogues come in the wanted lengths, refer near and far, and every question in them is proven."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from authoring.anatomy.naming import names_any
from authoring.anatomy.structures import of_kind, structures
from authoring.clues import Described, Landmark
from authoring.planning import Planner, Question, TextQuestion
from authoring.planning.patterns import AGAIN, PRESENT, REFERRING, REGIONS
from authoring.planning.questions import possible_question, referable
from authoring.proof import is_open, needs_history, solve
from authoring.scene import make_scene
from release import Edges
from tests.authoring.made import painted

SHAPE = (120, 160)
PLACES = {
    "liver": (10, 10, 40, 60),
    "spleen": (10, 120, 28, 28),
    "stomach": (14, 84, 22, 30),
    "kidney_right": (64, 12, 24, 20),
    "kidney_left": (64, 116, 30, 24),
    "aorta": (54, 78, 12, 12),
    "inferior_vena_cava": (54, 56, 10, 14),
    "pancreas": (46, 80, 6, 40),
    "back_muscles_right": (96, 40, 14, 24),
    "back_muscles_left": (96, 92, 14, 26),
    "vertebral_column": (70, 70, 24, 20),
}


#: Three muscles on each side, which one description fits.
BUTTOCKS = {
    f"gluteus_{layer}_{side}": (top, column if side == "right" else 160 - column - width, 16, width)
    for side in ("right", "left")
    for layer, top, column, width in (("maximus", 90, 10, 40), ("medius", 60, 24, 24), ("minimus", 34, 44, 16))
} | {"sacrum": (70, 70, 30, 24)}


def made(places, exhaustive=()):
    masks = {}
    for name, (top, left, height, width) in places.items():
        masks[name] = np.zeros(SHAPE, bool)
        masks[name][top : top + height, left : left + width] = True
    edges = Edges(left="R", top="A")
    return make_scene(painted(masks), masks, exhaustive=frozenset([*masks, *exhaustive]), edges=edges, region="abdomen")


@pytest.fixture(scope="module")
def scene():
    return made(PLACES)


def planned(scene, images, **kwargs):
    """The dialogues of so many images that all look alike."""
    planner = Planner(np.random.default_rng(5), **kwargs)
    return [plan for _ in range(images) for plan in planner.plan(scene)]


def segmentations(plan):
    return [turn for turn in plan if isinstance(turn, Question)]


@pytest.fixture(scope="module")
def plans(scene):
    return planned(scene, 40)


def test_lengths_follow_the_published_shares(plans):
    wanted = {1: 13.2, 2: 14.2, 3: 36.4, 4: 8.0, 5: 5.4, 6: 5.9, 7: 4.9, 8: 4.5, 9: 3.1, 10: 1.6, 11: 1.4, 12: 1.4}
    found = Counter(len(plan) for plan in plans)
    assert len(plans) > 190
    for length, share in wanted.items():
        assert abs(100 * found[length] / len(plans) - share) < 2, length


def test_lengths_follow_other_shares(scene):
    found = Counter(len(plan) for plan in planned(scene, 20, turns={2: 1, 6: 1}))
    assert set(found) == {2, 6}
    assert abs(found[2] - found[6]) <= 4


def test_a_planner_makes_as_many_dialogues_as_wanted(scene):
    assert len(planned(scene, 1, dialogues_per_image=2)) == 2


def test_the_same_seed_gives_the_same_dialogues(scene):
    def told(plan):
        return [turn.target.id if isinstance(turn, Question) else turn.fact.question["en"] for turn in plan]

    assert [told(plan) for plan in planned(scene, 3)] == [told(plan) for plan in planned(scene, 3)]


def test_every_question_is_proven_where_it_is_asked(scene, plans):
    asked = 0
    for plan in plans:
        history = []
        for turn in segmentations(plan):
            assert solve(scene, history, turn.clues).id == turn.target.id
            present = [clue for clue in turn.clues if not clue.references(history)]
            if turn.pattern in REFERRING:
                assert is_open(scene, history, present)
            elif turn.pattern in REGIONS:
                assert needs_history(scene, history, turn.clues)
            history.append(turn.target)
            asked += 1
    assert asked > 400


def test_all_patterns_that_the_scene_supports_come_up(plans):
    used = Counter(turn.pattern for plan in [*plans, *planned(made(BUTTOCKS), 20)] for turn in segmentations(plan))
    # There is no tumour to be part of an organ or taken out of one, and each structure is one piece.
    assert {*PRESENT, *REFERRING, *AGAIN, *REGIONS} - used.keys() <= {"part", "rest", "piece"}


def test_references_are_near_and_far(plans):
    distances = Counter()
    for plan in plans:
        history = []
        for turn in segmentations(plan):
            if turn.pattern in REFERRING:
                distances.update(len(history) + 1 - ordinal for c in turn.clues for ordinal in c.references(history))
            history.append(turn.target)
    assert distances[1] > 20
    assert sum(count for distance, count in distances.items() if distance > 1) > 20


def test_a_structure_is_asked_for_again_only_by_going_back(plans):
    for plan in plans:
        seen = set()
        for turn in segmentations(plan):
            assert (turn.target.id in seen) == (turn.pattern in AGAIN)
            seen.add(turn.target.id)


def test_text_only_turns_never_come_first_nor_twice(plans):
    texts = 0
    for plan in plans:
        assert isinstance(plan[0], Question)
        facts = [turn.fact for turn in plan if isinstance(turn, TextQuestion)]
        assert len(facts) == len(set(facts))
        assert len(facts) <= max(1, len(plan) // 2 + 1)
        texts += len(facts)
    assert texts > 50


def test_returns_are_few_and_apart(plans):
    for plan in plans:
        back = [turn.pattern in AGAIN or turn.pattern in REGIONS for turn in segmentations(plan)]
        assert not any(one and other for one, other in pairwise(back))
        for pattern in ("half", "together", "piece", "again_system"):
            assert [turn.pattern for turn in segmentations(plan)].count(pattern) <= 1


def test_no_three_texts_in_a_row(plans):
    for plan in plans:
        texts = "".join("t" if isinstance(turn, TextQuestion) else "s" for turn in plan)
        assert "ttt" not in texts


def test_unlike_structures_are_not_joined(plans):
    joined = [turn.target.parts for plan in plans for turn in segmentations(plan) if turn.pattern == "together"]
    assert joined
    assert all(len({structures()[name].system for name in parts}) == 1 for parts in joined)


def test_no_text_names_what_the_slice_shows(scene, plans):
    asked = [turn.fact.question for plan in plans for turn in plan if isinstance(turn, TextQuestion)]
    for question in asked:
        assert not any(names_any(text, language, frozenset(scene.structures)) for language, text in question.items())


def test_dialogues_of_an_image_begin_with_different_targets(scene):
    for seed in range(5):
        plans = Planner(np.random.default_rng(seed)).plan(scene)
        assert len({plan[0].target.id for plan in plans}) == len(plans)


def test_a_landmark_is_seen_and_stands_alone(plans):
    marks = [
        (clue.to.concept.fits, turn)
        for plan in plans
        for turn in segmentations(plan)
        for clue in turn.clues
        if isinstance(getattr(clue, "to", None), Landmark)
    ]
    assert len(marks) > 20
    for fits, turn in marks:
        (described,) = (clue for clue in turn.clues if isinstance(clue, Described))
        assert len(fits) == 1 and not fits & described.concept.fits


def test_after_a_repetition_counting_is_no_longer_clear(scene):
    liver, spleen, aorta = (scene.structures[name] for name in ("liver", "spleen", "aorta"))
    assert referable([liver, spleen, aorta]) == [1, 2, 3]
    assert referable([liver, spleen, liver, aorta]) == [1, 2]


def test_targets_that_are_not_wanted_are_left_out(scene):
    random = np.random.default_rng(0)
    for _ in range(20):
        question = possible_question(scene, [], random, {"words": 1}, avoid=set(PLACES) - {"aorta"})
        assert question.target.id == "aorta"
    assert possible_question(scene, [], random, {"words": 1}, avoid=PLACES) is None


def test_a_scene_without_anything_to_ask_for_gets_no_dialogue():
    empty = make_scene(np.zeros(SHAPE, np.uint8), {})
    assert Planner(np.random.default_rng(0)).plan(empty) == []


def ribs(numbers):
    """Sections of ribs on both sides, one below the other; only what all ribs have in common describes one."""
    return {
        f"rib_{side}_{number}": (9 * number, 10 if side == "right" else 130, 6, 20)
        for side in ("right", "left")
        for number in numbers
    }


def test_what_a_reader_cannot_count_is_not_counted():
    assert planned(made(ribs(range(1, 6)), exhaustive=of_kind("rib")), 1)
    assert planned(made(ribs(range(1, 11)), exhaustive=of_kind("rib")), 1) == []


def test_what_nobody_can_see_does_not_compete():
    speck = made(PLACES | {"kidney_left": (64, 116, 2, 2)})
    asked = [turn for plan in planned(speck, 10) for turn in segmentations(plan)]
    assert not [turn for turn in asked if turn.target.id == "kidney_right" and turn.pattern in ("place", "extreme")]
