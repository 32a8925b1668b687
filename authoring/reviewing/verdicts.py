"""What several reviewers together decide on a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authoring.errors import ReviewError
from authoring.reviewing.decisions import Choice, Decision, Item

# With a strict resolution the first of these that anybody chose.
STRICTEST: tuple[Choice, ...] = ("reject", "edit", "accept")
SHOWN = 20


@dataclass(frozen=True)
class Verdict:
    """What holds of a question: the decision, the text of an edit, who decided it so, and when the last of them did."""

    decision: Choice
    text: str | None
    reviewers: tuple[str, ...]
    time: datetime


def verdicts(found: Mapping[Item, Sequence[Decision]], *, strict: bool) -> dict[Item, Verdict]:
    """One verdict for each question from the last decision of each reviewer.

    Raises ReviewError where they disagree; with `strict` only where they edited a question to different texts.
    """
    decided = {item: _verdict(decisions, strict) for item, decisions in found.items()}
    open_ones = [item for item, verdict in decided.items() if verdict is None]
    if open_ones:
        told = [f"{item}: {_choices(found[item])}" for item in open_ones[:SHOWN]]
        more = [f"and {len(open_ones) - SHOWN} more"] if len(open_ones) > SHOWN else []
        way_out = "one text" if strict else "agreement, or --resolve strict, with which a rejection wins"
        raise ReviewError("\n  ".join([f"reviewers disagree ({len(open_ones)}); expected {way_out}", *told, *more]))
    return decided


def _verdict(decisions: Sequence[Decision], strict: bool) -> Verdict | None:
    chosen = {decision.decision for decision in decisions}
    if len(chosen) > 1 and not strict:
        return None
    winner = next(choice for choice in STRICTEST if choice in chosen)
    of_winner = [decision for decision in decisions if decision.decision == winner]
    texts = {decision.text for decision in of_winner}
    if len(texts) > 1:
        return None
    reviewers = tuple(decision.reviewer for decision in decisions)
    return Verdict(winner, texts.pop(), reviewers, max(decision.time for decision in decisions))


def _choices(decisions: Sequence[Decision]) -> str:
    return ", ".join(
        f"{decision.reviewer} {decision.decision}" + (f" to {decision.text!r}" if decision.text else "")
        for decision in decisions
    )
