"""Every word of the page stands in both languages, says the same in both, and is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from space.words import LANGUAGES, entries, placeholders, words

SPACE = Path(__file__).resolve().parents[2] / "space"
NAMES = yaml.safe_load((SPACE / "words" / "names.yaml").read_text(encoding="utf-8"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SPACE.rglob("*.py"))
# words("file.key"), also where a part of the key is put in.
ASKED = set(re.findall(r'["\']([a-z]+\.[a-z0-9_]+)["\']', CODE))
# Keys and parts of keys that are put together: f"file.begin_{x}" and f"begin_{x}". Where all is put in, f"file.{x}",
# the word is used if its name stands somewhere as a text of its own.
PATTERNS = [
    re.compile("(?:[a-z]+[.])?" + re.sub(r"\\\{.*?\\\}", r"[a-z0-9_]+", re.escape(re.sub(r"^[a-z]+[.]", "", text))))
    for quote in "\"'"
    for text in re.findall(rf"f{quote}((?:[a-z]+[.])?[a-z0-9]+_[a-z0-9_]*\{{[^{quote}]*){quote}", CODE)
]
QUOTED = set(re.findall(r'["\']([a-z0-9_]+)["\']', CODE))
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_both_languages_have_every_word_and_fill_in_the_same():
    for key, texts in entries().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        assert placeholders(texts["en"]) == placeholders(texts["zh"]), key
        # The switch of languages names each language in itself.
        assert not HAN.search(texts["en"]) or key == "common.other_language"


def test_no_word_is_left_over():
    left = {
        key
        for key in entries().keys() - ASKED
        if key.split(".")[1] not in QUOTED and not any(pattern.fullmatch(key) for pattern in PATTERNS)
    }
    assert left == set()


def test_every_word_that_is_asked_for_is_there():
    files = {path.stem for path in (SPACE / "words").glob("*.yaml")}
    missing = {key for key in ASKED - entries().keys() if key.split(".")[0] in files and not key.endswith(".yaml")}
    assert missing == set()


def test_names_stand_in_both_languages():
    for kind, values in NAMES.items():
        for value, texts in values.items():
            assert set(texts) == set(LANGUAGES), (kind, value)


def test_every_id_of_the_data_has_a_name():
    import mturn_seg
    from leaderboard import HISTORY_MODES, TRACKS

    for kind, values in {
        "track": TRACKS,
        "history": HISTORY_MODES,
        "modality": mturn_seg.MODALITIES,
        "region": mturn_seg.REGIONS,
        "sequence": mturn_seg.SEQUENCES,
        "plane": mturn_seg.PLANES,
        "system": mturn_seg.SYSTEMS,
        "facet": mturn_seg.FACETS,
        "split": mturn_seg.SPLITS,
        "language": mturn_seg.LANGUAGES,
    }.items():
        assert set(values) <= set(NAMES[kind]), kind


def test_a_word_is_filled_in_and_a_name_that_nobody_gave_is_told_as_it_is():
    assert words("en")("common.split_chip", split="test") == "test split"
    assert words("zh").name("region", "chest") == "胸部"
    assert words("zh").name("region", "knee") == "knee"
    assert words("en").listed(["a", "b", "c"]) == "a, b and c"
    assert words("zh").listed(["甲", "乙", "丙"]) == "甲、乙和丙"
    with pytest.raises(KeyError):
        words("en")("common.no_such_word")
    with pytest.raises(ValueError, match="expected one of en, zh"):
        words("fr")


def test_scores_that_do_not_exist_are_a_dash():
    assert words("en").score(None) == "–"
    assert words("en").score(0.12349) == "0.123"
    assert words("en").interval(None) == ""
    assert words("en").interval((0.1, 0.25)) == "[0.100, 0.250]"


def test_scores_stand_before_their_intervals():
    assert words("en").scored(0.5228, (0.49, 0.5554)) == "0.523 [0.490, 0.555]"
    assert words("en").scored(0.5228, None) == "0.523"
    assert words("en").scored(None, None) == "–"


def test_a_rank_interval_of_one_rank_is_that_rank():
    assert [words("zh").ranks(ends) for ends in (None, (1, 1), (2, 10))] == ["–", "1", "2–10"]


@pytest.mark.parametrize(
    ("part", "text"),
    [(None, "–"), (0, "0%"), (0.0005, "<1%"), (0.5, "50%"), (0.995, ">99%"), (0.9996, ">99%"), (1, "100%")],
)
def test_a_share_reads_certain_only_where_it_is(part, text):
    assert words("en").share(part) == text
