"""A small release whose templates the check understands, and rewordings of them."""

from pathlib import Path

import numpy as np
from PIL import Image

from masks import area, encode
from release import (
    Annotation,
    Dialogue,
    Origin,
    Release,
    Review,
    Source,
    Structure,
    Text,
    Texts,
    Turn,
    grey_png,
    image_file,
    write_release,
)

# Template -> a rewording that says the same. All are references alone, so that no knowledge is needed to read them.
FIRST = {
    "Segment the structure segmented first and the structure segmented second together, as one mask.": (
        "Please combine the structure segmented first and the structure segmented second into one mask."
    ),
    "Of the structure segmented first, keep only the part in the upper half of the image.": (
        "Please segment only the part of the structure segmented first that lies in the upper half of the image."
    ),
    "Does failure of the structure segmented first impair blood clotting?": (
        "Does failure of the first segmented structure impair blood clotting?"
    ),
    "请从第一次分割的结构中去除第二次分割的结构，分割剩余的部分。": (
        "请将第二次分割的结构从第一次分割的结构中去掉，分割剩下的部分。"
    ),
    "请只保留第一次分割的结构位于图像上半部分的区域。": "请仅分割第一次分割的结构在图像上半部分内的那部分。",
    "第一次分割的结构功能衰竭会影响凝血吗？": "请问，第一次分割的结构功能衰竭会影响凝血吗？",
}
ENGLISH, CHINESE = list(FIRST)[:3], list(FIRST)[3:]
# A template that the check cannot read: nothing says it in the forms or in the knowledge.
UNREAD = "Segment the thing over there."


def good(question: str, times: int) -> str:
    """The rewording that says the same; what the check cannot read is never asked for."""
    return FIRST[question]


def make_release(folder: Path, reviewed: bool = False) -> Path:
    """Two dialogues, one in train and one in test, of the same three templates; the test one asks UNREAD, too."""
    mask = np.zeros((24, 32), bool)
    mask[6:15, 8:20] = True
    encoded = encode(mask)
    annotations, dialogues, origins, images = [], [], [], {}
    for number, split in enumerate(("train", "test")):
        image_id = f"image{number}"
        images[image_id] = grey_png(Image.fromarray(np.full((24, 32), 40 + number, np.uint8)))
        annotations.append(_annotation(image_id, f"patient{number}", encoded))
        texts = list(zip(ENGLISH, CHINESE, strict=True)) + ([(UNREAD, "请分割那边的东西。")] if split == "test" else [])
        turns = [_turn(place, texts, encoded) for place in range(len(texts))]
        dialogues.append(Dialogue(dialogue_id=f"dialogue{number}", image_id=image_id, split=split, turns=turns))
        for turn in turns:
            decided = Review(decision="edit", reviewer="R", time="2025-11-22T08:30:00Z")
            is_reviewed = reviewed and turn.turn == 1
            if is_reviewed:
                turns[0] = turn.model_copy(update={"question": Text(en="Edited by hand.", zh=turn.question.zh)})
            origins.append(
                Origin(
                    dialogue_id=f"dialogue{number}",
                    turn=turn.turn,
                    pattern="made",
                    clues=[],
                    template=Text(en=texts[turn.turn - 1][0], zh=texts[turn.turn - 1][1]),
                    reviewed={"en": decided} if is_reviewed else {},
                )
            )
        dialogues[-1] = dialogues[-1].model_copy(update={"turns": turns})
    return write_release(folder, annotations, dialogues, images, _header(), origins)


def _turn(place: int, texts: list, mask: dict) -> Turn:
    segments = place != 2
    return Turn(
        turn=place + 1,
        kind="segment" if segments else "answer",
        question=Text(en=texts[place][0], zh=texts[place][1]),
        answer=Text(en="Done.", zh="好。"),
        facets=[],
        target="liver" if segments else None,
        system=None,
        refers_to=[1] if place else [],
        mask=mask if segments else None,
    )


def _annotation(image_id: str, patient: str, mask: dict) -> Annotation:
    structure = Structure(id="liver", system="digestive", mask=mask, area_px=area(mask), centroid=[10.0, 13.5])
    return Annotation(
        image_id=image_id,
        file=image_file(image_id),
        height=24,
        width=32,
        spacing_mm=None,
        plane="axial",
        edges=None,
        window=None,
        patient_id=patient,
        source="made",
        modality="CT",
        sequence="NCCT",
        region="abdomen",
        slice_index=0,
        structures=[structure],
    )


def _header() -> Release:
    source = {"licence_url": None, "citation": None, "url": None}
    return Release(
        name="Made",
        version="1.0.0",
        created="2025-11-22",
        languages=["en", "zh"],
        sources=[Source(name="made", title="Made", licence="CC0-1.0", redistribute="images", **source)],
        texts=Texts(written_by="a test", rewritten_by=None, reviewed=None),
    )
