"""Label files of every format lie on the voxels of their scan."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from authoring.errors import PrivacyError, SourceError
from authoring.sources.cases import Orientation
from authoring.sources.labels import read_label_layers, whole_numbers
from authoring.sources.volumes import read_volume
from tests.authoring.sources.scan_files import (
    SHAPE,
    edit_dicom,
    lps_array,
    lps_image,
    write_segmentation,
    write_series,
    write_volume,
)


def some_labels(shape=SHAPE):
    labels = np.zeros(shape, np.uint8)
    labels[1, 2:4, 5:7] = 7
    labels[2:, 4:, 1:3] = 200
    return labels


def only_layer(path, scan, **options):
    (layer,) = read_label_layers(path, scan, **options)
    return layer


@pytest.fixture
def scan(tmp_path):
    return read_volume(write_volume(tmp_path / "image.nrrd", lps_array(), spacing=(1, 1, 1)))


@pytest.mark.parametrize("code", ["LPS", "RAS", "PIR"])
@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_a_turned_label_volume_lies_on_the_scan(tmp_path, scan, code, suffix):
    path = write_volume(tmp_path / f"labels{suffix}", some_labels(), spacing=(1, 1, 1), code=code)
    layer = only_layer(path, scan)
    assert np.array_equal(layer.values, some_labels())
    assert not layer.resampled


def test_labels_on_another_grid_are_resampled_through_the_directions(tmp_path, scan):
    turned = sitk.DICOMOrient(lps_image(some_labels(), (1, 1, 1)), "RAS")
    sitk.WriteImage(turned[:, 1:, :], str(tmp_path / "cropped.nrrd"))
    layer = only_layer(tmp_path / "cropped.nrrd", scan)
    # The first row of the turned volume is the last of the scan: its label is cut off.
    expected = some_labels()
    expected[:, -1] = 0
    assert np.array_equal(layer.values, expected)
    assert layer.resampled


def test_labels_of_another_place_are_refused(tmp_path, scan):
    far = sitk.GetImageFromArray(np.ones((2, 2, 2), np.uint8))
    far.SetOrigin((500, 500, 500))
    sitk.WriteImage(far, str(tmp_path / "far.nrrd"))
    with pytest.raises(
        SourceError, match=r"far\.nrrd: 100% of its labelled voxels lie outside .*expected two volumes of one patient"
    ):
        only_layer(tmp_path / "far.nrrd", scan)


def test_an_empty_label_file_on_another_grid_is_no_other_place(tmp_path, scan):
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((2, 2, 2), np.uint8)), str(tmp_path / "empty.nrrd"))
    assert not only_layer(tmp_path / "empty.nrrd", scan).values.any()


def test_a_channel_picks_a_layer_of_labels(tmp_path, scan):
    layers = [lps_image((some_labels() == value).astype(np.uint8), (1, 1, 1)) for value in (7, 200)]
    sitk.WriteImage(sitk.JoinSeries(layers), str(tmp_path / "layers.nii.gz"))
    assert np.array_equal(only_layer(tmp_path / "layers.nii.gz", scan, channel=1).values, some_labels() == 200)
    with pytest.raises(SourceError, match="2 volumes in one file"):
        only_layer(tmp_path / "layers.nii.gz", scan)


def write_pngs(folder, array, names):
    folder.mkdir()
    for pixels, name in zip(array, names, strict=True):
        Image.fromarray(pixels).save(folder / name)
    return folder / "*.png"


def test_png_labels_pair_with_the_dicom_files_in_the_order_of_names(tmp_path):
    """The file names run against the positions: the first PNG belongs to the first DICOM name, the topmost slice."""
    series = write_series(tmp_path / "series", names=("i10", "i9", "i8", "i7"))
    pattern = write_pngs(tmp_path / "labels", some_labels()[::-1], ["gt1.png", "gt2.png", "gt10.png", "gt11.png"])
    assert np.array_equal(only_layer(pattern, read_volume(series)).values, some_labels())


def test_png_labels_turn_with_a_tilted_gantry(tmp_path):
    """Labels and image are shifted alike, so a label stays on its bright pixel."""
    array = np.zeros((4, 12, 8), np.int16)
    array[:, 6, 3] = 500
    series = write_series(tmp_path / "series", array, step=(0, 1.0))
    pattern = write_pngs(tmp_path / "labels", (array > 0).astype(np.uint8), [f"{index}.png" for index in range(4)])
    scan = read_volume(series)
    values = only_layer(pattern, scan).values
    assert np.array_equal(values == 1, scan.voxels == 500)
    assert np.argwhere(values)[:, 1].tolist() == [6, 8, 10, 12]


@pytest.mark.parametrize("orientation", [None, Orientation(left="L", top="P", first="S")])
def test_png_labels_lie_on_a_png_scan(tmp_path, orientation):
    names = [f"{index}.png" for index in range(4)]
    image = write_pngs(tmp_path / "images", some_labels() // 2 + 1, names)
    scan = read_volume(image, spacing_mm=(3, 1, 1), orientation=orientation)
    values = only_layer(write_pngs(tmp_path / "labels", some_labels(), names), scan).values
    assert np.array_equal(values // 2 + 1, scan.voxels)


def test_a_volume_of_labels_lies_voxel_on_voxel_on_a_png_scan(tmp_path):
    names = [f"{index}.png" for index in range(4)]
    image = write_pngs(tmp_path / "images", some_labels() // 2 + 1, names)
    orientation = Orientation(left="L", top="P", first="S")
    scan = read_volume(image, spacing_mm=(3, 1, 1), orientation=orientation)
    values = only_layer(write_volume(tmp_path / "labels.nii.gz", some_labels()), scan).values
    assert np.array_equal(values // 2 + 1, scan.voxels)


def test_black_and_white_labels_are_0_and_255(tmp_path, scan):
    pattern = write_pngs(tmp_path / "labels", some_labels() > 0, [f"{index}.png" for index in range(4)])
    assert Image.open(tmp_path / "labels" / "0.png").mode == "1"
    assert np.array_equal(only_layer(pattern, scan).values, np.where(some_labels() > 0, 255, 0))


def test_png_labels_of_another_number_or_size_are_refused(tmp_path, scan):
    pattern = write_pngs(tmp_path / "labels", some_labels()[:3], ["0.png", "1.png", "2.png"])
    with pytest.raises(SourceError, match=r"3 slices of \(6, 8\) pixels; expected 4 of \(6, 8\) as in the image"):
        only_layer(pattern, scan)


MASKS = {"liver": some_labels() == 7, "spleen": some_labels() == 200}


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_a_dicom_segmentation_lies_on_its_series(tmp_path, kind):
    series = write_series(tmp_path / "series", names=(3, 0, 2, 1))
    path = write_segmentation(tmp_path / "labels.dcm", series, MASKS, kind)
    found = {}
    for layer in read_label_layers(path, read_volume(series)):
        for value, name in layer.names.items():
            found[name] = layer.values == value
    assert found.keys() == MASKS.keys()
    assert all(np.array_equal(found[name], MASKS[name]) for name in MASKS)


def test_segments_of_a_dicom_segmentation_may_overlap(tmp_path):
    masks = {"liver": some_labels() > 0, "tumour": some_labels() == 7}
    series = write_series(tmp_path / "series")
    folder = tmp_path / "labels"
    folder.mkdir()
    write_segmentation(folder / "any.dcm", series, masks)
    layers = list(read_label_layers(folder, read_volume(series)))
    assert [layer.names for layer in layers] == [{1: "liver"}, {2: "tumour"}]
    for layer, mask in zip(layers, masks.values(), strict=True):
        assert np.array_equal(layer.values > 0, mask)


def test_a_dicom_segmentation_lies_on_the_same_scan_in_another_format(tmp_path):
    series = write_series(tmp_path / "series")
    path = write_segmentation(tmp_path / "labels.dcm", series, MASKS)
    image = lps_image(lps_array(), (0.75, 0.5, 2.5))
    image.SetOrigin((-20, 10, 0))
    sitk.WriteImage(sitk.DICOMOrient(image, "RAI"), str(tmp_path / "image.nii.gz"))
    for layer, mask in zip(
        read_label_layers(path, read_volume(tmp_path / "image.nii.gz")), MASKS.values(), strict=True
    ):
        assert np.array_equal(layer.values > 0, mask)


def test_a_dicom_segmentation_that_lies_between_the_slices_is_refused(tmp_path):
    path = write_segmentation(tmp_path / "labels.dcm", write_series(tmp_path / "series"), MASKS)
    for file in (tmp_path / "series").iterdir():
        place = [-20, 10, int(file.stem) * 2.5 + 1.0]
        edit_dicom(file, ImagePositionPatient=place)
    with pytest.raises(
        SourceError, match=r"frame 0 lies at slice 0\.60 of the image; expected it in one of its slices"
    ):
        list(read_label_layers(path, read_volume(tmp_path / "series")))


def test_a_dicom_segmentation_across_the_slices_is_refused(tmp_path):
    path = write_segmentation(tmp_path / "labels.dcm", write_series(tmp_path / "series"), MASKS)
    turned = write_volume(tmp_path / "turned.nrrd", lps_array())
    image = sitk.ReadImage(str(turned))
    image.SetDirection((1, 0, 0, 0, 0, 1, 0, -1, 0))
    sitk.WriteImage(image, str(turned))
    with pytest.raises(SourceError, match="not parallel to the slices of the image"):
        list(read_label_layers(path, read_volume(turned)))


def test_a_dicom_segmentation_needs_a_word_on_deidentification(tmp_path):
    series = write_series(tmp_path / "series")
    scan = read_volume(series)
    path = write_segmentation(tmp_path / "labels.dcm", series, MASKS, PatientIdentityRemoved="NO")
    with pytest.raises(PrivacyError, match=r"PatientIdentityRemoved \(0012,0062\) is not YES"):
        list(read_label_layers(path, scan))
    assert len(list(read_label_layers(path, scan, deidentified=True))) == 2


def test_a_folder_without_a_segmentation_is_refused(tmp_path):
    series = write_series(tmp_path / "series")
    with pytest.raises(SourceError, match="no DICOM segmentation"):
        list(read_label_layers(series, read_volume(series)))


def test_a_slicer_segmentation_names_its_segments(tmp_path, scan):
    image = lps_image(some_labels(), (1, 1, 1))
    for number, (value, name) in enumerate([(7, "right kidney"), (200, "liver")]):
        for key, text in (("ID", f"Segment_{number}"), ("Name", name), ("LabelValue", str(value)), ("Layer", "0")):
            image.SetMetaData(f"Segment{number}_{key}", text)
    sitk.WriteImage(image, str(tmp_path / "labels.seg.nrrd"))
    layer = only_layer(tmp_path / "labels.seg.nrrd", scan)
    assert layer.names == {7: "right kidney", 200: "liver"}
    assert np.array_equal(layer.values, some_labels())


def test_the_layers_of_a_real_slicer_segmentation_overlap(scans):
    """The package's sample: the second layer holds what overlaps the first."""
    folder = next(folder / source.root for source, folder in scans if source.name == "slicerio-chest")
    volume = read_volume(folder / "CTChest4.nrrd")
    layers = list(read_label_layers(folder / "SegmentationOverlapping.seg.nrrd", volume))
    assert len(layers) == 2
    assert "right lung" in layers[0].names.values()
    assert (layers[0].values.astype(bool) & layers[1].values.astype(bool)).any()
    for layer in layers:
        assert set(np.unique(layer.values)) - {0} <= layer.names.keys()


def test_label_values_may_be_stored_as_floating_point_numbers():
    path = Path("labels.nii.gz")
    assert whole_numbers(np.array([0, 1.9999999, 3.0]), path).tolist() == [0, 2, 3]
    assert whole_numbers(np.array([0, 2], np.uint8), path).tolist() == [0, 2]


@pytest.mark.parametrize("value", [2.4, np.nan, np.inf])
def test_values_that_are_no_labels_are_refused(value):
    with pytest.raises(SourceError, match=r"label value \S+ in the first of 1 voxels; expected whole numbers"):
        whole_numbers(np.array([0, 1, value]), Path("labels.nii.gz"))


@pytest.mark.parametrize("name", ["labels.nii.gz", "labels.nrrd", "labels.seg.nrrd", "labels.dcm", "labels.png"])
@pytest.mark.parametrize("content", [None, b"", b"no labels at all"])
def test_a_file_that_holds_no_labels_is_refused_by_name(tmp_path, scan, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        list(read_label_layers(tmp_path / name, scan))
