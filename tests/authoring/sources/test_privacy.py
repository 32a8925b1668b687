"""Nothing that could tell who a patient is goes from the files of a scan into a release."""

import re

import numpy as np
import pydicom
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from authoring import SourceError, author
from demonstration.line import HEADER
from tests.authoring.sources.scan_files import describe, write_segmentation, write_series

#: Values that a header may carry, none of which may be found in what is written or said.
PLANTED = {
    "PatientName": "Planted^Nemo^Maria",
    "PatientID": "PID-7733991",
    "OtherPatientIDs": "OTHER-5518",
    "PatientBirthDate": "19470613",
    "PatientAddress": "Plantedstreet 17",
    "PatientComments": "planted comment on the patient",
    "StudyDate": "20170429",
    "StudyTime": "041759",
    "StudyID": "STUDYNO88",
    "AccessionNumber": "ACC-660012",
    "InstitutionName": "Planted Hospital",
    "StationName": "PLANTEDCT4",
    "ReferringPhysicianName": "Referrer^Planted",
    "OperatorsName": "Operator^Planted",
    "StudyDescription": "Planted study description",
    "SeriesDescription": "Planted series description",
    "ProtocolName": "Planted protocol",
    "DeviceSerialNumber": "SERIAL-9981",
    "ImageComments": "planted image comment",
}
PRIVATE = "planted private value"
UID = "1.2.826.0.1.7733991"
TEXT = "planted text chunk"
KIDNEYS = {1: "liver", 2: "kidney_right", 3: "kidney_left"}


def scan_arrays():
    """A body with a block for each label on every slice: the liver and the right kidney at the left of the image."""
    labels = np.zeros((4, 60, 80), np.uint8)
    labels[:, 5:25, 5:35] = 1
    labels[:, 32:44, 6:16] = 2
    labels[:, 32:47, 58:70] = 3
    noise = np.random.default_rng(5).integers(0, 20, labels.shape)
    return (np.where(labels > 0, 100, 20) + noise).astype(np.int16), labels


def planted_series(folder, array, **tags):
    write_series(folder, array, uid=UID, **PLANTED, **tags)
    for file in folder.iterdir():
        dataset = pydicom.dcmread(file)
        dataset.private_block(0x0011, "PLANTED CREATOR", create=True).add_new(1, "LO", PRIVATE)
        dataset.save_as(file)
    return folder


def words():
    """Every planted value and every part of a planted name."""
    names = {part for value in PLANTED.values() for part in value.split("^")}
    return sorted({*PLANTED.values(), *names, PRIVATE, "PLANTED CREATOR", UID, TEXT, "PLANTED"} - {""})


def test_the_headers_of_a_dicom_scan_and_segmentation_stay_behind(tmp_path):
    image, labels = scan_arrays()
    planted_series(tmp_path / "ct", image)
    write_segmentation(
        tmp_path / "seg.dcm",
        tmp_path / "ct",
        {name: labels == value for value, name in KIDNEYS.items()},
        PatientName=PLANTED["PatientName"],
        InstitutionName=PLANTED["InstitutionName"],
    )
    source = describe("ct", "seg.dcm", {name: name for name in KIDNEYS.values()})
    check_release(source, tmp_path)


def test_the_text_chunks_of_png_files_stay_behind(tmp_path):
    for name, array in zip(("images", "labels"), scan_arrays(), strict=True):
        (tmp_path / name).mkdir()
        chunks = PngInfo()
        chunks.add_text("Comment", TEXT)
        chunks.add_itxt("Author", PLANTED["PatientName"])
        for index, pixels in enumerate(array.astype(np.uint8)):
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png", pnginfo=chunks)
    case = {"spacing_mm": [3, 1, 1], "orientation": {"left": "R", "top": "A", "first": "I"}}
    source = describe("images/*.png", "labels/*.png", KIDNEYS, case=case | {"modality": "MR", "sequence": "T1w"})
    assert TEXT.encode() in (tmp_path / "images" / "0.png").read_bytes()
    check_release(source, tmp_path)


def check_release(source, folder):
    """Authors a release, and looks for every planted value in every byte that was written and in all that was said."""
    said = []
    out = author([(source, folder)], folder / "release", HEADER, warn=said.append)
    files = [file for file in out.rglob("*") if file.is_file()]
    assert any(file.suffix == ".png" for file in files)
    written = [file.read_bytes() + str(file.relative_to(out)).encode() for file in files] + [" ".join(said).encode()]
    for word in words():
        assert not any(word.lower().encode() in content.lower() for content in written), word


@pytest.mark.parametrize(
    "tags",
    [
        {"PatientIdentityRemoved": None},
        {"PatientIdentityRemoved": "NO"},
        {"BurnedInAnnotation": "YES"},
        {"ImageOrientationPatient": [1, 0, 0, 0, 0, 1]},
        {"PixelSpacing": None},
    ],
)
def test_what_is_refused_is_refused_without_a_value_of_the_header(tmp_path, tags):
    image, labels = scan_arrays()
    planted_series(tmp_path / "ct", image, **tags)
    Image.fromarray(labels[0]).save(tmp_path / "labels.png")
    with pytest.raises(SourceError) as refused:
        author([(describe("ct", "labels.png", KIDNEYS), tmp_path)], tmp_path / "release", HEADER)
    assert re.search(r"\.dcm: ", str(refused.value))
    assert not (tmp_path / "release").exists()
    assert not [word for word in words() if word in str(refused.value)]
