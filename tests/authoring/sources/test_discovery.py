"""The files of a data set become cases, and patients keep their split."""

from collections import Counter

import pytest

from authoring.errors import SourceError
from authoring.sources.catalogue import SourceDescription
from authoring.sources.discovery import cases_of

LABELS = [{"file": "labels/{patient}.nii.gz", "map": "organs"}]


def source(*entries, **changes):
    """A description with one `files` entry for each of `entries`, which change the usual one."""
    usual = {"image": "images/{patient}.nii.gz", "labels": LABELS, "modality": "CT", "sequence": "CECT"}
    return SourceDescription.model_validate(
        {
            "name": "mine",
            "title": "My scans",
            "licence": "CC0-1.0",
            "redistribute": "no",
            "views": [{"region": "abdomen", "slices": 1, "gap_mm": 0}],
            "exhaustive": ["liver", "spleen", "kidney_right", "kidney_left"],
            "files": [usual | entry for entry in entries or ({},)],
            "label_maps": {
                "organs": {1: "liver", 2: ["kidney_right", "kidney_left"], 3: None},
                "one-each": {"Liver": "liver", "Milz": "spleen", "table": None},
            },
            **changes,
        }
    )


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def pairs(folder, *patients):
    touch(folder, *(f"{kind}/{patient}.nii.gz" for kind in ("images", "labels") for patient in patients))


def test_every_image_is_a_case_in_natural_order(tmp_path):
    pairs(tmp_path, "p10", "p2", "p1")
    touch(tmp_path, "images/p3.txt", "images/.p4.nii.gz", "images/._p1.nii.gz")
    cases = cases_of(source(), tmp_path)
    assert [(case.key, case.patient, case.image, case.labels[0].file) for case in cases] == [
        (name, f"mine-{name}", f"images/{name}.nii.gz", f"labels/{name}.nii.gz") for name in ("p1", "p2", "p10")
    ]
    assert cases[0].exhaustive == ("liver", "spleen", "kidney_right", "kidney_left")
    assert cases[0].views == source().views


def test_explicit_cases_come_first(tmp_path):
    pairs(tmp_path, "p1")
    case = {
        "key": "special",
        "patient": "somebody",
        "image": "other.nii.gz",
        "labels": [{"file": "labels.nii.gz", "map": "organs"}],
        "modality": "CT",
        "sequence": "NCCT",
        "split": "test",
    }
    assert [case.key for case in cases_of(source(cases=[case]), tmp_path)] == ["special", "p1"]


def test_root_is_inside_the_folder(tmp_path):
    pairs(tmp_path / "data/v2", "p1")
    assert [case.key for case in cases_of(source(root="data/v2"), tmp_path)] == ["p1"]
    with pytest.raises(SourceError, match="v3: no such folder; expected the files of mine"):
        cases_of(source(root="data/v3"), tmp_path)


def test_a_placeholder_stands_for_the_same_wherever_it_occurs(tmp_path):
    touch(tmp_path, "a/a_ct.nii.gz", "a/b_ct.nii.gz", "b/b_ct.nii.gz", "labels/a.nii.gz", "labels/b.nii.gz")
    cases = cases_of(source({"image": "{patient}/{patient}_ct.nii.gz"}), tmp_path)
    assert [case.image for case in cases] == ["a/a_ct.nii.gz", "b/b_ct.nii.gz"]


def test_where_limits_a_placeholder(tmp_path):
    pairs(tmp_path, "p1", "p2", "phantom")
    cases = cases_of(source({"where": {"patient": r"p\d"}}), tmp_path)
    assert [case.key for case in cases] == ["p1", "p2"]


def test_signs_of_regular_expressions_are_letters_in_names(tmp_path):
    touch(tmp_path, "im[a]ges/x (1)+.nii.gz", "labels/x (1)+.nii.gz")
    (case,) = cases_of(source({"image": "im[a]ges/{patient}.nii.gz"}), tmp_path)
    assert case.image == "im[a]ges/x (1)+.nii.gz"


