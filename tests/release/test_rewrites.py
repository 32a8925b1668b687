"""rewrites.jsonl is an optional file of a release, sealed like the others."""

import pytest

from release import ReleaseError, read_release, seal_release, write_release


def _with_rewrites(source, folder, rewrites):
    release = read_release(source)
    images = [(annotation.image_id, release.image(annotation)) for annotation in release.annotations()]
    records = (release.annotations(), release.dialogues(), images, release.header, release.origins())
    return write_release(folder, *records, rewrites=rewrites)


def test_it_is_written_and_listed(small_release, tmp_path):
    folder = _with_rewrites(small_release, tmp_path / "new", b"{}\n")
    assert (folder / "rewrites.jsonl").read_bytes() == b"{}\n"
    assert "rewrites.jsonl" in read_release(folder).header.files


def test_without_rewrites_there_is_no_such_file(small_release, tmp_path):
    folder = _with_rewrites(small_release, tmp_path / "new", b"")
    assert not (folder / "rewrites.jsonl").exists()
    assert "rewrites.jsonl" not in read_release(folder).header.files


def test_a_change_is_noticed_until_it_is_sealed(small_release, tmp_path):
    folder = _with_rewrites(small_release, tmp_path / "new", b"{}\n")
    (folder / "rewrites.jsonl").write_bytes(b"[]\n")
    with pytest.raises(ReleaseError, match=r"rewrites\.jsonl: sha256 is"):
        read_release(folder)
    seal_release(folder)
    read_release(folder)
