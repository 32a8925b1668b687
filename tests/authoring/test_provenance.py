"""What texts.jsonl tells of a question is what its sentence says."""

import pytest

from tests.authoring.reading.asked import asked
from tests.authoring.reading.parsing import mentions


@pytest.fixture(scope="module")
def origins(demo_release):
    """(dialogue, turn) -> how its question came about"""
    return {(origin.dialogue_id, origin.turn): origin for origin in demo_release.origins()}


def told(clue):
    """A clue of texts.jsonl as a condition of the reader, None for a description."""
    reference = [_reference(clue["to"])] if "to" in clue else []
    match clue:
        case {"clue": "Described"}:
            return None
        case {"clue": "OnSide", "whose": whose, "side": side}:
            return ("side", whose, side)
        case {"clue": "InHalf", "half": half}:
            return ("half", half)
        case {"clue": "InQuarter", "half": half, "side": side}:
            return ("quarter", half, side)
        case {"clue": "InSystem", "system": system}:
            return ("system", system)
        case {"clue": "SegmentedBefore"}:
            return ("before",)
        case {"clue": "Beside", "whose": whose, "direction": direction}:
            return ("beside", whose, direction, *reference)
        case {"clue": "SameSideAs", "same": same}:
            return ("same side", same, *reference)
        case {"clue": "SizeAgainst", "larger": larger}:
            return ("size", "larger" if larger else "smaller", *reference)
        case {"clue": "Touching", "touching": touching}:
            return ("touches", touching, *reference)
        case {"clue": "ExtremeOf", "extreme": extreme}:
            return ("extreme", extreme)
        case {"clue": "NthFrom", "number": number, "side": side}:
            return ("nth", number, side)
        case {"region": "PartInHalf", "of": of, "half": half}:
            return ("part in half", half, ("earlier", of))
        case {"region": "LargestPiece", "of": of}:
            return ("piece", ("earlier", of))
        case {"region": "RestOf", "whole": whole, "part": part}:
            return ("rest", ("earlier", whole), ("earlier", part))
        case {"region": "Together", "first": first, "second": second}:
            return ("together", ("earlier", first), ("earlier", second))
        case {"clue": name}:
            return (RELATIONS[name], *reference)


RELATIONS = {
    "Inside": "inside",
    "Around": "around",
    "PartOf": "part of",
    "NearestTo": "nearest",
    "OtherThan": "other",
    "CounterpartOf": "counterpart",
}


def _reference(to):
    return ("earlier", to["earlier"]) if "earlier" in to else ("landmark", frozenset(to["landmark"]))


def test_every_turn_has_its_origin(demo_release, origins):
    turns = {
        (dialogue.dialogue_id, turn.turn): turn for dialogue in demo_release.dialogues() for turn in dialogue.turns
    }
    assert origins.keys() == turns.keys()
    assert len(list(demo_release.origins())) == len(turns)
    for key, origin in origins.items():
        assert origin.template == turns[key].question
        assert origin.rewritten == origin.reviewed == {}


def test_the_clues_are_what_each_sentence_says(demo_release, origins):
    for question in asked(demo_release):
        clues = origins[question.dialogue.dialogue_id, question.turn.turn].clues
        fits = [frozenset(clue["fits"]) for clue in clues if clue.get("clue") == "Described"]
        conditions = frozenset(condition for clue in clues if (condition := told(clue)) is not None)
        assert question.reading.meaning == (fits[0] if fits else None, conditions), question
        assert len(fits) <= 1


def test_a_text_question_speaks_of_the_segmentation_that_is_told(demo_release, origins):
    facts = 0
    for dialogue in demo_release.dialogues():
        segmented = 0
        for turn in dialogue.turns:
            origin = origins[dialogue.dialogue_id, turn.turn]
            if turn.kind == "segment":
                segmented += 1
                assert origin.pattern != "fact"
                continue
            assert origin.pattern == "fact"
            for language in ("en", "zh"):
                (mention,) = mentions(getattr(turn.question, language), language, segmented)
                assert origin.clues == [{"clue": "Earlier", "earlier": mention.ordinal}], turn.question
            facts += 1
    assert facts > 100
