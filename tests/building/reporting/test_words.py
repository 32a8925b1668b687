"""Length, variety and terms of questions, against values counted by hand."""

from collections import Counter

import numpy as np
import pytest

from building.reporting import words
from building.reporting.words import QuestionCounter, distinct_n, frequent_terms, quantile, tokens


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Segment the patient's T1-weighted CSF.", "en", ["segment", "the", "patient's", "t", "1", "weighted", "csf"]),
        ("On T2, 3.5 mm: well-defined?", "en", ["on", "t", "2", "3.5", "mm", "well-defined"]),
        ("请分割CT图像中的第2个。", "zh", ["请", "分", "割", "ct", "图", "像", "中", "的", "第", "2", "个"]),
        ("，。？", "zh", []),
    ],
)
def test_tokens(text, language, expected):
    assert tokens(text, language) == expected


def test_distinct_n_is_distinct_n_grams_over_all_tokens():
    # 4 + 3 tokens. Words: a b c; pairs: ab, ba, ac and ab, bc: 4 different; triples: aba, bac, abc.
    texts = ["a b a c", "a b c"]
    assert distinct_n(texts, "en", 1) == pytest.approx(3 / 7)
    assert distinct_n(texts, "en", 2) == pytest.approx(4 / 7)
    assert distinct_n(texts, "en", 3) == pytest.approx(3 / 7)


def test_no_n_gram_reaches_over_two_texts():
    assert distinct_n(["左", "右"], "zh", 2) == 0


def test_distinct_n_of_nothing_is_0():
    assert distinct_n([], "en", 1) == 0


def test_english_terms_are_words_but_for_function_words_by_the_share_of_texts_that_hold_them():
    texts = ["Segment the liver of the liver", "Now segment the spleen", "Is it 3 mm?", "The liver"]
    assert frequent_terms(texts, "en") == {"liver": 0.5, "segment": 0.5, "mm": 0.25, "spleen": 0.25}
    assert list(frequent_terms(texts, "en", at_most=1)) == ["liver"]


def test_chinese_terms_are_of_two_characters_and_more():
    texts = [f"{one}肝脏{other}" for one, other in zip("甲乙丙丁戊己", "己甲乙丙丁戊", strict=True)]
    texts += [
        "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏",
        "闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡",
    ]
    assert frequent_terms(texts, "zh") == {"肝脏": 0.75}


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.75, 0.9, 1])
def test_quantiles_are_those_of_numpy(share):
    values = [3, 3, 5, 8, 8, 8, 13, 40]
    assert quantile(Counter(values), share) == pytest.approx(np.quantile(values, share))


def test_a_counter_tells_lengths_and_quartiles_of_all_questions():
    counter = QuestionCounter("en")
    for text in ("one", "one two", "one two three", "one two three"):
        counter.add(text)
    found = counter.result()
    assert (found.number, found.unit, found.sampled) == (4, "words", 4)
    assert found.lengths == {1: 1, 2: 1, 3: 2}
    assert found.quartiles == (1.75, 2.5, 3)


def test_beyond_the_sample_variety_and_terms_come_from_an_even_draw(monkeypatch):
    monkeypatch.setattr(words, "SAMPLE", 100)
    found = []
    for _ in range(2):
        counter = QuestionCounter("en")
        for number in range(1000):
            counter.add("early" if number < 500 else "late")
        found.append(counter.result())
    assert found[0] == found[1]
    assert (found[0].number, found[0].sampled) == (1000, 100)
    # Half of the questions are early; of 100 drawn evenly 35 to 65 are, but for 2 in 1,000 draws.
    assert 0.35 < found[0].terms["early"] < 0.65


def test_without_a_question_there_is_nothing_to_tell():
    assert QuestionCounter("zh").result() is None