def test_all_that_matched_makes_the_key_and_the_patient_names_the_patient(tmp_path):
    touch(tmp_path, "ct/p1/early.nii", "ct/p1/late.nii", "labels/p1-early.nii", "labels/p1-late.nii")
    entry = {
        "image": "ct/{patient}/{phase}.nii",
        "labels": [{"file": "labels/{patient}-{phase}.nii", "map": "organs"}],
    }
    assert [(case.key, case.patient) for case in cases_of(source(entry), tmp_path)] == [
        ("p1-early", "mine-p1"),
        ("p1-late", "mine-p1"),
    ]
    named = entry | {"key": "{phase}/{patient}", "patient": "everywhere-{patient}"}
    assert [(case.key, case.patient) for case in cases_of(source(named), tmp_path)] == [
        ("early/p1", "everywhere-p1"),
        ("late/p1", "everywhere-p1"),
    ]


def test_folders_and_stacks_are_images_too(tmp_path):
    touch(tmp_path, *(f"{patient}/{kind}/{n}.png" for patient in "ab" for kind in ("slices", "masks") for n in (1, 2)))
    stack = {"image": "{patient}/slices/*.png", "labels": [{"file": "{patient}/masks/*.png", "map": "organs"}]}
    cases = cases_of(source(stack), tmp_path)
    assert [(case.image, case.labels[0].file) for case in cases] == [
        ("a/slices/*.png", "a/masks/*.png"),
        ("b/slices/*.png", "b/masks/*.png"),
    ]
    folder = stack | {"image": "{patient}/slices"}
    assert [case.image for case in cases_of(source(folder), tmp_path)] == ["a/slices", "b/slices"]


def test_stacks_may_share_a_folder(tmp_path):
    touch(
        tmp_path, *(f"all/{patient}_{n}.png" for patient in "ab" for n in (1, 2)), "labels/a.nii.gz", "labels/b.nii.gz"
    )
    cases = cases_of(source({"image": "all/{patient}_*.png"}), tmp_path)
    assert [case.image for case in cases] == ["all/a_*.png", "all/b_*.png"]


def test_one_file_for_each_name_of_a_map(tmp_path):
    touch(tmp_path, "images/p1.nii.gz", "p1/Liver.nii.gz", "p1/Milz.nii.gz")
    each = {"labels": [{"file": "{patient}/{label}.nii.gz", "each": "one-each", "above": 0.5}]}
    (case,) = cases_of(source(each), tmp_path)
    assert [(label.file, label.structure, label.above) for label in case.labels] == [
        ("p1/Liver.nii.gz", "liver", 0.5),
        ("p1/Milz.nii.gz", "spleen", 0.5),
    ]


def test_a_structure_without_its_optional_file_is_not_exhaustive(tmp_path):
    touch(tmp_path, "images/p1.nii.gz", "p1/Liver.nii.gz")
    each = {"labels": [{"file": "{patient}/{label}.nii.gz", "each": "one-each", "optional": True}]}
    (case,) = cases_of(source(each), tmp_path)
    assert [label.structure for label in case.labels] == ["liver"]
    assert case.exhaustive == ("liver", "kidney_right", "kidney_left")
    (tmp_path / "p1/Liver.nii.gz").unlink()
    with pytest.raises(
        SourceError, match=r"images/p1.nii.gz: none of its label files is there; expected .*Liver.nii.gz"
    ):
        cases_of(source(each), tmp_path)


def test_what_is_missing_is_named(tmp_path):
    pairs(tmp_path, "p1")
    touch(tmp_path, "images/p2.nii.gz")
    with pytest.raises(SourceError, match=r"images/p2.nii.gz: its labels are missing; expected .*labels/p2.nii.gz"):
        cases_of(source(), tmp_path)
    with pytest.raises(
        SourceError, match=r"mine: no file below .* fits scans/\{patient\}.nii.gz; expected at least one"
    ):
        cases_of(source({"image": "scans/{patient}.nii.gz"}), tmp_path)
    with pytest.raises(SourceError, match=r"fits images/\{patient\}.nii.gz with \{'patient': 'q.'\}"):
        cases_of(source({"where": {"patient": "q."}}), tmp_path)


