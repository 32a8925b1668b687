"""Source descriptions are checked, packages come whole or not at all, and authoring refuses what it cannot use."""

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import yaml

from authoring import DownloadError, Package, SourceDescription, SourceError, author, demo_sources, fetch, read_source
from authoring.anatomy.knowledge import concepts_of
from authoring.anatomy.structures import structures
from demonstration.line import HEADER
from release import read_release


def description(**changes):
    case = {
        "key": "one",
        "patient": "somebody",
        "image": "image.nrrd",
        "labels": "labels.nrrd",
        "label_map": "map",
        "modality": "CT",
        "sequence": "NCCT",
        "window": [40, 400],
        "split": "train",
        "views": [{"region": "abdomen", "slices": 2, "gap_mm": 1}],
        "exhaustive": ["kidney_right", "kidney_left"],
    }
    case |= changes.pop("case", {})
    return {
        "name": "mine",
        "title": "My scans",
        "licence": "CC0-1.0",
        "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
        "url": "https://example.org",
        "citation": "Me. My scans.",
        "redistribute": True,
        "note": "made by a test",
        "cases": [case],
        "label_maps": {"map": {1: "liver", 2: "kidney_right", 3: "kidney_left"}},
        **changes,
    }


def write_source(folder, **changes):
    path = folder / "source.yaml"
    path.write_text(yaml.safe_dump(description(**changes)), encoding="utf-8")
    return path


def write_scan(folder, values=(1, 2, 3), shape=(3, 60, 80)):
    """A block for each label on every slice: the liver and the right kidney at the left of the image."""
    labels = np.zeros(shape, np.uint8)
    labels[:, 5:25, 5:35] = values[0]
    labels[:, 32:44, 4:14] = values[1]
    labels[:, 32:47, 58:70] = values[2]
    image = np.where(labels > 0, 60, -20).astype(np.int16)
    for name, array in (("image", image), ("labels", labels)):
        sitk.WriteImage(sitk.GetImageFromArray(array), str(folder / f"{name}.nrrd"))


def test_the_demo_sources_are_valid_and_state_their_licence():
    sources = demo_sources()
    assert {case.split for source in sources for case in source.cases} == {"train", "validation", "test"}
    assert all(source.licence_url.startswith("https://") and source.citation for source in sources)


def test_every_structure_that_a_demo_source_labels_has_a_description():
    for source in demo_sources():
        for values in source.label_maps.values():
            for name in filter(None, values.values()):
                assert concepts_of(name), name


def test_pairs_name_each_other_and_stand_on_opposite_sides():
    for structure in structures().values():
        if structure.pair:
            other = structures()[structure.pair]
            assert other.pair == structure.id
            assert {structure.side, other.side} == {"left", "right"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"case": {"exhaustive": ["spleeen"]}}, "unknown structures spleeen"),
        ({"label_maps": {"map": {1: "lever"}}}, "unknown structures lever"),
        ({"case": {"label_map": "other"}}, "unknown label_map other"),
        ({"case": {"window": None}}, "expected \\[level, width\\] for CT"),
        ({"case": {"labels": None}}, "either labels with a label_map, or maps"),
        ({"case": {"window": [40, 0]}}, "the window's width is 0"),
        ({"case": {"sequence": "T9"}}, "sequence"),
        ({"case": {"views": []}}, "views"),
        ({"case": {"views": [{"region": "abdomen", "slices": 1, "gap_mm": 0, "range": [2, 0]}]}}, "first <= last"),
        ({"licence": None}, "licence"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_description_is_refused_with_its_place(tmp_path, changes, message):
    with pytest.raises(SourceError, match=message):
        read_source(write_source(tmp_path, **changes))


def test_the_documented_example_is_valid(tmp_path):
    text = (Path(__file__).resolve().parents[2] / "docs/sources.md").read_text(encoding="utf-8")
    path = tmp_path / "source.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    (case,) = read_source(path).cases
    documented = set(re.findall(r"`(\w+)`", text))
    assert documented >= {*type(case).model_fields, *SourceDescription.model_fields, *type(case.views[0]).model_fields}


def test_anybodys_scans_become_dialogues(tmp_path):
    write_scan(tmp_path)
    source = read_source(write_source(tmp_path))
    author([(source, tmp_path)], tmp_path / "release", HEADER)
    text = (tmp_path / "release/dialogues.jsonl").read_text(encoding="utf-8")
    assert '"target":"kidney_left"' in text.replace(" ", "")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    write_scan(tmp_path)
    source = read_source(write_source(tmp_path))
    written = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        folder = author([(source, tmp_path)], tmp_path / name, HEADER, seed=seed)
        written.append((folder / "dialogues.jsonl").read_bytes() + (folder / "release.json").read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_an_unknown_label_value_stops_everything_and_leaves_nothing(tmp_path):
    write_scan(tmp_path, values=(1, 2, 99))
    source = read_source(write_source(tmp_path))
    with pytest.raises(SourceError, match="label value 99 is not in the map 'map' of mine; expected one of 1, 2, 3"):
        author([(source, tmp_path)], tmp_path / "release", HEADER)
    assert not (tmp_path / "release").exists()


def test_empty_labels_are_refused(tmp_path):
    write_scan(tmp_path, values=(0, 0, 0))
    with pytest.raises(SourceError, match="its labels are empty"):
        author([(read_source(write_source(tmp_path)), tmp_path)], tmp_path / "release", HEADER)


def test_mirrored_labels_are_refused(tmp_path):
    write_scan(tmp_path, values=(1, 3, 2))
    with pytest.raises(SourceError, match="one: kidney_right has its centroid at column"):
        author([(read_source(write_source(tmp_path)), tmp_path)], tmp_path / "release", HEADER)


def test_a_single_slice_with_crossed_labels_is_left_out_and_told(tmp_path):
    write_scan(tmp_path)
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "labels.nrrd")))
    labels[1, 32:44, 70:78] = 2
    labels[1, 32:44, 4:14] = 0
    sitk.WriteImage(sitk.GetImageFromArray(labels), str(tmp_path / "labels.nrrd"))
    said = []
    source = read_source(write_source(tmp_path))
    release = read_release(author([(source, tmp_path)], tmp_path / "release", HEADER, warn=said.append))
    assert said == ["one: slice 1 is left out: ['kidney_right'] on the wrong side"]
    assert {item.slice_index for item in release.annotations()} == {0, 2}


