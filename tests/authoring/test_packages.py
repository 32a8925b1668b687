"""Packages of scans come whole or not at all."""

import hashlib
import zipfile

import pytest

from authoring import DownloadError, Package, fetch


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A tiny real wheel that pip finds in a local folder instead of the index."""
    folder = tmp_path / "index"
    folder.mkdir()
    path = folder / "tinyscans-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tinyscans/scan.txt", "voxels")
        archive.writestr("tinyscans-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinyscans\nVersion: 1.0\n")
        archive.writestr(
            "tinyscans-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinyscans-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


def package(sha256, version="1.0"):
    return Package(name="tinyscans", version=version, archive="wheel", megabytes=0.1, sha256=sha256)


def test_a_package_is_fetched_once(wheel, tmp_path):
    wanted = package(hashlib.sha256(wheel.read_bytes()).hexdigest())
    folder, downloaded = fetch(wanted, tmp_path / "cache")
    assert downloaded
    assert (folder / "tinyscans/scan.txt").read_text() == "voxels"
    wheel.unlink()
    assert fetch(wanted, tmp_path / "cache") == (folder, False)


def test_a_package_with_another_checksum_is_refused_and_not_kept(wheel, tmp_path):
    with pytest.raises(DownloadError, match=r"tinyscans==1\.0 with sha256 0000.* failed: .*Got +[0-9a-f]{64}"):
        fetch(package("0" * 64), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_package_that_pip_cannot_find_is_refused(wheel, tmp_path):
    with pytest.raises(DownloadError, match=r"pip download tinyscans==9\.9 with sha256 0000.* failed"):
        fetch(package("0" * 64, version="9.9"), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
