"""Source descriptions are checked when they are read; those that travel with the project keep to what they label."""

import re
from pathlib import Path

import pytest
import yaml

from authoring.anatomy.knowledge import concepts_of
from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from authoring.sources.cases import Files, LabelFile, LabelPattern, Orientation, Splits, SplitTable, View
from authoring.sources.catalogue import (
    FOLDER,
    Case,
    Overlap,
    SourceDescription,
    catalogue,
    demo_sources,
    named_by,
    read_source,
)
from authoring.sources.windows import named_windows, window_of
from release.records import Region

VIEW = {"region": "abdomen", "slices": 2, "gap_mm": 1}
UPRIGHT = {"left": "R", "top": "A", "first": "I"}
DOCUMENT = Path(__file__).resolve().parents[3] / "docs/sources.md"


def description(**changes):
    case = {
        "key": "one",
        "patient": "somebody",
        "image": "image.nrrd",
        "labels": [{"file": "labels.nrrd", "map": "map"}],
        "modality": "CT",
        "sequence": "NCCT",
        "split": "train",
        "views": [VIEW],
    }
    case |= changes.pop("case", {})
    return {
        "name": "mine",
        "title": "My scans",
        "licence": "CC0-1.0",
        "redistribute": "images",
        "cases": [case],
        "label_maps": {"map": {1: "liver", 2: "kidney_right", 3: "kidney_left"}},
        **changes,
    }


def files(**changes):
    """A description whose cases are found by a pattern."""
    entry = {key: value for key, value in description()["cases"][0].items() if key not in ("key", "patient", "split")}
    entry |= {"image": "{patient}.nrrd", "labels": [{"file": "{patient}-labels.nrrd", "map": "map"}]} | changes
    return {"cases": [], "files": [entry]}


#: Tried on files that its publisher hands out, beside those that come with a package.
TRIED = {"chaos-ct"}


def read(folder, content):
    path = folder / "source.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_source(path)


def labelled(source):
    """Every structure that a source labels or assembles."""
    meanings = [meaning for values in source.label_maps.values() for meaning in values.values()]
    single = [label.structure for case in (*source.cases, *source.files) for label in case.labels if label.structure]
    return {*source.assembled, *single, *(name for meaning in meanings for name in named_by(meaning))}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_description_of_the_project_is_whole(path):
    source = read_source(path)
    assert path.stem == source.name.replace("-", "_")
    assert source.licence_url.startswith("https://") and source.citation and source.url
    # A person learns how to get the files, or pip does it.
    assert bool(source.get) != bool(source.package)
    assert (source.tried == "real files") == (bool(source.package) or source.name in TRIED)
    assert {overlap.source for overlap in source.overlaps} <= catalogue().keys()


@pytest.mark.parametrize("source", catalogue().values(), ids=lambda source: source.name)
def test_a_description_of_the_project_speaks_only_of_what_it_labels(source):
    named = {name for case in (*source.cases, *source.files) for name in case.named_structures()}
    assert named <= labelled(source)


@pytest.mark.parametrize("source", catalogue().values(), ids=lambda source: source.name)
def test_both_members_of_a_pair_are_labelled_everywhere_or_the_one_is_not_asked_for(source):
    for case in (*source.cases, *source.files):
        for name in set(case.exhaustive) - set(case.not_asked):
            pair = structures()[name].pair
            assert pair is None or pair in case.exhaustive, (source.name, name)


@pytest.mark.parametrize("source", catalogue().values(), ids=lambda source: source.name)
def test_whatever_a_source_labels_has_a_description(source):
    assert [name for name in sorted(labelled(source)) if not concepts_of(name)] == []


def test_overlaps_are_told_from_both_sides():
    told = {(source.name, overlap.source) for source in catalogue().values() for overlap in source.overlaps}
    assert told == {(other, one) for one, other in told}


def test_the_demo_sources_fill_every_split():
    assert [source.name for source in demo_sources()] == sorted(source.name for source in demo_sources())
    assert {case.split for source in demo_sources() for case in source.cases} == {"train", "validation", "test"}


