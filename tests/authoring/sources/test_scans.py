"""A case's files become one scan with one mask a structure, or are refused with the place and the value."""

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from authoring.errors import OrientationError, SourceError
from authoring.sources.scans import read_scan
from tests.authoring.sources.scan_files import describe, write_segmentation, write_series, write_volume

SHAPE = (5, 40, 60)


def blocks(**boxes):
    """A label volume with one value a box; `v7=box` has the value 7."""
    labels = np.zeros(SHAPE, np.int16)
    for name, box in boxes.items():
        labels[box] = int(name[1:])
    return labels


LIVER = np.s_[1:4, 10:20, 10:25]
RIGHT = np.s_[1:3, 24:30, 8:14]
LEFT = np.s_[2:5, 24:30, 46:52]


def body():
    """A body between columns 5 and 54: its midline is at column 29.5."""
    image = np.full(SHAPE, -1000, np.int16)
    image[:, 4:36, 5:55] = 40
    return image


def read(folder, labels, image=None, files="labels.nii.gz", suffix=".nii.gz", **description):
    """Reads one case of a CT volume and a label volume, written below `folder`."""
    write_volume(folder / f"image{suffix}", body() if image is None else image)
    if labels is not None:
        write_volume(folder / "labels.nii.gz", labels)
    source = describe(f"image{suffix}", files, **description)
    return read_scan(source, source.cases[0], folder)


def inside(box):
    mask = np.zeros(SHAPE, bool)
    mask[box] = True
    return mask


def test_values_of_one_structure_are_joined_and_null_is_passed_over(tmp_path):
    scan = read(tmp_path, blocks(v1=LIVER, v2=RIGHT, v5000=LEFT), meanings={1: "liver", 2: None, 5000: "liver"})
    assert list(scan.masks) == ["liver"]
    assert np.array_equal(scan.masks["liver"], inside(LIVER) | inside(LEFT))
    assert scan.remarks == []


def test_several_files_may_overlap(tmp_path):
    write_volume(tmp_path / "tumour.nrrd", blocks(v1=np.s_[2, 12:16, 12:16]))
    write_volume(tmp_path / "shares.nrrd", blocks(v9=LEFT, v3=RIGHT).astype(np.float32) / 10)
    files = [
        {"file": "labels.nii.gz", "map": "map"},
        {"file": "tumour.nrrd", "structure": "liver_tumour"},
        {"file": "shares.nrrd", "structure": "spleen", "above": 0.5},
        {"file": "shares.nrrd", "structure": "liver_tumour", "above": 0.85},
    ]
    scan = read(tmp_path, blocks(v1=LIVER), files=files)
    assert np.array_equal(scan.masks["liver"], inside(LIVER))
    assert np.array_equal(scan.masks["liver_tumour"], inside(np.s_[2, 12:16, 12:16]) | inside(LEFT))
    assert np.array_equal(scan.masks["spleen"], inside(LEFT))


def test_unknown_values_are_refused_or_counted(tmp_path):
    labels = blocks(v1=LIVER, v99=RIGHT)
    with pytest.raises(
        SourceError, match=r"labels\.nii\.gz: label value 99 is not in the map 'map' of mine; expected one of 1"
    ):
        read(tmp_path, labels)
    scan = read(tmp_path, labels, unknown_values="pass_over")
    assert list(scan.masks) == ["liver"]
    assert scan.remarks == ["label values that no map names were passed over: 99 (72 voxels)"]


def test_negative_and_broken_values_are_refused(tmp_path):
    labels = blocks(v1=LIVER)
    labels[0, 0, 0] = -1
    with pytest.raises(SourceError, match=r"labels\.nii\.gz: label value -1; expected numbers from 0 up"):
        read(tmp_path, labels)
    with pytest.raises(SourceError, match=r"labels\.nii\.gz: label value 0\.5 in the first of 450 voxels"):
        read(tmp_path, blocks(v1=LIVER).astype(np.float32) / 2)


def test_empty_labels_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"image\.nii\.gz: its labels are empty; expected at least one"):
        read(tmp_path, blocks())


def test_labels_of_another_patient_are_refused(tmp_path):
    image = sitk.GetImageFromArray(blocks(v1=LIVER))
    image.SetOrigin((900, 900, 900))
    sitk.WriteImage(image, str(tmp_path / "labels.nii.gz"))
    with pytest.raises(SourceError, match=r"labels\.nii\.gz: 100% of its labelled voxels lie outside the image"):
        read(tmp_path, None)


def test_labels_on_another_grid_are_told(tmp_path):
    turned = sitk.GetImageFromArray(blocks(v1=LIVER)[:4])
    turned.SetSpacing((1.5, 2, 3))
    turned.SetOrigin((-20, 10, 5))
    sitk.WriteImage(turned, str(tmp_path / "labels.nii.gz"))
    scan = read(tmp_path, None)
    assert np.array_equal(scan.masks["liver"], inside(LIVER))
    assert scan.remarks == ["the labels lie on another grid and were resampled by nearest neighbour"]


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".nrrd"])
def test_voxels_that_are_no_number_become_background(tmp_path, suffix):
    image = body().astype(np.float32)
    image[0, 0, :3] = np.nan, np.inf, -np.inf
    scan = read(tmp_path, blocks(v1=LIVER), image, suffix=suffix)
    assert scan.remarks == ["voxels that are no finite number, drawn as background: 3"]
    assert np.array_equal(scan.volume.voxels, body())
    with pytest.raises(SourceError, match="no voxel is a finite number"):
        read(tmp_path, blocks(v1=LIVER), np.full(SHAPE, np.nan, np.float32), suffix=suffix)


