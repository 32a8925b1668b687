"""The numbers of a small release, counted by hand, and of a synthetic one, counted another way."""

from collections import Counter

import pytest

from building.reporting import MADE, count, length_shares, published, ranked, reasoning_shares, shares
from release import Dialogue, Text, Turn, open_release, read_release
from tests.building.reporting.small import annotation, dialogue, segment, talk, write


@pytest.fixture
def small(tmp_path):
    """Two images of two patients; a dialogue of four turns for training, one of one turn for the test."""
    return open_release(
        write(
            tmp_path / "release",
            [
                annotation("i1", patient="p1"),
                annotation("i2", patient="p2", modality="MR", sequence="T1w", region="head"),
            ],
            [
                dialogue(
                    "d1",
                    "i1",
                    segment(1, "liver", "digestive", ["clinical"]),
                    segment(2, "spleen", "immune", ["spatial", "history"], refers_to=[1]),
                    talk(3, refers_to=[1]),
                    segment(4, "liver and spleen", None, ["history"], refers_to=[1, 2], languages=["en"]),
                ),
                dialogue("d2", "i2", segment(1, "liver", "digestive", ["clinical", "spatial"]), split="test"),
            ],
        )
    )


def test_sizes(small):
    found = count(small)
    assert (found.images, found.patients, found.dialogues, found.turns, found.masks) == (2, 2, 2, 5, 4)
    # Four turns are in both languages, one in English only.
    assert found.pairs == 9


def test_composition(small):
    found = count(small)
    assert found.lengths == {4: 1, 1: 1}
    assert found.scans == {"CT CECT": 1, "MR T1w": 1}
    assert found.regions == {"abdomen": 1, "head": 1}
    # The text question refers to the liver, so that it is of its system; the union has none.
    assert found.systems == {"digestive": 6, "immune": 2, "several or none": 1}


def test_reasoning_and_references(small):
    found = count(small)
    assert found.facets == {"clinical": 2, "spatial": 2, "history": 2}
    assert (found.referring, found.need_history) == (2, 2)
    # Turn 2 to the mask before; the text to the last but one; turn 4 to the last and the last but one of two masks.
    assert found.references == {1: 2, 2: 2}
    assert reasoning_shares(found) == {"clinical": 50, "spatial": 50, "history": 50, "refers back": 50}


def test_a_reference_without_the_facet_history_does_not_need_it(tmp_path):
    turns = segment(1, "liver", "digestive", ["clinical"]), segment(2, "spleen", "immune", ["clinical"], refers_to=[1])
    found = count(open_release(write(tmp_path / "release", [annotation("i1")], [dialogue("d1", "i1", *turns)])))
    assert (found.referring, found.need_history) == (1, 0)


def test_targets_are_counted_by_image_and_structures_where_answers_are_public(small):
    found = count(small)
    assert found.targets == {3: 1, 1: 1}
    assert found.structures == {"liver": 1, "spleen": 1, MADE: 1}


def test_questions_by_language(small):
    found = count(small).questions
    assert (found["en"].number, found["zh"].number) == (5, 4)
    assert found["en"].lengths == {3: 5}


def test_a_release_in_one_language_has_no_other(tmp_path):
    turn = segment(1, "liver", "digestive", ["clinical"], languages=["en"])
    release = open_release(write(tmp_path / "release", [annotation("i1")], [dialogue("d1", "i1", turn)]))
    assert list(count(release).questions) == ["en"]


def test_the_record_is_plain_data_with_numbers_in_order_and_names_by_count(small):
    record = count(small).to_record()
    assert list(record["lengths"].items()) == [(1, 1), (4, 1)]
    assert list(record["systems"]) == ["digestive", "immune", "several or none"]
    assert record["questions"]["zh"]["unit"] == "characters"
    assert all(type(value) in (int, dict) for value in record.values())


def test_shares_are_of_the_whole():
    assert shares({"a": 1, "b": 3}) == {"a": 25, "b": 75}
    assert shares({"a": 0}) == {"a": 0}


def test_equal_counts_are_ranked_by_name():
    assert list(ranked(Counter(b=1, a=1, c=2))) == ["c", "a", "b"]


def test_lengths_have_the_published_rows_and_the_longer_dialogues_in_the_last(small):
    numbers = count(small)
    numbers.lengths = Counter({1: 1, 10: 1, 11: 1, 14: 1})
    found = length_shares(numbers)
    assert list(found) == list(published()["turns"])
    assert {row: share for row, share in found.items() if share} == {1: 25, 10: 25, "more": 50}


@pytest.mark.parametrize("group", ["turns", "scans", "systems"])
def test_the_published_shares_add_up(group):
    assert sum(published()[group].values()) == pytest.approx(100, abs=0.1)


def test_the_numbers_of_a_synthetic_release_are_those_of_its_lines(synthetic_release):
    found = count(read_release(synthetic_release))
    dialogues: list[Dialogue] = list(open_release(synthetic_release).dialogues())
    turns: list[Turn] = [turn for item in dialogues for turn in item.turns]
    texts: list[Text] = [turn.question for turn in turns]
    assert found.dialogues == len(dialogues) == found.lengths.total()
    assert found.masks == sum(turn.mask is not None for turn in turns)
    assert found.pairs == sum((text.en is not None) + (text.zh is not None) for text in texts) == found.systems.total()
    assert found.images == found.regions.total() == found.scans.total() == found.targets.total()