def test_no_licence_that_asks_for_more_lets_images_be_passed_on():
    for source in catalogue().values():
        if source.redistribute == "images":
            assert "ND" not in source.licence and not re.search(r"(?<!NC-)SA", source.licence), source.name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"case": {"exhaustive": ["spleeen"]}}, "unknown structures spleeen; expected ids of authoring/anatomy"),
        ({"assembled": ["lungs"]}, "unknown structures lungs"),
        ({"label_maps": {"map": {1: "lever"}}}, "unknown structures lever"),
        ({"label_maps": {"map": {1: ["kidney_left", "kidney_right"]}}}, "1 means kidney_left, kidney_right; expect"),
        ({"label_maps": {"map": {1: ["liver", "spleen"]}}}, "expected the right and the left member of a pair"),
        ({"case": {"labels": [{"file": "a", "map": "other"}]}}, "unknown label_map other; expected one of map"),
        ({"case": {"labels": []}}, "labels"),
        ({"case": {"labels": [{"file": "a"}]}}, "labels a: none given; expected exactly one of map, structure"),
        ({"case": {"labels": [{"file": "a", "map": "map", "structure": "liver"}]}}, "map and structure given"),
        ({"case": {"labels": [{"file": "a", "map": "map", "above": 3}]}}, r"above is 3.*; expected it only beside"),
        ({"case": {"image": "../a"}}, r"file is '\.\./a'; expected a path below the root"),
        ({"case": {"image": "/etc/passwd"}}, "expected a path below the root"),
        ({"case": {"window": [40, 0]}}, "the window's width is 0"),
        ({"case": {"window": "pale"}}, "window is 'pale'; expected .* or one of soft_tissue"),
        ({"case": {"modality": "MR", "window": "brain"}}, "window is brain; expected one for CT only"),
        ({"case": {"modality": "MR", "views": [VIEW | {"window": "brain"}]}}, "expected one for CT only"),
        ({"case": {"orientation": {"left": "R", "top": "L", "first": "I"}}}, "left R, top L, first I; expected one"),
        ({"case": {"orientation": UPRIGHT, "trust_orientation": False}}, "expected one of the two keys"),
        ({"case": {"spacing_mm": [1, 0, 1]}}, "spacing_mm"),
        ({"case": {"sequence": "T9"}}, "sequence"),
        ({"case": {"views": []}}, "views"),
        ({"case": {"views": [VIEW | {"range": [2, 0]}]}}, "first <= last"),
        ({"case": {"views": [VIEW | {"plane": "oblique"}]}}, "plane"),
        ({"cases": []}, "neither cases nor files"),
        ({"cases": description()["cases"] * 2}, "cases one are listed twice"),
        ({"licence": None}, "licence"),
        ({"redistribute": True}, "redistribute"),
        ({"unknown_values": "ignore"}, "unknown_values"),
        ({"colour": "red"}, "colour"),
        (files(where={"age": "old"}), "where limits age; expected placeholders of the image"),
        (files(where={"patient": "("}), r"where patient is '\('"),
        (files(split="test", splits={"train": 1}), "both split and splits"),
        (files(splits={"train": 0, "validation": 0, "test": 0}), "all shares are 0"),
        (files(splits={"lists": {"test": ["a"], "train": ["a"]}}), "a listed twice"),
        (files(labels=[{"file": "a-{label}", "map": "map"}]), r"expected \{label\} in the name beside `each`"),
        (files(labels=[{"file": "a", "each": "map"}]), r"expected \{label\} in the name beside `each`"),
    ],
)  # fmt: skip
def test_a_wrong_description_is_refused_with_its_place(tmp_path, changes, message):
    with pytest.raises(SourceError, match=message):
        read(tmp_path, description(**changes))


