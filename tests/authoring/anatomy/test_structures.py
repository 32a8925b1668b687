"""The catalogue of structures is consistent, and every fault in it is found."""

from dataclasses import replace

import pytest

from authoring.anatomy import structures as module
from authoring.anatomy.checking.catalogue import catalogue_problems
from authoring.anatomy.structures import ancestors, of_kind, parts_of, structures
from authoring.errors import SourceError


def found_with(**changes):
    """What the checks expect of the catalogue after some structures have changed."""
    known = dict(structures())
    for name, values in changes.items():
        known[name] = replace(known[name], **values)
    return [str(problem) for problem in catalogue_problems(known)]


def test_the_catalogue_has_no_problem():
    assert not found_with()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"spleen": {"en": ("Liver",)}}, "spleen: 'liver'; expected a display name other than that of liver"),
        ({"spleen": {"zh": ("肝脏",)}, "liver": {"zh": ("肝脏",)}}, "'肝脏'; expected a display name other than"),
        ({"spleen": {"en": ("spleen", "splenic", "Spleen")}}, "spleen: 'spleen'; expected each term once"),
        ({"spleen": {"zh": ("spleen",)}}, "spleen: 'spleen'; expected a Chinese display name"),
        ({"spleen": {"en": ("脾",)}}, "spleen: '脾'; expected an English term"),
        ({"kidney_left": {"system": "digestive"}}, "expected the system of its pair"),
        ({"kidney_left": {"regions": frozenset({"head"})}}, "expected the regions of its pair"),
        (
            {"kidney_left": {"pair": "spleen"}},
            "kidney_right: 'kidney_left'; expected a pair whose pair is this structure",
        ),
        ({"kidney_left": {"side": "right"}}, "expected the side opposite to that of"),
        ({"lung_lower_lobe_left": {"parent": "heart"}}, "expected the parent of lung_lower_lobe_left"),
        ({"rib_left_3": {"order": 4}}, "rib left: '[1, 2, 4, 4,"),
        ({"rib_left_3": {"order": None}}, "rib_left_3: 'rib'; expected a kind and an order"),
        ({"liver": {"parent": "liver_tumour"}}, "liver > liver_tumour > liver"),
        ({"liver": {"parent": "abdomen"}}, "liver: 'abdomen'; expected a parent of the catalogue"),
        ({"liver": {"neighbours": ("liver",)}}, "liver: 'liver'; expected neighbours that are other structures"),
        ({"liver": {"neighbours": ("spleen", "spleen")}}, "expected each neighbour once"),
        ({"liver": {"snomed": "1"}}, "liver: '1'; expected a SNOMED CT code of pydicom's dictionary"),
        # 78961009 is the spleen.
        (
            {"liver": {"snomed": "78961009"}},
            "liver: '78961009, Spleen'; expected a code whose meaning is one of its terms",
        ),
        ({"brain_tumour": {"snomed": "78961009", "en": ("spleen tumour",)}}, "expected a code other than that of"),
    ],
)
def test_a_fault_is_found(changes, expected):
    found = found_with(**changes)
    assert any(expected in text for text in found), found


def test_a_small_catalogue_is_found():
    few = {name: structures()[name] for name in ("liver", "spleen")}
    assert "structures: all: '2 structures'; expected at least 120" in map(str, catalogue_problems(few))


def test_parts_ancestors_and_kinds():
    assert "lung_upper_lobe_right" in parts_of("lung_right")
    assert ancestors("brain_tumour_necrosis") == ["brain_tumour_core", "brain_tumour"]
    assert ancestors("spleen") == []
    assert [structures()[name].order for name in of_kind("vertebra")] == list(range(1, 25))
    assert of_kind("vertebra")[0] == "vertebra_C1" and of_kind("vertebra")[-1] == "vertebra_L5"
    assert len(of_kind("rib")) == 24
    assert of_kind("tooth") == ()


def test_display_names():
    assert structures()["kidney_left"].name("en") == "left kidney"
    assert structures()["kidney_left"].name("zh") == "左肾"


SPLEEN = "{en: [spleen], zh: [脾], system: immune, regions: [abdomen]"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([f"spleen: {SPLEEN}}}", f"spleen: {SPLEEN}}}"], "spleen stands in another file, too"),
        ([f"spleen: {SPLEEN.replace('abdomen', 'belly')}}}"], "regions are"),
        ([f"spleen: {SPLEEN.replace('immune', 'blood')}}}"], "system is 'blood'; expected one of"),
        ([f"spleen: {SPLEEN}, colour: red}}"], "expected the keys of a structure"),
        ([f"spleen: {SPLEEN.replace('[脾]', '[]')}}}"], "expected a term in each language"),
        ([f"spleen: {SPLEEN}, pair: liver}}"], "pair is 'liver', which does not name it in return"),
        ([f"spleen: {SPLEEN}, neighbours: [liver]}}"], "names 'liver'; expected a structure of the catalogue"),
    ],
)
def test_files_that_contradict_themselves_are_refused(tmp_path, monkeypatch, files, message):
    for number, text in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(SourceError, match=message):
        structures.__wrapped__()
