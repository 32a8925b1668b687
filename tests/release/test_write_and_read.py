"""Writing, reading, sealing: what is read is what was written, and nothing half-written stays."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from release import (
    Annotation,
    Dialogue,
    Release,
    ReleaseError,
    check_release,
    grey_png,
    open_release,
    read_release,
    seal_release,
    write_release,
)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def parts(folder: Path) -> tuple[list[Annotation], list[Dialogue], dict[str, bytes], Release]:
    release = open_release(folder)
    annotations = list(release.annotations())
    images = {annotation.image_id: release.image(annotation) for annotation in annotations}
    return annotations, list(release.dialogues()), images, release.header


def test_what_is_read_is_what_was_written(small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    copy = write_release(tmp_path / "copy", iter(annotations), iter(dialogues), images, header)
    assert contents(copy) == contents(small_release)
    assert read_release(copy).digest == read_release(small_release).digest


def test_images_may_come_as_pairs(small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    copy = write_release(tmp_path / "copy", annotations, dialogues, iter(images.items()), header)
    assert contents(copy) == contents(small_release)


def test_records_are_found_again_by_their_place(small_release: Path) -> None:
    release = open_release(small_release)
    for line, dialogue in release.numbered_dialogues():
        assert release.dialogue_at(line.offset) == dialogue
    for line, annotation in release.numbered_annotations():
        assert release.annotation_at(line.offset) == annotation


def test_the_digest_follows_the_content(small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    digests = {read_release(small_release).digest}
    for number, changed in enumerate(
        [
            (annotations, dialogues[:-1], header),
            (annotations, dialogues, header.model_copy(update={"version": "1.0.1"})),
        ]
    ):
        folder = write_release(tmp_path / str(number), changed[0], changed[1], images, changed[2])
        digests.add(read_release(folder).digest)
    assert len(digests) == 3


def test_the_digest_does_not_hang_on_the_layout_of_release_json(small_release: Path) -> None:
    before = read_release(small_release).digest
    path = small_release / "release.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(content.items()))), encoding="utf-8")
    assert read_release(small_release).digest == before


@pytest.mark.parametrize("name", ["dialogues.jsonl", "annotations.jsonl"])
def test_a_changed_file_is_refused(name: str, small_release: Path) -> None:
    with (small_release / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(
        ReleaseError, match=f"changed file.*\n.*{name}: sha256 is .*expected [0-9a-f]{{12}}… as in release.json; .*seal"
    ):
        read_release(small_release)


def test_a_changed_image_is_refused(small_release: Path) -> None:
    image = next((small_release / "images").iterdir())
    image.write_bytes(grey_png(Image.new("L", (56, 48), 9)))
    with pytest.raises(ReleaseError, match=f"changed file.*\n.*images/{image.name}"):
        read_release(small_release)


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"not a release folder: expected a file release\.json in it"):
        read_release(tmp_path)


def test_release_json_is_strict(small_release: Path) -> None:
    path = small_release / "release.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "version": "1", "extra": 1, "created": "soon"}), encoding="utf-8")
    with pytest.raises(ReleaseError) as caught:
        open_release(small_release)
    found = {(problem.kind, problem.field, problem.value) for problem in caught.value.problems}
    assert found == {
        ("wrong value", "version", '"1"'),
        ("wrong value", "created", '"soon"'),
        ("unknown field", "extra", "1"),
    }


def test_editing_by_hand_and_sealing_gives_a_release_again(small_release: Path, edit) -> None:
    before = read_release(small_release).digest
    edit("dialogues.jsonl", 1, lambda record: record["turns"][0]["question"].update(en="Segment that organ, please."))
    with pytest.raises(ReleaseError, match="changed file"):
        read_release(small_release)
    sealed = seal_release(small_release)
    assert sealed.digest != before
    assert read_release(small_release).digest == sealed.digest
    check_release(small_release)


def test_sealing_refuses_a_broken_edit_and_leaves_release_json(small_release: Path, edit) -> None:
    before = (small_release / "release.json").read_bytes()
    edit("dialogues.jsonl", 1, lambda record: record["turns"][0].update(mask=None))
    with pytest.raises(ReleaseError, match="segmentation turn without a mask"):
        seal_release(small_release)
    assert (small_release / "release.json").read_bytes() == before
    assert not (small_release / ".release.json").exists()


def test_a_failing_generator_leaves_nothing(small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)

    def failing() -> Iterator[Dialogue]:
        yield dialogues[0]
        raise OSError("the disk of the source went away")

    place = tmp_path / "place"
    with pytest.raises(OSError, match="went away"):
        write_release(place / "release", annotations, failing(), images, header)
    assert list(place.iterdir()) == []


def test_a_release_that_breaks_a_rule_is_not_written_and_the_earlier_one_stays(small_release: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    before = contents(small_release)
    images.popitem()
    with pytest.raises(ReleaseError, match=f"^{small_release}: 1 problem\nmissing image"):
        write_release(small_release, annotations, dialogues, images, header)
    assert contents(small_release) == before
    assert [path.name for path in small_release.parent.iterdir()] == [small_release.name]


def test_an_earlier_release_is_replaced(small_release: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    write_release(small_release, annotations, dialogues[:-1], images, header)
    assert list(open_release(small_release).dialogues()) == dialogues[:-1]
    assert [path.name for path in small_release.parent.iterdir()] == [small_release.name]


def test_another_folder_is_never_overwritten(small_release: Path, tmp_path: Path) -> None:
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.tex").write_text("text", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"holds other files and no release\.json"):
        write_release(precious, *parts(small_release))
    assert (precious / "chapter1.tex").read_text(encoding="utf-8") == "text"


@pytest.mark.parametrize("image_id", ["../outside", "a/b", "..", "", "a\n"])
def test_an_image_id_cannot_lead_out_of_the_folder(image_id: str, small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, _, header = parts(small_release)
    with pytest.raises(ReleaseError, match="is not a file name"):
        write_release(tmp_path / "a" / "copy", annotations, dialogues, [(image_id, b"")], header)
    assert list((tmp_path / "a").iterdir()) == []


def test_an_image_given_twice_is_refused(small_release: Path, tmp_path: Path) -> None:
    annotations, dialogues, images, header = parts(small_release)
    with pytest.raises(ReleaseError, match="was given twice"):
        write_release(tmp_path / "copy", annotations, dialogues, [*images.items(), *images.items()], header)


def test_grey_png_keeps_the_pixels_and_nothing_else() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    image = Image.fromarray(pixels)
    image.info["comment"] = "Doe^Jane"
    content = grey_png(image)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), pixels)
    assert b"Doe" not in content
    with pytest.raises(ValueError, match="mode RGB; expected L"):
        grey_png(Image.new("RGB", (2, 2)))
