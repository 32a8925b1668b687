"""From labelled scans to a release folder: the stage's main function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import ValidationError

from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from authoring.planning import PlannedTurn, Question, plan_dialogues
from authoring.proof import facets
from authoring.scene import Scene
from authoring.slices import LabelledScan, Slice, chosen_slices, read_scan
from authoring.sources.catalogue import Case, SourceDescription, readable
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
    """What a release says of itself: name, version (1.2.3), date (YYYY-MM-DD) and the licence of the whole."""

    name: str
    version: str
    created: str
    licence: str


@dataclass
class _Drafts:
    """Everything written so far, in memory until the release is whole, and where its ids come from."""

    ids: np.random.Generator
    annotations: list[Annotation] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)

    def new_id(self) -> str:
        return self.ids.bytes(8).hex()


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

    The same scans, descriptions and seed give the same bytes. Whoever knows the seed and the sources can tell which id
    is whose, so a release with a private test split takes a seed that stays private, too. `progress` is called with
    each case's key when it is done, `warn` with what a reader of the log should know.

    Raises SourceError for unusable scans or labels, for a patient in two splits, for a header that is not valid, and
    where not one question can be asked.
    """
    release = _release(sources, header)
    splits = _patient_splits(sources)
    # One stream for ids, apart from those for questions: an id tells nothing of source, patient or slice.
    drafts = _Drafts(np.random.default_rng([seed, 1]))
    patients = {patient: drafts.new_id() for patient in splits}
    cases = [(source, folder, case) for source, folder in sources for case in source.cases]
    for number, (source, folder, case) in enumerate(cases):
        rng = np.random.default_rng([seed, 2, number])
        for remark in _author_case(source, case, folder, patients[case.patient], drafts, rng):
            warn(f"{case.key}: {remark}")
        progress(case.key)
    if not drafts.dialogues:
        raise SourceError("no slice of any case supports a question with exactly one answer; nothing was written")
    return write_release(out, drafts.annotations, drafts.dialogues, drafts.images, release)


def _release(sources: Sequence[tuple[SourceDescription, Path]], header: Header) -> Release:
    public = {"name", "title", "licence", "licence_url", "citation", "url", "redistribute"}
    try:
        return Release(
            name=header.name,
            version=header.version,
            created=header.created,
            languages=["en", "zh"],
            licence=header.licence,
            sources=[Source(**source.model_dump(include=public)) for source, _ in sources],
            texts=Texts(
                written_by="templates over machine-written descriptions, not reviewed by a clinician",
                rewritten_by=None,
                reviewed=None,
            ),
        )
    except ValidationError as error:
        raise SourceError(f"the release's header: {readable(error)}") from None


def _patient_splits(sources: Sequence[tuple[SourceDescription, Path]]) -> dict[str, str]:
    """The split of every patient, by the patient's name among all sources."""
    splits: dict[str, str] = {}
    for source, _ in sources:
        for case in source.cases:
            split = splits.setdefault(case.patient, case.split)
            if split != case.split:
                raise SourceError(
                    f"{source.name}, case {case.key}: patient {case.patient!r} is in split {case.split!r}, but another "
                    f"case of the same patient is in {split!r}; expected one split for each patient"
                )
    return splits


def _author_case(
    source: SourceDescription, case: Case, folder: Path, patient: str, drafts: _Drafts, rng: np.random.Generator
) -> list[str]:
    """Adds a case's images and dialogues to the drafts; returns what a reader of the log should know."""
    scan = read_scan(source, case, folder)
    before = len(drafts.dialogues)
    for shown in chosen_slices(case, scan):
        plans = plan_dialogues(shown.scene, rng)
        if not plans:
            continue
        image = drafts.new_id()
        drafts.annotations.append(_annotation(source, case, scan, shown, image, patient))
        drafts.images[image] = grey_png(Image.fromarray(shown.grey))
        for plan in plans:
            turns = _turns(plan, shown.scene, rng)
            drafts.dialogues.append(
                Dialogue(dialogue_id=drafts.new_id(), image_id=image, split=case.split, turns=turns)
            )
    if len(drafts.dialogues) == before:
        return [*scan.remarks, "no slice supports a question with exactly one answer"]
    return scan.remarks


def _annotation(
    source: SourceDescription, case: Case, scan: LabelledScan, shown: Slice, image: str, patient: str
) -> Annotation:
    height, width = shown.grey.shape
    return Annotation(
        image_id=image,
        file=image_file(image),
        height=height,
        width=width,
        spacing_mm=[round(value, 6) for value in shown.spacing_mm],
        plane=scan.plane,
        edges=Edges(left="R", top="A") if scan.edges_known else None,
        window=list(case.window) if case.window else None,
        patient_id=patient,
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
                    facets=facets(scene, history, planned.clues),
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
