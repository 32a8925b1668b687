"""Chinese terms are what keeps together and stands in varying company."""

import math

import pytest

from building.reporting.chinese import Lexicon

# Around each term stands something else each time, within it always the same.
COMPANY = "甲乙丙丁戊己庚辛"
TEXTS = [
    f"{COMPANY[place]}肝脏{COMPANY[place - 1]}，{COMPANY[place - 2]}大动脉{COMPANY[place - 3]}" for place in range(8)
]
# So many other characters that those of a term would seldom meet by chance.
OTHERS = ["天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"] * 2


def test_what_keeps_together_and_stands_in_varying_company_is_a_term():
    assert Lexicon([*TEXTS, *OTHERS]).terms("甲肝脏乙，丙大动脉丁") == ["肝脏", "大动脉"]


def test_a_part_of_a_term_is_none_as_its_neighbour_never_varies():
    lexicon = Lexicon([*TEXTS, *OTHERS])
    assert lexicon.terms("动脉") == []
    assert lexicon.terms("大动脉") == ["大动脉"]


def test_what_occurs_too_seldom_is_no_term():
    assert Lexicon([*TEXTS[:4], *OTHERS]).terms("甲肝脏乙") == []


def test_no_term_begins_or_ends_with_an_outer_character():
    texts = [text.replace("肝脏", "的脏") for text in TEXTS]
    assert Lexicon([*texts, *OTHERS]).terms("甲的脏乙") == ["的脏"]
    assert Lexicon([*texts, *OTHERS], outer="的").terms("甲的脏乙") == []


def test_an_expression_around_a_term_is_divided():
    """位于图像 keeps together, too, but 图像 stands by itself elsewhere."""
    texts = [f"{one}位于图像{COMPANY[place - 1]}，{COMPANY[place - 2]}图像{one}" for place, one in enumerate(COMPANY)]
    assert Lexicon([*texts, *OTHERS, *OTHERS]).terms("甲位于图像乙") == ["图像"]


def test_terms_are_found_within_runs_of_chinese_only():
    assert Lexicon([*TEXTS, *OTHERS]).terms("CT 肝脏 liver, 3 mm") == ["肝脏"]


@pytest.mark.parametrize("texts", [[], ["no Chinese"]])
def test_without_chinese_there_are_no_terms(texts):
    assert Lexicon(texts).terms("肝脏") == []


def test_the_edges_of_a_text_count_as_company_that_varies():
    """肝脏 stands alone in five texts: the entropy of its company is log 5, above the least of 1."""
    assert math.log(5) > 1
    assert Lexicon(["肝脏"] * 5 + OTHERS).terms("肝脏") == ["肝脏"]
