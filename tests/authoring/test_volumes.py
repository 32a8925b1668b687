"""Volumes come out in one orientation, whatever the file says, and unusable ones are refused by name."""

import locale
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from authoring.errors import SourceError
from authoring.sources.views import body_columns, normalise_mr, window_ct
from authoring.sources.volumes import read_labels, read_volume, whole_numbers

RNG = np.random.default_rng(3)


def lps_image(shape=(4, 6, 8), spacing=(1.5, 2.0, 3.0)):
    """An image whose array already is [feet to head, front to back, patient's right to left]."""
    image = sitk.GetImageFromArray(RNG.integers(0, 1000, shape).astype(np.int16))
    image.SetSpacing(spacing)
    image.SetOrigin((-20, 10, 5))
    return image


@pytest.mark.parametrize("code", ["LPS", "RAS", "LAS", "RPI", "PIR", "SAL"])
@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_every_stored_orientation_gives_the_same_view(tmp_path, code, suffix):
    image = lps_image()
    path = tmp_path / f"scan{suffix}"
    sitk.WriteImage(sitk.DICOMOrient(image, code), str(path))
    volume = read_volume(path)
    assert np.array_equal(volume.voxels, sitk.GetArrayFromImage(image))
    assert volume.spacing_mm == pytest.approx((3.0, 2.0, 1.5))
    assert volume.row_tilt_degrees == pytest.approx(0, abs=0.01)
    assert volume.slice_tilt_degrees == pytest.approx(0, abs=0.01)


COS, SIN = np.cos(np.radians(30)), np.sin(np.radians(30))


@pytest.mark.parametrize(
    ("direction", "row_tilt", "slice_tilt"),
    [
        ((COS, -SIN, 0, SIN, COS, 0, 0, 0, 1), 30, 0),
        ((1, 0, 0, 0, COS, -SIN, 0, SIN, COS), 0, 30),
    ],
)
def test_a_turned_scan_tells_its_tilt(tmp_path, direction, row_tilt, slice_tilt):
    image = lps_image()
    image.SetDirection(direction)
    sitk.WriteImage(image, str(tmp_path / "scan.nrrd"))
    volume = read_volume(tmp_path / "scan.nrrd")
    assert volume.row_tilt_degrees == pytest.approx(row_tilt, abs=0.01)
    assert volume.slice_tilt_degrees == pytest.approx(slice_tilt, abs=0.01)


def write_series(folder, shuffled_names=(3, 0, 2, 1), **tags):
    """Four DICOM slices whose names do not follow their positions; slice k holds the value 10 * (k + 1)."""
    folder.mkdir()
    # SimpleITK leaves the process in the C locale after it wrote a DICOM file.
    before = locale.setlocale(locale.LC_ALL)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for index, name in enumerate(shuffled_names):
        image = sitk.GetImageFromArray(np.full((1, 5, 5), 10 * (index + 1), np.int16))
        image.SetSpacing((1, 1, 2.5))
        header = {
            "0008|0060": "CT",
            "0020|000d": "1.2.3",
            "0020|000e": "1.2.3.4",
            "0008|0018": f"1.2.3.4.{index}",
            "0020|0032": f"0\\0\\{index * 2.5}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0020|0013": str(index),
            **tags,
        }
        for key, value in header.items():
            image.SetMetaData(key, value)
        writer.SetFileName(str(folder / f"{name}.dcm"))
        writer.Execute(image)
    locale.setlocale(locale.LC_ALL, before)


def test_a_dicom_series_is_ordered_by_position(tmp_path):
    write_series(tmp_path / "series", **{"0012|0062": "YES"})
    volume = read_volume(tmp_path / "series")
    assert volume.voxels[:, 0, 0].tolist() == [10, 20, 30, 40]
    assert volume.spacing_mm[0] == pytest.approx(2.5)


def test_dicom_needs_a_word_on_deidentification(tmp_path):
    write_series(tmp_path / "series")
    with pytest.raises(SourceError, match=r"PatientIdentityRemoved \(0012,0062\) is 'missing'; expected 'YES'"):
        read_volume(tmp_path / "series")
    assert read_volume(tmp_path / "series", deidentified=True).voxels.shape == (4, 5, 5)


