"""Whole dialogues: how long, and which questions follow each other."""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from authoring.planning.questions import Question, TextQuestion, eased, possible_question, text_question
from authoring.scene import Scene, SceneStructure
from authoring.yaml_files import read_yaml

SETTINGS = Path(__file__).with_name("settings.yaml")
#: Steps of this share visit the unit interval evenly however many are taken.
GOLDEN_STEP = (5**0.5 - 1) / 2

PlannedTurn = Question | TextQuestion
Plan = list[PlannedTurn]


class Planner:
    """Plans the dialogues of a case, slice after slice: lengths in the wanted proportions, patterns in turns.

    `turns` maps numbers of turns to their share; by default those published for the benchmark.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        turns: Mapping[int, float] | None = None,
        dialogues_per_image: int | None = None,
    ):
        settings = default_settings()
        self._rng = rng
        self._turns = turns or settings["turns"]
        self._per_image = dialogues_per_image or settings["dialogues_per_image"]
        self._used: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._next_length = float(rng.random())
        # Dialogues of each length still to come, because the scene before was too poor for them.
        self._owed: Counter[int] = Counter()

    def plan(self, scene: Scene) -> list[Plan]:
        """The dialogues of one image. A scene that supports fewer gets fewer; none begins as another does."""
        plans: list[Plan] = []
        openings: list[str] = []
        for _ in range(self._per_image):
            length = self._length()
            plan = self._dialogue(scene, length, openings)
            self._owed[length] += 1
            self._owed[len(plan)] -= 1
            if plan and not any(_same_questions(plan, other) for other in plans):
                plans.append(plan)
                openings.append(plan[0].target.id)
        return plans

    def _length(self) -> int:
        """The next number of turns: steps through the wanted shares evenly, where drawing would leave it to chance.

        A length of which there were too many already makes room for one that came short.
        """
        self._next_length = (self._next_length + GOLDEN_STEP) % 1
        lengths, shares = list(self._turns), np.cumsum(list(self._turns.values()))
        length = lengths[int(np.searchsorted(shares, self._next_length * shares[-1], side="right"))]
        short = [other for other in lengths if self._owed[other] > 0]
        if self._owed[length] < 0 and short:
            self._owed[length] += 1
            length = max(short)
            self._owed[length] -= 1
        return length

    def _dialogue(self, scene: Scene, length: int, openings: Collection[str]) -> Plan:
        """One dialogue of `length` turns, or of as many as the scene supports."""
        draft = _Draft(length)
        while len(draft.turns) < length:
            turn = self._text(scene, draft) if self._rng.random() < default_settings()["text_only"] else None
            # The first question of a dialogue asks for what no other dialogue of the image began with, if it can.
            avoided = ([] if draft.turns else [openings]) + [()]
            for avoid in avoided:
                turn = turn or self._question(scene, draft, avoid)
            turn = turn or self._text(scene, draft)
            if turn is None:
                break
            draft.add(turn)
        self._used.update(turn.pattern for turn in draft.turns if isinstance(turn, Question))
        self._asked.update(item.id for item in draft.history)
        return draft.turns

    def _question(self, scene: Scene, draft: "_Draft", avoid: Collection[str]) -> Question | None:
        weights = eased(default_settings()["patterns"], self._used)
        weights = {name: weight for name, weight in weights.items() if draft.may_have(name)}
        latest = [item.id for item in draft.history[-1:]]
        return possible_question(scene, draft.history, self._rng, weights, asked=self._asked, avoid=[*avoid, *latest])

    def _text(self, scene: Scene, draft: "_Draft") -> TextQuestion | None:
        if not draft.may_have_text():
            return None
        return text_question(scene, draft.history, draft.told, self._rng)


class _Draft:
    """A dialogue so far: its turns, its segmentations, the facts that were asked."""

    def __init__(self, length: int):
        self.length = length
        self.turns: Plan = []
        self.history: list[SceneStructure] = []
        self.told: set[str] = set()

    def add(self, turn: PlannedTurn) -> None:
        self.turns.append(turn)
        if isinstance(turn, TextQuestion):
            self.told.add(turn.fact.question["en"])
        else:
            self.history.append(turn.target)

    def may_have_text(self) -> bool:
        """Whether one more text-only turn is not too many, in all or in a row."""
        settings = default_settings()
        row = settings["texts_in_a_row"]
        in_a_row = len(self.turns) >= row and all(isinstance(turn, TextQuestion) for turn in self.turns[-row:])
        texts = len(self.turns) - len(self.history)
        return not in_a_row and texts < max(1, int(settings["most_text_only"] * self.length))

    def may_have(self, pattern: str) -> bool:
        """Whether one more question of a pattern is not too many. Those that go back never follow each other."""
        most = default_settings()["returns"].get(pattern)
        if most is None:
            return True
        asked = [turn.pattern for turn in self.turns if isinstance(turn, Question)]
        return asked.count(pattern) < most and not (asked and asked[-1] in default_settings()["returns"])


def _same_questions(one: Plan, other: Plan) -> bool:
    return [getattr(turn, "clues", turn) for turn in one] == [getattr(turn, "clues", turn) for turn in other]


@cache
def default_settings() -> dict:
    """The settings of settings.yaml."""
    return read_yaml(SETTINGS)
