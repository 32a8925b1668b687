"""The same scan is found under another name, in another format or in part; the demo's scans are all different."""

import itertools
from collections import Counter
from dataclasses import replace
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from scipy import ndimage

from authoring.errors import DuplicateError
from authoring.sources.cases import Orientation
from authoring.sources.duplicates import Duplicates
from authoring.sources.fingerprint import MIN_SLICES, SAME, Fingerprint, fingerprint, likeness
from authoring.sources.scans import read_scan
from authoring.sources.volumes import read_volume
from tests.authoring.sources.scan_files import write_series


@pytest.fixture(scope="module")
def volumes(scans):
    """The volume of every demo scan, by the key of its case."""
    return {case.key: read_scan(source, case, folder).volume for source, folder in scans for case in source.cases}


@pytest.fixture(scope="module")
def prints(volumes):
    return {key: fingerprint(volume) for key, volume in volumes.items()}


def test_every_demo_scan_is_like_itself_and_like_no_other(prints):
    assert len(prints) >= 5
    for one, other in itertools.combinations_with_replacement(prints, 2):
        found = likeness(prints[one], prints[other])
        assert found > 0.999 if one == other else found < SAME / 2, (one, other, found)


def as_nrrd(volume, folder):
    """Stored along other axes, as floating point numbers on another scale."""
    image = sitk.Cast(volume.grid.image(volume.voxels), sitk.sitkFloat64) * 2.5 - 70
    sitk.WriteImage(sitk.DICOMOrient(image, "SAR"), str(folder / "copy.nrrd"))
    return read_volume(folder / "copy.nrrd")


def as_dicom(volume, folder):
    voxels = (volume.voxels / max(abs(volume.voxels).max() / 30000, 1)).astype(np.int16)
    return read_volume(write_series(folder / "copy", voxels, gap=volume.spacing_mm[0]))


def as_png(volume, folder, orientation=None):
    """8 bits over the whole range of the scan, from the head down."""
    low, high = float(volume.voxels.min()), float(volume.voxels.max())
    for index, pixels in enumerate(volume.voxels[::-1]):
        Image.fromarray(((pixels - low) / (high - low) * 255).astype(np.uint8)).save(folder / f"{index}.png")
    return read_volume(folder / "*.png", spacing_mm=volume.spacing_mm, orientation=orientation)


def as_oriented_png(volume, folder):
    return as_png(volume, folder, Orientation(left="R", top="A", first="S"))


def mirrored(volume, folder):
    sitk.WriteImage(volume.grid.image(volume.voxels[:, :, ::-1]), str(folder / "copy.mha"))
    return read_volume(folder / "copy.mha")


def middle_third(volume, folder):
    third = len(volume.voxels) // 3
    sitk.WriteImage(volume.grid.image(volume.voxels)[:, :, third : 2 * third], str(folder / "copy.nii.gz"))
    return read_volume(folder / "copy.nii.gz")


def larger_pixels(volume, folder):
    """The same field of view with two thirds of the rows and columns."""
    rows, columns = (round(size * 2 / 3) for size in volume.voxels.shape[1:])
    slices = [Image.fromarray(section.astype(np.float32)) for section in volume.voxels]
    voxels = np.stack([np.asarray(item.resize((columns, rows), Image.Resampling.BILINEAR)) for item in slices])
    image = sitk.GetImageFromArray(voxels)
    row_mm, column_mm = (
        mm * size / new
        for mm, size, new in zip(volume.spacing_mm[1:], volume.voxels.shape[1:], (rows, columns), strict=True)
    )
    image.SetSpacing((column_mm, row_mm, volume.spacing_mm[0]))
    sitk.WriteImage(image, str(folder / "copy.nii"))
    return read_volume(folder / "copy.nii")


@pytest.mark.parametrize("copy", [as_nrrd, as_dicom, as_png, as_oriented_png, mirrored, middle_third, larger_pixels])
@pytest.mark.parametrize("key", ["ct-abdomen-pelvis", "ct-upper-abdomen", "mr-abdomen", "ct-chest"])
def test_a_demo_scan_that_was_written_anew_is_found(volumes, prints, tmp_path, key, copy):
    again = fingerprint(copy(volumes[key], tmp_path))
    assert [name for name in prints if likeness(again, prints[name]) >= SAME] == [key]


