"""One case: from its files to the records of a release, all in memory."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from authoring.anatomy.structures import structures
from authoring.planning import Planner, Question
from authoring.planning.dialogues import Plan
from authoring.proof import facets
from authoring.scene import SceneStructure
from authoring.slices import Slice, chosen_slices
from authoring.sources.catalogue import Case, SourceDescription
from authoring.sources.fingerprint import Fingerprint, fingerprint
from authoring.sources.scans import read_scan
from authoring.wording import answer_text, fact_text, question_text
from masks import encode
from release import Annotation, Dialogue, Origin, Structure, Text, Turn, grey_png, image_file, pixels_sha256


@dataclass(frozen=True)
class Wanted:
    """What to make of a case: the seed of every choice and id, the release's name for the patient, numbers of turns
    with their shares (None: those of the benchmark), dialogues an image, and whether the images may be passed on."""

    seed: int
    patient: str
    turns: Mapping[int, float] | None = None
    dialogues_per_image: int | None = None
    withhold_images: bool = False


@dataclass
class Draft:
    """What a case gives: records, pictures by image id, what a reader of the log should know, and the scan's print."""

    annotations: list[Annotation] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    fingerprint: Fingerprint | None = None


def draft_case(source: SourceDescription, case: Case, folder: Path, wanted: Wanted) -> Draft:
    """The dialogues over one case. The same files and `wanted` give the same draft, whatever other cases there are.

    Raises SourceError for unusable scans or labels.
    """
    scan = read_scan(source, case, folder)
    draft = Draft(remarks=scan.remarks, fingerprint=fingerprint(scan.volume))
    # Ids come from a stream of their own: they tell nothing of source, patient or slice.
    ids, choices = (case_stream(wanted.seed, purpose, source.name, case.key) for purpose in ("ids", "choices"))
    planner = Planner(choices, wanted.turns, wanted.dialogues_per_image)
    for shown in chosen_slices(case, scan, choices):
        plans = planner.plan(shown.scene)
        if not plans:
            continue
        image_id = ids.bytes(8).hex()
        draft.annotations.append(_annotation(source, case, shown, image_id, wanted))
        if not wanted.withhold_images:
            draft.images[image_id] = grey_png(Image.fromarray(shown.grey))
        for plan in plans:
            dialogue_id = ids.bytes(8).hex()
            turns, origins = _worded(plan, dialogue_id, shown, choices)
            draft.dialogues.append(Dialogue(dialogue_id=dialogue_id, image_id=image_id, split=case.split, turns=turns))
            draft.origins.extend(origins)
    if not draft.dialogues:
        draft.remarks.append("no slice supports a question with exactly one answer")
    return draft


def case_stream(seed: int, *names: str) -> np.random.Generator:
    """Random numbers for one purpose: those of other cases do not change them, and nobody foresees them without the
    seed."""
    digest = hashlib.blake2b("\0".join(names).encode(), key=str(seed).encode()[:64], digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _annotation(source: SourceDescription, case: Case, shown: Slice, image_id: str, wanted: Wanted) -> Annotation:
    height, width = shown.grey.shape
    return Annotation(
        image_id=image_id,
        file=image_file(image_id),
        height=height,
        width=width,
        spacing_mm=[round(value, 6) for value in shown.spacing_mm],
        plane=shown.plane,
        edges=shown.edges,
        window=list(shown.window) if shown.window else None,
        patient_id=wanted.patient,
        source=source.name,
        modality=case.modality,
        sequence=case.sequence,
        region=shown.region,
        slice_index=shown.index,
        structures=[
            Structure(
                id=found.id,
                system=structures()[found.id].system,
                mask=encode(found.mask),
                area_px=found.area,
                centroid=[round(value, 3) for value in found.centroid],
            )
            for found in shown.scene.structures.values()
        ],
        pixels_sha256=pixels_sha256(shown.grey),
        scan=case.key if wanted.withhold_images else None,
    )


def _worded(plan: Plan, dialogue_id: str, shown: Slice, rng: np.random.Generator) -> tuple[list[Turn], list[Origin]]:
    """The turns of a plan in both languages, and how each came about."""
    turns: list[Turn] = []
    origins: list[Origin] = []
    history: list[SceneStructure] = []
    # Where in the dialogue the n-th segmentation stands: questions count segmentations, records count turns.
    places: list[int] = []
    for number, planned in enumerate(plan, 1):
        if isinstance(planned, Question):
            turn = _segmentation(planned, number, shown, history, places, rng)
            pattern, clues = planned.pattern, [clue.record() for clue in planned.clues]
            history.append(planned.target)
            places.append(number)
        else:
            question, answer = fact_text(planned, history, rng)
            refers_to = places[planned.ordinal - 1]
            turn = _text_turn(number, question, answer, refers_to)
            pattern, clues = "fact", [{"clue": "Earlier", "earlier": planned.ordinal}]
        turns.append(turn)
        origins.append(
            Origin(dialogue_id=dialogue_id, turn=number, pattern=pattern, clues=clues, template=turn.question)
        )
    return turns, origins


def _segmentation(
    planned: Question,
    number: int,
    shown: Slice,
    history: list[SceneStructure],
    places: list[int],
    rng: np.random.Generator,
) -> Turn:
    referred = {ordinal for clue in planned.clues for ordinal in clue.references(history)}
    systems = {structures()[name].system for name in planned.target.parts or (planned.target.id,)}
    question = question_text(planned, shown.scene, history, rng)
    return Turn(
        turn=number,
        kind="segment",
        question=Text(**question),
        answer=Text(**answer_text(planned, history, question, rng)),
        facets=facets(shown.scene, history, planned.clues),
        target=planned.target.id,
        system=systems.pop() if len(systems) == 1 else None,
        refers_to=sorted(places[ordinal - 1] for ordinal in referred),
        mask=encode(planned.target.mask),
    )


def _text_turn(number: int, question: dict, answer: dict, refers_to: int) -> Turn:
    return Turn(
        turn=number,
        kind="answer",
        question=Text(**question),
        answer=Text(**answer),
        facets=["clinical", "history"],
        target=None,
        system=None,
        refers_to=[refers_to],
        mask=None,
    )