def test_voxels_that_are_no_number_become_background_and_are_told(tmp_path):
    write_scan(tmp_path)
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "image.nrrd"))).astype(np.float32)
    clean = author([(read_source(write_source(tmp_path)), tmp_path)], tmp_path / "clean", HEADER)
    image[0, 0, 0] = np.nan
    sitk.WriteImage(sitk.GetImageFromArray(image), str(tmp_path / "image.nrrd"))
    said = []
    out = author([(read_source(write_source(tmp_path)), tmp_path)], tmp_path / "release", HEADER, warn=said.append)
    assert said == ["one: voxels that are no finite number, drawn as background: 1"]
    assert (out / "dialogues.jsonl").read_bytes() == (clean / "dialogues.jsonl").read_bytes()


def two_cases(tmp_path, splits, patients):
    write_scan(tmp_path)
    content = description()
    (case,) = content["cases"]
    content["cases"] = [
        case | {"key": f"case-{number}", "split": split, "patient": patient}
        for number, (split, patient) in enumerate(zip(splits, patients, strict=True))
    ]
    path = tmp_path / "source.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return [(read_source(path), tmp_path)]


def test_two_scans_of_one_patient_share_the_patient_id(tmp_path):
    release = read_release(author(two_cases(tmp_path, ["train", "train"], ["x", "x"]), tmp_path / "r", HEADER))
    assert len({item.patient_id for item in release.annotations()}) == 1


def test_a_patient_in_two_splits_is_refused(tmp_path):
    with pytest.raises(SourceError, match="patient 'x' is in split 'test', but another case"):
        author(two_cases(tmp_path, ["train", "test"], ["x", "x"]), tmp_path / "r", HEADER)
    assert not (tmp_path / "r").exists()


def test_a_source_without_a_question_gives_no_release(tmp_path):
    write_scan(tmp_path)
    source = read_source(write_source(tmp_path, case={"not_asked": ["liver", "kidney_right", "kidney_left"]}))
    with pytest.raises(SourceError, match="no slice of any case supports a question"):
        author([(source, tmp_path)], tmp_path / "release", HEADER)
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("change", [{"created": "yesterday"}, {"version": "1"}])
def test_a_header_that_is_not_valid_is_refused_first(tmp_path, change):
    with pytest.raises(SourceError, match="the release's header"):
        author([], tmp_path / "release", replace(HEADER, **change))


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A tiny real wheel that pip finds in a local folder instead of the index."""
    folder = tmp_path / "index"
    folder.mkdir()
    path = folder / "tinyscans-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tinyscans/scan.txt", "voxels")
        archive.writestr("tinyscans-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinyscans\nVersion: 1.0\n")
        archive.writestr(
            "tinyscans-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinyscans-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


def package(sha256, version="1.0"):
    return Package(name="tinyscans", version=version, archive="wheel", megabytes=0.1, sha256=sha256)


def test_a_package_is_fetched_once(wheel, tmp_path):
    wanted = package(hashlib.sha256(wheel.read_bytes()).hexdigest())
    folder, downloaded = fetch(wanted, tmp_path / "cache")
    assert downloaded
    assert (folder / "tinyscans/scan.txt").read_text() == "voxels"
    wheel.unlink()
    assert fetch(wanted, tmp_path / "cache") == (folder, False)


def test_a_package_with_another_checksum_is_refused_and_not_kept(wheel, tmp_path):
    with pytest.raises(DownloadError, match=r"tinyscans==1\.0 with sha256 0000.* failed: .*Got +[0-9a-f]{64}"):
        fetch(package("0" * 64), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_package_that_pip_cannot_find_is_refused(wheel, tmp_path):
    with pytest.raises(DownloadError, match=r"pip download tinyscans==9\.9 with sha256 0000.* failed"):
        fetch(package("0" * 64, version="9.9"), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
