"""Releases of a few lines, whose numbers can be counted by hand."""

from pathlib import Path

import numpy as np
from PIL import Image

from masks import encode
from release import (
    Annotation,
    Dialogue,
    Edges,
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

MASK = encode(np.eye(8, dtype=bool))


def annotation(image, patient="p1", modality="CT", sequence="CECT", region="abdomen"):
    """An image of 8 x 8 pixels on which liver and spleen are labelled."""
    structures = [
        Structure(id=name, system=system, mask=MASK, area_px=8, centroid=[3.5, 3.5])
        for name, system in (("liver", "digestive"), ("spleen", "immune"))
    ]
    return Annotation(
        image_id=image,
        file=image_file(image),
        height=8,
        width=8,
        spacing_mm=[1.0, 1.0],
        plane="axial",
        edges=Edges(left="R", top="A"),
        window=None,
        patient_id=patient,
        source="made",
        modality=modality,
        sequence=sequence,
        region=region,
        slice_index=0,
        structures=structures,
    )


def segment(number, target, system, facets, refers_to=(), languages=("en", "zh")):
    """A segmentation turn with a question of three words."""
    return Turn(
        turn=number,
        kind="segment",
        question=_text("Segment that, please.", "请分割它。", languages),
        answer=_text("Done.", "已分割。", languages),
        facets=facets,
        target=target,
        system=system,
        refers_to=list(refers_to),
        mask=MASK,
    )


def talk(number, refers_to):
    """A text question about an earlier segmentation."""
    return Turn(
        turn=number,
        kind="answer",
        question=Text(en="Does it bleed?", zh="它会出血吗？"),
        answer=Text(en="Yes.", zh="会。"),
        facets=["history"],
        target=None,
        system=None,
        refers_to=list(refers_to),
        mask=None,
    )


def dialogue(name, image, *turns, split="train"):
    """A dialogue over an image."""
    return Dialogue(dialogue_id=name, image_id=image, split=split, turns=list(turns))


def write(folder: Path, annotations, dialogues) -> Path:
    """Writes them as a release folder."""
    languages = [
        code for code in ("en", "zh") if any(getattr(turn.question, code) for d in dialogues for turn in d.turns)
    ]
    source = Source(
        name="made", title="Made", licence="CC0-1.0", licence_url=None, citation=None, url=None, redistribute="images"
    )
    header = Release(
        name="Made",
        version="1.0.0",
        created="2025-01-01",
        languages=languages,
        sources=[source],
        texts=Texts(written_by="a test", rewritten_by=None, reviewed=None),
    )
    # Every image has pixels of its own: the same ones may not stand in two splits.
    images = [
        (item.image_id, grey_png(Image.fromarray(np.full((8, 8), place, np.uint8))))
        for place, item in enumerate(annotations)
    ]
    return write_release(folder, annotations, dialogues, images, header)


def _text(en, zh, languages):
    return Text(en=en if "en" in languages else None, zh=zh if "zh" in languages else None)
