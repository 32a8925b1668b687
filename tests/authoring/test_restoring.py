"""Withheld images drawn again from a copy of the scans: the release that would have been made with them, or none."""

import shutil

import pytest
import SimpleITK as sitk

from authoring import Header, Options, SourceError, author
from authoring.restoring import restore_images
from release import ReleaseError, open_release, read_release
from tests.authoring.made import described, write_scan

HEADER = Header("Made", "1.0.0", "2026-01-01", "cc0-1.0")
# Two views of one region and plane that differ in their window: only the pixels tell which of them showed a slice.
VIEWS = [
    {"region": "abdomen", "having": ["liver"], "slices": 2, "gap_mm": 5},
    {"region": "abdomen", "having": ["liver"], "slices": 2, "gap_mm": 5, "window": [0, 200]},
    {"region": "spine", "plane": "coronal", "having": ["liver"], "slices": 1, "gap_mm": 5},
]


@pytest.fixture(scope="module")
def source():
    return described(views=VIEWS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three scans of three patients."""
    place = tmp_path_factory.mktemp("scans")
    for number in range(3):
        write_scan(place, f"p{number}", number)
    return place


@pytest.fixture(scope="module")
def releases(source, folder, tmp_path_factory):
    """(with images, without) of the same scans."""
    place = tmp_path_factory.mktemp("releases")
    return tuple(
        author([(source, folder)], place / name, HEADER, seed=5, options=Options(withhold_images=name == "withheld"))
        for name in ("included", "withheld")
    )


@pytest.fixture
def scans(folder, tmp_path):
    """A copy of the scans that a test may spoil."""
    return shutil.copytree(folder, tmp_path / "scans")


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_what_is_drawn_again_is_the_release_that_was_made_with_images(releases, source, folder, tmp_path):
    included, withheld = releases
    seen = []
    restored = restore_images(
        withheld, [(source, folder)], tmp_path / "restored", lambda done, total: seen.append((done, total))
    )
    assert contents(restored) == contents(included)
    shown = [(item.plane, *item.window) for item in read_release(restored).annotations()]
    assert set(shown) == {("axial", 40.0, 400.0), ("axial", 0.0, 200.0), ("coronal", 400.0, 1800.0)}
    assert all(item.scan is None for item in read_release(restored).annotations())
    assert [total for _, total in seen] == [len(shown)] * 3
    assert [done for done, _ in seen] == sorted(done for done, _ in seen) and seen[-1][0] == len(shown)


def test_slices_that_differ_are_named_and_nothing_is_written(releases, source, scans, tmp_path):
    path = scans / "p1.nii.gz"
    image = sitk.ReadImage(str(path))
    voxels = sitk.GetArrayFromImage(image)
    wanted = [item for item in open_release(releases[1]).annotations() if item.scan == "p1" and item.plane == "axial"]
    changed = wanted[0].slice_index
    voxels[changed, 20, 20] += 100
    brighter = sitk.GetImageFromArray(voxels)
    brighter.CopyInformation(image)
    sitk.WriteImage(brighter, str(path))
    with pytest.raises(SourceError) as caught:
        restore_images(releases[1], [(source, scans)], tmp_path / "restored")
    message = str(caught.value)
    assert "nothing was written" in message
    assert f"made, p1: the axial slice {changed} is not the one" in message
    assert message.count("is not the one") <= 2  # the coronal slice may cross the changed voxel
    assert "p0" not in message and "p2" not in message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scans"]


def test_many_faults_are_counted(releases, source, scans, tmp_path, monkeypatch):
    monkeypatch.setattr("authoring.restoring.SHOWN_FAULTS", 2)
    # Each patient's scan under the name of another.
    for new, old in (("p0", "p1"), ("p1", "p2"), ("p2", "p0")):
        shutil.copy(tmp_path / "scans" / f"{old}.nii.gz", tmp_path / f"{new}.nii.gz")
    for name in ("p0", "p1", "p2"):
        shutil.move(tmp_path / f"{name}.nii.gz", scans / f"{name}.nii.gz")
    total = sum(1 for _ in open_release(releases[1]).annotations())
    with pytest.raises(SourceError, match=f"and {total - 2} more"):
        restore_images(releases[1], [(source, scans)], tmp_path / "restored")


def test_a_missing_scan_and_one_that_cannot_be_read_are_named(releases, source, scans, tmp_path):
    (scans / "p0.nii.gz").unlink()
    (scans / "p2.nii.gz").write_bytes(b"no scan")
    with pytest.raises(SourceError) as caught:
        restore_images(releases[1], [(source, scans)], tmp_path / "restored")
    told = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in told[1:]] == ["made, p0", "made, p2"]
    assert "no such scan" in told[1] and "'p0'" in told[1]
    assert "p2.nii.gz" in told[2]


def test_the_sources_must_be_those_of_the_release(releases, source, folder, tmp_path):
    with pytest.raises(SourceError, match="images of made, but made is not given"):
        restore_images(releases[1], [(described(name="other"), folder)], tmp_path / "restored")
    with pytest.raises(SourceError, match="made: given twice"):
        restore_images(releases[1], [(source, folder), (source, folder)], tmp_path / "restored")


def test_a_source_that_gave_no_image_may_be_given_too(releases, source, folder, tmp_path):
    given = [(described(name="other"), tmp_path / "nowhere"), (source, folder)]
    assert restore_images(releases[1], given, tmp_path / "restored").is_dir()


def test_a_release_with_images_and_its_own_place_are_refused(releases, source, folder, tmp_path):
    included, withheld = releases
    with pytest.raises(ReleaseError, match="holds its images"):
        restore_images(included, [(source, folder)], tmp_path / "restored")
    before = contents(withheld)
    with pytest.raises(ReleaseError, match="expected another place"):
        restore_images(withheld, [(source, folder)], withheld)
    assert contents(withheld) == before


@pytest.mark.slow
def test_the_demo_without_its_images_is_drawn_again(scans_of_demo, tmp_path):
    from demonstration.line import HEADER as DEMO

    included = author(scans_of_demo, tmp_path / "included", DEMO)
    withheld = author(scans_of_demo, tmp_path / "withheld", DEMO, options=Options(withhold_images=True))
    assert contents(restore_images(withheld, scans_of_demo, tmp_path / "restored")) == contents(included)


@pytest.fixture
def scans_of_demo():
    from authoring import demo_sources, fetch_scans
    from demonstration.places import Places

    return [(source, fetch_scans(source, Places().cache)[0]) for source in demo_sources()]
