"""Questions: a frame for the pattern, with a clause for every clue."""

import numpy as np

from authoring.clues import (
    Around,
    Beside,
    Clue,
    Described,
    Earlier,
    ExtremeOf,
    History,
    InHalf,
    InQuarter,
    Inside,
    InSystem,
    NearestTo,
    NthFrom,
    OnSide,
    PartInHalf,
    PartOf,
    Ranking,
    Region,
    SameSideAs,
    SizeAgainst,
    Touching,
)
from authoring.planning import Question
from authoring.proof import fitting
from authoring.scene import Scene
from authoring.wording.forms import capitalised, forms, phrase, pick, reference
from mturn_seg import LANGUAGES

PLACES = (OnSide, InHalf, InQuarter)
#: The frames of patterns that have their own; all others follow from the clues.
FRAMES = {
    "words": "settled",
    "words_with_place": "settled_at",
    "other": "other",
    "counterpart": "counterpart",
    "again_extreme": "again",
    "again_system": "again",
    "rest": "rest",
    "piece": "piece",
    "half": "half",
    "together": "together",
}


def question_text(question: Question, scene: Scene, history: History, rng: np.random.Generator) -> dict[str, str]:
    """The question in each language, worded independently, after the segmentations of `history`.

    No description names a structure that the slice's labels show.
    """
    return {language: _Sentence(language, question, scene, history, rng).text() for language in LANGUAGES}


class _Sentence:
    """One question in one language."""

    def __init__(self, language: str, question: Question, scene: Scene, history: History, rng: np.random.Generator):
        self._language, self._forms = language, forms()[language]
        self._question, self._scene, self._history, self._rng = question, scene, history, rng

    def text(self) -> str:
        frame, slots = self._frame()
        slots["verb"] = pick(self._rng, self._forms["verbs"])
        slots |= {capitalised(name): capitalised(text) for name, text in slots.items()}
        frames = self._forms["frames"]
        if self._of_group and f"{frame}_of_group" in frames:
            frame = f"{frame}_of_group"
        return capitalised(pick(self._rng, frames[frame]).format(**slots))

    def _frame(self) -> tuple[str, dict[str, str]]:
        """The name of the frame, and what fills its slots."""
        clues = self._question.clues
        region = next((clue for clue in clues if isinstance(clue, Region)), None)
        if region is not None:
            return FRAMES[self._question.pattern], self._region(region)
        slots: dict[str, str] = {}
        for clue in clues:
            if isinstance(clue, Described):
                slots["d"] = self._phrase(clue.concept)
                slots["n"] = self._forms["numbers"][len(fitting(self._scene, clue)) - 1]
        places = [clue for clue in clues if isinstance(clue, PLACES)]
        others = [clue for clue in clues if _clause_name(clue) and clue not in places]
        frame = FRAMES.get(self._question.pattern)
        if frame in ("other", "counterpart"):
            slots["ref"] = self._reference(clues[-1].to)
        elif places and not others:
            slots["place"] = self._place(places[0])
            frame = frame or "place"
        elif places and any(isinstance(clue, Ranking) for clue in others):
            # What is picked is picked among those of the place: "the nearest" of all may lie elsewhere.
            slots |= {"place": self._place(places[0]), "that": self._clause(others[0])}
            frame = "narrowed"
        elif frame != "settled":
            slots["that"] = self._forms["and"].join(self._clause(clue) for clue in (*places, *others))
            frame = frame or "chosen"
        return frame, slots

    def _region(self, region: Region) -> dict[str, str]:
        first, *second = (self._reference(Earlier(ordinal)) for ordinal in region.references(()))
        slots = {"ref": first, **({"ref2": second[0]} if second else {})}
        if isinstance(region, PartInHalf):
            slots["half"] = self._forms["halves"][region.half]
        return slots

    def _clause(self, clue: Clue) -> str:
        """What the wanted structure does: a piece of a relative clause."""
        table = self._forms["clauses"][_clause_name(clue)]
        slots = {"ref": self._reference(clue.to)} if hasattr(clue, "to") else {}
        match clue:
            case OnSide() | InHalf() | InQuarter():
                slots["place"] = self._place(clue)
            case InSystem():
                slots["system"] = self._forms["systems"][clue.system]
            case Beside():
                table = table[clue.whose][clue.direction]
            case SameSideAs():
                table = table["same" if clue.same else "opposite"]
            case SizeAgainst():
                table = table["larger" if clue.larger else "smaller"]
            case Touching():
                table = table["touching" if clue.touching else "apart"]
            case NearestTo():
                table = table[self._how_many()]
            case ExtremeOf():
                table = table[self._how_many()][clue.extreme]
            case NthFrom():
                table, slots["ordinal"] = table[clue.side], self._forms["ordinals"][clue.number - 1]
        return pick(self._rng, table).format(**slots)

    @property
    def _described(self) -> list[Described]:
        return [clue for clue in self._question.clues if isinstance(clue, Described)]

    @property
    def _of_group(self) -> bool:
        """Whether the description is one of a group ("one of the two great arteries"), which is not quoted.

        Of three stacked muscles there is no "other one", though the slice may show only two.
        """
        groups = [clue.concept for clue in self._described if clue.concept.is_group]
        return bool(groups) and (self._question.pattern != "other" or len(groups[0].fits) == 2)

    def _how_many(self) -> str:
        """Whether a ranking compares two candidates or more: a comparative or a superlative."""
        if any(isinstance(clue, PLACES) for clue in self._question.clues):
            return "more"
        if self._described:
            candidates = fitting(self._scene, self._described[0])
        else:
            candidates = {item.id for item in self._history}
        return "two" if len(candidates) == 2 else "more"

    def _place(self, clue: Clue) -> str:
        table = self._forms["places"][type(clue).__name__]
        match clue:
            case OnSide():
                table = table[clue.whose][clue.side]
            case InHalf():
                table = table[clue.half]
            case InQuarter():
                table = table[clue.half][clue.side]
        return pick(self._rng, table)

    def _reference(self, to) -> str:
        if isinstance(to, Earlier):
            return reference(self._language, to.ordinal, self._history, self._rng)
        return self._forms["landmark"].format(d=self._phrase(to.concept))

    def _phrase(self, concept) -> str:
        return phrase(concept, self._language, frozenset(self._scene.structures), self._rng)


def _clause_name(clue: Clue) -> str | None:
    """The key of a clue's clauses; None for clues that a frame expresses."""
    spoken = (*PLACES, InSystem, Beside, SameSideAs, SizeAgainst, Touching, Inside, Around, PartOf, Ranking)
    return type(clue).__name__ if isinstance(clue, spoken) else None