def test_dicom_with_text_in_its_pixels_is_refused_always(tmp_path):
    write_series(tmp_path / "series", **{"0012|0062": "YES", "0028|0301": "YES"})
    with pytest.raises(SourceError, match="BurnedInAnnotation"):
        read_volume(tmp_path / "series", deidentified=True)


def test_a_single_dicom_file_is_checked_as_well(tmp_path):
    write_series(tmp_path / "series", shuffled_names=(0,))
    with pytest.raises(SourceError, match="PatientIdentityRemoved"):
        read_volume(tmp_path / "series" / "0.dcm")


def test_label_values_may_be_stored_as_floating_point_numbers():
    path = Path("labels.nii.gz")
    assert whole_numbers(np.array([0, 1.9999999, 3.0]), path).tolist() == [0, 2, 3]
    assert whole_numbers(np.array([0, 2], np.uint8), path).tolist() == [0, 2]


@pytest.mark.parametrize("value", [2.4, np.nan, np.inf])
def test_values_that_are_no_labels_are_refused(value):
    with pytest.raises(SourceError, match=r"label value \S+ in the first of 1 voxels; expected whole numbers"):
        whole_numbers(np.array([0, 1, value]), Path("labels.nii.gz"))


def test_labels_on_another_grid_are_resampled_through_the_directions(tmp_path):
    image = lps_image((4, 6, 8), (1, 1, 1))
    labels = np.zeros((4, 6, 8), np.uint8)
    labels[1, 2:4, 5:7] = 7
    like = sitk.GetImageFromArray(labels)
    like.CopyInformation(image)
    sitk.WriteImage(image, str(tmp_path / "image.nrrd"))
    sitk.WriteImage(sitk.DICOMOrient(like, "RAS"), str(tmp_path / "turned.nrrd"))
    volume = read_volume(tmp_path / "image.nrrd")
    voxels, resampled = read_labels(tmp_path / "turned.nrrd", volume)
    assert np.array_equal(voxels, labels)
    assert not resampled
    sitk.WriteImage(like[4:, 1:, :], str(tmp_path / "cropped.nrrd"))
    voxels, resampled = read_labels(tmp_path / "cropped.nrrd", volume)
    assert np.array_equal(voxels, labels)
    assert resampled


def test_labels_of_another_place_are_refused(tmp_path):
    image = lps_image()
    far = sitk.GetImageFromArray(np.ones((2, 2, 2), np.uint8))
    far.SetOrigin((500, 500, 500))
    sitk.WriteImage(image, str(tmp_path / "image.nrrd"))
    sitk.WriteImage(far, str(tmp_path / "far.nrrd"))
    with pytest.raises(SourceError, match="no label lies inside"):
        read_labels(tmp_path / "far.nrrd", read_volume(tmp_path / "image.nrrd"))


@pytest.mark.parametrize("content", [b"", b"not a scan", bytes(348)])
def test_a_broken_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.nii"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"broken\.nii"):
        read_volume(path)


def test_missing_files_and_empty_folders_are_refused_by_name(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere.nii: no such file"):
        read_volume(tmp_path / "nowhere.nii")
    with pytest.raises(SourceError, match="0 DICOM series"):
        read_volume(tmp_path)


def test_a_colour_volume_is_refused(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 4, 5, 3), np.uint8), isVector=True), str(tmp_path / "rgb.nrrd"))
    with pytest.raises(SourceError, match="3 components"):
        read_volume(tmp_path / "rgb.nrrd")


def test_ct_window():
    grey = window_ct(np.array([-1000, -160, 40, 240, 3000]), level=40, width=400)
    assert grey.tolist() == [0, 0, 128, 255, 255]


def test_mr_normalisation_ignores_the_background():
    voxels = np.concatenate([np.zeros(10_000), np.linspace(100, 200, 1000)])
    grey = normalise_mr(voxels)
    assert grey[0] == 0
    assert grey[10_000 + 500] == pytest.approx(128, abs=3)
    assert normalise_mr(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]


def test_body_columns_leave_out_the_table_and_the_arms():
    grey = np.zeros((50, 100), np.uint8)
    grey[10:40, 30:71] = 100
    grey[20:30, 5:12] = 100
    assert body_columns(grey) == (30, 70)
    assert body_columns(np.zeros((5, 9), np.uint8)) == (0, 8)
