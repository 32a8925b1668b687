"""Releases that withhold their images: what they must hold instead, and that a picture in two splits is still found."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from release import (
    Problem,
    ReleaseError,
    check_release,
    open_release,
    pixels_sha256,
    read_release,
    seal_release,
    write_release,
)


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ReleaseError) as caught:
        check_release(folder)
    # Editing a file changes its sha256, too.
    return [problem for problem in caught.value.problems if problem.kind != "changed file"]


def grey_of(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.fixture
def withheld(small_release: Path) -> Path:
    """small_release without its images: sha256 of the pixels and the names of scans in their place."""
    release = read_release(small_release)
    annotations = [
        annotation.model_copy(
            update={
                "pixels_sha256": pixels_sha256(grey_of(release.image(annotation))),
                "scan": f"scan-{annotation.patient_id}",
            }
        )
        for annotation in release.annotations()
    ]
    header = release.header.model_copy(update={"images": "withheld", "files": {}})
    return write_release(small_release.parent / "withheld", annotations, list(release.dialogues()), {}, header)


@pytest.fixture
def edit_withheld(withheld: Path) -> Callable:
    """edit_withheld(line, **changes): changes fields of an annotation on a line (from 1)."""

    def apply(line: int, **changes: object) -> None:
        path = withheld / "annotations.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines[line - 1] = json.dumps(json.loads(lines[line - 1]) | changes, ensure_ascii=False)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return apply


def test_a_release_without_its_images_is_valid_and_has_no_place_for_them(withheld: Path) -> None:
    check_release(withheld)
    assert sorted(path.name for path in withheld.iterdir()) == ["annotations.jsonl", "dialogues.jsonl", "release.json"]
    assert set(read_release(withheld).header.files) == {"annotations.jsonl", "dialogues.jsonl"}
    digest = open_release(withheld).digest
    assert seal_release(withheld).digest == digest


@pytest.mark.parametrize("field", ["pixels_sha256", "scan"])
def test_what_drawing_again_takes_must_be_there(field: str, withheld: Path, edit_withheld) -> None:
    edit_withheld(3, **{field: None})
    [problem] = problems_of(withheld)
    assert (problem.kind, problem.line, problem.field) == ("withheld image that nobody can draw again", 3, field)


def test_a_picture_beside_withheld_images_is_refused(withheld: Path, small_release: Path) -> None:
    name = next(open_release(withheld).annotations()).file
    (withheld / "images").mkdir()
    shutil.copy(small_release / name, withheld / name)
    [unlisted] = problems_of(withheld)
    assert (unlisted.kind, unlisted.file) == ("file not listed", name)
    with pytest.raises(ReleaseError, match=r'expected no picture: release\.json gives images as "withheld"'):
        seal_release(withheld)


def test_a_picture_cannot_be_written_into_such_a_release(withheld: Path, small_release: Path) -> None:
    release = read_release(withheld)
    annotation = next(release.annotations())
    place = withheld.parent / "other"
    with pytest.raises(ReleaseError, match=f"image '{annotation.image_id}' was given for a release that withholds"):
        write_release(
            place,
            release.annotations(),
            release.dialogues(),
            {annotation.image_id: (small_release / annotation.file).read_bytes()},
            release.header,
        )
    assert not place.exists()


def test_whoever_asks_for_a_withheld_image_is_told_how_to_draw_it(withheld: Path) -> None:
    release = read_release(withheld)
    with pytest.raises(ReleaseError, match="mturn-seg restore-images"):
        release.image(next(release.annotations()))


def test_the_same_pixels_in_two_splits_are_found_without_images(withheld: Path, edit_withheld) -> None:
    release = open_release(withheld)
    annotations = list(release.annotations())
    places = {annotation.image_id: index for index, annotation in enumerate(annotations)}
    image_of = {dialogue.split: dialogue.image_id for dialogue in release.dialogues()}
    copied = annotations[places[image_of["train"]]].pixels_sha256
    edit_withheld(places[image_of["test"]] + 1, pixels_sha256=copied)
    assert {problem.kind for problem in problems_of(withheld)} == {"image in two splits"}


def test_the_same_pixels_in_two_splits_are_found_however_they_are_packed(small_release: Path) -> None:
    release = open_release(small_release)
    image_of = {dialogue.split: dialogue.image_id for dialogue in release.dialogues()}
    original = (small_release / f"images/{image_of['train']}.png").read_bytes()
    packed = io.BytesIO()
    Image.open(io.BytesIO(original)).save(packed, format="PNG", compress_level=0)
    assert packed.getvalue() != original
    (small_release / f"images/{image_of['test']}.png").write_bytes(packed.getvalue())
    assert "image in two splits" in {problem.kind for problem in problems_of(small_release)}


def test_the_name_of_a_scan_does_not_stand_beside_its_image(small_release: Path, edit) -> None:
    edit("annotations.jsonl", 2, lambda record: record.update(scan="patient-7"))
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.line, problem.value) == ("scan of an image that is here", 2, '"patient-7"')


def test_an_image_of_other_pixels_than_recorded_is_told(small_release: Path, edit) -> None:
    annotation = list(open_release(small_release).annotations())[1]
    found = pixels_sha256(grey_of((small_release / annotation.file).read_bytes()))
    edit("annotations.jsonl", 2, lambda record: record.update(pixels_sha256=found))
    assert {problem.line for problem in _all_problems(small_release)} == {None}
    edit("annotations.jsonl", 2, lambda record: record.update(pixels_sha256="0" * 64))
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.line) == ("image of other pixels", 2)
    assert found in problem.expected


def _all_problems(folder: Path) -> list[Problem]:
    with pytest.raises(ReleaseError) as caught:
        check_release(folder)
    return list(caught.value.problems)
