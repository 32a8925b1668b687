"""Every sentence of the demo's dialogues is read: uniqueness, need for history, sides, names, and the same in each
language.

The reader (tests/authoring/reading) shares no code with the author: it takes the written sentences and the annotations
of the release, and works out with plain comparisons of pixels what each sentence means.
"""

import re
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from authoring import author
from demonstration.line import HEADER
from release import read_release
from tests.authoring.reading import anatomy
from tests.authoring.reading.asked import asked, pictures
from tests.authoring.reading.faults import answers, faults, landmarks, miscounted, refers
from tests.authoring.reading.parsing import GRAMMARS, mentions

LANGUAGES = ("en", "zh")
SEEDS = (1, 2, 3, 4, 5)
OPPOSITES = dict(
    pair
    for one, other in (
        *(("left", "right"), ("upper", "lower"), ("above", "below"), ("front", "behind"), ("head", "feet")),
        *(("larger", "smaller"), ("largest", "smallest"), ("leftmost", "rightmost"), ("topmost", "lowest")),
    )
    for pair in ((one, other), (other, one))
)


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
    assert sum("history" in question.turn.facets for question in questions) > 500
    assert sum("spatial" in question.turn.facets for question in questions) > 600
    assert sum(bool(landmarks(question.reading)) for question in questions) > 100


def test_a_question_turned_round_means_something_else(questions):
    """The reader would notice a side, a half, a size or an extreme that is wrong."""
    turned = Counter()
    for question in questions:
        for condition in question.reading.conditions:
            wrong = tuple(OPPOSITES.get(value, value) if isinstance(value, str) else value for value in condition)
            # The second of three is the second from either side.
            if wrong == condition or condition[0] == "nth":
                continue
            others = question.reading.conditions - {condition}
            reading = replace(question.reading, conditions=others | {wrong})
            found = answers(reading, question.picture, question.history)
            assert not any(np.array_equal(shape.mask, question.target) for shape in found), question
            turned[condition[0]] += 1
    assert turned.keys() >= {"side", "half", "quarter", "beside", "size", "extreme", "part in half"}
    assert turned.total() > 800


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_another_seed_asks_as_clearly(scans, tmp_path, seed):
    release = read_release(author(scans, tmp_path / "release", HEADER, seed=seed))
    wrong = [fault for question in asked(release) for fault in faults(question, labelled_wherever(question))]
    assert not wrong, "\n".join(wrong)


def test_only_questions_that_speak_of_the_history_can_need_it(questions):
    for question in questions:
        assert refers(question.reading) or "history" not in question.turn.facets, question
        assert refers(question.reading) == bool(question.turn.refers_to), question


def test_the_answer_mask_is_the_annotated_structure(questions):
    structures, regions = 0, 0
    for question in questions:
        name = question.turn.target
        if name in question.picture.shapes:
            assert np.array_equal(question.target, question.picture.shapes[name].mask), question
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
        spoken = {places[mention.ordinal - 1] for mention in mentions(question.text, question.language, len(places))}
        expected = places if question.reading.named("before") else sorted(spoken)
        assert question.turn.refers_to == expected, question


def test_text_questions_ask_a_known_fact_of_the_structure_they_refer_to(demo_release):
    facts = {
        (structure, fact[language]["question"].casefold(), fact[language]["answer"])
        for entry in anatomy.entries()
        for fact in entry.get("facts", ())
        for structure in entry["fits"]
        for language in LANGUAGES
    }
    known, checked = pictures(demo_release), 0
    for dialogue in demo_release.dialogues():
        history, shapes = [], []
        for turn in dialogue.turns:
            if turn.kind == "segment":
                history.append(turn)
                shapes.append(known[dialogue.image_id].shape_of(turn))
                continue
            for language in LANGUAGES:
                text = getattr(turn.question, language)
                (mention,) = mentions(text, language, len(history))
                assert not miscounted(mention, shapes), text
                form = re.sub(GRAMMARS[language].EARLIER, "{reference}", text, flags=re.IGNORECASE)
                about = history[mention.ordinal - 1]
                assert (about.target, form.casefold(), getattr(turn.answer, language)) in facts, text
                assert turn.refers_to == [about.turn], text
                checked += 1
    assert checked > 200


def test_every_side_says_whose_it_is(demo_release):
    whose = {
        "en": r"the (left|right) (side|half|edge) of the image|the (upper|lower) (left|right) quarter of the image"
        r"|the patient's (left|right)( side)?|in the image to the (left|right) of"
        r"|(farther|farthest) to the (left|right) of the image",
        "zh": r"图像[左右](侧|半部分|[上下]四分之一区域)|患者[左右]侧|在图像上位于[^，。]*?[左右]侧",
    }
    side = {"en": r"\b(left|right)\b", "zh": r"[左右]"}
    sides = 0
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            for language in LANGUAGES:
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
            for language in LANGUAGES:
                text = getattr(turn.question, language)
                assert not names[dialogue.image_id][language].search(text), text


def terms(picture, language):
    return {term for name in picture.shapes for term in anatomy.catalogue()[name][language]}


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
