"""Every description finds and reads a miniature of its data set, written in the documented files and folders."""

import re
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
import yaml

from authoring.packages import fetch_scans
from authoring.sources.catalogue import catalogue, demo_sources, read_source
from authoring.sources.discovery import cases_of
from authoring.sources.scans import read_scan
from demonstration.places import Places
from tests.authoring.sources.miniatures import (
    BLOCK,
    body,
    label_map,
    place,
    write,
    write_pngs,
    write_segment,
    write_series,
)

ROOT = Path(__file__).resolve().parents[3]
LAYOUTS = yaml.safe_load(Path(__file__).with_name("layouts.yaml").read_text(encoding="utf-8"))
GLIOMA = {
    "brain_tumour_core": ["brain_tumour_necrosis", "brain_tumour_enhancing"],
    "brain_tumour": ["brain_tumour_necrosis", "brain_tumour_enhancing", "brain_tumour_oedema"],
}


def numbered(names):
    return dict(enumerate(names, 1))


def check(name, folder, places, assembled=None):
    """Reads every case; each has its structures where they were written, and nothing else."""
    source = catalogue()[name]
    cases = cases_of(source, folder)
    expected = {structure: [box] for structure, box in places.items()}
    expected |= {parent: [places[part] for part in parts] for parent, parts in (assembled or {}).items()}
    for case in cases:
        scan = read_scan(source, case, folder)
        assert scan.masks.keys() == expected.keys()
        for structure, boxes in expected.items():
            mask = scan.masks[structure]
            assert mask.sum() == BLOCK * len(boxes)
            assert all(mask[box].all() for box in boxes)
        assert scan.remarks == []
    return cases


@pytest.mark.parametrize("name", LAYOUTS)
def test_label_maps(tmp_path, name):
    layout = LAYOUTS[name]
    labels, places = label_map(numbered(layout["values"]))
    for image, label in layout["files"]:
        write(tmp_path / image, body(layout["modality"]))
        write(tmp_path / label, labels)
    # Archives that were packed on a Mac hold such companions.
    (tmp_path / layout["files"][0][0]).with_name("._hidden.nii.gz").write_bytes(b"\0")
    cases = check(name, tmp_path, places, layout.get("assembled"))
    found = sorted(str(PurePosixPath(catalogue()[name].root, case.image)) for case in cases)
    assert found == sorted(image for image, _ in layout["files"])


def test_amos_takes_ct_and_mr_apart_and_keeps_the_official_validation_scans_for_testing(tmp_path):
    labels, _ = label_map(numbered(LAYOUTS["amos-ct"]["values"]))
    for part, number in (("Tr", "0001"), ("Tr", "0507"), ("Va", "0408"), ("Va", "0600")):
        write(tmp_path / f"images{part}/amos_{number}.nii.gz", body("CT"))
        write(tmp_path / f"labels{part}/amos_{number}.nii.gz", labels)
    splits = {
        name: {case.key: case.split for case in cases_of(catalogue()[name], tmp_path)}
        for name in ("amos-ct", "amos-mr")
    }
    assert splits["amos-ct"].keys() == {"0001", "0408"} and splits["amos-ct"]["0408"] == "test"
    assert splits["amos-mr"].keys() == {"0507", "0600"} and splits["amos-mr"]["0600"] == "test"
    assert {splits["amos-ct"]["0001"], splits["amos-mr"]["0507"]} <= {"train", "validation"}


def test_both_phases_of_a_heart_belong_to_one_patient(tmp_path):
    labels, _ = label_map(numbered(LAYOUTS["acdc"]["values"]))
    for frame in ("frame01", "frame12", "4d"):
        write(tmp_path / f"training/patient007/patient007_{frame}.nii.gz", body("MR"))
        write(tmp_path / f"training/patient007/patient007_{frame}_gt.nii.gz", labels)
    write(tmp_path / "testing/patient101/patient101_frame01.nii.gz", body("MR"))
    write(tmp_path / "testing/patient101/patient101_frame01_gt.nii.gz", labels)
    cases = cases_of(catalogue()["acdc"], tmp_path)
    assert [(case.key, case.patient) for case in cases] == [
        ("007-frame01", "acdc-007"),
        ("007-frame12", "acdc-007"),
        ("101-frame01", "acdc-101"),
    ]
    assert cases[2].split == "test"


def test_a_heart_whose_header_names_no_true_orientation_has_no_sides_of_the_patient(tmp_path):
    labels, _ = label_map(numbered(LAYOUTS["acdc"]["values"]))
    for split, number in (("training", "001"), ("testing", "101")):
        write(tmp_path / f"{split}/patient{number}/patient{number}_frame01.nii.gz", body("MR"))
        write(tmp_path / f"{split}/patient{number}/patient{number}_frame01_gt.nii.gz", labels)
    source = catalogue()["acdc"]
    for case in cases_of(source, tmp_path):
        assert not read_scan(source, case, tmp_path).volume.orientation_known


