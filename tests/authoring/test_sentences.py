"""Every sentence of the demo's dialogues is read: uniqueness, need for history, sides, names, and the same in each
language.

The reader (tests/authoring/reading) shares no code with the author: it takes the written sentences and the annotations
of the release, and works out with plain comparisons of pixels what each sentence means.
"""

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from authoring import author
from demonstration.line import HEADER
from release import read_release
from tests.authoring.reading import anatomy
from tests.authoring.reading.asked import asked, pictures
from tests.authoring.reading.faults import answers, faults, landmarks, other_answers, refers, without
from tests.authoring.reading.meaning import RANKINGS
from tests.authoring.reading.parsing import references

SEEDS = (1, 2, 3, 4, 5)


def labelled_wherever(question):
    annotation = question.picture.annotation
    case = (annotation.source, annotation.modality, annotation.sequence, question.dialogue.split)
    return anatomy.exhaustive()[case]


@pytest.fixture(scope="module")
def questions(demo_release):
    """Every segmentation question of the demo in each language."""
    return list(asked(demo_release))


def test_every_question_means_its_answer_and_nothing_else(questions):
    assert len(questions) > 2000
    wrong = [fault for question in questions for fault in faults(question, labelled_wherever(question))]
    assert not wrong, "\n".join(wrong)


def test_every_condition_was_read_somewhere(questions):
    found = Counter(condition[0] for question in questions for condition in question.reading.conditions)
    assert found.keys() >= {
        *("side", "half", "quarter", "beside", "same side", "size", "touches", "inside", "around", "system", "before"),
        *("extreme", "nth", "nearest", "other", "counterpart", "part in half", "together", "piece"),
    }
    assert sum("history" in question.turn.facets for question in questions) > 600
    assert sum("spatial" in question.turn.facets for question in questions) > 600
    assert sum(bool(landmarks(question.reading)) for question in questions) > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_another_seed_asks_as_clearly(scans, tmp_path, seed):
    release = read_release(author(scans, tmp_path / "release", HEADER, seed=seed))
    wrong = [fault for question in asked(release) for fault in faults(question, labelled_wherever(question))]
    assert not wrong, "\n".join(wrong)


def test_another_history_gives_another_answer_exactly_where_the_facets_say_so(questions):
    """Margins decide for the author, so a history question must pass; one without references must not change."""
    for question in questions:
        if any(map(refers, question.reading.conditions)):
            continue
        assert "history" not in question.turn.facets, question
        assert other_answers(question) == [], question


def test_every_spatial_question_is_open_without_its_place(questions):
    for question in questions:
        if "spatial" not in question.turn.facets or question.reading.named("part in half", "piece"):
            continue
        places = {"side", "half", "quarter", "beside", "same side", "size", "touches", "inside", "around", *RANKINGS}
        left = answers(without(question.reading, *places), question.picture, question.history)
        assert len(left) > 1, question


def test_the_answer_mask_is_the_annotated_structure(questions):
    structures, regions = 0, 0
    for question in questions:
        name = question.turn.target
        if name in question.picture.masks:
            assert np.array_equal(question.target, question.picture.masks[name]), question
            structures += 1
        else:
            assert question.reading.named("rest", "piece", "part in half", "together"), question
            regions += 1
    assert structures > 1500
    assert regions > 100


def test_references_name_the_turns_that_the_sentence_speaks_of(questions):
    for question in questions:
        places = [
            turn.turn for turn in question.dialogue.turns if turn.kind == "segment" and turn.turn < question.turn.turn
        ]
        spoken = {places[ordinal - 1] for ordinal in references(question.text, question.language, len(places))}
        expected = places if question.reading.named("before") else sorted(spoken)
        assert question.turn.refers_to == expected, question


