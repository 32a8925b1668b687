"""Every pattern becomes a sentence in both languages; no slot stays open and no name slips in."""

import re
from collections import defaultdict

import numpy as np
import pytest

from authoring.anatomy.naming import names_any
from authoring.clues import InSystem, PartInHalf, RestOf, SegmentedBefore, Together
from authoring.planning import Question
from authoring.planning.patterns import AGAIN, PRESENT, REFERRING, REGIONS
from authoring.scene import make_scene
from authoring.wording import answer_text, question_text
from authoring.wording.forms import forms, reference
from release import Edges
from tests.authoring.made import painted

RNG = np.random.default_rng(0)
NOTHING = {"en": "", "zh": ""}


@pytest.fixture(scope="module")
def worded(demo_release):
    """pattern -> the pairs of sentences that the demo has of it."""
    pairs = defaultdict(list)
    for origin in demo_release.origins():
        pairs[origin.pattern].append(origin.template)
    return pairs


def test_the_demo_has_sentences_of_nearly_every_pattern(worded):
    everything = {*PRESENT, *REFERRING, *AGAIN, *REGIONS, "fact"}
    assert everything - worded.keys() <= {"rest", "part", "place_and_relation", "two_places"}


def test_sentences_are_whole(worded):
    for pairs in worded.values():
        for pair in pairs:
            assert not re.search(r"[{}]|\bNone\b|  ", pair.en + pair.zh), pair
            assert re.match(r"[A-Z]", pair.en) and pair.en[-1] in ".?", pair.en
            assert pair.zh[-1] in "。？", pair.zh
            assert not re.search(r"[A-Za-z]{4,}", pair.zh), pair.zh


def test_wordings_vary(worded):
    for pattern in ("words", "place", "landmark", "extreme", "relation"):
        for language in ("en", "zh"):
            sentences = [getattr(pair, language) for pair in worded[pattern]]
            assert len(set(sentences)) > 0.9 * len(sentences), pattern


def test_both_languages_have_the_same_forms():
    def shape(value):
        return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else type(value)

    assert shape(forms()["en"]) == shape(forms()["zh"])


MASKS = {
    "liver": np.pad(np.ones((20, 30), bool), ((5, 35), (5, 45))),
    "liver_tumour": np.pad(np.ones((12, 12), bool), ((8, 40), (8, 60))),
    "vertebral_column": np.pad(np.ones((20, 20), bool), ((30, 10), (30, 30))),
    **{name: np.pad(np.ones((6, 6), bool), ((2, 52), (60, 14))) for name in ("aorta", "spleen", "stomach")},
}
SCENE = make_scene(painted(MASKS), MASKS, edges=Edges(left="R", top="A"))


FIRST, LAST = "the structure segmented first", {"the structure segmented last", "the most recently segmented structure"}


@pytest.mark.parametrize(
    ("ordinal", "history", "en"),
    [
        (1, ["liver"], {FIRST}),
        (2, ["liver", "liver_tumour"], {"the structure segmented second", *LAST}),
        (1, ["liver", "liver_tumour"], {FIRST}),
        (
            2,
            ["liver", "liver_tumour", "vertebral_column"],
            {"the structure segmented second", "the structure segmented before the last one"},
        ),
        (1, ["liver", "liver_tumour", "vertebral_column"], {FIRST}),
        (2, ["liver", "liver_tumour", "liver"], {"the structure from the second segmentation"}),
        (1, ["liver", "half"], {"the structure from the first segmentation"}),
    ],
)
def test_references_count_segmentations(ordinal, history, en):
    spine = SCENE.structures["vertebral_column"]
    made = {"half": PartInHalf(1, "left").make(SCENE, [spine])}
    history = [made.get(name) or SCENE.structures[name] for name in history]
    assert {reference("en", ordinal, history, RNG) for _ in range(60)} == en


@pytest.mark.parametrize(
    ("pattern", "clue", "history", "answer"),
    [
        ("rest", RestOf(1, 2), ["liver", "liver_tumour"], "The mask shows the liver without the liver tumour."),
        (
            "together",
            Together(1, 2),
            ["liver", "vertebral_column"],
            "The mask shows the liver and the vertebral column.",
        ),
        (
            "half",
            PartInHalf(1, "left"),
            ["vertebral_column"],
            "The mask shows the part of the vertebral column in the left half of the image.",
        ),
    ],
)
def test_regions_name_their_structures_in_the_answer_alone(pattern, clue, history, answer):
    history = [SCENE.structures[name] for name in history]
    asked = Question(pattern, (clue,), clue.make(SCENE, history))
    # Others were segmented later, so that "the last one" and "the one before it" are not among the forms.
    later = [SCENE.structures[name] for name in ("aorta", "spleen", "stomach")]
    for ordinal in range(1, len(history) + 1):
        text = question_text(asked, SCENE, [*history, *later], RNG)["en"]
        assert f"the structure segmented {('first', 'second')[ordinal - 1]}" in text.lower()
    assert answer_text(asked, history, NOTHING, RNG)["en"] == answer


def test_no_question_names_what_the_slice_shows(demo_release):
    labelled = {a.image_id: frozenset(part.id for part in a.structures) for a in demo_release.annotations()}
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            if turn.kind == "segment":
                for language in ("en", "zh"):
                    text = getattr(turn.question, language)
                    assert not names_any(text, language, labelled[dialogue.image_id]), text


def test_an_answer_that_comes_again_is_short():
    liver = SCENE.structures["liver"]
    asked = Question("again_system", (SegmentedBefore(), InSystem("digestive")), liver)
    again = answer_text(asked, [liver], NOTHING, RNG)
    assert again["en"] in ("The mask shows the liver again.", "Segmented once more: the liver.")
    assert len(answer_text(asked, [], NOTHING, RNG)["en"]) > len(again["en"])


def test_there_is_no_other_one_of_three(demo_release):
    others = [(origin.template, origin.clues) for origin in demo_release.origins() if origin.pattern == "other"]
    assert len(others) > 20
    for template, clues in others:
        fits = next(clue["fits"] for clue in clues if clue["clue"] == "Described")
        pair = {name.removesuffix("_right").removesuffix("_left") for name in fits}
        if len(fits) > 2:
            assert "the words" in template.en and "描述" in template.zh
        elif len(pair) == 2:
            assert "the words" not in template.en and "描述" not in template.zh


def test_an_answer_tells_what_the_question_did_not(demo_release):
    described = 0
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            if turn.kind == "segment":
                for language in ("en", "zh"):
                    question, answer = getattr(turn.question, language), getattr(turn.answer, language)
                    told = re.split(r": the |, the |：|，它是|，即|，是", answer)[-1].rstrip(".。")
                    assert len(told) < 12 or told not in question, answer
                    described += len(told) >= 12
    assert described > 1000
