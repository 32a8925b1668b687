"""Slices are shown upright, in square pixels, in the window of the view, along each plane."""

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from authoring.sources.catalogue import SourceDescription
from authoring.sources.display import displayed
from authoring.sources.scans import read_scan
from authoring.sources.views import body_columns, normalised, windowed
from release import Edges
from tests.authoring.sources.scan_files import describe, write_volume

SHAPE = (6, 8, 10)
#: One bright voxel: slice 1 from the feet, row 2 from the front, column 3 from the right.
PLACE = (1, 2, 3)


def scan_and_case(folder, spacing=(1.0, 1.0, 1.0), shape=SHAPE, case=None, direction=None):
    image = np.full(shape, -1000, np.int16)
    labels = np.zeros(shape, np.uint8)
    image[PLACE], labels[PLACE] = 1000, 1
    for name, array in (("image.nrrd", image), ("labels.nrrd", labels)):
        write_volume(folder / name, array, spacing)
        if direction:
            turned = sitk.ReadImage(str(folder / name))
            turned.SetDirection(direction)
            sitk.WriteImage(turned, str(folder / name))
    source = describe("image.nrrd", "labels.nrrd", case=case)
    return read_scan(source, source.cases[0], folder), source.cases[0]


def view(case, **changes):
    return case.views[0].model_copy(update=changes)


@pytest.mark.parametrize(
    ("plane", "slices", "shape", "index", "row", "column", "edges"),
    [
        ("axial", 6, (8, 10), 1, 2, 3, Edges(left="R", top="A")),
        # Slice 1 from the feet is row 4 of 6 from the head.
        ("coronal", 8, (6, 10), 2, 4, 3, Edges(left="R", top="S")),
        ("sagittal", 10, (6, 8), 3, 4, 2, Edges(left="A", top="S")),
    ],
)
def test_each_plane_is_upright(tmp_path, plane, slices, shape, index, row, column, edges):
    scan, case = scan_and_case(tmp_path)
    shown = displayed(scan, view(case, plane=plane), case)
    assert (len(shown), shown.plane, shown.edges) == (slices, plane, edges)
    grey = shown.grey(index)
    assert (grey.dtype, grey.shape) == (np.uint8, shape)
    assert np.argwhere(grey == 255).tolist() == [[row, column]]
    assert np.argwhere(shown.masks(index)["liver"]).tolist() == [[row, column]]
    assert [other for other in range(len(shown)) if shown.masks(other)] == [index]


@pytest.mark.parametrize(
    ("plane", "spacing"), [("axial", (3, 2, 1.5)), ("coronal", (2, 3, 1.5)), ("sagittal", (1.5, 3, 2))]
)
def test_kept_pixels_keep_their_spacing(tmp_path, plane, spacing):
    scan, case = scan_and_case(tmp_path, (1.5, 2.0, 3.0))
    shown = displayed(scan, view(case, plane=plane, pixels="kept"), case)
    assert shown.spacing_mm == pytest.approx(spacing)
    assert shown.remarks == []


def test_square_pixels_average_the_finer_side_and_keep_labels_whole(tmp_path):
    """Rows of 1 mm and columns of 2 mm: pairs of rows become one. The bright voxel of row 2 is half of a pixel."""
    scan, case = scan_and_case(tmp_path, (2.0, 1.0, 1.0))
    shown = displayed(scan, view(case, window=(0.0, 4000.0)), case)
    assert shown.spacing_mm == pytest.approx((1, 2, 2))
    grey = shown.grey(1)
    assert grey.shape == (4, 10)
    # Air of -1000 is a quarter of the window from -2000 to 2000; half air, half 1000 is its middle.
    assert np.unique(grey).tolist() == [64, 128]
    assert np.argwhere(grey == 128).tolist() == [[1, 3]]
    assert shown.remarks == ["pixels of 1.00 x 2.00 mm are shown as squares of 2.00 mm (axial)"]


