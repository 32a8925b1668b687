"""A question as the page gets it: plain data, which the page shows as text and never as markup."""

from __future__ import annotations

import re

from authoring.anatomy.structures import structures
from authoring.reviewing.decisions import Decision
from authoring.reviewing.session import Shown
from mturn_seg import LANGUAGES
from release import Annotation, Turn

TARGET = "#19e6a0"
EARLIER = ("#ff9f40", "#4da3ff", "#f45b9a", "#b48cff", "#ffd23f", "#ff6b5e", "#6fd3ff", "#c8e05a")
_OPPOSITE = {"R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S"}


def seen(shown: Shown) -> str:
    """What a decision must say that it was taken on: the question's place and its words."""
    item = shown.sampled.item
    return f"{item.dialogue_id} {item.turn} {item.language}: {shown.question}"


def told(shown: Shown, number: int, clues: list[dict], decision: Decision | None) -> dict:
    """All that the page shows of question `number`."""
    language, turn, annotation = shown.sampled.item.language, shown.turn, shown.annotation
    place = f"/api/questions/{number}"
    return {
        "number": number,
        "seen": seen(shown),
        **shown.sampled.item._asdict(),
        "kind": turn.kind,
        "question": shown.question,
        "answer": getattr(turn.answer, language) if turn.answer is not None else None,
        "other": [
            {"language": name, "question": getattr(turn.question, name)}
            for name in LANGUAGES
            if name != language and getattr(turn.question, name) is not None
        ],
        "target": _name(turn.target, language),
        "refers_to": turn.refers_to,
        "clues": [clue_told(clue) for clue in clues],
        "pattern": shown.sampled.pattern,
        "facets": turn.facets,
        "history": [_earlier(shown, earlier) for earlier in shown.history],
        "picture": f"{place}/picture",
        "masks": [
            {
                "turn": one.turn,
                "target": one is turn,
                "url": f"{place}/masks/{one.turn}",
            }
            for one in (*shown.history, turn)
            if one.mask is not None
        ],
        "image": _image(shown.dialogue.split, annotation),
        "decision": None if decision is None else decision.model_dump(mode="json"),
    }


def colour_of(shown: Shown, turn: Turn) -> str:
    """The colour of a turn's mask: one for what is asked for now, others for the segmentations before, in turn."""
    if turn.turn == shown.turn.turn:
        return TARGET
    earlier = [one.turn for one in shown.history if one.mask is not None]
    return EARLIER[earlier.index(turn.turn) % len(EARLIER)]


def clue_told(clue: dict) -> str:
    """A clue in words: "same side as (same: no, to: segmentation 1)"."""
    rest = dict(clue)
    kind = rest.pop("clue", None) or rest.pop("region", None) or "clue"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(kind)).lower()
    parts = [_part(key, value) for key, value in rest.items()]
    return f"{name} ({', '.join(parts)})" if parts else name


def _part(key: str, value: object) -> str:
    return f"segmentation {value}" if key == "earlier" else f"{key}: {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " or ".join(_value(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(_part(key, inner) for key, inner in value.items())
    return str(value).replace("_", " ")


def _earlier(shown: Shown, turn: Turn) -> dict:
    language = shown.sampled.item.language
    return {
        "turn": turn.turn,
        "kind": turn.kind,
        "question": getattr(turn.question, language),
        "answer": getattr(turn.answer, language) if turn.answer is not None else None,
        "target": _name(turn.target, language),
        "colour": colour_of(shown, turn) if turn.mask is not None else None,
    }


def _name(target: str | None, language: str) -> str | None:
    """A structure's name in a language; the target in its own words where it is no structure of the catalogue."""
    if target in structures():
        return structures()[target].name(language)
    return target.replace("_", " ") if target is not None else None


def _image(split: str, annotation: Annotation) -> dict:
    spacing = annotation.spacing_mm or (1.0, 1.0)
    edges = annotation.edges
    return {
        "split": split,
        "width": annotation.width,
        "height": annotation.height,
        # Width to height as they are in the body: pixels need not be square.
        "aspect": annotation.width * spacing[1] / (annotation.height * spacing[0]),
        "edges": None
        if edges is None
        else {
            "left": edges.left,
            "top": edges.top,
            "right": _OPPOSITE[edges.left],
            "bottom": _OPPOSITE[edges.top],
        },
        "scan": f"{annotation.modality} {annotation.sequence}, {annotation.region}, {annotation.plane}",
    }