def test_text_questions_ask_a_known_fact_of_the_structure_they_refer_to(demo_release):
    facts = {
        (language, fact["question"][language]): entry["fits"]
        for entry in anatomy.entries()
        for fact in entry.get("facts", ())
        for language in ("en", "zh")
    }
    reference = {
        "en": r"the structure segmented (?:before the last one|\w+)|the most recently segmented structure",
        "zh": r"(?:倒数)?第[一二三四五六七八九十]+次分割的结构|最近一次分割的结构|刚才分割的结构",
    }
    checked = 0
    for dialogue in demo_release.dialogues():
        segmented = []
        for turn in dialogue.turns:
            if turn.kind == "segment":
                segmented.append(turn)
                continue
            for language in ("en", "zh"):
                text = getattr(turn.question, language)
                (ordinal,) = references(text, language, len(segmented))
                (asked_fact,) = {
                    form
                    for form in (
                        re.sub(reference[language], "{reference}", text, flags=re.IGNORECASE),
                        re.sub(reference[language], "{reference}", text[0].lower() + text[1:]),
                    )
                    if (language, form) in facts
                } or {None}
                assert asked_fact, text
                meant = segmented[ordinal - 1]
                assert meant.target in facts[language, asked_fact], text
                assert turn.refers_to == [meant.turn], text
                checked += 1
    assert checked > 300


def test_every_side_says_whose_it_is(demo_release):
    whose = {
        "en": r"the (left|right) (side|half|edge) of the image|the (upper|lower) (left|right) quarter of the image"
        r"|the patient's (left|right)( side)?|to the image (left|right) of|(farther|farthest) to the (left|right) of the image",
        "zh": r"图像[左右](侧|半部分|[上下]四分之一区域)|患者[左右]侧|在图像上位于[^，。]*?[左右]侧",
    }
    side = {"en": r"\b(left|right)\b", "zh": r"[左右]"}
    sides = 0
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            for language in ("en", "zh"):
                text = getattr(turn.question, language)
                sides += len(re.findall(side[language], text, re.IGNORECASE))
                assert not re.search(side[language], re.sub(whose[language], "", text, flags=re.IGNORECASE)), text
    assert sides > 400


def test_both_languages_ask_the_same(questions):
    by_turn = defaultdict(dict)
    for question in questions:
        by_turn[question.dialogue.dialogue_id, question.turn.turn][question.language] = question
    assert len(by_turn) * 2 == len(questions)
    for found in by_turn.values():
        assert found["en"].reading.meaning == found["zh"].reading.meaning, (found["en"].text, found["zh"].text)


def test_no_question_names_a_structure_of_its_image(demo_release):
    names = {
        image_id: {
            "en": re.compile(
                "|".join(rf"\b{re.escape(term)}(?:s|es)?\b" for term in terms(picture, "en")), re.IGNORECASE
            ),
            "zh": re.compile("|".join(re.escape(term) for term in terms(picture, "zh"))),
        }
        for image_id, picture in pictures(demo_release).items()
    }
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            for language in ("en", "zh"):
                text = getattr(turn.question, language)
                assert not names[dialogue.image_id][language].search(text), text


def terms(picture, language):
    return {term for name in picture.masks for term in anatomy.catalogue()[name][language]}


def test_the_demo_has_what_the_benchmark_is_about(demo_release):
    dialogues = list(demo_release.dialogues())
    turns = [turn for dialogue in dialogues for turn in dialogue.turns]
    annotations = list(demo_release.annotations())
    assert {(item.modality, item.region) for item in annotations} >= {
        *(("CT", "abdomen"), ("CT", "prostate"), ("CT", "chest"), ("CT", "spine")),
        *(("MR", "abdomen"), ("MR", "head"), ("MR", "spine")),
    }
    assert {item.plane for item in annotations} == {"axial", "sagittal", "coronal"}
    assert {facet for turn in turns for facet in turn.facets} == {"clinical", "spatial", "history"}
    assert {turn.kind for turn in turns} == {"segment", "answer"}
    lengths = {len([turn for turn in dialogue.turns if turn.kind == "segment"]) for dialogue in dialogues}
    assert 1 in lengths
    assert max(lengths) >= 5
    assert len({item.patient_id for item in annotations}) == 8


def test_patients_stay_in_one_split(demo_release):
    split = {dialogue.image_id: dialogue.split for dialogue in demo_release.dialogues()}
    seen = defaultdict(set)
    for item in demo_release.annotations():
        seen[item.patient_id].add(split[item.image_id])
    assert all(len(splits) == 1 for splits in seen.values())
    assert {next(iter(splits)) for splits in seen.values()} == {"train", "validation", "test"}