def test_square_pixels_of_labels_are_those_at_their_centres(tmp_path):
    """Columns of 1 mm and rows of 3 mm: columns 3, 4 and 5 become one, whose centre is column 4."""
    scan, case = scan_and_case(tmp_path, (1.0, 3.0, 1.0), shape=(6, 8, 9))
    shown = displayed(scan, view(case), case)
    assert shown.grey(1).shape == (8, 3)
    # Column 3, which is labelled, is beside the centre: the label is not drawn.
    assert scan.masks.section("liver", 0, 1).any()
    assert shown.masks(1) == {}


def test_what_is_left_over_of_square_pixels_is_shared_by_both_edges(tmp_path):
    """Eleven columns of 1 mm are three pixels of 3 mm and 2 mm more: columns 4, 5 and 6 are the middle one."""
    scan, case = scan_and_case(tmp_path, (1.0, 3.0, 1.0), shape=(6, 8, 11))
    scan.volume.voxels[1, 2] = range(0, 1100, 100)
    shown = displayed(scan, view(case, window=(500, 1000)), case)
    # The means of 100..300, 400..600 and 700..900 on a scale of 0..1000.
    assert shown.grey(1)[2].tolist() == [51, 128, 204]


def test_nearly_square_pixels_stay(tmp_path):
    scan, case = scan_and_case(tmp_path, (1.0, 1.015, 1.0))
    shown = displayed(scan, view(case), case)
    assert shown.spacing_mm == pytest.approx((1, 1.015, 1))
    assert shown.grey(1).shape == (8, 10)


def test_the_window_is_that_of_the_view_or_the_case_or_the_region(tmp_path):
    scan, case = scan_and_case(tmp_path, case={"window": "bone"})
    assert displayed(scan, view(case, window=(10.0, 20.0)), case).window == (10, 20)
    assert displayed(scan, view(case, window="lung"), case).window == (-600, 1500)
    assert displayed(scan, view(case), case).window == (400, 1800)
    assert displayed(scan, view(case), case.model_copy(update={"window": None})).window == (40, 400)


def test_mr_is_normalised_over_the_whole_volume(tmp_path):
    """Slice k has the value 100 k: above the background the percentiles are 100 and 500."""
    image = np.broadcast_to(np.arange(6, dtype=np.int16)[:, None, None] * 100, SHAPE)
    write_volume(tmp_path / "image.nrrd", image)
    write_volume(tmp_path / "labels.nrrd", np.ones(SHAPE, np.uint8))
    source = describe("image.nrrd", "labels.nrrd", case={"modality": "MR", "sequence": "T1w"})
    (case,) = source.cases
    shown = displayed(read_scan(source, case, tmp_path), view(case, pixels="kept"), case)
    assert shown.window is None
    assert [int(shown.grey(index).max()) for index in range(6)] == [0, 0, 64, 128, 191, 255]


COS, SIN = np.cos(np.radians(30)), np.sin(np.radians(30))
ABOUT_THE_BODY_AXIS = (COS, -SIN, 0, SIN, COS, 0, 0, 0, 1)
ABOUT_LEFT_RIGHT = (1, 0, 0, 0, COS, -SIN, 0, SIN, COS)


@pytest.mark.parametrize(
    ("direction", "plane", "named"),
    [
        (ABOUT_THE_BODY_AXIS, "axial", "axial"),
        (ABOUT_THE_BODY_AXIS, "coronal", "oblique"),
        (ABOUT_LEFT_RIGHT, "axial", "oblique"),
        (ABOUT_LEFT_RIGHT, "sagittal", "sagittal"),
    ],
)
def test_tilted_scans_name_no_sides(tmp_path, direction, plane, named):
    scan, case = scan_and_case(tmp_path, direction=direction)
    shown = displayed(scan, view(case, plane=plane), case)
    assert (shown.plane, shown.edges) == (named, None)