def test_two_cases_with_one_key_are_refused(tmp_path):
    pairs(tmp_path, "p1")
    with pytest.raises(SourceError, match=r"images/p1.nii.gz and images/p1.nii.gz are both case 'p1'"):
        cases_of(source({}, {}), tmp_path)
    assert [case.key for case in cases_of(source({}, {"key": "{patient}-again"}), tmp_path)] == ["p1", "p1-again"]


def test_a_placeholder_that_no_image_fills_is_refused(tmp_path):
    pairs(tmp_path, "p1")
    with pytest.raises(SourceError, match=r"nothing is known of \{age\}; expected one of patient"):
        cases_of(source({"labels": [{"file": "{age}.nii.gz", "map": "organs"}]}), tmp_path)


def splits_of(folder, *args, **kwargs):
    return {case.key: case.split for case in cases_of(*args, folder, **kwargs)}


def test_more_patients_move_nobody(tmp_path):
    pairs(tmp_path, *(f"p{n}" for n in range(0, 100, 2)))
    before = splits_of(tmp_path, source())
    pairs(tmp_path, *(f"p{n}" for n in range(1, 100, 2)))
    after = splits_of(tmp_path, source())
    assert len(after) == 100 and before.items() <= after.items()


def test_shares_hold_for_many_patients_and_the_seed_draws_anew(tmp_path):
    pairs(tmp_path, *(f"p{n}" for n in range(400)))
    drawn = splits_of(tmp_path, source())
    counts = Counter(drawn.values())
    # Four standard deviations of a draw of 400 by 70, 10 and 20 per cent.
    assert abs(counts["train"] - 280) < 37
    assert abs(counts["validation"] - 40) < 24
    assert abs(counts["test"] - 80) < 32
    assert splits_of(tmp_path, source()) == drawn
    assert splits_of(tmp_path, source(), split_seed=1) != drawn


def test_a_share_of_nothing_draws_nobody(tmp_path):
    pairs(tmp_path, *(f"p{n}" for n in range(50)))
    counts = Counter(splits_of(tmp_path, source(splits={"train": 1, "validation": 1, "test": 0})).values())
    assert counts["train"] and counts["validation"] and not counts["test"]


def test_scans_of_one_patient_share_a_split_in_every_source(tmp_path):
    pairs(tmp_path, *(f"p{n}" for n in range(30)))
    one = cases_of(source({"patient": "{patient}"}), tmp_path)
    other = cases_of(source({"patient": "{patient}"}, name="another"), tmp_path)
    assert [case.split for case in one] == [case.split for case in other]


def test_official_splits_go_before_shares(tmp_path):
    pairs(tmp_path, "p1", "p2", "p3")
    assert splits_of(tmp_path, source({"split": "validation"})) == dict.fromkeys(("p1", "p2", "p3"), "validation")
    lists = {"train": 1, "validation": 0, "test": 0, "lists": {"test": ["p2"], "validation": ["p3"]}}
    assert splits_of(tmp_path, source(splits=lists)) == {"p1": "train", "p2": "test", "p3": "validation"}
    assert splits_of(tmp_path, source({"splits": lists})) == {"p1": "train", "p2": "test", "p3": "validation"}


TABLE = {
    "file": "meta.csv",
    "separator": ";",
    "patient": "id",
    "split": "part",
    "values": {"tr": "train", "te": "test"},
}


def test_a_table_of_the_data_set_tells_the_splits(tmp_path):
    pairs(tmp_path, "p1", "p2", "p3")
    (tmp_path / "meta.csv").write_text("\ufeffid;age;part\np1;50;te\np2;60; tr \n", encoding="utf-8")
    splits = {"train": 0, "validation": 1, "test": 0, "table": TABLE}
    assert splits_of(tmp_path, source(splits=splits)) == {"p1": "test", "p2": "train", "p3": "validation"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "meta.csv: not a readable table"),
        ("id;part\np1;dev\n", r"meta.csv, line 2: split is 'dev'; expected one of tr, te"),
        ("id;age\np1;3\n", r"meta.csv, line 2: no 'id' or no 'part'; expected both columns"),
        ("id;part\np1;tr\np1;te\n", r"meta.csv, line 3: 'p1' is in a second split"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, text, message):
    pairs(tmp_path, "p1")
    if text:
        (tmp_path / "meta.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        cases_of(source(splits={"table": TABLE}), tmp_path)
