"""What licences forbid to pass on is not built, but for the own use of whoever says so."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
import yaml

from benchmarks.synthetic import write_synthetic_release
from building import BuildError, Built, build
from release import open_release, write_release


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synthetic_release(
        tmp_path_factory.mktemp("plain") / "release", dialogues=12, patients=20, size=(32, 40)
    )


def licensed(plain: Path, folder: Path, licence: str, redistribute: str = "images", **changes: object) -> Path:
    """The release with another licence of its first source."""
    release = open_release(plain)
    first, *others = release.header.sources
    first = first.model_copy(update={"licence": licence, "licence_url": None, "redistribute": redistribute})
    return write_release(
        folder / "release",
        release.annotations(),
        release.dialogues(),
        ((annotation.image_id, release.image(annotation)) for annotation in release.annotations()),
        release.header.model_copy(update={"sources": [first, *others], **changes}),
    )


def build_at(release: Path, folder: Path, **options: object) -> Built:
    return build(release, folder / "mturn-seg", folder / "mturn-seg-truth", **options)


@pytest.mark.parametrize(
    ("licence", "redistribute", "told"),
    [
        ("CC-BY-SA-4.0", "images", "CC-BY-SA-4.0 or a later version"),
        ("CC-BY-NC-ND-4.0", "images", "forbids to pass on what was made of it"),
        ("CC0-1.0", "annotations-only", "redistribute: annotations-only"),
        ("CC0-1.0", "no", "redistribute: no"),
        ("Terms of use", "images", "--licence-checked ellipse-hospital"),
    ],
)
def test_what_may_not_be_passed_on_is_refused_by_name(licence, redistribute, told, plain: Path, tmp_path: Path) -> None:
    release = licensed(plain, tmp_path, licence, redistribute)
    with pytest.raises(BuildError) as caught:
        build_at(release, tmp_path)
    message = str(caught.value)
    assert f"source ellipse-hospital ({licence}): " in message
    assert told in message
    assert "under cc-by-nc-sa-4.0" in message
    assert "ellipse-clinic" not in message
    assert "--withhold-images" in message and "--own-use" in message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]


def test_a_licence_that_a_person_has_read_is_taken(plain: Path, tmp_path: Path) -> None:
    release = licensed(plain, tmp_path, "Terms of use")
    built = build_at(release, tmp_path, licence_checked=["ellipse-hospital"])
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    assert "| Terms of use | yes |" in card
    assert "The data set as a whole: cc-by-nc-sa-4.0." in card


def test_a_checked_licence_of_no_source_is_refused(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"licence of elsewhere checked.*expected sources of ellipse-clinic,"):
        build_at(plain, tmp_path, licence_checked=["elsewhere"])


def test_for_own_use_anything_is_built_and_the_card_says_so(plain: Path, tmp_path: Path) -> None:
    release = licensed(plain, tmp_path, "CC-BY-SA-4.0", "no")
    built = build_at(release, tmp_path, own_use=True)
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    front = yaml.safe_load(card.split("---\n")[1])
    assert (front["license"], front["license_name"]) == ("other", "own-use-only")
    assert "is not to be passed on" in card
    assert json.loads((built.folder / "digest.json").read_text(encoding="utf-8"))["own_use"] is True


def test_a_build_for_own_use_does_not_stand_in_for_a_public_one(plain: Path, tmp_path: Path) -> None:
    assert not build_at(plain, tmp_path, own_use=True).reused
    assert build_at(plain, tmp_path, own_use=True).reused
    public = build_at(plain, tmp_path)
    assert not public.reused
    assert "is not to be passed on" not in (public.folder / "README.md").read_text(encoding="utf-8")
    assert not build_at(plain, tmp_path, own_use=True).reused


def test_a_release_without_its_images_is_refused_with_what_to_do(plain: Path, tmp_path: Path) -> None:
    release = open_release(plain)
    annotations = [
        annotation.model_copy(update={"pixels_sha256": f"{index:064x}", "scan": f"scan-{index}"})
        for index, annotation in enumerate(release.annotations())
    ]
    header = release.header.model_copy(update={"images": "withheld"})
    withheld = write_release(tmp_path / "withheld", annotations, release.dialogues(), {}, header)
    with pytest.raises(BuildError, match=r"withholds its images.*mturn-seg restore-images"):
        build_at(withheld, tmp_path)
    with pytest.raises(BuildError, match="mturn-seg restore-images"):
        build_at(withheld, tmp_path, own_use=True)


def test_every_row_names_the_licence_of_its_source(plain: Path, tmp_path: Path) -> None:
    release = licensed(plain, tmp_path, "CC-BY-3.0")
    built = build_at(release, tmp_path)
    opened = open_release(release)
    by_source = {source.name: source.licence for source in opened.header.sources}
    expected = {annotation.image_id: by_source[annotation.source] for annotation in opened.annotations()}
    assert set(expected.values()) == {"CC-BY-3.0", "CC0-1.0"}
    rows = datasets.load_dataset(str(built.folder)).remove_columns("image")
    for split in rows:
        assert {row["image_id"]: row["licence"] for row in rows[split]}.items() <= expected.items()
