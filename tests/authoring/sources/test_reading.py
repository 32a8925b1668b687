"""Volumes come out in one orientation, whatever the file says, and unusable ones are refused by name."""

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from authoring.errors import PrivacyError, SourceError
from authoring.sources.cases import Orientation
from authoring.sources.volumes import read_volume
from tests.authoring.sources.scan_files import edit_dicom, lps_array, lps_image, write_series, write_volume

DECLARED = Orientation(left="R", top="A", first="I")


@pytest.mark.parametrize("code", ["LPS", "RAS", "LAS", "RPI", "PIR", "SAL"])
@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha", ".mhd"])
def test_every_stored_orientation_gives_the_same_view(tmp_path, code, suffix):
    volume = read_volume(write_volume(tmp_path / f"scan{suffix}", lps_array(), code=code))
    assert np.array_equal(volume.voxels, lps_array())
    assert volume.spacing_mm == pytest.approx((3.0, 2.0, 1.5))
    assert volume.tilts_degrees == pytest.approx((0, 0, 0), abs=0.01)
    assert volume.orientation_known


COS, SIN = np.cos(np.radians(30)), np.sin(np.radians(30))


@pytest.mark.parametrize(
    ("direction", "tilts"),
    [
        ((COS, -SIN, 0, SIN, COS, 0, 0, 0, 1), (0, 30, 30)),
        ((1, 0, 0, 0, COS, -SIN, 0, SIN, COS), (30, 30, 0)),
    ],
)
def test_a_turned_scan_tells_its_tilt(tmp_path, direction, tilts):
    image = lps_image()
    image.SetDirection(direction)
    sitk.WriteImage(image, str(tmp_path / "scan.nrrd"))
    volume = read_volume(tmp_path / "scan.nrrd")
    assert volume.tilts_degrees == pytest.approx(tilts, abs=0.01)
    assert volume.row_tilt_degrees == pytest.approx(tilts[2], abs=0.01)


def without_orientation(folder):
    """A NIfTI file whose header gives no transform, as qform_code and sform_code are 0."""
    path = write_volume(folder / "scan.nii", lps_array(), code="LPS")
    content = bytearray(path.read_bytes())
    content[252:256] = bytes(4)
    path.write_bytes(content)
    return path


def test_a_nifti_file_without_orientation_is_refused_unless_one_is_declared(tmp_path):
    path = without_orientation(tmp_path)
    with pytest.raises(
        SourceError, match=r"scan\.nii: its header states no orientation; expected one, or `orientation`"
    ):
        read_volume(path)
    # The file has its voxels as an LPS image stores them, so that the declaration is the truth.
    assert np.array_equal(read_volume(path, orientation=DECLARED).voxels, lps_array())
    turned = read_volume(path, orientation=Orientation(left="L", top="P", first="S"))
    assert np.array_equal(turned.voxels, lps_array()[::-1, ::-1, ::-1])


def test_a_stated_orientation_counts_more_than_a_declared_one(tmp_path):
    path = write_volume(tmp_path / "scan.nii", lps_array())
    volume = read_volume(path, orientation=Orientation(left="L", top="P", first="S"))
    assert np.array_equal(volume.voxels, lps_array())


@pytest.mark.parametrize(("name", "field"), [("scan.nhdr", b"space:"), ("scan.mhd", b"TransformMatrix")])
def test_headers_without_axes_are_refused(tmp_path, name, field):
    path = write_volume(tmp_path / name, lps_array())
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith((field, b"AnatomicalOrientation"))]
    assert len(kept) < len(lines)
    path.write_bytes(b"".join(kept).replace(b"space directions", b"#").replace(b"space origin", b"#"))
    with pytest.raises(SourceError, match=r"states no orientation|not a readable"):
        read_volume(path)


def test_a_channel_picks_one_volume_of_several(tmp_path):
    layers = [lps_array(seed=seed) for seed in (1, 2, 3)]
    sitk.WriteImage(sitk.JoinSeries([lps_image(layer) for layer in layers]), str(tmp_path / "four.nii.gz"))
    sitk.WriteImage(sitk.Compose([lps_image(layer) for layer in layers]), str(tmp_path / "vector.nrrd"))
    for name in ("four.nii.gz", "vector.nrrd"):
        assert np.array_equal(read_volume(tmp_path / name, channel=2).voxels, layers[2])
        with pytest.raises(SourceError, match=r"3 volumes in one file; expected one, or `channel`"):
            read_volume(tmp_path / name)
        with pytest.raises(SourceError, match=r"channel is 3, but the file has 3"):
            read_volume(tmp_path / name, channel=3)


def test_a_dicom_series_is_ordered_by_position_not_by_name(tmp_path):
    volume = read_volume(write_series(tmp_path / "series", names=(3, 0, 2, 1)))
    assert np.array_equal(volume.voxels, lps_array())
    assert volume.spacing_mm == pytest.approx((2.5, 0.5, 0.75))
    assert volume.ranks == (3, 0, 2, 1)


