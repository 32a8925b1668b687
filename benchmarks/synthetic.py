"""Makes release folders of any size without scans: grey ellipses in the place of organs, dialogues that ask for them.

    python -m benchmarks.synthetic /tmp/release --dialogues 1000

The same arguments give the same bytes. Nothing is kept in memory but the image or dialogue that is being written.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from masks import encode
from release import Annotation, Dialogue, Release, Structure, Text, Turn, grey_png, image_file, write_release

SCENES = Path(__file__).with_name("synthetic_scenes.yaml")
# Patients come in groups that hold each region once; of five groups three are train, one validation and one test.
SPLIT_OF_GROUP = ("train", "validation", "test", "train", "train")
SPACING_MM = {"head": [1.0, 1.0], "chest": [0.8, 0.8], "abdomen": [0.75, 0.8], "prostate": None}
OPENINGS = (Text(en="Segment {clue}.", zh="请分割{clue}。"), Text(en="Please outline {clue}.", zh="请勾画{clue}。"))
FOLLOWING = (
    Text(en="After the structure segmented first, segment {clue}.", zh="在首先分割的结构之后，请分割{clue}。"),
    Text(en="Not the structure segmented before, but {clue}.", zh="不是上一个分割的结构，而是{clue}。"),
)
TALK = (
    (
        Text(en="Does the structure segmented before lie in the body?", zh="上一个分割的结构是否位于体内？"),
        Text(en="Yes, it does.", zh="是的。"),
    ),
    (
        Text(en="Is one slice enough to judge its volume?", zh="仅凭一个层面能否判断其体积？"),
        Text(en="No, volume needs all slices.", zh="不能，体积需要全部层面。"),
    ),
)


@dataclass(frozen=True)
class Plan:
    """What is made: how many dialogues, over how many patients, of which image size [height, width] in pixels."""

    dialogues: int
    patients: int
    size: tuple[int, int]
    seed: int


def write_synthetic_release(
    folder: Path | str,
    dialogues: int = 60,
    patients: int = 20,
    size: tuple[int, int] = (96, 112),
    seed: int = 0,
) -> Path:
    """Writes a valid release folder of `dialogues` dialogues and returns its path.

    Every third image carries two dialogues. With 20 patients or more every split holds all four regions; half of the
    dialogues have one segmentation turn, the others 2 to 6, some with answer turns between, some in one language only.
    Raises ValueError for fewer than one patient or dialogue.
    """
    if dialogues < 1 or patients < 1:
        raise ValueError(f"dialogues is {dialogues} and patients is {patients}; expected at least 1 of each")
    plan = Plan(dialogues, patients, size, seed)
    header = Release.model_validate(
        {
            "name": "Synthetic ellipses",
            "version": "1.0.0",
            "created": "2025-01-01",
            "languages": ["en", "zh"],
            "sources": [_source("ellipse-hospital"), _source("ellipse-clinic")],
            "texts": {"written_by": "templates of benchmarks/synthetic.py", "rewritten_by": None, "reviewed": None},
        }
    )
    return write_release(folder, _annotations(plan), _dialogues(plan), _images(plan), header)


def _source(name: str) -> dict:
    return {
        "name": name,
        "title": f"Synthetic ellipses, {name}",
        "licence": "CC0-1.0",
        "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
        "citation": None,
        "url": None,
        "redistribute": "images",
    }


@cache
def _scenes() -> dict:
    return yaml.safe_load(SCENES.read_text(encoding="utf-8"))


def _identifier(plan: Plan, kind: str, index: int) -> str:
    return hashlib.sha256(f"{plan.seed}:{kind}:{index}".encode()).hexdigest()[:16]


def _image_of(dialogue: int) -> int:
    """Dialogues 0 and 1 share image 0, dialogue 2 has image 1, dialogue 3 image 2, then again from the start."""
    return dialogue // 4 * 3 + max(0, dialogue % 4 - 1)


def _images_in_all(plan: Plan) -> int:
    return _image_of(plan.dialogues - 1) + 1


def _region_and_split(plan: Plan, image: int) -> tuple[str, str]:
    regions = list(_scenes())
    group, member = divmod(image % plan.patients, len(regions))
    return regions[member], SPLIT_OF_GROUP[group % len(SPLIT_OF_GROUP)]


def _outlines(plan: Plan, image: int) -> list[np.ndarray]:
    """One bool array [height, width] for each structure of the image, moved and scaled a little by its own seed."""
    region, _ = _region_and_split(plan, image)
    random = np.random.default_rng([plan.seed, image])
    height, width = plan.size
    rows, columns = np.ogrid[:height, :width]
    outlines = []
    for structure in _scenes()[region]["structures"]:
        row, column, down, across = structure["ellipse"]
        row, column = np.array([row, column]) + random.uniform(-0.01, 0.01, 2)
        down, across = np.array([down, across]) * random.uniform(0.85, 1.0, 2)
        vertical = (rows - row * height) / (down * height)
        horizontal = (columns - column * width) / (across * width)
        outlines.append(vertical**2 + horizontal**2 <= 1)
    return outlines


def _annotations(plan: Plan) -> Iterator[Annotation]:
    height, width = plan.size
    for image in range(_images_in_all(plan)):
        region, _ = _region_and_split(plan, image)
        scene = _scenes()[region]
        modality, sequence = scene["scans"][image % len(scene["scans"])]
        patient = image % plan.patients
        identifier = _identifier(plan, "image", image)
        yield Annotation.model_validate(
            {
                "image_id": identifier,
                "file": image_file(identifier),
                "height": height,
                "width": width,
                "spacing_mm": SPACING_MM[region],
                "plane": "axial",
                "edges": {"left": "R", "top": "A"},
                "window": [40.0, 400.0] if modality == "CT" else None,
                "patient_id": f"patient-{patient:04d}",
                "source": "ellipse-hospital" if patient % 2 else "ellipse-clinic",
                "modality": modality,
                "sequence": sequence,
                "region": region,
                "slice_index": image // plan.patients,
                "structures": [
                    _structure(words, outline)
                    for words, outline in zip(scene["structures"], _outlines(plan, image), strict=True)
                ],
            }
        )


def _structure(words: dict, outline: np.ndarray) -> Structure:
    return Structure.model_validate(
        {
            "id": words["id"],
            "system": words["system"],
            "mask": encode(outline),
            "area_px": int(outline.sum()),
            "centroid": [float(round(mean, 2)) for mean in np.argwhere(outline).mean(axis=0)],
        }
    )


def _images(plan: Plan) -> Iterator[tuple[str, bytes]]:
    for image in range(_images_in_all(plan)):
        random = np.random.default_rng([plan.seed, image, 1])
        pixels = random.integers(0, 24, plan.size, dtype=np.uint8)
        for shade, outline in enumerate(_outlines(plan, image)):
            pixels[outline] += np.uint8(60 + 25 * shade)
        yield _identifier(plan, "image", image), grey_png(Image.fromarray(pixels))


def _dialogues(plan: Plan) -> Iterator[Dialogue]:
    for dialogue in range(plan.dialogues):
        image = _image_of(dialogue)
        region, split = _region_and_split(plan, image)
        yield Dialogue(
            dialogue_id=_identifier(plan, "dialogue", dialogue),
            image_id=_identifier(plan, "image", image),
            split=split,
            turns=_turns(plan, dialogue, _scenes()[region]["structures"], _outlines(plan, image)),
        )


def _turns(plan: Plan, dialogue: int, structures: list[dict], outlines: list[np.ndarray]) -> list[Turn]:
    random = np.random.default_rng([plan.seed, dialogue, 2])
    wanted = 1 if dialogue % 2 else int(random.integers(2, len(structures) + 1))
    languages = {0: ("en",), 1: ("zh",)}.get(int(random.integers(8)), ("en", "zh"))
    turns: list[Turn] = []
    for position, index in enumerate(random.permutation(len(structures))[:wanted]):
        before = [turn.turn for turn in turns if turn.kind == "segment"]
        if before and random.random() < 0.4:
            question, answer = TALK[int(random.integers(len(TALK)))]
            turns.append(_answer_turn(len(turns) + 1, question, answer, before, languages))
        which = int(random.integers(2))
        form = (FOLLOWING if before else OPENINGS)[which]
        refers_to = [before[0], before[-1]][which : which + 1] if before else []
        words = structures[index]
        turns.append(
            Turn.model_validate(
                {
                    "turn": len(turns) + 1,
                    "kind": "segment",
                    "question": _in(languages, {code: _fill(form, code, words["clue"]) for code in languages}),
                    "answer": _in(languages, {"en": "Here it is.", "zh": "已分割。"}),
                    "facets": ["clinical", "history"] if position else ["clinical"],
                    "target": words["id"],
                    "system": words["system"],
                    "refers_to": refers_to,
                    "mask": encode(outlines[index]),
                }
            )
        )
    return turns


def _answer_turn(number: int, question: Text, answer: Text, before: list[int], languages: tuple[str, ...]) -> Turn:
    return Turn.model_validate(
        {
            "turn": number,
            "kind": "answer",
            "question": _in(languages, question.model_dump()),
            "answer": _in(languages, answer.model_dump()),
            "facets": ["history"],
            "target": None,
            "system": None,
            "refers_to": before[-1:],
            "mask": None,
        }
    )


def _fill(form: Text, language: str, clue: dict[str, str]) -> str:
    return getattr(form, language).format(clue=clue[language])


def _in(languages: tuple[str, ...], words: dict[str, str]) -> dict[str, str | None]:
    return {code: words[code] if code in languages else None for code in ("en", "zh")}


def main() -> None:
    """Writes one synthetic release, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dialogues", type=int, default=60)
    parser.add_argument("--patients", type=int, default=20)
    parser.add_argument("--size", type=int, nargs=2, default=(96, 112), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = write_synthetic_release(
        options.folder, options.dialogues, options.patients, tuple(options.size), options.seed
    )
    print(folder)


if __name__ == "__main__":
    main()
