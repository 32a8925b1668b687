"""Any mix of decisions leaves a dialogue whose references still mean what they meant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from authoring.reviewing import Item
from authoring.reviewing.revising import revise
from authoring.reviewing.verdicts import Verdict
from release import Dialogue
from tests.authoring.reviewing.making import BEGAN, asked, turns


@st.composite
def reviewed_dialogues(draw):
    """A dialogue of up to eight turns whose references go to earlier segmentations, and verdicts on some questions."""
    kinds, places = [], []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        kind = draw(st.sampled_from(["segment", "segment", "answer"])) if places else "segment"
        refers_to = sorted(draw(st.sets(st.sampled_from(places), max_size=2))) if places else []
        kinds.append((kind, "liver" if kind == "segment" else None, refers_to))
        places += [number] if kind == "segment" else []
    dialogue = Dialogue(dialogue_id="d", image_id="i", split="test", turns=turns("d", kinds, ("en", "zh")))
    choices = st.sampled_from([None, None, "accept", "edit", "reject"])
    verdicts = {}
    for number in range(1, len(kinds) + 1):
        for language in ("en", "zh"):
            choice = draw(choices)
            if choice is not None:
                text = f"Edited {number}" if choice == "edit" else None
                verdicts[Item("d", number, language)] = Verdict(choice, text, ("Li",), BEGAN)
    return dialogue, verdicts


def expected(dialogue, verdicts, language):
    """Number and text of what a language should still ask, found turn by turn."""
    left = []
    for turn in dialogue.turns:
        verdict = verdicts.get(Item("d", turn.turn, language))
        if verdict and verdict.decision == "reject" and turn.kind == "segment":
            break
        if not (verdict and verdict.decision == "reject"):
            left.append((turn.turn, verdict.text if verdict and verdict.text else asked("d", turn.turn)[language]))
    return left


@settings(max_examples=300, deadline=None)
@given(reviewed_dialogues())
def test_each_language_keeps_what_it_should_and_references_stay_with_their_turns(case):
    dialogue, verdicts = case
    wanted = {language: expected(dialogue, verdicts, language) for language in ("en", "zh")}
    revised = revise(dialogue, verdicts)
    # The first turn of these dialogues is a segmentation: whoever keeps anything keeps that.
    assert (revised is None) == (not wanted["en"] and not wanted["zh"])
    if revised is None:
        return
    fresh = revised.dialogue.turns
    assert [turn.turn for turn in fresh] == list(range(1, len(fresh) + 1))
    before = {number: turn for turn in dialogue.turns for number in [revised.places.get(turn.turn)] if number}
    for language in ("en", "zh"):
        texts = [(before[turn.turn].turn, getattr(turn.question, language)) for turn in fresh]
        assert [(number, text) for number, text in texts if text is not None] == wanted[language]
        segmentations = [
            before[turn.turn].turn for turn in fresh if turn.kind == "segment" and getattr(turn.question, language)
        ]
        # "The structure segmented second" still is: what is left are the first segmentations, without a gap.
        all_of_them = [turn.turn for turn in dialogue.turns if turn.kind == "segment"]
        assert segmentations == all_of_them[: len(segmentations)]
    for turn in fresh:
        old = before[turn.turn]
        assert [before[number].turn for number in turn.refers_to] == old.refers_to
        assert (turn.kind, turn.mask, turn.target, turn.facets) == (old.kind, old.mask, old.target, old.facets)
        assert turn.answer.languages() == turn.question.languages() != []