def test_what_is_no_description_is_refused_with_its_file(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere.yaml: no such file"):
        read_source(tmp_path / "nowhere.yaml")
    for text in ("{", "a: \x00", "- 1"):
        (tmp_path / "source.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=r"source.yaml: "):
            read_source(tmp_path / "source.yaml")


def test_an_unquoted_no_is_the_word(tmp_path):
    assert read(tmp_path, description(redistribute=False)).redistribute == "no"


def test_cases_take_the_defaults_of_their_source_unless_they_have_their_own(tmp_path):
    first, second = description(case={"views": None})["cases"][0], description()["cases"][0]
    del first["views"]
    own = [{"region": "chest", "slices": 1, "gap_mm": 0}]
    source = read(
        tmp_path,
        description(
            views=[{"region": "spine", "slices": 3, "gap_mm": 5}],
            exhaustive=["liver"],
            not_asked=["kidney_left"],
            cases=[first, second | {"key": "two", "views": own, "exhaustive": ["kidney_right"], "not_asked": []}],
        ),
    )
    assert [case.views[0].region for case in source.cases] == ["spine", "chest"]
    assert [case.exhaustive for case in source.cases] == [("liver",), ("kidney_right",)]
    assert [case.not_asked for case in source.cases] == [("kidney_left",), ()]


SHORT = {
    "name": "mine",
    "title": "My scans",
    "licence": "CC0-1.0",
    "modality": "CT",
    "region": "abdomen",
    "images": "images/*_0000.nii.gz",
    "labels": "labels/*.nii.gz",
    "names": {1: "liver", 2: ["kidney_right", "kidney_left"], 3: None},
}


def test_the_short_form_is_the_full_one(tmp_path):
    more = {
        "sequence": "CECT",
        "window": "liver",
        "plane": "coronal",
        "slices": 3,
        "exhaustive": ["liver"],
        "root": "x",
    }
    full = {
        "name": "mine",
        "title": "My scans",
        "licence": "CC0-1.0",
        "redistribute": "no",
        "root": "x",
        "files": [
            {
                "image": "images/{patient}_0000.nii.gz",
                "labels": [{"file": "labels/{patient}.nii.gz", "map": "names"}],
                "modality": "CT",
                "sequence": "CECT",
                "window": "liver",
                "exhaustive": ["liver"],
                "views": [{"region": "abdomen", "plane": "coronal", "slices": 3, "gap_mm": 10}],
            }
        ],
        "label_maps": {"names": {1: "liver", 2: ["kidney_right", "kidney_left"], 3: None}},
    }
    assert read(tmp_path, SHORT | more).model_dump(exclude={"exhaustive"}) == read(tmp_path, full).model_dump(
        exclude={"exhaustive"}
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": ...}, "names: missing; a description with `images` needs images, labels, names"),
        ({"views": []}, "views: not beside `images`"),
        ({"images": "images/scan.nii.gz"}, r"images: 'images/scan.nii.gz'; expected one \*"),
        ({"labels": "*/*.nii.gz"}, r"labels: '\*/\*.nii.gz'; expected one \*"),
        ({"names": {1: "lever"}}, "unknown structures lever"),
        ({"slicez": 3}, "slicez"),
    ],
)
def test_a_wrong_short_form_is_refused(tmp_path, changes, message):
    content = {key: value for key, value in (SHORT | changes).items() if value is not ...}
    with pytest.raises(SourceError, match=rf"source.yaml: (.|\n)*{message}"):
        read(tmp_path, content)


def examples():
    return re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", examples(), ids=range(len(examples())))
def test_a_documented_example_is_valid(tmp_path, text):
    (tmp_path / "source.yaml").write_text(text, encoding="utf-8")
    assert read_source(tmp_path / "source.yaml").name


@pytest.mark.parametrize(
    "record", [SourceDescription, Case, Files, LabelFile, LabelPattern, View, Splits, SplitTable, Orientation, Overlap]
)
def test_every_field_is_documented(record):
    documented = set(re.findall(r"`(\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert documented >= record.model_fields.keys()


def test_every_window_is_documented():
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, (level, width) in named_windows().items():
        assert f"`{name}` {level:g}/{width:g}" in text


def test_the_documented_table_tells_every_source_with_its_licence():
    passed_on = {"images": "yes", "annotations-only": "annotations only", "no": "no"}
    text = DOCUMENT.read_text(encoding="utf-8")
    for source in catalogue().values():
        licence = f"[{source.licence}]({source.licence_url})"
        row = ["", f"`{source.name}`", source.title, licence, passed_on[source.redistribute], source.tried, ""]
        assert " | ".join(row).strip() in text


def test_the_window_is_the_first_that_is_named_else_that_of_the_region():
    assert window_of(None, [30, 70], "brain", region="chest") == [30, 70]
    assert window_of("lung", None, region="head") == (-600, 1500)
    assert window_of(None, None, region="head") == (40, 80)
    for region in Region.__args__:
        assert window_of(region=region)[1] > 0