@pytest.mark.parametrize("reverse", [False, True], ids=["names count from the feet", "names count from the head"])
def test_chaos_ct(tmp_path, reverse):
    labels, places = label_map({255: "liver"})
    folder = tmp_path / "Train_Sets/CT/1"
    write_series(folder / "DICOM_anon", body("CT"), "i{:04d},0000b.dcm", "CT", reverse=reverse)
    write_pngs(folder / "Ground", labels, "liver_GT_{:03d}.png", reverse=reverse)
    assert [case.key for case in check("chaos-ct", tmp_path, places)] == ["1"]


def test_chaos_mr(tmp_path):
    labels, places = label_map({63: "liver", 126: "kidney_right", 189: "kidney_left", 252: "spleen"})
    for patient in (2, 10):
        folder = tmp_path / f"Train_Sets/MR/{patient}"
        for phase in ("InPhase", "OutPhase"):
            write_series(folder / "T1DUAL/DICOM_anon" / phase, body("MR"), "IMG-0004-{:05d}.dcm", "MR", reverse=True)
        write_pngs(folder / "T1DUAL/Ground", labels, "IMG-0004-{:05d}.png", reverse=True)
        write_series(folder / "T2SPIR/DICOM_anon", body("MR"), "IMG-0002-{:05d}.dcm", "MR", reverse=False)
        write_pngs(folder / "T2SPIR/Ground", labels, "IMG-0002-{:05d}.png", reverse=False)
    cases = check("chaos-mr", tmp_path, places)
    assert [case.key for case in cases] == [
        "2-t1-in-phase",
        "10-t1-in-phase",
        "2-t1-out-phase",
        "10-t1-out-phase",
        "2-t2-spir",
        "10-t2-spir",
    ]
    assert {case.patient for case in cases} == {"chaos-mr-2", "chaos-mr-10"}


@pytest.mark.parametrize(
    ("name", "stem", "meanings", "sequences", "assembled"),
    [
        (
            "msd-01-brain-tumour",
            "Task01_BrainTumour/{}Tr/BRATS_001.nii.gz",
            ["brain_tumour_oedema", "brain_tumour_necrosis", "brain_tumour_enhancing"],
            ["FLAIR", "T1w", "T1ce", "T2w"],
            GLIOMA,
        ),
        (
            "msd-05-prostate",
            "Task05_Prostate/{}Tr/prostate_00.nii.gz",
            ["prostate_peripheral_zone", "prostate_transition_zone"],
            ["T2w", "ADC"],
            {"prostate": ["prostate_peripheral_zone", "prostate_transition_zone"]},
        ),
    ],
)
def test_several_sequences_in_one_file(tmp_path, name, stem, meanings, sequences, assembled):
    labels, places = label_map(numbered(meanings))
    layers = [body("MR") + 100 * number for number in range(len(sequences))]
    write(tmp_path / stem.format("images"), layers)
    write(tmp_path / stem.format("labels"), labels)
    cases = check(name, tmp_path, places, assembled)
    assert [case.sequence for case in cases] == sequences
    source = catalogue()[name]
    for case, layer in zip(cases, layers, strict=True):
        assert np.array_equal(read_scan(source, case, tmp_path).volume.voxels, layer)


def test_brats(tmp_path):
    labels, places = label_map(numbered(["brain_tumour_necrosis", "brain_tumour_oedema", "brain_tumour_enhancing"]))
    for examination in ("BraTS-GLI-00008-000", "BraTS-GLI-00008-001"):
        folder = tmp_path / "ASNR-MICCAI-BraTS2023-GLI-Challenge-TrainingData" / examination
        for sequence in ("t1n", "t1c", "t2w", "t2f"):
            write(folder / f"{examination}-{sequence}.nii.gz", body("MR"))
        write(folder / f"{examination}-seg.nii.gz", labels)
    cases = check("brats", tmp_path, places, GLIOMA)
    assert {case.key: case.sequence for case in cases if case.key.startswith("00008-001")} == {
        "00008-001-t1n": "T1w",
        "00008-001-t1c": "T1ce",
        "00008-001-t2w": "T2w",
        "00008-001-t2f": "FLAIR",
    }
    assert {case.patient for case in cases} == {"brats-00008"}


def test_han_seg_without_one_of_its_organs(tmp_path):
    folder = tmp_path / "HaN-Seg/set_1/case_01"
    write(folder / "case_01_IMG_CT.nrrd", body("CT"))
    write(folder / "case_01_IMG_MR_T1.nrrd", body("MR"))
    organs_of = catalogue()["han-seg"].label_maps["organs"]
    assert len(organs_of) == 30
    assert (
        organs_of["Glnd_Submand_L"] == "submandibular_gland_left"
        and organs_of["Eye_PR"] == "eye_posterior_segment_right"
    )
    drawn = {name: meaning for name, meaning in organs_of.items() if name != "Cochlea_L"}
    places = {}
    for number, (name, structure) in enumerate(drawn.items()):
        places[structure] = place(number, structure.endswith("_left"))
        mask = np.zeros_like(body("CT"))
        mask[places[structure]] = 1
        write_segment(folder / f"case_01_OAR_{name}.seg.nrrd", mask)
    (case,) = check("han-seg", tmp_path, places)
    assert "cochlea_left" not in case.exhaustive and "cochlea_right" in case.exhaustive


