"""The sample: every stratum has its share, a larger one begins with the smaller, every question is equally likely."""

from collections import Counter
from itertools import pairwise

import pytest

from authoring.errors import ReviewError
from authoring.reviewing import Extent, sample
from release import open_release
from tests.authoring.reviewing.making import make_release


@pytest.fixture(scope="module")
def release(synthetic_release):
    return open_release(synthetic_release)


@pytest.fixture(scope="module")
def regions(release):
    images = {annotation.image_id: annotation.region for annotation in release.annotations()}
    return {dialogue.dialogue_id: (dialogue.split, images[dialogue.image_id]) for dialogue in release.dialogues()}


@pytest.fixture(scope="module")
def questions(release):
    """Every question of the release, counted plainly."""
    return {
        (dialogue.dialogue_id, turn.turn, language)
        for dialogue in release.dialogues()
        for turn in dialogue.turns
        for language in turn.question.languages()
    }


@pytest.mark.parametrize("share", [0.05, 0.1, 0.37, 1.0])
def test_each_stratum_has_its_share_to_within_one_question(release, regions, questions, share):
    def strata(items):
        return Counter((*regions[dialogue_id], language) for dialogue_id, _, language in items)

    chosen = [one.item for one in sample(release, Extent(share=share))]
    assert len(chosen) == len(set(chosen)) == round(share * len(questions))
    wanted, found = strata(questions), strata(chosen)
    for stratum, size in wanted.items():
        assert abs(found[stratum] - share * size) <= 1.5, stratum


def test_all_of_a_release_is_each_question_once(release, questions):
    assert {one.item for one in sample(release, Extent(share=1))} == questions


def test_a_larger_sample_begins_with_the_smaller_one(release):
    small, large = (sample(release, Extent(number=number), seed=3) for number in (20, 60))
    assert len(small) == 20
    assert large[:20] == small


def test_the_seed_alone_decides(release):
    draws = {seed: sample(release, Extent(number=30), seed) for seed in (0, 0, 1)}
    assert draws[0] == sample(release, Extent(number=30), 0)
    assert draws[0] != draws[1]


def test_every_question_is_equally_likely(release, questions):
    draws = 400
    counts = Counter(one.item for seed in range(draws) for one in sample(release, Extent(share=0.1), seed))
    # Binomial: 40 expected with a standard deviation of 6; none of some 300 questions is beyond 4.5 of these.
    assert len(questions) > 200
    assert set(counts) == questions
    assert all(40 - 27 <= count <= 40 + 27 for count in counts.values())


def test_splits_and_languages_are_those_asked_for(release, regions):
    chosen = sample(release, Extent(share=1, splits=["test"], languages=["zh"]))
    assert {regions[one.item.dialogue_id][0] for one in chosen} == {"test"}
    assert {one.item.language for one in chosen} == {"zh"}


def test_whole_dialogues_are_taken_with_all_their_questions(release, questions):
    chosen = [one.item for one in sample(release, Extent(number=25, whole_dialogues=True))]
    taken = {item.dialogue_id for item in chosen}
    assert set(chosen) == {question for question in questions if question[0] in taken}
    assert 25 <= len(chosen) < len(questions)
    # Each dialogue's questions stand together, language by language.
    changes = sum(one[0] != other[0] for one, other in pairwise(chosen))
    assert changes == len(taken) - 1


def test_the_pattern_is_a_stratum_where_the_release_tells_it(tmp_path):
    release = open_release(make_release(tmp_path / "release"))
    for seed in range(20):
        # `long` in the test split has in each language three segmentations and two text-only turns.
        chosen = sample(release, Extent(share=0.5, splits=["test"], languages=["zh"]), seed)
        assert Counter(one.pattern for one in chosen)["fact"] == 1
    untold = open_release(make_release(tmp_path / "untold", told=False))
    assert {one.pattern for one in sample(untold, Extent(share=1))} == {"not told"}


def test_nothing_to_look_at_is_refused(tmp_path):
    release = open_release(make_release(tmp_path / "release"))
    with pytest.raises(ReviewError, match="no question of validation in en, zh"):
        sample(release, Extent(splits=["validation"]))
