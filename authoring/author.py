"""From labelled scans to a release folder: the stage's main function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from authoring.anatomy.structures import structures
from authoring.clues import facets
from authoring.planning import PlannedTurn, Question, plan_dialogues
from authoring.scene import Scene
from authoring.slices import Slice, chosen_slices, read_scan
from authoring.sources.catalogue import Case, SourceDescription
from authoring.wording import answer_text, fact_text, question_text
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


@dataclass(frozen=True)
class Header:
    """What a release says of itself: name, version, date (YYYY-MM-DD) and the licence of the whole."""

    name: str
    version: str
    created: str
    licence: str


@dataclass
class _Drafts:
    """Everything written so far, in memory until the release is whole."""

    annotations: list[Annotation] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)


def author(
    sources: Sequence[tuple[SourceDescription, Path]],
    out: Path,
    header: Header,
    *,
    seed: int = 0,
    progress: Callable[[str], None] = lambda case: None,
    warn: Callable[[str], None] = lambda message: None,
) -> Path:
    """Writes dialogues over every case of `sources` (description, folder of its files) to the release folder `out`.

    The same scans, descriptions and seed give the same bytes. `progress` is called with each case's key when it is
    done, `warn` with what a reader of the log should know. Raises SourceError for unusable scans or labels.
    """
    drafts = _Drafts()
    # One stream for ids, apart from the one for questions: an id tells nothing of source, patient or slice.
    ids = np.random.default_rng([seed, 1])
    for number, (source, folder, case) in enumerate(_cases(sources)):
        _author_case(source, case, folder, drafts, ids, np.random.default_rng([seed, 2, number]), warn)
        progress(case.key)
    release = Release(
        name=header.name,
        version=header.version,
        created=header.created,
        languages=["en", "zh"],
        licence=header.licence,
        sources=[
            Source(
                **source.model_dump(
                    include={"name", "title", "licence", "licence_url", "citation", "url", "redistribute"}
                )
            )
            for source, _ in sources
        ],
        texts=Texts(
            written_by="templates over machine-written descriptions, not reviewed by a clinician",
            rewritten_by=None,
            reviewed=None,
        ),
    )
    return write_release(out, drafts.annotations, drafts.dialogues, drafts.images, release)


def _cases(sources: Sequence[tuple[SourceDescription, Path]]):
    return [(source, folder, case) for source, folder in sources for case in source.cases]


def _author_case(source, case: Case, folder: Path, drafts: _Drafts, ids, rng, warn) -> None:
    scan = read_scan(source, case, folder)
    if scan.resampled:
        warn(f"{case.key}: the labels lie on another grid and were resampled by nearest neighbour")
    patient = _new_id(ids)
    before = len(drafts.dialogues)
    for picture in chosen_slices(case, scan):
        image = _new_id(ids)
        plans = plan_dialogues(picture.scene, rng)
        if not plans:
            continue
        drafts.annotations.append(_annotation(source, case, picture, image, patient))
        drafts.images[image] = grey_png(Image.fromarray(picture.grey))
        drafts.dialogues += [
            Dialogue(dialogue_id=_new_id(ids), image_id=image, split=case.split, turns=_turns(plan, picture.scene, rng))
            for plan in plans
        ]
    if len(drafts.dialogues) == before:
        warn(f"{case.key}: no slice supports a question with exactly one answer")


def _annotation(source: SourceDescription, case: Case, picture: Slice, image: str, patient: str) -> Annotation:
    height, width = picture.grey.shape
    return Annotation(
        image_id=image,
        file=image_file(image),
        height=height,
        width=width,
        spacing_mm=[round(value, 6) for value in picture.spacing_mm],
        plane="axial",
        edges=Edges(left="R", top="A") if picture.sides_known else None,
        window=list(case.window) if case.window else None,
        patient_id=patient,
        source=source.name,
        modality=case.modality,
        sequence=case.sequence,
        region=picture.region,
        slice_index=picture.index,
        structures=[
            Structure(
                id=found.id,
                system=structures()[found.id].system,
                mask=encode(found.mask),
                area_px=found.area,
                centroid=[round(value, 3) for value in found.centroid],
            )
            for found in picture.scene.structures.values()
        ],
    )


def _turns(plan: Sequence[PlannedTurn], scene: Scene, rng: np.random.Generator) -> list[Turn]:
    turns: list[Turn] = []
    history: list[str] = []
    # Where in the dialogue the n-th segmentation stands: questions count segmentations, records count turns.
    places: list[int] = []
    for number, planned in enumerate(plan, 1):
        if isinstance(planned, Question):
            refers_to = sorted({places[n - 1] for clue in planned.clues for n in clue.references(history)})
            turns.append(
                Turn(
                    turn=number,
                    kind="segment",
                    question=Text(**question_text(planned, len(history), rng)),
                    answer=Text(**answer_text(planned.target, again=planned.target in history, rng=rng)),
                    facets=facets(planned.clues),
                    target=planned.target,
                    system=structures()[planned.target].system,
                    refers_to=refers_to,
                    mask=encode(scene.structures[planned.target].mask),
                )
            )
            history.append(planned.target)
            places.append(number)
        else:
            question, answer = fact_text(planned.fact, planned.ordinal, len(history), rng)
            turns.append(
                Turn(
                    turn=number,
                    kind="answer",
                    question=Text(**question),
                    answer=Text(**answer),
                    facets=["clinical", "history"],
                    target=None,
                    system=None,
                    refers_to=[places[planned.ordinal - 1]],
                    mask=None,
                )
            )
    return turns


def _new_id(rng: np.random.Generator) -> str:
    return rng.bytes(8).hex()
