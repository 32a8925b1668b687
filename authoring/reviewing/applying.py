"""Puts what reviewers decided into a release: edited questions replace, rejected ones go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Literal

from authoring.errors import ReviewError
from authoring.reviewing.agreement import wilson
from authoring.reviewing.decisions import Decision, Item, latest, read_all
from authoring.reviewing.edits import edit_problem
from authoring.reviewing.revising import Revised, revise
from authoring.reviewing.verdicts import Verdict, verdicts
from mturn_seg import LANGUAGES
from release import Dialogue, Origin, ReleaseFolder, Review, Text, read_release, write_release

SHOWN = 20


@dataclass(frozen=True)
class Applied:
    """What applying a review did: the release it wrote, how its header tells the review, and what went with rejected
    questions."""

    folder: Path
    reviewed: str
    questions_lost: int
    dialogues_lost: int
    images_lost: int


@dataclass
class _Plan:
    """What becomes of the dialogues that reviewers decided on (None: nothing is left), and what all of them hold."""

    revised: dict[str, Revised | None] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    images_before: int = 0
    questions: int = 0
    questions_left: int = 0
    problems: list[str] = field(default_factory=list)

    def outcome(self, dialogue: Dialogue) -> Dialogue | None:
        """The dialogue as it will stand, None where it goes."""
        if dialogue.dialogue_id not in self.revised:
            return dialogue
        revised = self.revised[dialogue.dialogue_id]
        return None if revised is None else revised.dialogue


def apply_review(
    release_folder: Path | str,
    decision_files: Sequence[Path],
    out: Path | str,
    *,
    resolve: Literal["refuse", "strict"] = "refuse",
) -> Applied:
    """Writes to `out`, which may be the same folder, the release with the decisions of `decision_files` applied.

    An edit replaces a question in its language. A rejected segmentation turn loses its language and so do all later
    turns, whose references would count wrong; a rejected text-only turn goes alone. What nobody asks for any more goes,
    too: turns, dialogues without a segmentation, images. The header and texts.jsonl say what was reviewed.

    Where reviewers disagree the review is refused, or with `strict` a rejection wins over an edit, and an edit over an
    acceptance. Raises ReviewError for decisions that cannot be read, disagree, were taken on another text or edit what
    may not stand, and for a release whose review was applied before; then nothing is written.
    """
    release = read_release(release_folder)
    if release.header.texts.reviewed is not None:
        raise ReviewError(
            f"{release.folder}: reviewed already ({release.header.texts.reviewed}); expected the release before that, "
            "and the decisions of all reviews at once"
        )
    found = latest(read_all(decision_files))
    decided = verdicts(found, strict=resolve == "strict")
    plan = _plan(release, found, decided)
    if plan.problems:
        raise ReviewError(_listed(f"{release.folder}: decisions that do not fit", plan.problems))
    if not plan.images:
        raise ReviewError(f"{release.folder}: every dialogue was rejected; nothing was written")
    told = _told(plan.questions, decided)
    header = release.header
    folder = write_release(
        out,
        (annotation for annotation in release.annotations() if annotation.image_id in plan.images),
        (kept for dialogue in release.dialogues() if (kept := plan.outcome(dialogue)) is not None),
        _images(release, plan.images),
        header.model_copy(update={"texts": header.texts.model_copy(update={"reviewed": told})}),
        _origins(release, plan, decided),
        release.rewrites(),
    )
    return Applied(
        folder,
        told,
        plan.questions - plan.questions_left,
        sum(revised is None for revised in plan.revised.values()),
        plan.images_before - len(plan.images),
    )


def _plan(release: ReleaseFolder, found: dict[Item, list[Decision]], decided: dict[Item, Verdict]) -> _Plan:
    plan = _Plan()
    places = {annotation.image_id: line.offset for line, annotation in release.numbered_annotations()}
    plan.images_before = len(places)
    by_dialogue: dict[str, list[Item]] = {}
    for item in found:
        by_dialogue.setdefault(item.dialogue_id, []).append(item)
    for dialogue in release.dialogues():
        plan.questions += _questions(dialogue)
        items = by_dialogue.pop(dialogue.dialogue_id, [])
        if items:
            questions = dict(_asked(dialogue))
            for item in items:
                plan.problems += _stale(found[item], questions.get(item))
                if decided[item].text is not None:
                    annotation = release.annotation_at(places[dialogue.image_id])
                    problem = edit_problem(decided[item].text, item.language, questions.get(item, ""), annotation)
                    plan.problems += [f"{item}: the edit {decided[item].text!r}: {problem}"] if problem else []
            plan.revised[dialogue.dialogue_id] = revise(dialogue, {item: decided[item] for item in items})
        outcome = plan.outcome(dialogue)
        if outcome is not None:
            plan.images.add(outcome.image_id)
            plan.questions_left += _questions(outcome)
    plan.problems += [
        f"{item}: no such dialogue; expected one of the release" for items in by_dialogue.values() for item in items
    ]
    return plan


def _asked(dialogue: Dialogue) -> Iterator[tuple[Item, str]]:
    for turn in dialogue.turns:
        for language in turn.question.languages():
            yield Item(dialogue.dialogue_id, turn.turn, language), getattr(turn.question, language)


def _stale(decisions: Iterable[Decision], question: str | None) -> list[str]:
    """Decisions that were taken on another text than the one that stands there now."""
    if question is None:
        return [f"{decision.item}: no such question; expected one of the release" for decision in decisions]
    return [
        f"{decision.item}: {decision.reviewer} saw {decision.question!r}; it is {question!r} now"
        for decision in decisions
        if decision.question != question
    ]


def _origins(release: ReleaseFolder, plan: _Plan, decided: dict[Item, Verdict]) -> Iterator[Origin]:
    """How the questions came about, without those that went, and with who reviewed them."""
    for origin in release.origins():
        if origin.dialogue_id not in plan.revised:
            yield origin
            continue
        revised = plan.revised[origin.dialogue_id]
        if revised is None or origin.turn not in revised.places:
            continue
        number = revised.places[origin.turn]
        left = revised.dialogue.turns[number - 1].question.languages()
        reviews = {
            language: _review(decided[item])
            for language in left
            if (item := Item(origin.dialogue_id, origin.turn, language)) in decided
        }
        yield origin.model_copy(
            update={
                "turn": number,
                "template": Text(
                    **{name: getattr(origin.template, name) if name in left else None for name in LANGUAGES}
                ),
                "rewritten": {name: rewriting for name, rewriting in origin.rewritten.items() if name in left},
                "reviewed": reviews,
            }
        )


def _review(verdict: Verdict) -> Review:
    time = verdict.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Review(decision=verdict.decision, reviewer=", ".join(verdict.reviewers), time=time)


def _images(release: ReleaseFolder, kept: set[str]) -> Iterator[tuple[str, bytes]]:
    if release.header.images == "included":
        for annotation in release.annotations():
            if annotation.image_id in kept:
                yield annotation.image_id, release.image(annotation)


def _questions(dialogue: Dialogue) -> int:
    return sum(len(turn.question.languages()) for turn in dialogue.turns)


def _told(questions: int, decided: dict[Item, Verdict]) -> str:
    """The review in a sentence: how many questions, by how many people, how many were wrong."""
    faulty = sum(verdict.decision != "accept" for verdict in decided.values())
    people = len({reviewer for verdict in decided.values() for reviewer in verdict.reviewers})
    low, high = wilson(faulty, len(decided))
    return (
        f"{len(decided):,} of {questions:,} questions ({len(decided) / questions:.1%}) by {people} "
        f"{'person' if people == 1 else 'people'}; {faulty / len(decided):.1%} of them were faulty and were edited or "
        f"removed (error rate before that, 95 % interval {low:.1%} to {high:.1%}, Wilson)"
    )


def _listed(heading: str, problems: Sequence[str]) -> str:
    more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "\n  ".join([f"{heading} ({len(problems)})", *problems[:SHOWN], *more])