@pytest.mark.parametrize(
    ("name", "image", "count"), [("totalsegmentator-ct", "ct", 117), ("totalsegmentator-mr", "mri", 50)]
)
def test_totalsegmentator(tmp_path, name, image, count):
    source = catalogue()[name]
    meanings = source.label_maps["structures"]
    assert len(meanings) == count
    places = {}
    write(tmp_path / f"s0011/{image}.nii.gz", body(source.files[0].modality))
    for number, (label, structure) in enumerate(meanings.items()):
        mask = np.zeros_like(body("CT"), np.uint8)
        where = place(number, "left" in structure.split("_"))
        mask[where] = 1
        places.setdefault(structure, []).append(where)
        write(tmp_path / f"s0011/segmentations/{label}.nii.gz", mask)
    (tmp_path / "meta.csv").write_text("image_id;age;split\ns0010;50;train\ns0011;61;val \n", encoding="utf-8")
    (case,) = cases_of(source, tmp_path)
    scan = read_scan(source, case, tmp_path)
    assert case.split == "validation"
    assert all(scan.masks[structure][box].all() for structure, boxes in places.items() for box in boxes)
    assert scan.masks.keys() - places.keys() == set(source.assembled)
    for parent in source.assembled:
        parts = {"ribs": "rib_", "vertebral_column": "vertebra_", "lung_right": "lung_", "lung_left": "lung_"}[parent]
        side = parent.removeprefix("lung_") if parent.startswith("lung_") else ""
        union = sum(len(boxes) for part, boxes in places.items() if part.startswith(parts) and part.endswith(side))
        assert scan.masks[parent].sum() == BLOCK * union


def test_open_ms(tmp_path):
    folder = tmp_path / "cross_sectional/coregistered/patient01"
    labels, places = label_map({1: "ms_lesion"})
    write(folder / "FLAIR.nii.gz", body("MR"))
    write(folder / "consensus_gt.nii.gz", labels.astype(np.uint8))
    brain = np.zeros_like(labels, np.uint8)
    brain[places["ms_lesion"]] = 1
    write(folder / "brainmask.nii.gz", brain)
    check("open-ms", tmp_path, places | {"brain": places["ms_lesion"]})


def test_sts(tmp_path):
    labels, places = label_map({255: "soft_tissue_tumour"})
    write(tmp_path / "STS_001/MR_T1/image.nii.gz", body("MR"))
    write(tmp_path / "STS_001/MR_T1/mask_GTV_Mass.nii.gz", labels)
    check("sts", tmp_path, places)


def test_the_shortest_documented_description_reads_anybodys_scans(tmp_path):
    text = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    (tmp_path / "my-source.yaml").write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    labels, places = label_map({1: "liver", 2: "spleen", 3: ["kidney_right", "kidney_left"]})
    labels[0, 0, 0] = 9
    for patient in ("p1", "p2"):
        write(tmp_path / f"images/{patient}.nii.gz", body("CT"))
        write(tmp_path / f"labels/{patient}.nii.gz", labels)
    source = read_source(tmp_path / "my-source.yaml")
    cases = cases_of(source, tmp_path)
    assert [case.patient for case in cases] == ["my-hospital-ct-p1", "my-hospital-ct-p2"]
    for case in cases:
        scan = read_scan(source, case, tmp_path)
        assert scan.masks.keys() == places.keys()
        assert all(scan.masks[name][box].all() for name, box in places.items())


TRIED_HERE = LAYOUTS.keys() | {
    *("chaos-ct", "chaos-mr", "msd-01-brain-tumour", "msd-05-prostate", "brats", "han-seg", "open-ms", "sts"),
    *("totalsegmentator-ct", "totalsegmentator-mr"),
}


def test_every_description_is_tried_on_a_miniature_or_on_its_real_files():
    assert TRIED_HERE | {source.name for source in demo_sources()} == catalogue().keys()


@pytest.mark.parametrize("source", demo_sources(), ids=lambda source: source.name)
def test_the_demo_scans_hold_what_their_views_ask_for(source):
    folder, _ = fetch_scans(source, Places(ROOT).cache)
    for case in cases_of(source, folder):
        scan = read_scan(source, case, folder)
        assert not any("passed over" in remark for remark in scan.remarks)
        wanted = {name for view in case.views for name in view.having}
        assert wanted <= scan.masks.keys()
