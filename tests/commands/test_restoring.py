"""Drawing withheld images again from the command line."""

import shutil

import pytest
import yaml

from authoring import Header, Options, author
from release import open_release, read_release
from tests.authoring.made import NAMES, described, write_scan


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with scans/, source.yaml and release/, which withholds its images."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "scans").mkdir()
    for number in range(2):
        write_scan(folder / "scans", f"p{number}", number)
    source = described(licence="CC-BY-SA-4.0", redistribute="annotations-only")
    # JSON has no numbers for keys, which the label values are.
    told = source.model_dump(mode="json", exclude_defaults=True) | {"label_maps": {"organs": NAMES}}
    (folder / "source.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    header = Header("Made", "1.0.0", "2026-01-01", "cc-by-nc-sa-4.0")
    author([(source, folder / "scans")], folder / "release", header, options=Options(withhold_images=True))
    return folder


def test_from_annotations_to_a_data_set_for_own_use(made, tmp_path, mturn_seg):
    places = ("--out", tmp_path / "data", "--truth", tmp_path / "truth")
    code, _, err = mturn_seg("build", made / "release", *places)
    assert code == 2
    assert "mturn-seg restore-images" in err
    source = ("--source", made / "source.yaml", "--scans", made / "scans")
    code, out, err = mturn_seg("restore-images", made / "release", *source, "--out", tmp_path / "whole")
    assert code == 0, err
    assert out.endswith(f"next, for your own use: mturn-seg build {tmp_path / 'whole'} --own-use\n")
    restored = read_release(tmp_path / "whole")
    assert restored.header.images == "included"
    assert len(list((tmp_path / "whole" / "images").iterdir())) == len(list(restored.annotations()))
    code, _, err = mturn_seg("build", tmp_path / "whole", *places)
    assert code == 2
    assert "source made (CC-BY-SA-4.0): its description says" in err
    assert mturn_seg("build", tmp_path / "whole", *places, "--own-use")[0] == 0
    assert "not to be passed on" in (tmp_path / "data" / "README.md").read_text(encoding="utf-8")


def test_other_scans_are_refused_and_nothing_is_written(made, tmp_path, mturn_seg):
    scans = shutil.copytree(made / "scans", tmp_path / "scans")
    write_scan(scans, "p1", 7)
    source = ("--source", made / "source.yaml", "--scans", scans)
    code, _, err = mturn_seg("restore-images", made / "release", *source, "--out", tmp_path / "whole")
    assert code == 2
    differing = [item for item in open_release(made / "release").annotations() if item.scan == "p1"]
    assert err.count("made, p1: ") == len(differing)
    assert not (tmp_path / "whole").exists()


def test_each_source_needs_its_folder(made, tmp_path, mturn_seg):
    code, _, err = mturn_seg(
        "restore-images", made / "release", "--source", made / "source.yaml", "--out", tmp_path / "whole"
    )
    assert code == 2
    assert "--scans 0 times" in err


def test_a_licence_that_was_read_is_named_on_the_command_line(synthetic_release, tmp_path, mturn_seg):
    places = ("--out", tmp_path / "data", "--truth", tmp_path / "truth")
    code, _, err = mturn_seg("build", synthetic_release, *places, "--licence-checked", "nobody")
    assert code == 2
    assert "licence of nobody checked" in err
    assert mturn_seg("build", synthetic_release, *places, "--licence-checked", "ellipse-clinic")[0] == 0
