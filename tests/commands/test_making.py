"""Building and sealing: a broken release is refused before anything is written."""

import shutil


def test_a_broken_release_is_refused_and_nothing_is_built(synthetic_release, tmp_path, mturn_seg):
    release = tmp_path / "release"
    shutil.copytree(synthetic_release, release)
    next((release / "images").glob("*.png")).unlink()
    code, _, err = mturn_seg("build", release, "--out", tmp_path / "out", "--truth", tmp_path / "truth")
    assert code == 2
    assert "images/" in err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "truth").exists()


def test_a_release_edited_by_hand_is_sealed(synthetic_release, tmp_path, mturn_seg):
    release = tmp_path / "release"
    shutil.copytree(synthetic_release, release)
    dialogues = release / "dialogues.jsonl"
    dialogues.write_text(dialogues.read_text(encoding="utf-8").replace("Segment", "Outline"), encoding="utf-8")
    places = ("--out", tmp_path / "out", "--truth", tmp_path / "truth")
    code, _, err = mturn_seg("build", release, *places)
    assert code == 2
    assert f"mturn-seg seal {release}" in err
    assert mturn_seg("seal", release)[0] == 0
    assert mturn_seg("build", release, *places)[0] == 0


def test_paths_are_printed_as_they_are(synthetic_release, tmp_path, mturn_seg, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(synthetic_release, "[bold]release")
    code, out, err = mturn_seg("seal", "[bold]release")
    assert code == 0, err
    assert out.startswith("sealed [bold]release, digest ")
    assert out.endswith("next: mturn-seg build [bold]release\n")
    code, out, err = mturn_seg("build", "[bold]release", "--out", ":bomb:", "--truth", "a[/b]")
    assert code == 0, err
    assert "/:bomb:: " in out
    assert out.endswith("/a[/b]\n")