def test_dicom_files_may_hold_scaled_numbers(tmp_path):
    scaled = read_volume(write_series(tmp_path / "series", RescaleSlope="0.5", RescaleIntercept="-10"))
    assert np.allclose(scaled.voxels, lps_array() * 0.5 - 10)


def test_a_feet_down_series_comes_out_from_the_feet_up(tmp_path):
    """Slices whose columns run to the patient's right and whose rows run to the front: a patient lying on the belly."""
    folder = write_series(tmp_path / "series", ImageOrientationPatient=[-1, 0, 0, 0, -1, 0])
    assert np.array_equal(read_volume(folder).voxels, lps_array()[:, ::-1, ::-1])


def test_a_tilted_gantry_is_straightened(tmp_path):
    """Each slice lies 1 mm, two rows, behind the one before: a column of bright pixels is straight in the patient when
    it moves two rows to the front from slice to slice."""
    array = np.zeros((4, 12, 8), np.int16)
    for index in range(4):
        array[index, 8 - 2 * index, 3] = 500
    volume = read_volume(write_series(tmp_path / "series", array, step=(0, 1.0)))
    assert volume.voxels.shape == (4, 18, 8)
    bright = np.argwhere(volume.voxels == 500)
    assert bright.tolist() == [[index, 8, 3] for index in range(4)]


def test_several_series_need_a_choice(tmp_path):
    folder = write_series(tmp_path / "series")
    other = lps_array(seed=8)
    write_series(folder, other, names=("a", "b", "c", "d"), uid="1.2.3.9", number=2)
    with pytest.raises(
        SourceError, match=r"2 DICOM series \(0: 4 files, 0\.dcm first; 1: 4 files, a\.dcm first\)"
    ) as refused:
        read_volume(folder)
    assert "1.2.3" not in str(refused.value)
    assert np.array_equal(read_volume(folder, series="1").voxels, other)
    assert np.array_equal(read_volume(folder, series="1.2.3.9").voxels, other)
    with pytest.raises(SourceError, match="2 DICOM series"):
        read_volume(folder, series="7")


def test_a_missing_slice_is_refused_with_its_place(tmp_path):
    folder = write_series(tmp_path / "series", lps_array((6, 6, 8)))
    (folder / "3.dcm").unlink()
    with pytest.raises(
        SourceError, match=r"4\.dcm: lies 5\.00 mm beyond 2\.dcm, at 10\.00 mm, but most .* 2\.50 mm apart"
    ):
        read_volume(folder)


def test_two_files_at_one_position_are_refused(tmp_path):
    folder = write_series(tmp_path / "series")
    write_series(folder, lps_array(seed=1), names=("a", "b", "c", "d"))
    with pytest.raises(SourceError, match=r"lies where .*\.dcm lies; expected one file for each position"):
        read_volume(folder)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (
            {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]},
            r"2\.dcm: its ImageOrientationPatient is not that of 0\.dcm",
        ),
        ({"PixelSpacing": [1, 1]}, r"2\.dcm: its PixelSpacing is not that of 0\.dcm"),
        ({"ImagePositionPatient": None}, r"2\.dcm: ImagePositionPatient \(0020,0032\) is missing"),
        ({"NumberOfFrames": 3}, r"2\.dcm: NumberOfFrames \(0028,0008\) is 3; expected one slice a file"),
        ({"PhotometricInterpretation": "RGB"}, r"2\.dcm: PhotometricInterpretation \(0028,0004\) is not MONOCHROME2"),
    ],
)
def test_slices_that_do_not_belong_together_are_refused(tmp_path, tags, message):
    folder = write_series(tmp_path / "series")
    edit_dicom(folder / "2.dcm", **tags)
    with pytest.raises(SourceError, match=message):
        read_volume(folder)


def test_other_objects_in_the_folder_are_passed_over(tmp_path):
    folder = write_series(tmp_path / "series")
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    write_series(tmp_path / "report", lps_array((1, 6, 8)), names=("report",), uid="1.9")
    edit_dicom(tmp_path / "report" / "report.dcm", Rows=None)
    (tmp_path / "report" / "report.dcm").rename(folder / "report.dcm")
    assert read_volume(folder).voxels.shape == lps_array().shape


def test_dicom_needs_a_word_on_deidentification(tmp_path):
    folder = write_series(tmp_path / "series", PatientIdentityRemoved=None)
    with pytest.raises(PrivacyError, match=r"0\.dcm: PatientIdentityRemoved \(0012,0062\) is missing; expected YES"):
        read_volume(folder)
    with pytest.raises(PrivacyError, match="PatientIdentityRemoved"):
        read_volume(folder / "0.dcm")
    assert read_volume(folder, deidentified=True).voxels.shape == lps_array().shape
    assert read_volume(folder / "0.dcm", deidentified=True).voxels.shape == (1, 6, 8)


def test_dicom_with_text_in_its_pixels_is_refused_always(tmp_path):
    folder = write_series(tmp_path / "series", BurnedInAnnotation="YES")
    with pytest.raises(PrivacyError, match=r"BurnedInAnnotation \(0028,0301\) is not NO"):
        read_volume(folder, deidentified=True)