def test_the_cut_scan_of_a_package_is_found(scans, prints):
    """The TotalSegmentator tests hold one scan twice: whole, and its uppermost or lowest part as integers."""
    folder = next(folder / source.root for source, folder in scans if source.name == "totalsegmentator-tests")
    part = fingerprint(read_volume(folder / "example_ct_sm.nii.gz"))
    assert len(part.indices) < len(prints["ct-abdomen-pelvis"].indices)
    assert [name for name in prints if likeness(part, prints[name]) >= SAME] == ["ct-abdomen-pelvis"]


def test_the_same_scan_under_two_patients_or_in_two_splits_is_refused(prints):
    known = Duplicates()
    for number, (key, print) in enumerate(prints.items()):
        assert known.add(key, f"patient {number}", "train", lambda print=print: print) is None
    first = next(iter(prints))
    message = rf"case copy \(patient 'another', split train\) holds the same scan as case {first} \(patient 'patient 0'"
    with pytest.raises(DuplicateError, match=message):
        known.add("copy", "another", "train", lambda: prints[first])
    with pytest.raises(DuplicateError, match=r"split test\) holds the same scan as case .* split train\)"):
        known.add("copy", "patient 0", "test", lambda: prints[first])


def test_the_same_scan_of_one_patient_is_told(prints):
    known = Duplicates()
    print = prints["ct-chest"]
    assert known.add("one", "somebody", "train", lambda print=print: print) is None
    assert known.add("two", "somebody", "train", lambda print=print: print) == "holds the same scan as case one"


def test_empty_slices_do_not_count(tmp_path):
    array = np.zeros((9, 40, 40), np.int16)
    array[2:5] = np.random.default_rng(0).integers(0, 99, (3, 40, 40))
    sitk.WriteImage(sitk.GetImageFromArray(array), str(tmp_path / "a.nrrd"))
    print = fingerprint(read_volume(tmp_path / "a.nrrd"))
    assert print.indices.tolist() == [2, 3, 4]
    assert likeness(print, print) == pytest.approx(1)
    sitk.WriteImage(sitk.GetImageFromArray(array[:4]), str(tmp_path / "b.nrrd"))
    few = fingerprint(read_volume(tmp_path / "b.nrrd"))
    assert len(few.indices) < MIN_SLICES
    assert likeness(few, print) == 0


@cache
def drawn(seed, slices=40, first=0):
    """The fingerprint of a scan that was never taken: smooth noise, the same for one seed."""
    random = np.random.default_rng(seed)
    volume = ndimage.gaussian_filter(random.normal(size=(60, 64, 64)), (2, 3, 3))[first : first + slices]
    return fingerprint(SimpleNamespace(voxels=volume.astype(np.float32), spacing_mm=(2.0, 1.0, 1.0)))


def turned_over(print: Fingerprint) -> Fingerprint:
    squares = print.thumbnails.reshape(-1, 32, 32)[:, ::-1]
    return replace(print, thumbnails=np.ascontiguousarray(squares).reshape(print.thumbnails.shape))


@pytest.mark.parametrize(
    "changed",
    [
        lambda: drawn(7),
        lambda: drawn(7, slices=12, first=14),
        lambda: drawn(7, slices=60),
        lambda: turned_over(drawn(7)),
    ],
    ids=["the same", "a third of it", "more of it", "mirrored"],
)
def test_a_scan_is_found_among_many(changed):
    known = Duplicates()
    for number in range(12):
        assert known.add(f"case {number}", f"patient {number}", "train", partial(drawn, number)) is None
    with pytest.raises(DuplicateError, match=r"case again .* the same scan as case case 7 "):
        known.add("again", "another", "train", changed)


def test_few_scans_are_compared_in_full():
    loaded = Counter()

    def load(number):
        loaded[number] += 1
        return drawn(number)

    known = Duplicates()
    for number in range(12):
        known.add(f"case {number}", f"patient {number}", "train", partial(load, number))
    assert loaded.total() == 12


def test_a_scan_that_shows_nothing_is_like_no_other():
    known = Duplicates()
    empty = fingerprint(SimpleNamespace(voxels=np.zeros((5, 64, 64), np.float32), spacing_mm=(2.0, 1.0, 1.0)))
    assert known.add("one", "one", "train", lambda: empty) is None
    assert known.add("two", "two", "train", lambda: empty) is None
    assert known.add("three", "three", "train", partial(drawn, 1)) is None