KIDNEYS = {1: "kidney_right", 2: "kidney_left"}


def test_crossed_pairs_are_refused(tmp_path):
    assert list(read(tmp_path, blocks(v1=RIGHT, v2=LEFT), meanings=KIDNEYS).masks) == list(KIDNEYS.values())
    with pytest.raises(OrientationError, match="one: kidney_right has its centroid at column 48 and kidney_left at"):
        read(tmp_path, blocks(v1=LEFT, v2=RIGHT), meanings=KIDNEYS)


def test_a_label_of_both_sides_is_split(tmp_path):
    stray = np.s_[4, 5:7, 20:22]
    labels = blocks(v3=RIGHT, v4=LIVER) + blocks(v3=LEFT) + blocks(v3=stray)
    scan = read(tmp_path, labels, meanings={3: ["kidney_right", "kidney_left"], 4: "liver"})
    assert np.array_equal(scan.masks["kidney_right"], inside(RIGHT) | inside(stray))
    assert np.array_equal(scan.masks["kidney_left"], inside(LEFT))


def test_a_component_across_the_midline_is_refused(tmp_path):
    """200 voxels up to the midline at column 29.5; 10 beyond it are 4.8 % of the component, 20 are 9.1 %."""
    labels = blocks(v3=np.s_[1, 10:20, 10:31])
    meanings = {3: ["kidney_right", "kidney_left"]}
    assert list(read(tmp_path, labels, meanings=meanings).masks) == ["kidney_right"]
    labels[1, 10:20, 31] = 3
    message = (
        r"value 3: a component of 220 voxels from slice 1, row 10, column 10 on lies on both sides .* \(9% to the left"
    )
    with pytest.raises(SourceError, match=message):
        read(tmp_path, labels, meanings=meanings)


def test_a_structure_is_assembled_of_its_parts_unless_it_has_a_label(tmp_path):
    meanings = {1: "rib_right_3", 2: "rib_left_3", 3: "liver_tumour", 4: "liver"}
    labels = blocks(v1=RIGHT, v2=LEFT, v3=np.s_[0, 5, 20], v4=LIVER)
    scan = read(tmp_path, labels, meanings=meanings, assembled=["ribs", "liver", "vertebral_column"])
    assert np.array_equal(scan.masks["ribs"], inside(RIGHT) | inside(LEFT))
    assert np.array_equal(scan.masks["liver"], inside(LIVER))
    assert "vertebral_column" not in scan.masks


def test_only_what_is_declared_is_assembled_and_parts_come_first(tmp_path):
    meanings = {1: "left_atrial_appendage", 2: "aorta"}
    labels = blocks(v1=LEFT, v2=RIGHT)
    assert set(read(tmp_path, labels, meanings=meanings, assembled=["heart"]).masks) == set(meanings.values())
    scan = read(tmp_path, labels, meanings=meanings, assembled=["heart", "left_atrium"])
    assert np.array_equal(scan.masks["heart"], inside(LEFT))
    assert np.array_equal(scan.masks["left_atrium"], inside(LEFT))


def test_segments_are_mapped_by_name_or_by_number(tmp_path):
    series = write_series(tmp_path / "ct", body())
    write_segmentation(tmp_path / "seg.dcm", series, {"Leber": inside(LIVER), "Nieren": inside(RIGHT) | inside(LEFT)})
    for meanings in (
        {"Leber": "liver", "Nieren": ["kidney_right", "kidney_left"]},
        {1: "liver", 2: ["kidney_right", "kidney_left"]},
    ):
        source = describe("ct", "seg.dcm", meanings=meanings)
        masks = read_scan(source, source.cases[0], tmp_path).masks
        assert np.array_equal(masks["liver"], inside(LIVER))
        assert np.array_equal(masks["kidney_left"], inside(LEFT))
    source = describe("ct", "seg.dcm", meanings={"Leber": "liver"})
    with pytest.raises(SourceError, match=r"seg\.dcm: label value Nieren is not in the map 'map'"):
        read_scan(source, source.cases[0], tmp_path)


def test_without_orientation_pairs_are_not_checked_and_nothing_is_split(tmp_path):
    for folder, array in (("images", body() + 1000), ("labels", blocks(v1=LEFT, v2=RIGHT))):
        (tmp_path / folder).mkdir()
        for index, pixels in enumerate(array):
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / folder / f"{index}.png")
    case = {"spacing_mm": [3, 1, 1]}
    source = describe("images/*.png", "labels/*.png", meanings=KIDNEYS, case=case)
    assert set(read_scan(source, source.cases[0], tmp_path).masks) == set(KIDNEYS.values())
    both = describe("images/*.png", "labels/*.png", meanings={1: list(KIDNEYS.values()), 2: None}, case=case)
    with pytest.raises(SourceError, match="covers both sides, but the scan's orientation is unknown"):
        read_scan(both, both.cases[0], tmp_path)
    known = case | {"orientation": {"left": "R", "top": "A", "first": "I"}}
    source = describe("images/*.png", "labels/*.png", meanings=KIDNEYS, case=known)
    with pytest.raises(OrientationError, match="kidney_right has its centroid at column 48"):
        read_scan(source, source.cases[0], tmp_path)


def test_masks_are_cut_to_their_structure_and_made_whole_on_demand(tmp_path):
    masks = read(tmp_path, blocks(v1=LIVER)).masks
    assert masks.box("liver") == (slice(1, 4), slice(10, 20), slice(10, 25))
    assert masks.cut("liver").all()
    assert masks.section("liver", 0, 0) is None
    assert np.array_equal(masks.section("liver", 2, 12), inside(LIVER)[:, :, 12])
