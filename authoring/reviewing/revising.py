"""One dialogue after its review: what is edited, what goes, and how the rest is numbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authoring.reviewing.decisions import Item
from authoring.reviewing.verdicts import Verdict
from mturn_seg import LANGUAGES
from release import Dialogue, Text, Turn


@dataclass(frozen=True)
class Revised:
    """A dialogue after its review. `places` maps the number of each turn that is left to its number now."""

    dialogue: Dialogue
    places: dict[int, int]


def revise(dialogue: Dialogue, verdicts: Mapping[Item, Verdict]) -> Revised | None:
    """The dialogue with the verdicts on its questions; None where no segmentation turn is left."""
    kept = {language: _turns_kept(dialogue, language, verdicts) for language in LANGUAGES}
    left = [turn for turn in dialogue.turns if any(turn.turn in kept[language] for language in LANGUAGES)]
    if not any(turn.kind == "segment" for turn in left):
        return None
    places = {turn.turn: number for number, turn in enumerate(left, 1)}
    turns = []
    for turn in left:
        languages = [language for language in LANGUAGES if turn.turn in kept[language]]
        edits = {
            language: verdict.text
            for language in languages
            if (verdict := verdicts.get(Item(dialogue.dialogue_id, turn.turn, language))) is not None and verdict.text
        }
        turns.append(_turn(turn, languages, edits, places))
    return Revised(dialogue.model_copy(update={"turns": turns}), places)


def _turns_kept(dialogue: Dialogue, language: str, verdicts: Mapping[Item, Verdict]) -> set[int]:
    """The numbers of the turns that a language keeps. References count segmentations, so that the loss of one takes all
    later turns with it; a language without any segmentation keeps nothing."""
    kept, segmentations = set(), 0
    for turn in dialogue.turns:
        if language not in turn.question.languages():
            continue
        verdict = verdicts.get(Item(dialogue.dialogue_id, turn.turn, language))
        if verdict is not None and verdict.decision == "reject":
            if turn.kind == "segment":
                break
            continue
        kept.add(turn.turn)
        segmentations += turn.kind == "segment"
    return kept if segmentations else set()


def _turn(turn: Turn, languages: list[str], edits: Mapping[str, str], places: Mapping[int, int]) -> Turn:
    def in_those(text: Text, changed: Mapping[str, str]) -> Text:
        return Text(
            **{
                language: changed.get(language, getattr(text, language)) if language in languages else None
                for language in LANGUAGES
            }
        )

    return turn.model_copy(
        update={
            "turn": places[turn.turn],
            "question": in_those(turn.question, edits),
            "answer": None if turn.answer is None else in_those(turn.answer, {}),
            "refers_to": [places[number] for number in turn.refers_to],
        }
    )
