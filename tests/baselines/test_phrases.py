import pytest

from baselines.lexicon_prior.lexicon import features
from baselines.lexicon_prior.phrases import Direction, SizeHint, languages, read_clues

LEFT, RIGHT, UP, DOWN = (0, -1), (0, 1), (-1, 0), (1, 0)


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("en", "Segment the paired organ that filters blood, on the left side of the image.", [Direction(LEFT, None)]),
        ("en", "Segment the gland on the patient's left side.", [Direction(RIGHT, None)]),
        ("en", "Segment the bone to the image right of the structure segmented first.", [Direction(RIGHT, 1)]),
        ("en", "Segment the one that lies above the structure segmented third in the image.", [Direction(UP, 3)]),
        ("en", "Segment the vessel below the most recently segmented structure.", [Direction(DOWN, -1)]),
        ("en", "In the upper half of the image, segment the muscle.", [Direction(UP, None)]),
        ("en", "After the structure segmented first, outline what is right in the image.", [Direction(RIGHT, None)]),
        ("en", "Segment the organ in the right upper abdomen, below the diaphragm.", []),
        ("zh", "请分割图像左侧过滤血液生成尿液的器官。", [Direction(LEFT, None)]),
        ("zh", "请在患者右侧找到并分割成对的器官。", [Direction(LEFT, None)]),
        ("zh", "请分割图像上位于第二个分割的结构右侧的那一个。", [Direction(RIGHT, 2)]),
        ("zh", "请分割图像上位于刚才分割的结构下方、符合以下描述的结构：胆囊。", [Direction(DOWN, -1)]),
        ("zh", "请在图像上半部分找到并分割该结构。", [Direction(UP, None)]),
        ("zh", "在首先分割的结构之后，请分割图像右侧含气的器官。", [Direction(RIGHT, None)]),
        ("zh", "请分割右上腹的器官。", []),
    ],
)  # fmt: skip
def test_directions_are_from_the_image_or_from_the_reference_beside_them(language, question, expected):
    assert list(read_clues(question, language).directions) == expected


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("en", "Segment the one with a larger area than the structure segmented first.", [SizeHint(1, 1)]),
        ("en", "It is smaller than the previous one: segment it.", [SizeHint(-1, -1)]),
        ("en", "Segment the larger of the two organs.", []),
        ("en", "Of these, outline the one with the smallest area.", [SizeHint(-1, None)]),
        ("zh", "请分割本层图像中面积比第一个分割的结构更大的结构。", [SizeHint(1, 1)]),
        ("zh", "请分割最大的外周免疫器官。", []),
        ("zh", "请分割面积最小的那一个。", [SizeHint(-1, None)]),
    ],
)
def test_sizes_are_against_a_reference_or_against_all(language, question, expected):
    assert list(read_clues(question, language).sizes) == expected


@pytest.mark.parametrize(
    ("language", "question", "counterparts", "others", "again", "extremes"),
    [
        ("en", "Segment the counterpart of the structure segmented second.", (2,), (), False, ()),
        ("en", "The structure segmented last is one of a pair. Segment its partner.", (-1,), (), False, ()),
        ("en", "Leave out the structure segmented first and segment the other structure.", (), (1,), False, ()),
        ("en", "Segment again the one farthest to the left of the image.", (), (), True, (LEFT,)),
        ("zh", "请分割第二个分割的结构在身体对侧的对应结构。", (2,), (), False, ()),
        ("zh", "符合描述的结构，除第一个分割的结构外还有一个，请分割另外那一个。", (), (1,), False, ()),
        ("zh", "在已分割的结构中，请再次分割最靠图像右侧的一个。", (), (), True, (RIGHT,)),
    ],
)
def test_pairs_exclusions_and_returns(language, question, counterparts, others, again, extremes):
    clues = read_clues(question, language)
    assert (clues.counterparts, clues.others, clues.again) == (counterparts, others, again)
    assert clues.extremes == extremes


@pytest.mark.parametrize(
    ("language", "question", "same", "opposite", "nearer"),
    [
        (
            "en",
            "Segment the muscle: the one on the same side of the image as the structure segmented first.",
            (1,),
            (),
            (),
        ),
        ("en", "Segment the bone on the opposite side of the image from the structure segmented last.", (), (-1,), ()),
        ("en", "Segment the one that lies nearer to the structure segmented second.", (), (), (2,)),
        ("zh", "请分割与第一次分割的结构位于图像同一侧、符合以下描述的结构：骨。", (1,), (), ()),
        ("zh", "请分割与刚才分割的结构分居图像两侧的那一个。", (), (-1,), ()),
        ("zh", "请分割离第二次分割的结构更近的那一个。", (), (), (2,)),
    ],
)
def test_relations_to_an_earlier_structure(language, question, same, opposite, nearer):
    clues = read_clues(question, language)
    assert (clues.same_sides, clues.opposite_sides, clues.nearer) == (same, opposite, nearer)
    assert clues.directions == ()


def test_the_lexicon_gets_the_question_without_the_words_that_were_understood():
    text = read_clues("Segment the gland to the image right of the structure segmented first.", "en").text
    assert features(text, "en") == features("segment the gland to the of the .", "en")
    assert "图像左侧" not in read_clues("请分割图像左侧的肾脏。", "zh").text


def test_a_word_that_was_not_understood_stays():
    assert "below" in read_clues("Segment the organ below the diaphragm.", "en").text
    assert "最大" in read_clues("请分割最大的外周免疫器官。", "zh").text


def test_features_are_words_and_pairs_in_english_and_runs_in_chinese():
    assert features("does it store bile?", "en") == {
        "does", "it", "store", "bile", "?", "does it", "it store", "store bile", "bile ?"
    }  # fmt: skip
    assert features("分泌胆汁？", "zh") == {"分泌", "泌胆", "胆汁", "分泌胆", "泌胆汁", "？"}


def test_there_are_words_for_both_languages():
    assert languages() == ("en", "zh")
