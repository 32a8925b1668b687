"""The rules of a release folder that need more than one record, checked in one streaming pass over each file.

Kept in memory for the whole pass: a few words for each image (size, patient, sha256 of its pixels) and the ids of the
dialogues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from masks import RleError, area, validate
from release.errors import Problems
from release.image_rules import check_picture, check_withheld, refuse_pictures
from release.layout import ANNOTATIONS, DIALOGUES, IMAGES, REWRITES, TEXTS, file_sha256, image_file
from release.reader import ReleaseFolder, check_sha256, compare_listing, open_release, read_records
from release.records import Annotation, Dialogue, Mask, Turn

Progress = Callable[[int, int], None]


@dataclass
class _Seen:
    """What the dialogues need to know of an image, and what they tell of it."""

    height: int
    width: int
    patient_id: str
    pixels_sha256: str | None
    split: str | None = None


@dataclass
class _Check:
    """The state of one pass: the folder, its problems so far and what later records are compared with."""

    release: ReleaseFolder
    listed: set[str]
    problems: Problems
    images: dict[str, _Seen] = field(default_factory=dict)
    dialogue_ids: set[str] = field(default_factory=set)
    split_of_patient: dict[str, str] = field(default_factory=dict)
    split_of_pixels: dict[str, tuple[str, str]] = field(default_factory=dict)


def check_release(folder: Path | str, progress: Progress | None = None) -> None:
    """Checks a whole release folder: files, images, records and what they say of each other.

    `progress` is called with (images checked, images in all). Raises ReleaseError that lists every problem: file, line,
    field, value and what was expected; the first 20 of each kind and how many there are.
    """
    check_opened(open_release(folder), progress)


def check_opened(release: ReleaseFolder, progress: Progress | None = None, shown_as: Path | None = None) -> None:
    """check_release for a folder whose release.json is at hand; `shown_as` is the folder that an error names."""
    problems = Problems()
    listed = set(compare_listing(release, problems))
    check = _Check(release, listed, problems)
    for name in (ANNOTATIONS, DIALOGUES, TEXTS, REWRITES):
        if name in listed:
            check_sha256(release, name, file_sha256(release.folder / name), problems)
    if ANNOTATIONS in listed:
        _check_annotations(check, progress)
    if DIALOGUES in listed:
        _check_dialogues(check)
    problems.raise_if_any(shown_as or release.folder)


def _check_annotations(check: _Check, progress: Progress | None) -> None:
    images = {name for name in check.release.header.files if name.startswith(f"{IMAGES}/")}
    withheld = check.release.header.images == "withheld"
    total, unused = len(images), set(images)
    sources = {source.name for source in check.release.header.sources}
    for line, annotation in read_records(check.release.folder, ANNOTATIONS, Annotation, check.problems):

        def note(kind: str, place: str, value: object, expected: str, number: int = line.number) -> None:
            check.problems.add(kind, ANNOTATIONS, number, place, value, expected)

        if annotation.image_id in check.images:
            note("duplicate image_id", "image_id", annotation.image_id, "expected each image once")
            continue
        if annotation.source not in sources:
            note("unknown source", "source", annotation.source, f"expected one of {', '.join(sorted(sources))}")
        if annotation.file != image_file(annotation.image_id):
            note("wrong file name", "file", annotation.file, f"expected {image_file(annotation.image_id)}")
        if withheld:
            sha256 = check_withheld(annotation, note)
        else:
            sha256 = check_picture(annotation, check.release, check.listed, check.problems, note)
        check.images[annotation.image_id] = _Seen(annotation.height, annotation.width, annotation.patient_id, sha256)
        _check_structures(annotation, note)
        unused.discard(annotation.file)
        if progress is not None and not withheld:
            progress(len(check.images), total)
    if withheld:
        refuse_pictures(images, check.problems)
        unused = set()
    for name in sorted(unused):
        check.problems.add("image without annotation", name, None, "", name, f"expected a line in {ANNOTATIONS}")


def _check_structures(annotation: Annotation, note: Callable[..., None]) -> None:
    ids = set()
    for index, structure in enumerate(annotation.structures):
        place = f"structures[{index}]"
        if structure.id in ids:
            note("duplicate structure", f"{place}.id", structure.id, "expected each structure once in an image")
        ids.add(structure.id)
        row, column = structure.centroid
        if not (0 <= row < annotation.height and 0 <= column < annotation.width):
            limits = f"[0..{annotation.height - 1}, 0..{annotation.width - 1}]"
            note(
                "centroid outside the image",
                f"{place}.centroid",
                structure.centroid,
                f"expected [row, column] in {limits}",
            )
        if _check_mask(structure.mask, annotation.height, annotation.width, f"{place}.mask", note):
            found = area(structure.mask.model_dump())
            if found != structure.area_px:
                note("wrong area", f"{place}.area_px", structure.area_px, f"expected {found}, the pixels of its mask")


def _check_mask(mask: Mask, height: int, width: int, place: str, note: Callable[..., None]) -> bool:
    try:
        validate(mask.counts, mask.size, expected_size=[height, width])
    except RleError as error:
        note("unfit mask", place, mask.model_dump(), str(error))
        return False
    return True


def _check_dialogues(check: _Check) -> None:
    languages = set(check.release.header.languages)
    for line, dialogue in read_records(check.release.folder, DIALOGUES, Dialogue, check.problems):

        def note(kind: str, place: str, value: object, expected: str, number: int = line.number) -> None:
            check.problems.add(kind, DIALOGUES, number, place, value, expected)

        if dialogue.dialogue_id in check.dialogue_ids:
            note("duplicate dialogue_id", "dialogue_id", dialogue.dialogue_id, "expected each dialogue once")
        check.dialogue_ids.add(dialogue.dialogue_id)
        image = check.images.get(dialogue.image_id)
        if image is None:
            note("unknown image", "image_id", dialogue.image_id, f"expected an image_id of {ANNOTATIONS}")
        else:
            _check_split(check, dialogue, image, note)
        for index, turn in enumerate(dialogue.turns):
            place = f"turns[{index}]"
            if turn.turn != index + 1:
                note(
                    "turns out of order", f"{place}.turn", turn.turn, f"expected {index + 1}: turns count 1, 2, 3, ..."
                )
            _check_turn(turn, place, note)
            _check_languages(turn, place, languages, note)
            _check_references(turn, place, dialogue.turns[:index], note)
            if image is not None and turn.mask is not None:
                _check_mask(turn.mask, image.height, image.width, f"{place}.mask", note)
        if not any(turn.kind == "segment" for turn in dialogue.turns):
            note("no segmentation turn", "turns", "no turn of kind segment", "expected at least one")


def _check_split(check: _Check, dialogue: Dialogue, image: _Seen, note: Callable[..., None]) -> None:
    """No patient, and no picture under two ids, may stand in two splits."""
    first = check.split_of_patient.setdefault(image.patient_id, dialogue.split)
    if first != dialogue.split:
        expected = f"expected {first}, where patient {image.patient_id} stands already"
        note("patient in two splits", "split", dialogue.split, expected)
    if image.pixels_sha256 is None:
        return
    split, image_id = check.split_of_pixels.setdefault(image.pixels_sha256, (dialogue.split, dialogue.image_id))
    if split != dialogue.split and image_id != dialogue.image_id:
        note(
            "image in two splits",
            "image_id",
            dialogue.image_id,
            f"expected {split}: it is the same picture as {image_id}",
        )


def _check_turn(turn: Turn, place: str, note: Callable[..., None]) -> None:
    if turn.kind == "segment":
        if turn.mask is None:
            note("segmentation turn without a mask", f"{place}.mask", None, "expected a mask")
        if turn.target is None:
            note("segmentation turn without a target", f"{place}.target", None, "expected a structure or a free text")
    else:
        if turn.mask is not None:
            note("answer turn with a mask", f"{place}.mask", turn.mask.model_dump(), "expected null")
        if turn.target is not None:
            note("answer turn with a target", f"{place}.target", turn.target, "expected null")
        if turn.answer is None:
            note("answer turn without an answer", f"{place}.answer", None, "expected an answer")
    if len(set(turn.facets)) != len(turn.facets):
        note("repeated facet", f"{place}.facets", turn.facets, "expected each facet once")


def _check_languages(turn: Turn, place: str, languages: set[str], note: Callable[..., None]) -> None:
    asked = turn.question.languages()
    if not asked:
        note(
            "turn without a question", f"{place}.question", turn.question.model_dump(), "expected a text in en or in zh"
        )
        return
    for language in asked:
        if language not in languages:
            expected = f"expected null: release.json gives languages {', '.join(sorted(languages))}"
            note("unexpected language", f"{place}.question.{language}", getattr(turn.question, language), expected)
    if turn.answer is not None and turn.answer.languages() != asked:
        expected = f"expected answers in the languages of the question: {', '.join(asked)}"
        note("question and answer in other languages", f"{place}.answer", turn.answer.model_dump(), expected)


def _check_references(turn: Turn, place: str, earlier: list[Turn], note: Callable[..., None]) -> None:
    """A reference must lead to an earlier segmentation turn that is asked in every language of the question."""
    for index, number in enumerate(turn.refers_to):
        where = f"{place}.refers_to[{index}]"
        if number > len(earlier):
            note("reference to no earlier turn", where, number, f"expected a turn before turn {turn.turn}")
            continue
        referred = earlier[number - 1]
        missing = set(turn.question.languages()) - set(referred.question.languages())
        if referred.kind != "segment":
            note("reference to an answer turn", where, number, "expected a segmentation turn")
        elif missing:
            note(
                "reference across languages",
                where,
                number,
                f"expected a turn that is asked in {', '.join(sorted(missing))}",
            )
    if len(set(turn.refers_to)) != len(turn.refers_to):
        note("repeated reference", f"{place}.refers_to", turn.refers_to, "expected each turn once")
