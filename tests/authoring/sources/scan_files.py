"""Writes small scans and labels in the formats that data sets come in."""

from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from authoring.sources.catalogue import SourceDescription

SHAPE = (4, 6, 8)


def lps_array(shape=SHAPE, seed=3):
    return np.random.default_rng(seed).integers(0, 1000, shape).astype(np.int16)


def lps_image(array=None, spacing=(1.5, 2.0, 3.0)):
    """An image whose array already is [feet to head, front to back, patient's right to left]."""
    image = sitk.GetImageFromArray(lps_array() if array is None else array)
    image.SetSpacing(spacing)
    image.SetOrigin((-20, 10, 5))
    return image


def write_volume(path: Path, array, spacing=(1.5, 2.0, 3.0), code="LPS"):
    sitk.WriteImage(sitk.DICOMOrient(lps_image(array, spacing), code), str(path))
    return path


def write_series(folder, array=None, names=None, gap=2.5, step=(0.0, 0.0), uid="1.2.3.4", number=1, **tags):
    """One DICOM file a slice of `array` [feet to head, front to back, right to left] with pixels of 0.5 x 0.75 mm.

    `names` are the file names from the feet up; `step` shifts each slice in (x, y) against the one before; a tag that
    is None is left out.
    """
    folder.mkdir(exist_ok=True)
    array = lps_array() if array is None else array
    study, frame = "1.2.3", "1.2.5"
    for index, pixels in enumerate(array):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{uid}.{index}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
        content = {
            "SOPClassUID": CTImageStorage,
            "SOPInstanceUID": f"{uid}.{index}",
            "Modality": "CT",
            "PatientID": "",
            "PatientName": "",
            "PatientBirthDate": "",
            "PatientSex": "",
            "StudyDate": "",
            "StudyTime": "",
            "StudyID": "",
            "AccessionNumber": "",
            "ReferringPhysicianName": "",
            "StudyInstanceUID": study,
            "SeriesInstanceUID": uid,
            "SeriesNumber": number,
            "FrameOfReferenceUID": frame,
            "InstanceNumber": index + 1,
            "ImagePositionPatient": [index * step[0] - 20, index * step[1] + 10, index * gap],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "PixelSpacing": [0.5, 0.75],
            "SliceThickness": gap,
            "PhotometricInterpretation": "MONOCHROME2",
            "SamplesPerPixel": 1,
            "Rows": pixels.shape[0],
            "Columns": pixels.shape[1],
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 1,
            "RescaleIntercept": 0,
            "RescaleSlope": 1,
            "PatientIdentityRemoved": "YES",
            "PixelData": pixels.astype("<i2").tobytes(),
            **tags,
        }
        for key, value in content.items():
            if value is not None:
                setattr(dataset, key, value)
        name = index if names is None else names[index]
        dataset.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    return folder


def edit_dicom(path, **tags):
    dataset = pydicom.dcmread(path)
    for key, value in tags.items():
        if value is None:
            delattr(dataset, key)
        else:
            setattr(dataset, key, value)
    dataset.save_as(path)


def write_segmentation(path, series, masks, kind="BINARY", **tags):
    """A DICOM segmentation, written by highdicom, of {name: bool [slices, rows, columns]} over a series' files in the
    order of their positions."""
    import highdicom as hd
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom.sr.codedict import codes

    images = sorted((pydicom.dcmread(file) for file in series.iterdir()), key=lambda item: item.ImagePositionPatient[2])
    described = [
        SegmentDescription(
            segment_number=number,
            segment_label=name,
            segmented_property_category=codes.SCT.Organ,
            segmented_property_type=codes.SCT.Liver,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, name in enumerate(masks, 1)
    ]
    pixels = np.stack(list(masks.values()), axis=-1)
    if kind == "LABELMAP":
        pixels = (pixels * np.arange(1, len(masks) + 1)).max(axis=-1)
    segmentation = Segmentation(
        source_images=images,
        pixel_array=pixels.astype(np.uint8) if kind != "FRACTIONAL" else pixels.astype(float),
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid=generate_uid(),
        series_number=9,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="maker",
        manufacturer_model_name="model",
        software_versions="1",
        device_serial_number="1",
    )
    for key, value in {"PatientIdentityRemoved": "YES", **tags}.items():
        if value is not None:
            setattr(segmentation, key, value)
    segmentation.save_as(path)
    return path


def describe(image, labels, meanings=None, case=None, **changes):
    """A source description with one CT case; `labels` are label files, or the name of one with the map `map`."""
    labels = [{"file": labels, "map": "map"}] if isinstance(labels, str) else labels
    content = {
        "key": "one",
        "patient": "somebody",
        "split": "train",
        "image": image,
        "labels": labels,
        "modality": "CT",
        "sequence": "NCCT",
        "views": [{"region": "abdomen", "slices": 2, "gap_mm": 1}],
    }
    return SourceDescription.model_validate(
        {
            "name": "mine",
            "title": "My scans",
            "licence": "CC0-1.0",
            "redistribute": "images",
            "cases": [content | (case or {})],
            "label_maps": {"map": {1: "liver"} if meanings is None else meanings},
            **changes,
        }
    )
