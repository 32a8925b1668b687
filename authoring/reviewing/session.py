"""A review that goes on: the sample, what this reviewer decided so far, and where the next decision goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from authoring.errors import ReviewError
from authoring.reviewing.decisions import Decision, DecisionLog, Item
from authoring.reviewing.edits import edit_problem
from authoring.reviewing.sampling import Sampled
from release import Annotation, Dialogue, ReleaseFolder, Turn


@dataclass(frozen=True)
class Shown:
    """A question of the sample with all that it is judged by."""

    sampled: Sampled
    dialogue: Dialogue
    annotation: Annotation

    @property
    def turn(self) -> Turn:
        """The turn that asks it."""
        return self.dialogue.turns[self.sampled.item.turn - 1]

    @property
    def question(self) -> str:
        """Its text in the language under review."""
        return getattr(self.turn.question, self.sampled.item.language)

    @property
    def history(self) -> list[Turn]:
        """The turns before it that are asked in its language."""
        earlier = self.dialogue.turns[: self.sampled.item.turn - 1]
        return [turn for turn in earlier if self.sampled.item.language in turn.question.languages()]


class ReviewSession:
    """One reviewer and one sample. Questions are numbered from 0 in the order of the sample."""

    def __init__(self, release: ReleaseFolder, sampled: Sequence[Sampled], reviewer: str, file: Path):
        """Goes on where the decisions in `file` end. Raises ReviewError where that is no file of decisions."""
        if not reviewer.strip():
            raise ReviewError(f"the reviewer's name is {reviewer!r}; expected one that is not blank")
        self.release = release
        self.sampled = list(sampled)
        self.reviewer = reviewer
        self.log = DecisionLog(file)
        self._clues = _clues(release, self.sampled)
        self._own = self._standing()

    def shown(self, number: int) -> Shown:
        """A question with its dialogue and image. Raises IndexError for a number beyond the sample."""
        if not 0 <= number < len(self.sampled):
            raise IndexError(f"question {number}; expected 0 to {len(self.sampled) - 1}")
        sampled = self.sampled[number]
        return Shown(
            sampled, self.release.dialogue_at(sampled.dialogue_at), self.release.annotation_at(sampled.annotation_at)
        )

    def clues(self, number: int) -> list[dict]:
        """The conditions that make the answer of a question the only one; none where the release does not tell."""
        item = self.sampled[number].item
        return self._clues.get((item.dialogue_id, item.turn), [])

    def decision(self, number: int) -> Decision | None:
        """This reviewer's last decision on a question, None where there is none on the text that stands there now."""
        return self._own.get(self.sampled[number].item)

    def states(self) -> list[str | None]:
        """What this reviewer decided on every question of the sample, None where nothing yet."""
        return [self._own[one.item].decision if one.item in self._own else None for one in self.sampled]

    def counts(self) -> Counter[str]:
        """How many questions of the sample were accepted, edited and rejected."""
        return Counter(state for state in self.states() if state is not None)

    def decide(self, number: int, decision: str, *, text: str | None = None, reason: str | None = None) -> Decision:
        """Keeps a decision on a question. Raises ReviewError for a partial one and for an edit that may not stand."""
        shown = self.shown(number)
        item = shown.sampled.item
        if decision == "edit":
            text = (text or "").strip()
            if text == shown.question:
                raise ReviewError("the text is as it was; expected another one, or accept the question")
            problem = edit_problem(text, item.language, shown.question, shown.annotation)
            if problem is not None:
                raise ReviewError(problem)
        if decision == "reject" and not (reason or "").strip():
            raise ReviewError("no reason; expected a few words")
        try:
            made = Decision(
                **item._asdict(),
                decision=decision,
                text=text,
                reason=reason.strip() if reason else None,
                reviewer=self.reviewer,
                time=datetime.now(UTC),
                question=shown.question,
            )
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            raise ReviewError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        self.log.append(made)
        self._own[item] = made
        return made

    def _standing(self) -> dict[Item, Decision]:
        """This reviewer's decisions on questions of the sample whose text has not changed since."""
        own = self.log.of(self.reviewer)
        numbers = (number for number, one in enumerate(self.sampled) if one.item in own)
        found = {self.sampled[number].item: self.shown(number).question for number in numbers}
        return {item: own[item] for item, question in found.items() if own[item].question == question}


def _clues(release: ReleaseFolder, sampled: Sequence[Sampled]) -> dict[tuple[str, int], list[dict]]:
    wanted = {(one.item.dialogue_id, one.item.turn) for one in sampled}
    return {
        (origin.dialogue_id, origin.turn): origin.clues
        for origin in release.origins()
        if (origin.dialogue_id, origin.turn) in wanted
    }
