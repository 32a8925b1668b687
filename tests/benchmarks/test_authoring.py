"""The measurement of authoring: its scans, and what it tells of a run."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from authoring.anatomy.structures import structures
from benchmarks.authoring import HEADING, Measured, _row, measure, table
from benchmarks.volumes import SHAPE, description, organs, write_scans


def read(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    write_scans(folder, 2)
    return folder


def test_every_organ_is_in_every_scan_under_its_own_value(scans):
    for number in range(2):
        labels = read(scans / f"scan{number:05d}-labels.nii.gz")
        assert labels.shape == SHAPE
        assert set(np.unique(labels)) == set(range(len(organs()) + 1))
    assert {organ["id"] for organ in organs()} <= structures().keys()


def test_scans_differ_and_the_same_seed_gives_the_same(scans, tmp_path):
    write_scans(tmp_path, 1)
    first, other, again = (
        read(folder / f"scan{number:05d}.nii.gz") for folder, number in ((scans, 0), (scans, 1), (tmp_path, 0))
    )
    assert (first == again).all()
    assert (first != other).mean() > 0.5


def test_scans_that_are_there_are_not_written_again(scans, tmp_path):
    write_scans(tmp_path, 1)
    before = (tmp_path / "scan00000.nii.gz").stat().st_mtime_ns
    write_scans(tmp_path, 2)
    assert (tmp_path / "scan00000.nii.gz").stat().st_mtime_ns == before
    assert (tmp_path / "scan00001-labels.nii.gz").is_file()


def test_the_description_has_a_case_and_a_patient_for_each_scan():
    found = description(7)
    assert len({case.patient for case in found.cases}) == len({case.key for case in found.cases}) == 7
    assert [case.split for case in found.cases[:5]] == ["train", "train", "train", "validation", "test"]


def test_a_row_tells_rates_and_what_the_run_before_foretold():
    before = Measured(
        scans=50, workers=2, dialogues=1_000, drafting_s=20.0, rest_s=5.0, peak_mb=400, worker_mb=410, load=1
    )
    found = Measured(
        scans=200, workers=2, dialogues=4_000, drafting_s=70.0, rest_s=10.0, peak_mb=400.4, worker_mb=420, load=2.04
    )
    # 80 s in all; 50 scans took 25 s, so that 200 would take 100 s.
    cells = [cell.strip() for cell in _row(found, before).strip("|").split("|")]
    assert cells == ["200", "2", "4,000", "70.0", "10.0", "2.50", "50.0", "100", "400", "420", "2.0"]
    assert len(cells) == HEADING.splitlines()[0].count("|") - 1


def test_a_run_that_fails_says_why(tmp_path):
    with pytest.raises(RuntimeError, match=r"(?s)authoring 1 scans with 1 worker\(s\) failed.*scan00000"):
        measure(tmp_path, 1, 1)


@pytest.mark.slow
def test_a_table_has_a_row_for_every_number_of_scans_and_workers(tmp_path):
    lines = table(tmp_path, [1, 2], [1, 2]).splitlines()[2:]
    told = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [(row[0], row[1]) for row in told] == [("1", "1"), ("2", "1"), ("1", "2"), ("2", "2")]
    assert [row[7] == "" for row in told] == [True, False, True, False]
    # Without workers there is no memory of one; the other numbers are there.
    assert [row[9] == "" for row in told] == [True, True, False, False]
    assert all(float(row[8].replace(",", "")) > 100 and int(row[2]) > 0 for row in told)
