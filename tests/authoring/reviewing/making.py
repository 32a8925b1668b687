"""A release of three dialogues that can be followed on paper, and decisions on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from authoring.reviewing import Decision
from masks import encode
from release import (
    Annotation,
    Dialogue,
    Edges,
    Mask,
    Origin,
    Release,
    Source,
    Structure,
    Text,
    Texts,
    Turn,
    grey_png,
    image_file,
    write_release,
)

SIDE = 16
# What is asked, and for text turns and references to which turn: (kind, target, refers to).
LONG = [
    ("segment", "liver", []),
    ("answer", None, [1]),
    ("segment", "spleen", [1]),
    ("answer", None, [3]),
    ("segment", "aorta", [1, 3]),
]


def square(row: int, column: int) -> Mask:
    pixels = np.zeros((SIDE, SIDE), bool)
    pixels[row : row + 4, column : column + 4] = True
    return Mask(**encode(pixels))


STRUCTURES = {"liver": square(2, 2), "spleen": square(2, 10), "aorta": square(10, 6)}


def asked(dialogue_id: str, turn: int) -> dict[str, str]:
    """The question of a turn in each language."""
    return {"en": f"Question {turn} of {dialogue_id}, in words.", "zh": f"{dialogue_id}的第{turn}个问题。"}


def turns(dialogue_id: str, kinds: list[tuple], languages: tuple[str, ...]) -> list[Turn]:
    def text(number: int, ending: str) -> Text:
        whole = {name: question + ending for name, question in asked(dialogue_id, number).items()}
        return Text(**{name: question if name in languages else None for name, question in whole.items()})

    return [
        Turn(
            turn=number,
            kind=kind,
            question=text(number, ""),
            answer=text(number, " answered"),
            facets=["clinical"],
            target=target,
            system="digestive" if target else None,
            refers_to=refers_to,
            mask=STRUCTURES[target] if target else None,
        )
        for number, (kind, target, refers_to) in enumerate(kinds, 1)
    ]


def annotation(image_id: str, patient: str) -> Annotation:
    return Annotation(
        image_id=image_id,
        file=image_file(image_id),
        height=SIDE,
        width=SIDE,
        spacing_mm=[1.0, 1.0],
        plane="axial",
        edges=Edges(left="R", top="A"),
        window=None,
        patient_id=patient,
        source="made",
        modality="CT",
        sequence="CECT",
        region="abdomen",
        slice_index=0,
        structures=[
            Structure(id=name, system="digestive", mask=mask, area_px=16, centroid=[1.0, 1.0])
            for name, mask in STRUCTURES.items()
        ],
    )


def make_release(folder: Path, *, told: bool = True, texts: dict[tuple[str, int], str] | None = None) -> Path:
    """`long` (test): five turns in both languages; `short` (test): one, in English; `other` (train): one, in both.

    `told` adds the account of how the questions came about; `texts` replaces English questions.
    """
    dialogues = [
        Dialogue(dialogue_id="long", image_id="i1", split="test", turns=turns("long", LONG, ("en", "zh"))),
        Dialogue(dialogue_id="short", image_id="i1", split="test", turns=turns("short", LONG[:1], ("en",))),
        Dialogue(dialogue_id="other", image_id="i2", split="train", turns=turns("other", LONG[:1], ("en", "zh"))),
    ]
    for dialogue in dialogues:
        for index, turn in enumerate(dialogue.turns):
            fresh = (texts or {}).get((dialogue.dialogue_id, turn.turn))
            if fresh:
                question = turn.question.model_copy(update={"en": fresh})
                dialogue.turns[index] = turn.model_copy(update={"question": question})
    origins = [
        Origin(
            dialogue_id=dialogue.dialogue_id,
            turn=turn.turn,
            pattern="words" if turn.kind == "segment" else "fact",
            clues=[{"clue": "Described", "fits": [turn.target or "liver"]}],
            template=turn.question,
        )
        for dialogue in dialogues
        for turn in dialogue.turns
    ]
    pictures = {name: grey_png(Image.new("L", (SIDE, SIDE), 40 * index)) for index, name in enumerate(("i1", "i2"), 1)}
    header = Release(
        name="Made",
        version="1.0.0",
        created="2025-11-23",
        languages=["en", "zh"],
        sources=[
            Source(
                name="made",
                title="Made",
                licence="CC0-1.0",
                licence_url=None,
                citation=None,
                url=None,
                redistribute="images",
            )
        ],
        texts=Texts(written_by="hand", rewritten_by=None, reviewed=None),
    )
    notes = [annotation("i1", "p1"), annotation("i2", "p2")]
    return write_release(folder, notes, dialogues, pictures, header, origins if told else ())


#: Questions of make_release, by language: 5 + 1 + 1 in English, 5 + 1 in Chinese.
QUESTIONS = 13
BEGAN = datetime(2025, 11, 23, 8, tzinfo=UTC)


def decided(dialogue_id: str, turn: int, language: str, decision: str, **changes) -> Decision:
    """A decision on a question as it stands in make_release; `minute` sets its time."""
    extra = {"edit": {"text": "A better question."}, "reject": {"reason": "wrong"}}.get(decision, {})
    minute = changes.pop("minute", 0)
    content = {
        "dialogue_id": dialogue_id,
        "turn": turn,
        "language": language,
        "decision": decision,
        "reviewer": "Li",
        "time": BEGAN + timedelta(minutes=minute),
        "question": asked(dialogue_id, turn)[language],
        **extra,
        **changes,
    }
    return Decision(**content)


def write_decisions(file: Path, *decisions: Decision) -> Path:
    file.write_text("".join(decision.model_dump_json(exclude_none=True) + "\n" for decision in decisions), "utf-8")
    return file
