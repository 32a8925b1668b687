"""What is known of the structures is read as it stands in the files, and its authorship is told."""

from dataclasses import replace

import pytest
import yaml

from authoring.anatomy import knowledge as module
from authoring.anatomy.authorship import authorship
from authoring.anatomy.knowledge import TOPICS, concepts, concepts_of, own_concept
from authoring.anatomy.structures import of_kind
from authoring.errors import SourceError
from tests.authoring.anatomy.entries import entry, group


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads the concepts of some entries of knowledge files and of group files."""

    def read(own, groups=()):
        for folder, entries in (("knowledge", own), ("groups", groups)):
            (tmp_path / folder).mkdir()
            text = yaml.safe_dump([made.raw for made in entries], allow_unicode=True)
            (tmp_path / folder / "made.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(module, "FOLDER", tmp_path)
        return concepts.__wrapped__()

    return read


def test_an_entry_is_read_with_its_topics_and_facts(read):
    spleen, both = read([entry()], [group()])
    assert spleen.fits == {"spleen"} and not spleen.is_group
    assert both.fits == {"liver", "spleen"} and both.is_group
    assert tuple(spleen.descriptions["en"]) == TOPICS
    assert len(spleen.phrases("en")) == len(spleen.phrases("zh")) == 20
    assert spleen.phrases("zh")[0] == "清除衰老红细胞的器官"
    assert both.descriptions["en"]["clinical"] == () and len(both.phrases("en")) == 3
    assert [fact.answer["en"].split()[0] for fact in spleen.facts] == ["Yes.", "No.", "Yes.", "No.", "A"]
    assert spleen.facts[0].question["zh"] == "没有{reference}人能存活吗？"
    assert (spleen.written_by, spleen.reviewed_by) == ("machine", None)


def test_a_kind_stands_for_all_its_members(read):
    made = group()
    made.raw["fits"] = ["kind:vertebra"]
    (concept,) = read([], [made])
    assert concept.fits == set(of_kind("vertebra"))


def test_an_unknown_structure_is_refused(read):
    made = entry()
    made.raw["fits"] = ["spleen", "splen"]
    with pytest.raises(SourceError, match="fits names splen; expected structures of the catalogue"):
        read([made])


def test_a_pair_shares_its_concept_and_a_numbered_member_has_none_of_its_own():
    assert own_concept("kidney_right") is own_concept("kidney_left")
    assert own_concept("kidney_right").fits == {"kidney_right", "kidney_left"}
    assert own_concept("rib_right_3") is None
    assert set(of_kind("rib")) in [concept.fits for concept in concepts_of("rib_right_3")]


def test_the_most_specific_concept_comes_first():
    for name in ("liver", "left_atrium", "gluteus_medius_right"):
        sizes = [len(concept.fits) for concept in concepts_of(name)]
        assert sizes == sorted(sizes) and sizes[0] <= 2 < sizes[-1] + 1
        assert own_concept(name) is concepts_of(name)[0]


def test_nothing_is_reviewed_and_the_authorship_says_so():
    assert {(concept.written_by, concept.reviewed_by) for concept in concepts()} == {("machine", None)}
    assert authorship() == "templates over machine-written descriptions, not reviewed by a clinician"


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        ([("machine", None), ("machine", "A. Li")], "machine-written descriptions, 1 of 2 entries reviewed by A. Li"),
        ([("machine", "B. Wu"), ("machine", "A. Li")], "machine-written descriptions, reviewed by A. Li, B. Wu"),
        ([("C. Ma", None)], "descriptions written by C. Ma, not reviewed by a clinician"),
        (
            [("machine", None), ("C. Ma", None)],
            "machine-written descriptions and descriptions written by C. Ma, not reviewed by a clinician",
        ),
    ],
)
def test_authorship_follows_the_entries(authors, told):
    base = concepts()[0]
    made = [replace(base, written_by=written, reviewed_by=reviewed) for written, reviewed in authors]
    assert authorship(made) == f"templates over {told}"


def test_no_entries_have_no_authors():
    with pytest.raises(ValueError, match="no concepts; expected at least one"):
        authorship([])
