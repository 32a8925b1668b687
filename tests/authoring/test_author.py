"""Authoring as a whole: repeatable, resumable, side by side, and clear about what it cannot use."""

import hashlib
import shutil
from importlib import import_module

import pytest

from authoring import AuthoringError, DuplicateError, Header, Options, SourceError, author
from authoring.shards import Shards
from release import ReleaseError, check_release, read_release
from tests.authoring.made import described, write_scan

# The package exports a function of the same name.
module = import_module("authoring.author")
HEADER = Header("Made", "1.0.0", "2026-01-01", "cc0-1.0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four scans of four patients."""
    place = tmp_path_factory.mktemp("scans")
    for number in range(4):
        write_scan(place, f"p{number}", number)
    return place


@pytest.fixture
def scans(folder, tmp_path):
    """A copy of the scans that a test may spoil."""
    return shutil.copytree(folder, tmp_path / "scans")


def digests(release):
    return {
        path.relative_to(release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_with_any_number_of_workers(folder, tmp_path):
    one = author([(described(), folder)], tmp_path / "one", HEADER, seed=3)
    two = author([(described(), folder)], tmp_path / "two", HEADER, seed=3, options=Options(workers=2))
    other = author([(described(), folder)], tmp_path / "other", HEADER, seed=4)
    check_release(one)
    assert digests(one) == digests(two)
    assert digests(one) != digests(other)
    assert len(list(read_release(one).annotations())) == 12


def test_another_case_changes_nothing_for_those_that_were_there(scans, tmp_path):
    before = list(read_release(author([(described(), scans)], tmp_path / "a", HEADER)).dialogues())
    write_scan(scans, "p9", 9)
    after = list(read_release(author([(described(), scans)], tmp_path / "b", HEADER)).dialogues())
    assert len(after) > len(before)
    assert after[: len(before)] == before


def test_a_run_that_was_stopped_goes_on_where_it_was(folder, tmp_path, monkeypatch):
    drafted = []
    real = module.draft_case

    def stopping(source, case, place, wanted):
        if len(drafted) == 2:
            raise KeyboardInterrupt
        drafted.append(case.key)
        return real(source, case, place, wanted)

    monkeypatch.setattr(module, "draft_case", stopping)
    with pytest.raises(KeyboardInterrupt):
        author([(described(), folder)], tmp_path / "out", HEADER)
    assert not (tmp_path / "out").exists()

    def counting(source, case, place, wanted):
        drafted.append(case.key)
        return real(source, case, place, wanted)

    monkeypatch.setattr(module, "draft_case", counting)
    steps = []
    out = author([(described(), folder)], tmp_path / "out", HEADER, progress=lambda done, total: steps.append(done))
    assert drafted == ["p0", "p1", "p2", "p3"]
    assert steps == [2, 3, 4]
    assert digests(out) == digests(author([(described(), folder)], tmp_path / "whole", HEADER))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


def test_a_changed_scan_is_not_taken_for_finished(scans, tmp_path, monkeypatch):
    real, drafted = module.draft_case, []

    def failing_last(source, case, place, wanted):
        drafted.append(case.key)
        if case.key == "p3" and len(drafted) == 4:
            raise KeyboardInterrupt
        return real(source, case, place, wanted)

    monkeypatch.setattr(module, "draft_case", failing_last)
    with pytest.raises(KeyboardInterrupt):
        author([(described(), scans)], tmp_path / "out", HEADER)
    write_scan(scans, "p1", 77)
    author([(described(), scans)], tmp_path / "out", HEADER)
    assert drafted == ["p0", "p1", "p2", "p3", "p1", "p3"]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_faulty_case_stops_the_work_or_is_named_and_skipped(scans, tmp_path, workers):
    (scans / "p2.nii.gz").write_bytes((scans / "p2.nii.gz").read_bytes()[:200])
    with pytest.raises(SourceError, match=r"p2\.nii\.gz"):
        author([(described(), scans)], tmp_path / "out", HEADER, options=Options(workers=workers))
    assert not (tmp_path / "out").exists()
    said = []
    options = Options(faulty="skip", workers=workers)
    out = author([(described(), scans)], tmp_path / "out", HEADER, options=options, warn=said.append)
    assert len({item.patient_id for item in read_release(out).annotations()}) == 3
    assert any(line.startswith("skipped made, p2: ") and "p2.nii.gz" in line for line in said)
    assert said[-1] == "skipped 1 of 4 cases: 1 SourceError"


def test_the_same_scan_under_two_patients_is_refused(scans, tmp_path):
    shutil.copy(scans / "p1.nii.gz", scans / "p5.nii.gz")
    shutil.copy(scans / "p1-labels.nii.gz", scans / "p5-labels.nii.gz")
    with pytest.raises(DuplicateError, match=r"p5.*p1"):
        author([(described(), scans)], tmp_path / "out", HEADER)
    assert not (tmp_path / "out").exists()


def test_numbers_of_turns_follow_the_wanted_shares(folder, tmp_path):
    options = Options(turns={2: 1.0, 4: 3.0}, dialogues_per_image=4)
    out = author([(described(), folder)], tmp_path / "out", HEADER, options=options)
    lengths = [len(dialogue.turns) for dialogue in read_release(out).dialogues()]
    assert len(lengths) == 4 * 3 * 4
    assert set(lengths) == {2, 4}
    assert 32 <= lengths.count(4) <= 40


def test_withheld_images_leave_their_sha256_and_the_name_of_the_scan(folder, tmp_path):
    with_images = author([(described(), folder)], tmp_path / "with", HEADER)
    without = author([(described(), folder)], tmp_path / "without", HEADER, options=Options(withhold_images=True))
    assert not list((without / "images").glob("*"))
    shown, withheld = (list(read_release(place).annotations()) for place in (with_images, without))
    assert [item.pixels_sha256 for item in withheld] == [item.pixels_sha256 for item in shown]
    assert {item.scan for item in shown} == {None}
    assert {item.scan for item in withheld} == {"p0", "p1", "p2", "p3"}


def test_a_patient_in_two_splits_is_refused(folder, tmp_path):
    one, other = (described(name=name, files=[item]) for name, item in _two_splits())
    with pytest.raises(SourceError, match="patient 'same' is in split 'test'"):
        author([(one, folder), (other, folder)], tmp_path / "out", HEADER)


def _two_splits():
    for name, split, scan in (("one", "train", "p0"), ("other", "test", "p1")):
        files = described().files[0].model_dump(mode="json", exclude_defaults=True)
        yield name, files | {"where": {"patient": scan}, "patient": "same", "split": split}


@pytest.mark.parametrize(
    "wrong",
    [{"turns": {}}, {"turns": {13: 1.0}}, {"turns": {1: -1.0, 2: 2.0}}, {"workers": 0}, {"dialogues_per_image": 0}],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(AuthoringError, match=next(iter(wrong))):
        Options(**wrong)


def test_a_foreign_folder_is_refused_before_any_work(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "draft_case", None)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ReleaseError, match="holds other files"):
        author([(described(), folder)], tmp_path / "out", HEADER)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_same_source_twice_is_refused(folder, tmp_path):
    with pytest.raises(SourceError, match="made given twice"):
        author([(described(), folder)] * 2, tmp_path / "out", HEADER)


def test_two_runs_do_not_write_the_same_release(folder, tmp_path):
    with (
        Shards(tmp_path / ".out.authoring"),
        pytest.raises(AuthoringError, match="another run writes"),
    ):
        author([(described(), folder)], tmp_path / "out", HEADER)
    author([(described(), folder)], tmp_path / "out", HEADER)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_bug_names_the_case(folder, tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(module, "draft_case", broken)
    with pytest.raises(ZeroDivisionError) as caught:
        author([(described(), folder)], tmp_path / "out", HEADER)
    assert caught.value.__notes__ == ["while authoring made, p0"]
