"""Every sentence of the demo's dialogues is read: sides, names, uniqueness and need for history.

The reader shares no code with the author: it takes the written sentences and the annotations of the release, and works
out with plain comparisons of pixels what each sentence means.
"""

import re
from collections import defaultdict

import numpy as np
import pytest
import yaml
from pycocotools import mask as coco

from authoring.anatomy.structures import FILE as STRUCTURES_FILE

CATALOGUE = yaml.safe_load(STRUCTURES_FILE.read_text(encoding="utf-8"))
ANATOMY = STRUCTURES_FILE.parent
ORDINALS_EN = [
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
]
ORDINALS_ZH = [*"一二三四五六七八九十", "十一", "十二"]

REF_EN = r"the structure segmented (?:\w+)|the most recently segmented structure"
REF_ZH = r"第[一二三四五六七八九十]+次分割的结构|最近一次分割的结构|刚才分割的结构"


@pytest.fixture(scope="module")
def descriptions():
    """Every description of both languages with the structures that it fits."""
    found = {}
    for file in (*sorted((ANATOMY / "knowledge").glob("*.yaml")), ANATOMY / "groups.yaml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            for text in entry["en"] + entry["zh"]:
                found[text] = set(entry["fits"])
    return found


@pytest.fixture(scope="module")
def images(demo_release):
    """image_id -> (annotation, {structure: bool mask})"""
    return {
        record.image_id: (
            record,
            {
                part.id: coco.decode({"size": part.mask.size, "counts": part.mask.counts}).astype(bool)
                for part in record.structures
            },
        )
        for record in demo_release.annotations()
    }


@pytest.fixture(scope="module")
def asked(demo_release):
    """Every segmentation question in each language with what stood before it: (dialogue, turn, language, history)."""
    found = []
    for dialogue in demo_release.dialogues():
        history = []
        for turn in dialogue.turns:
            if turn.kind == "segment":
                found += [(dialogue, turn, language, tuple(history)) for language in ("en", "zh")]
                history.append(turn.target)
    return found


def sentence(turn, language):
    return getattr(turn.question, language)


def middle(mask, axis):
    return float(np.argwhere(mask)[:, axis].mean())


def referent(text, history):
    """The structure that a sentence refers to by its place in the dialogue, or None."""
    by_number = re.search(r"structure segmented (\w+)", text, re.IGNORECASE)
    if by_number and by_number[1] in ORDINALS_EN:
        return history[ORDINALS_EN.index(by_number[1])]
    by_number = re.search(r"第([一二三四五六七八九十]+)次分割的结构", text)
    if by_number:
        return history[ORDINALS_ZH.index(by_number[1])]
    if re.search(r"segmented last|most recently segmented|最近一次分割的结构|刚才分割的结构", text, re.IGNORECASE):
        return history[-1]
    return None


def meaning(text, masks, history, descriptions, height, width):
    """The structures of a slice that a question may mean."""
    said = [fits for words, fits in descriptions.items() if words.lower() in text.lower()]
    candidates = set(masks)
    for fits in said:
        candidates &= fits
    earlier = referent(text, history)

    def keep(test):
        return {name for name in candidates if test(masks[name])}

    if re.search(r"left side of the image|(?<!最靠)图像左侧", text):
        candidates = keep(lambda mask: middle(mask, 1) < width / 2)
    if re.search(r"right side of the image|(?<!最靠)图像右侧", text):
        candidates = keep(lambda mask: middle(mask, 1) > width / 2)
    if re.search(r"patient's right side|患者右侧", text):
        candidates = keep(lambda mask: middle(mask, 1) < width / 2)
    if re.search(r"patient's left side|患者左侧", text):
        candidates = keep(lambda mask: middle(mask, 1) > width / 2)
    if re.search(r"upper half of the image|图像上半部分", text):
        candidates = keep(lambda mask: middle(mask, 0) < height / 2)
    if re.search(r"lower half of the image|图像下半部分", text):
        candidates = keep(lambda mask: middle(mask, 0) > height / 2)
    if re.search(r"segmented so far|已分割的(所有)?结构", text):
        candidates &= set(history)
    if earlier:
        candidates = related(text, candidates, masks, earlier, width)
    ranks = {
        r"largest area|the larger area|面积最大|面积较大": lambda name: -masks[name].sum(),
        r"smallest area|the smaller area|面积最小|面积较小": lambda name: masks[name].sum(),
        r"farthest to the left of the image|最靠图像左侧": lambda name: middle(masks[name], 1),
        r"farthest to the right of the image|最靠图像右侧": lambda name: -middle(masks[name], 1),
    }
    if earlier:
        ranks[rf"nearer to ({REF_EN})|离({REF_ZH})更近"] = lambda name: centre_distance(masks[name], masks[earlier])
    for form, rank in ranks.items():
        if candidates and re.search(form, text):
            return {min(candidates, key=rank)}
    return candidates


def related(text, candidates, masks, earlier, width):
    """Those of the candidates that stand in the stated relation to an earlier structure."""
    reference = masks[earlier]
    column, row = middle(reference, 1), middle(reference, 0)
    sides = {
        r"to the image left of|在图像上位于.+左侧": lambda mask: middle(mask, 1) < column,
        r"to the image right of|在图像上位于.+右侧": lambda mask: middle(mask, 1) > column,
        rf"above ({REF_EN}) in the image|在图像上位于.+上方": lambda mask: middle(mask, 0) < row,
        rf"below ({REF_EN}) in the image|在图像上位于.+下方": lambda mask: middle(mask, 0) > row,
        rf"same side of the image as ({REF_EN})|图像同一侧": lambda mask: (
            (middle(mask, 1) < width / 2) == (column < width / 2)
        ),
        rf"opposite side of the image from ({REF_EN})|分居图像两侧": lambda mask: (
            (middle(mask, 1) < width / 2) != (column < width / 2)
        ),
        rf"larger (area )?than ({REF_EN})|比({REF_ZH})更大": lambda mask: mask.sum() > reference.sum(),
        rf"smaller (area )?than ({REF_EN})|比({REF_ZH})更小": lambda mask: mask.sum() < reference.sum(),
        r"the other (one|structure)|另外那一个|另一个结构": lambda mask: mask is not reference,
        r"counterpart|partner|对侧|另一侧": lambda mask: mask is masks.get(CATALOGUE[earlier].get("pair")),
    }
    found = [test for form, test in sides.items() if re.search(form, text)]
    assert found or re.search("nearer to|更近", text), text
    return {name for name in candidates if all(test(masks[name]) for test in found)}


def centre_distance(one, other):
    return np.hypot(middle(one, 0) - middle(other, 0), middle(one, 1) - middle(other, 1))


def test_every_question_means_its_target_and_nothing_else(asked, images, descriptions):
    assert len(asked) > 600
    for dialogue, turn, language, history in asked:
        annotation, masks = images[dialogue.image_id]
        text = sentence(turn, language)
        found = meaning(text, masks, history, descriptions, annotation.height, annotation.width)
        assert found == {turn.target}, f"{dialogue.dialogue_id} turn {turn.turn}: {text} -> {found}"


def test_every_history_question_has_another_answer_after_another_history(asked, images, descriptions):
    needed = 0
    for dialogue, turn, language, history in asked:
        if "history" not in turn.facets:
            continue
        annotation, masks = images[dialogue.image_id]
        text = sentence(turn, language)
        supposed = [
            [*history[:place], other, *history[place + 1 :]] for place in range(len(history)) for other in masks
        ]
        answers = [meaning(text, masks, other, descriptions, annotation.height, annotation.width) for other in supposed]
        others = [found for found in answers if len(found) == 1 and found != {turn.target}]
        assert others, f"{dialogue.dialogue_id} turn {turn.turn}: {text}"
        assert turn.refers_to
        needed += 1
    assert needed > 150


def test_every_spatial_question_is_open_without_its_place(asked, images, descriptions):
    spatial = 0
    for dialogue, turn, language, _ in asked:
        _, masks = images[dialogue.image_id]
        said = [fits for words, fits in descriptions.items() if words.lower() in sentence(turn, language).lower()]
        fitting = set(masks).intersection(*said)
        if "spatial" in turn.facets:
            assert len(fitting) > 1, sentence(turn, language)
            spatial += 1
        elif not turn.refers_to:
            assert fitting == {turn.target}, sentence(turn, language)
    assert spatial > 200


def test_the_answer_mask_is_the_annotated_structure(asked, images):
    for dialogue, turn, _, _ in asked:
        _, masks = images[dialogue.image_id]
        decoded = coco.decode({"size": turn.mask.size, "counts": turn.mask.counts}).astype(bool)
        assert np.array_equal(decoded, masks[turn.target])


def test_references_name_the_turns_that_the_sentence_speaks_of(asked):
    for dialogue, turn, language, history in asked:
        text = sentence(turn, language)
        earlier = referent(text, history)
        places = [other.turn for other in dialogue.turns if other.kind == "segment" and other.turn < turn.turn]
        if earlier is not None:
            assert [history[places.index(number)] for number in turn.refers_to] == [earlier], text
        elif re.search(r"segmented so far|已分割的(所有)?结构", text):
            assert turn.refers_to == places
        else:
            assert turn.refers_to == [], text


def test_every_side_says_whose_it_is(demo_release):
    whose_en = (
        r"(the (left|right) side of the image|the patient's (left|right) side|to the image (left|right) of"
        r"|farthest to the (left|right) of the image)"
    )
    whose_zh = r"((图像|患者)[左右]侧|在图像上位于[^，。]*?[左右]侧)"
    sides = 0
    for dialogue in demo_release.dialogues():
        for turn in dialogue.turns:
            sides += len(re.findall(r"\b(?:left|right)\b", turn.question.en, re.IGNORECASE))
            assert not re.search(r"\b(left|right)\b", re.sub(whose_en, "", turn.question.en), re.IGNORECASE), (
                turn.question.en
            )
            assert not re.search(r"[左右]", re.sub(whose_zh, "", turn.question.zh)), turn.question.zh
    assert sides > 150


def test_both_languages_ask_the_same(asked):
    clues = defaultdict(dict)
    words = {
        "image left": r"left side of the image|图像左侧",
        "image right": r"right side of the image|图像右侧",
        "patient left": r"patient's left|患者左侧",
        "patient right": r"patient's right|患者右侧",
        "upper": r"upper half of the image|图像上半",
        "lower": r"lower half of the image|图像下半",
        "beside left": r"image left of|在图像上位于[^，。]*左侧",
        "beside right": r"image right of|在图像上位于[^，。]*右侧",
        "largest": r"largest area|面积最大",
        "smallest": r"smallest area|面积最小",
        "larger of two": r"the larger area|面积较大",
        "smaller of two": r"the smaller area|面积较小",
        "same side": r"same side of the image|图像同一侧",
        "opposite side": r"opposite side of the image|分居图像两侧",
        "nearer": r"nearer to|更近",
        "larger": r"larger (area )?than|更大",
        "smaller": r"smaller (area )?than|更小",
    }
    for dialogue, turn, language, _ in asked:
        text = sentence(turn, language).replace("farthest to the left of the image", "left side of the image")
        text = text.replace("farthest to the right of the image", "right side of the image")
        clues[dialogue.dialogue_id, turn.turn][language] = {key for key, form in words.items() if re.search(form, text)}
    for place, found in clues.items():
        assert found["en"] == found["zh"], place


def test_no_test_question_names_a_target_of_its_image(demo_release):
    by_image = defaultdict(list)
    for dialogue in demo_release.dialogues():
        by_image[dialogue.image_id].append(dialogue)
    for dialogues in by_image.values():
        targets = {turn.target for dialogue in dialogues for turn in dialogue.turns if turn.target}
        for dialogue in dialogues:
            for turn in dialogue.turns:
                for target in targets:
                    for name in CATALOGUE[target]["en"]:
                        assert not re.search(rf"\b{name}s?\b", turn.question.en, re.IGNORECASE), turn.question.en
                    for name in CATALOGUE[target]["zh"]:
                        assert name not in turn.question.zh, turn.question.zh


def test_the_demo_has_what_the_benchmark_is_about(demo_release):
    dialogues = list(demo_release.dialogues())
    turns = [turn for dialogue in dialogues for turn in dialogue.turns]
    annotations = list(demo_release.annotations())
    assert {(item.modality, item.region) for item in annotations} >= {
        ("CT", "abdomen"),
        ("CT", "prostate"),
        ("CT", "chest"),
        ("MR", "abdomen"),
        ("MR", "head"),
    }
    assert {facet for turn in turns for facet in turn.facets} == {"clinical", "spatial", "history"}
    assert {turn.kind for turn in turns} == {"segment", "answer"}
    lengths = {len([turn for turn in dialogue.turns if turn.kind == "segment"]) for dialogue in dialogues}
    assert 1 in lengths
    assert max(lengths) >= 5
    assert len({item.patient_id for item in annotations}) == 5


def test_patients_stay_in_one_split(demo_release):
    split = {dialogue.image_id: dialogue.split for dialogue in demo_release.dialogues()}
    seen = defaultdict(set)
    for item in demo_release.annotations():
        seen[item.patient_id].add(split[item.image_id])
    assert all(len(splits) == 1 for splits in seen.values())
    assert {next(iter(splits)) for splits in seen.values()} == {"train", "validation", "test"}
