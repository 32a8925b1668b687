"""Slices are informative, apart from each other, shown once, and free of crossed pairs."""

import numpy as np
import pytest

from authoring.slices import chosen_slices
from authoring.sources.catalogue import Case
from authoring.sources.scans import LabelledScan
from authoring.sources.structure_masks import StructureMasks
from authoring.sources.volumes import Volume, read_volume
from tests.authoring.made import described, write_scan

VIEW = {"region": "abdomen", "slices": 3, "gap_mm": 10}


@pytest.fixture(scope="module")
def volume(tmp_path_factory) -> Volume:
    """12 slices of 56 x 64 pixels, 5 x 2 x 2 mm."""
    folder = tmp_path_factory.mktemp("scan")
    write_scan(folder, "p0", 0)
    return read_volume(folder / "p0.nii.gz")


def scan_of(volume, **structures):
    """A scan with boxes: name -> (slices, rows, columns) as (first, last) each."""
    masks = StructureMasks(volume.voxels.shape)
    for name, bounds in structures.items():
        box = tuple(slice(first, last + 1) for first, last in bounds)
        masks.add(name, box, np.ones([part.stop - part.start for part in box], bool))
    return LabelledScan(volume, masks)


def case_with(*views, **changes):
    files = described().files[0]
    fields = {name: getattr(files, name) for name in ("image", "modality", "sequence", "labels")}
    fields["labels"] = [{"file": "labels.nii.gz", "map": "organs"}]
    return Case.model_validate(
        {**fields, "key": "p0", "patient": "p0", "split": "test", "views": list(views), **changes}
    )


def chosen(case, scan, seed=0):
    return list(chosen_slices(case, scan, np.random.default_rng(seed)))


LIVER = ((2, 9), (10, 33), (6, 31))
SPLEEN = ((6, 9), (12, 25), (44, 59))
AORTA = ((0, 11), (40, 47), (28, 35))


def test_slices_are_apart_and_in_order(volume):
    found = chosen(case_with(VIEW), scan_of(volume, liver=LIVER, spleen=SPLEEN, aorta=AORTA))
    indices = [shown.index for shown in found]
    assert len(indices) == 3
    assert indices == sorted(indices)
    assert min(np.diff(indices)) >= 2  # 10 mm, at 5 mm a slice


def test_no_more_than_fit_at_the_wanted_distance(volume):
    found = chosen(case_with({**VIEW, "slices": 12, "gap_mm": 20}), scan_of(volume, aorta=AORTA))
    assert len(found) == 3


def test_the_first_choice_shows_most(volume):
    (only,) = chosen(case_with({**VIEW, "slices": 1}), scan_of(volume, liver=LIVER, spleen=SPLEEN, aorta=AORTA))
    assert set(only.scene.structures) == {"liver", "spleen", "aorta"}


def test_what_was_not_shown_yet_comes_before_more_of_the_same(volume):
    kidney = ((0, 1), (10, 21), (6, 17))
    scan = scan_of(volume, liver=LIVER, spleen=SPLEEN, kidney_right=kidney)
    found = chosen(case_with({**VIEW, "slices": 2}), scan)
    assert any("kidney_right" in shown.scene.structures for shown in found)
    assert any("spleen" in shown.scene.structures for shown in found)


def test_having_lacking_and_range_limit_the_choice(volume):
    scan = scan_of(volume, liver=LIVER, spleen=SPLEEN, aorta=AORTA)
    view = {**VIEW, "slices": 12, "gap_mm": 0}
    indices = [shown.index for shown in chosen(case_with({**view, "having": ["liver"], "lacking": ["spleen"]}), scan)]
    assert indices == [2, 3, 4, 5]
    assert [shown.index for shown in chosen(case_with({**view, "range": [10, 20]}), scan)] == [10, 11]


def test_a_second_view_of_the_plane_shows_other_slices(volume):
    scan = scan_of(volume, aorta=AORTA)
    views = [{**VIEW, "range": [3, 3]}, {**VIEW, "range": [3, 4], "slices": 2, "gap_mm": 0}]
    assert [shown.index for shown in chosen(case_with(*views), scan)] == [3, 4]


def test_planes_are_seen_from_their_own_sides(volume):
    scan = scan_of(volume, liver=LIVER)
    found = {
        plane: chosen(case_with({**VIEW, "plane": plane, "slices": 1, "pixels": "kept"}), scan)[0]
        for plane in ("axial", "coronal", "sagittal")
    }
    assert {plane: (shown.edges.left, shown.edges.top) for plane, shown in found.items()} == {
        "axial": ("R", "A"),
        "coronal": ("R", "S"),
        "sagittal": ("A", "S"),
    }
    assert found["axial"].grey.shape == (56, 64)
    assert found["coronal"].grey.shape == (12, 64)
    assert found["sagittal"].grey.shape == (12, 56)


def test_a_slice_with_a_crossed_pair_is_left_out_and_named(volume):
    crossed = {
        "kidney_right": ((2, 5), (30, 41), (40, 49)),
        "kidney_left": ((2, 5), (30, 41), (10, 19)),
    }
    scan = scan_of(volume, aorta=AORTA, **crossed)
    found = chosen(case_with({**VIEW, "slices": 12, "gap_mm": 0}), scan)
    assert [shown.index for shown in found] == [0, 1, 6, 7, 8, 9, 10, 11]
    assert "axial slice 2 is left out: kidney_right on the wrong side of the counterpart" in scan.remarks


def test_nothing_to_ask_for_gives_no_slice(volume):
    scan = scan_of(volume, aorta=AORTA)
    assert chosen(case_with(VIEW, not_asked=["aorta"]), scan) == []


def test_the_seed_settles_what_is_equal(volume):
    scan = scan_of(volume, aorta=AORTA)
    case = case_with({**VIEW, "slices": 2})
    picks = [tuple(shown.index for shown in chosen(case, scan, seed)) for seed in range(8)]
    assert len(set(picks)) > 1
    assert picks[3] == tuple(shown.index for shown in chosen(case, scan, 3))
