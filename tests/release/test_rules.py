"""Each rule of a release folder: what breaks it is found, at its place, with its value and what was expected."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from release import Problem, ReleaseError, check_release, open_release
from release.images import image_problem


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ReleaseError) as caught:
        check_release(folder)
    # Editing a file changes its sha256, too; that rule has a test of its own.
    return [problem for problem in caught.value.problems if problem.kind != "changed file"]


def png(mode: str = "L", size: tuple[int, int] = (56, 48), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, format="PNG", **options)
    return buffer.getvalue()


def test_a_valid_release_passes(small_release: Path) -> None:
    seen = []
    check_release(small_release, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (18, 18)


def segment(record: dict) -> dict:
    return next(turn for turn in record["turns"] if turn["kind"] == "segment")


def add_answer_turn(record: dict, **changes: object) -> None:
    """Appends an answer turn in the languages of the first question."""
    question = {language: text and "Why?" for language, text in record["turns"][0]["question"].items()}
    turn = {
        "turn": len(record["turns"]) + 1,
        "kind": "answer",
        "question": question,
        "answer": question,
        "facets": [],
        "target": None,
        "system": None,
        "refers_to": [],
        "mask": None,
    }
    record["turns"].append({**turn, **changes})


def set_turn(field: str, value: object):
    return lambda record: segment(record).update({field: value})


DIALOGUE_RULES = {
    "unknown image": (
        lambda d: d.update(image_id="nowhere"),
        "image_id",
        '"nowhere"',
        "an image_id of annotations.jsonl",
    ),
    "unknown word": (lambda d: d.update(split="dev"), "split", '"dev"', "'train', 'validation' or 'test'"),
    "unknown field": (lambda d: d.update(note="x"), "note", '"x"', "not permitted"),
    "missing field": (lambda d: d.pop("image_id"), "image_id", "{", "field required"),
    "wrong value": (set_turn("turn", "1"), "turns[0].turn", '"1"', "valid integer"),
    "turns out of order": (set_turn("turn", 5), "turns[0].turn", "5", "expected 1"),
    "segmentation turn without a mask": (set_turn("mask", None), "turns[0].mask", "null", "expected a mask"),
    "segmentation turn without a target": (set_turn("target", None), "turns[0].target", "null", "a structure"),
    "repeated facet": (set_turn("facets", ["spatial"] * 2), "turns[0].facets", "spatial", "each facet once"),
    "turn without a question": (
        set_turn("question", {"en": None, "zh": None}),
        "turns[0].question",
        '{"en": null, "zh": null}',
        "a text in en or in zh",
    ),
    "question and answer in other languages": (
        set_turn("answer", {"en": None, "zh": None}),
        "turns[0].answer",
        "null",
        "the languages of the question",
    ),
    "reference to no earlier turn": (set_turn("refers_to", [1]), "turns[0].refers_to[0]", "1", "a turn before turn 1"),
    "unfit mask": (
        lambda d: segment(d)["mask"].update(size=[40, 56]),
        "turns[0].mask",
        "[40, 56]",
        "48",
    ),
    "answer turn with a mask": (
        lambda d: add_answer_turn(d, mask=segment(d)["mask"]),
        ".mask",
        "counts",
        "expected null",
    ),
    "answer turn with a target": (lambda d: add_answer_turn(d, target="liver"), ".target", '"liver"', "expected null"),
    "answer turn without an answer": (lambda d: add_answer_turn(d, answer=None), ".answer", "null", "an answer"),
    "reference to an answer turn": (
        lambda d: (add_answer_turn(d), add_answer_turn(d, refers_to=[len(d["turns"])])),
        ".refers_to[0]",
        "",
        "expected a segmentation turn",
    ),
    "repeated reference": (lambda d: add_answer_turn(d, refers_to=[1, 1]), ".refers_to", "[1, 1]", "each turn once"),
}


@pytest.mark.parametrize("kind", DIALOGUE_RULES)
def test_a_broken_dialogue_is_told_with_file_line_field_value_and_expectation(kind, small_release, edit) -> None:
    change, field, value, expected = DIALOGUE_RULES[kind]
    edit("dialogues.jsonl", 3, change)
    [problem] = [problem for problem in problems_of(small_release) if problem.kind == kind]
    assert (problem.file, problem.line) == ("dialogues.jsonl", 3)
    assert problem.field.endswith(field)
    assert value in problem.value
    assert expected.lower() in problem.expected.lower()


ANNOTATION_RULES = {
    "unknown source": (lambda a: a.update(source="elsewhere"), "source", '"elsewhere"', "ellipse-hospital"),
    "wrong file name": (lambda a: a.update(file="images/patient7.png"), "file", "patient7", "expected images/"),
    "image of another size": (lambda a: a.update(height=47), "height, width", "[47, 56]", "[48, 56]"),
    "unknown word": (lambda a: a.update(region="knee"), "region", '"knee"', "'head'"),
    "wrong value": (lambda a: a.update(spacing_mm=[0.5]), "spacing_mm", "[0.5]", "at least 2"),
    "duplicate structure": (
        lambda a: a["structures"].append(a["structures"][0]),
        ".id",
        "",
        "each structure once",
    ),
    "wrong area": (
        lambda a: a["structures"][0].update(area_px=3),
        "structures[0].area_px",
        "3",
        "the pixels of its mask",
    ),
    "centroid outside the image": (
        lambda a: a["structures"][0].update(centroid=[56.0, 3.0]),
        "structures[0].centroid",
        "[56.0, 3.0]",
        "[0..47, 0..55]",
    ),
    "unfit mask": (
        lambda a: a["structures"][0]["mask"].update(counts="0"),
        "structures[0].mask",
        '"0"',
        "48",
    ),
}


@pytest.mark.parametrize("kind", ANNOTATION_RULES)
def test_a_broken_annotation_is_told_with_file_line_field_value_and_expectation(kind, small_release, edit) -> None:
    change, field, value, expected = ANNOTATION_RULES[kind]
    edit("annotations.jsonl", 2, change)
    [problem] = [problem for problem in problems_of(small_release) if problem.kind == kind]
    assert (problem.file, problem.line) == ("annotations.jsonl", 2)
    assert problem.field.endswith(field)
    assert value in problem.value
    assert expected in problem.expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"GIF89a", "expected a PNG file"),
        (png("RGB"), "colour type 2"),
        (png("I;16"), "depth 16"),
        (png()[:-20], "a whole PNG file"),
        (png() + b"Doe", "nothing after it"),
        (png()[:45] + b"\x00" * 4 + png()[49:], "a readable image"),
    ],
    ids=["not a PNG", "colour", "16 bit", "cut off", "continued", "damaged"],
)
def test_an_image_must_be_an_8_bit_grey_png(content: bytes, expected: str, small_release: Path) -> None:
    annotation = next(open_release(small_release).annotations())
    (small_release / annotation.file).write_bytes(content)
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.line) == ("unfit image", 1)
    assert expected in problem.expected


def test_metadata_of_an_image_is_refused_by_name(small_release: Path) -> None:
    annotation = next(open_release(small_release).annotations())
    info = PngImagePlugin.PngInfo()
    info.add_text("PatientName", "Doe^Jane")
    (small_release / annotation.file).write_bytes(png(pnginfo=info))
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.expected) == ("unfit image", "expected no metadata, found the chunks tEXt")


def test_a_missing_image_is_told_once(small_release: Path) -> None:
    annotation = next(open_release(small_release).annotations())
    (small_release / annotation.file).unlink()
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.file, problem.field) == ("missing image", "release.json", f"files[{annotation.file}]")


def test_an_image_that_nothing_lists_is_told(small_release: Path) -> None:
    (small_release / "images" / "extra.png").write_bytes(png())
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.file) == ("file not listed", "images/extra.png")


def test_an_image_without_annotation_is_told(small_release: Path) -> None:
    path = small_release / "annotations.jsonl"
    *kept, dropped = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(kept), encoding="utf-8")
    assert ("image without annotation", json.loads(dropped)["file"]) in {
        (problem.kind, problem.file) for problem in problems_of(small_release)
    }


def test_ids_stand_once(small_release: Path) -> None:
    for name in ("annotations.jsonl", "dialogues.jsonl"):
        path = small_release / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join([*lines, lines[0]]), encoding="utf-8")
    found = {(problem.kind, problem.line) for problem in problems_of(small_release)}
    assert found == {("duplicate image_id", 19), ("duplicate dialogue_id", 25)}


def test_a_patient_in_two_splits_is_told_with_the_first(small_release: Path, edit) -> None:
    splits = [dialogue.split for dialogue in open_release(small_release).dialogues()]
    # Dialogues 1 and 2 share an image, so that one patient has both.
    assert splits[:2] == ["train", "train"]
    edit("dialogues.jsonl", 2, lambda record: record.update(split="test"))
    [problem] = [problem for problem in problems_of(small_release) if problem.line == 2]
    assert (problem.kind, problem.value) == ("patient in two splits", '"test"')
    assert "expected train, where patient patient-0000" in problem.expected


def test_the_same_picture_in_two_splits_is_told(small_release: Path) -> None:
    release = open_release(small_release)
    image_of = {dialogue.split: dialogue.image_id for dialogue in release.dialogues()}
    content = (small_release / f"images/{image_of['train']}.png").read_bytes()
    (small_release / f"images/{image_of['test']}.png").write_bytes(content)
    assert "image in two splits" in {problem.kind for problem in problems_of(small_release)}


def test_a_reference_must_be_asked_in_the_language_of_the_question(small_release: Path, edit) -> None:
    def refer_across(record: dict) -> None:
        both = {"en": "Why?", "zh": "为什么？"}
        record["turns"] = [record["turns"][0]]
        record["turns"][0].update(question={**both, "zh": None}, answer=None)
        add_answer_turn(record, question=both, answer=both, refers_to=[1])

    edit("dialogues.jsonl", 1, refer_across)
    [problem] = problems_of(small_release)
    assert (problem.kind, problem.field) == ("reference across languages", "turns[1].refers_to[0]")
    assert problem.expected == "expected a turn that is asked in zh"


def test_a_language_that_the_release_does_not_name_is_told(small_release: Path) -> None:
    path = small_release / "release.json"
    header = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**header, "languages": ["en"]}), encoding="utf-8")
    assert {problem.kind for problem in problems_of(small_release)} == {"unexpected language"}


def test_a_dialogue_needs_a_segmentation_turn(small_release: Path, edit) -> None:
    def only_talk(record: dict) -> None:
        record["turns"] = record["turns"][:1]
        add_answer_turn(record, turn=1)
        del record["turns"][0]

    edit("dialogues.jsonl", 1, only_talk)
    assert [problem.kind for problem in problems_of(small_release)] == ["no segmentation turn"]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"dialogue_id": NaN}', "\x00"])
def test_a_line_that_is_no_record_is_told_and_the_rest_still_checked(line: str, small_release: Path) -> None:
    path = small_release / "dialogues.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = line
    lines[4] = lines[4].replace('"split":"train"', '"split":"dev"')
    path.write_text("\n".join(lines), encoding="utf-8")
    assert {problem.line for problem in problems_of(small_release)} == {2, 5}


def test_twenty_of_each_kind_are_listed_and_the_rest_counted(small_release: Path) -> None:
    path = small_release / "dialogues.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"image_id":"', '"image_id":"x'), encoding="utf-8")
    with pytest.raises(ReleaseError) as caught:
        check_release(small_release)
    report = str(caught.value)
    assert "unknown image (24)" in report
    assert report.count("expected an image_id of annotations.jsonl") == 20
    assert "and 4 more of this kind" in report


def test_a_long_value_is_shortened(small_release: Path, edit) -> None:
    edit("dialogues.jsonl", 1, lambda record: record.update(image_id="a" * 5_000))
    [problem] = problems_of(small_release)
    assert problem.value.endswith("… (5002 characters)")
    assert len(problem.value) < 100


@given(st.data())
def test_no_damage_to_an_image_file_goes_past_the_check(data: st.DataObject) -> None:
    content = bytearray(png(size=(9, 7)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    problem = image_problem(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert problem is None or problem.startswith("expected ")