def test_a_stack_of_unknown_orientation_is_shown_as_it_is_stored(tmp_path):
    pixels = np.zeros((5, 7), np.uint8)
    pixels[1, 2] = 200
    for name in ("image.png", "labels.png"):
        Image.fromarray(pixels).save(tmp_path / name)
    case = {"spacing_mm": [3, 1, 1], "modality": "MR", "sequence": "T1w"}
    source = describe("image.png", "labels.png", {200: "liver"}, case=case)
    shown = displayed(
        read_scan(source, source.cases[0], tmp_path), view(source.cases[0], plane="sagittal"), source.cases[0]
    )
    assert (len(shown), shown.plane, shown.edges) == (1, "sagittal", None)
    assert np.argwhere(shown.masks(0)["liver"]).tolist() == [[1, 2]]


def test_a_stated_orientation_that_is_not_trusted_names_no_plane_and_no_sides(tmp_path):
    scan, case = scan_and_case(tmp_path, case={"trust_orientation": False}, direction=(-1, 0, 0, 0, -1, 0, 0, 0, 1))
    assert not scan.volume.orientation_known
    shown = displayed(scan, view(case), case)
    assert (shown.plane, shown.edges) == ("oblique", None)
    assert np.argwhere(shown.grey(1) == 255).tolist() == [[2, 3]]
    assert np.argwhere(shown.masks(1)["liver"]).tolist() == [[2, 3]]


def test_demo_scans_show_their_pairs_on_the_right_edges(scans):
    """Coronal slices of the abdomen: the liver is nearer to the left edge than the spleen, the bladder is lowest."""
    source, folder = next(item for item in scans if item[0].name == "totalsegmentator-tests")
    case = next(case for case in source.cases if case.key == "ct-abdomen-pelvis")
    shown = displayed(read_scan(source, case, folder), view(case, plane="coronal"), case)
    wanted = {"liver", "spleen", "urinary_bladder"}
    index = next(index for index in range(len(shown)) if wanted <= shown.masks(index).keys())
    middle = {name: np.argwhere(mask).mean(axis=0) for name, mask in shown.masks(index).items()}
    assert middle["liver"][1] < middle["spleen"][1]
    assert middle["urinary_bladder"][0] > middle["liver"][0]


def test_ct_window():
    grey = windowed(level=40, width=400)(np.array([-1000, -160, 40, 240, 3000]))
    assert grey.tolist() == [0, 0, 128, 255, 255]


def test_mr_normalisation_ignores_the_background():
    voxels = np.concatenate([np.zeros(10_000), np.linspace(100, 200, 1000)])
    grey = normalised(voxels)(voxels)
    assert grey[0] == 0
    assert grey[10_000 + 500] == pytest.approx(128, abs=3)
    assert normalised(np.zeros((2, 2)))(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]


def test_body_columns_leave_out_the_table_and_the_arms():
    grey = np.zeros((50, 100), np.uint8)
    grey[10:40, 30:71] = 100
    grey[20:30, 5:12] = 100
    assert body_columns(grey) == (30, 70)
    assert body_columns(np.zeros((5, 9), np.uint8)) == (0, 8)


def test_pictures_are_shown_as_they_were_stored(tmp_path):
    picture = np.arange(40 * 40, dtype=np.int64).reshape(40, 40) % 256
    Image.fromarray(picture.astype(np.uint8)).save(tmp_path / "a.png")
    labels = np.zeros((40, 40), np.uint8)
    labels[5:20, 5:20] = 1
    Image.fromarray(labels).save(tmp_path / "a-labels.png")
    source = SourceDescription.model_validate(
        {
            "name": "pictures",
            "title": "Pictures",
            "licence": "CC0-1.0",
            "redistribute": "images",
            "cases": [
                {
                    "key": "a",
                    "patient": "a",
                    "split": "train",
                    "image": "a.png",
                    "labels": [{"file": "a-labels.png", "map": "organs"}],
                    "modality": "CT",
                    "sequence": "CECT",
                    "window": "stored",
                    "spacing_mm": [1, 1, 1],
                    "views": [{"region": "abdomen", "slices": 1, "gap_mm": 0}],
                }
            ],
            "label_maps": {"organs": {1: "liver"}},
        }
    )
    case = source.cases[0]
    shown = displayed(read_scan(source, case, tmp_path), case.views[0], case)
    assert shown.window is None
    assert np.array_equal(shown.grey(0), picture)
