"""Licences: what each lets be passed on inside which whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from release import Release, Source
from release.licences import known_licence, licence_problem, licence_problems, licences

GUIDE = Path(__file__).parents[2] / "docs" / "licences.md"
# Which licence an adaptation may bear, by that of the original: the chart for adapters that Creative Commons publishes.
CHART = {
    "CC0-1.0": {"cc0-1.0", "cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-sa-4.0"},
    "CC-BY-4.0": {"cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-sa-4.0"},
    "CC-BY-NC-4.0": {"cc-by-nc-4.0", "cc-by-nc-sa-4.0"},
    "CC-BY-NC-SA-4.0": {"cc-by-nc-sa-4.0"},
    "CC-BY-SA-4.0": {"cc-by-sa-4.0"},
    "CC-BY-ND-4.0": set(),
    "CC-BY-NC-ND-4.0": set(),
}
WHOLES = sorted(CHART["CC0-1.0"])


def source(licence: str, redistribute: str = "images", name: str = "hospital") -> Source:
    return Source(
        name=name,
        title="Scans",
        licence=licence,
        licence_url=None,
        citation=None,
        url=None,
        redistribute=redistribute,
    )


def header(*sources: Source, licence: str = "cc-by-nc-sa-4.0", images: str = "included") -> Release:
    return Release.model_validate(
        {
            "name": "Made",
            "version": "1.0.0",
            "created": "2025-01-01",
            "languages": ["en", "zh"],
            "licence": licence,
            "sources": list(sources),
            "texts": {"written_by": "templates", "rewritten_by": None, "reviewed": None},
            "images": images,
        }
    )


@pytest.mark.parametrize("licence", CHART)
@pytest.mark.parametrize("whole", WHOLES)
def test_creative_commons_mix_as_their_chart_says(licence: str, whole: str) -> None:
    assert (licence_problem(source(licence), whole) is None) == (whole in CHART[licence])


@pytest.mark.parametrize(
    ("licence", "whole", "allowed"),
    [
        ("CC-BY-NC-SA-2.0", "cc-by-nc-sa-4.0", True),
        ("CC-BY-NC-SA-4.0", "cc-by-nc-sa-3.0", False),
        ("CC-BY-SA-3.0", "cc-by-sa-3.0", True),
        ("CC-BY-3.0", "cc-by-2.0", True),
        ("CC-BY", "cc-by-nc-sa-4.0", True),
        ("ODbL-1.0", "odbl-1.0", True),
        ("ODbL-1.0", "cc-by-sa-4.0", False),
        *((free, "cc-by-nc-sa-4.0", True) for free in ("MIT", "Apache-2.0", "BSD-3-Clause", "PDDL-1.0")),
        *((kept, "cc0-1.0", False) for kept in ("MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY")),
    ],
)
def test_versions_and_other_families(licence: str, whole: str, allowed: bool) -> None:
    assert (licence_problem(source(licence), whole) is None) == allowed


@pytest.mark.parametrize("spelt", ["CC BY-NC-SA 4.0", "cc-by-nc-sa-4.0", " CC-BY-NC-SA-4.0"])
def test_a_licence_is_known_however_it_is_spelt(spelt: str) -> None:
    assert known_licence(spelt) is licences()["cc-by-nc-sa-4.0"]


@pytest.mark.parametrize("spelt", ["CC-BY-NC-SA-5.0", "CC-BY-SA-1.0", "all rights reserved", "GPL", "by-sa"])
def test_a_licence_that_the_table_lacks_is_not_guessed(spelt: str) -> None:
    assert known_licence(spelt) is None


def test_every_licence_of_the_table_asks_for_known_things_only() -> None:
    asked = {"attribution", "non-commercial", "share-alike", "no-derivatives"}
    for licence in licences().values():
        assert licence.asks <= asked, licence.name
        # The letters of a Creative Commons name say what it asks.
        if licence.name.startswith("CC-BY"):
            letters = {"NC": "non-commercial", "SA": "share-alike", "ND": "no-derivatives"}
            told = {letters[part] for part in licence.name.split("-") if part in letters}
            assert licence.asks == {"attribution"} | told, licence.name


def test_an_unknown_licence_takes_a_person_who_read_it() -> None:
    unknown = source("Terms of the challenge")
    assert "--licence-checked hospital" in licence_problem(unknown, "cc-by-nc-sa-4.0")
    assert licence_problem(unknown, "cc-by-nc-sa-4.0", checked=True) is None
    # What is known is not overruled.
    assert licence_problem(source("CC-BY-SA-4.0"), "cc-by-nc-sa-4.0", checked=True) is not None
    assert licence_problem(source("Terms", redistribute="no"), "other", checked=True) is not None


def test_an_unknown_licence_of_the_whole_takes_only_what_asks_for_nothing() -> None:
    assert licence_problem(source("CC0-1.0"), "house-rules") is None
    assert "house-rules" in licence_problem(source("CC-BY-4.0"), "house-rules")


def test_a_whole_whose_images_keep_their_own_licences_asks_what_may_be_passed_on() -> None:
    assert licence_problem(source("CC-BY-SA-4.0"), "other") is None
    assert licence_problem(source("Terms of the challenge"), "other") is None
    assert "what was made of it" in licence_problem(source("CC-BY-ND-4.0"), "other")
    assert "annotations-only" in licence_problem(source("CC0-1.0", redistribute="annotations-only"), "other")


def test_annotations_alone_pass_but_where_nothing_may_be_passed_on() -> None:
    assert licence_problem(source("CC-BY-SA-4.0", "annotations-only"), "cc-by-nc-sa-4.0", images=False) is None
    assert licence_problem(source("CC-BY-ND-4.0", "images"), "cc-by-nc-sa-4.0", images=False) is None
    assert "redistribute: no" in licence_problem(source("CC0-1.0", "no"), "cc0-1.0", images=False)


def test_each_source_of_a_release_is_told_with_its_licence() -> None:
    alike = source("CC-BY-SA-4.0", name="alike")
    terms = source("Terms of use", name="terms")
    closed = source("CC0-1.0", "no", name="closed")
    shut = source("CC-BY-4.0", "annotations-only", name="shut")
    fine = source("CC-BY-4.0", name="fine")
    release = header(alike, terms, closed, shut, fine)
    told = list(licence_problems(release))
    assert [line.split(":")[0] for line in told] == [
        "source alike (CC-BY-SA-4.0)",
        "source terms (Terms of use)",
        "source closed (CC0-1.0)",
        "source shut (CC-BY-4.0)",
    ]
    assert told[0].endswith("CC-BY-SA-4.0 or a later version of the whole, which is under CC-BY-NC-SA-4.0")
    assert len(list(licence_problems(release, checked=["terms"]))) == 3
    withheld = release.model_copy(update={"images": "withheld"})
    assert [line.split(" (")[0] for line in licence_problems(withheld)] == ["source closed"]


def test_the_guide_tells_every_family_of_the_table() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for licence in licences().values():
        family = licence.family.replace("CC-", "CC ").removesuffix("-1.0")
        family = {"BSD-2-Clause": "BSD", "BSD-3-Clause": "BSD", "Apache": "Apache-2.0"}.get(family, family)
        assert re.search(rf"[| ]{family}[,. |]", guide), licence.name


@pytest.mark.parametrize(
    "spelt", ["CC-BY-NC-ND", "CC BY-ND 2.5", "CC BY-NC-ND 4.0 International", "Attribution-NoDerivatives"]
)
def test_no_derivatives_is_recognised_under_other_names(spelt: str) -> None:
    for whole in ("other", "cc-by-nc-sa-4.0"):
        assert "forbids" in licence_problem(source(spelt), whole, checked=True)