def write_stack(folder, array, names):
    folder.mkdir()
    for pixels, name in zip(array, names, strict=True):
        Image.fromarray(pixels).save(folder / name)
    return folder / "*.png"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_png_files_are_a_stack_in_natural_order(tmp_path, dtype):
    array = (lps_array() % 256 * (1 if dtype == np.uint8 else 200)).astype(dtype)
    pattern = write_stack(tmp_path / "case [1]", array, ["slice2.png", "slice10.png", "slice11.png", "slice100.png"])
    volume = read_volume(pattern, spacing_mm=(3, 2, 1.5))
    assert np.array_equal(volume.voxels, array)
    assert volume.spacing_mm == (3, 2, 1.5)
    assert not volume.orientation_known


@pytest.mark.parametrize(
    ("sides", "flips"),
    [("RAI", (1, 1, 1)), ("RAS", (-1, 1, 1)), ("LAI", (1, 1, -1)), ("LPS", (-1, -1, -1))],
)
def test_a_declared_orientation_turns_a_png_stack(tmp_path, sides, flips):
    array = (lps_array() % 256).astype(np.uint8)
    pattern = write_stack(tmp_path / "stack", array, ["0.png", "1.png", "2.png", "3.png"])
    orientation = Orientation(left=sides[0], top=sides[1], first=sides[2])
    volume = read_volume(pattern, spacing_mm=(3, 2, 1.5), orientation=orientation)
    assert np.array_equal(volume.voxels, array[:: flips[0], :: flips[1], :: flips[2]])
    assert volume.orientation_known


def test_a_coronal_png_stack_is_turned_to_axial_slices(tmp_path):
    array = (lps_array() % 256).astype(np.uint8)
    coronal = np.moveaxis(array, 1, 0)[:, ::-1]
    pattern = write_stack(tmp_path / "stack", coronal, [f"{index}.png" for index in range(6)])
    volume = read_volume(pattern, spacing_mm=(2, 3, 1.5), orientation=Orientation(left="R", top="S", first="A"))
    assert np.array_equal(volume.voxels, array)
    assert volume.spacing_mm == (3, 2, 1.5)


def test_unusable_png_stacks_are_refused(tmp_path):
    grey = np.zeros((5, 5), np.uint8)
    pattern = write_stack(tmp_path / "stack", [grey, grey], ["0.png", "1.png"])
    with pytest.raises(SourceError, match="PNG files carry no spacing; expected `spacing_mm`"):
        read_volume(pattern)
    with pytest.raises(SourceError, match="no file matches"):
        read_volume(tmp_path / "nowhere" / "*.png", spacing_mm=(1, 1, 1))
    for content, message in (
        (np.zeros((4, 5), np.uint8), r"\(4, 5\) pixels"),
        (np.zeros((5, 5, 3), np.uint8), "mode RGB"),
    ):
        Image.fromarray(content).save(tmp_path / "stack" / "1.png")
        with pytest.raises(SourceError, match=rf"1\.png: .*{message}"):
            read_volume(pattern, spacing_mm=(1, 1, 1))
    (tmp_path / "stack" / "1.png").write_bytes((tmp_path / "stack" / "0.png").read_bytes()[:40])
    with pytest.raises(SourceError, match=r"1\.png: not a readable PNG file"):
        read_volume(pattern, spacing_mm=(1, 1, 1))


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "scan.nrrd", "scan.mha", "scan.dcm", "scan.txt"])
@pytest.mark.parametrize("content", [b"", b"not a scan", bytes(348)])
def test_a_file_that_is_no_scan_is_refused_by_name(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        read_volume(path)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "scan.nrrd", "scan.mha"])
def test_a_truncated_file_is_refused_by_name(tmp_path, name):
    path = write_volume(tmp_path / name, lps_array((20, 30, 40)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        read_volume(path)


def test_a_compressed_file_with_a_changed_byte_is_refused_by_name(tmp_path):
    path = write_volume(tmp_path / "scan.nii.gz", lps_array((20, 30, 40)))
    content = bytearray(path.read_bytes())
    content[-100] ^= 255
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"scan\.nii\.gz: not a readable"):
        read_volume(path)


@pytest.mark.parametrize("keep", [0, 100, 400])
def test_a_truncated_dicom_file_is_refused_by_name(tmp_path, keep):
    folder = write_series(tmp_path / "series")
    (folder / "2.dcm").write_bytes((folder / "2.dcm").read_bytes()[:keep])
    with pytest.raises(SourceError, match="series"):
        read_volume(folder)


def test_missing_files_and_empty_folders_are_refused_by_name(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.nii: no such file"):
        read_volume(tmp_path / "nowhere.nii")
    with pytest.raises(SourceError, match="no DICOM image right inside"):
        read_volume(tmp_path)


def test_a_flat_picture_is_refused(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((5, 6), np.uint8)), str(tmp_path / "flat.nrrd"))
    with pytest.raises(SourceError, match="2 dimensions; expected a 3-dimensional volume"):
        read_volume(tmp_path / "flat.nrrd")
