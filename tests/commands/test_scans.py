"""`sources` and `author`: what they list and write, and what they refuse before any work."""

import json

import pytest
import yaml

from release import read_release
from tests.authoring.made import NAMES, described, write_scan


@pytest.fixture
def scans(tmp_path):
    """(description file, folder with two scans)"""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(2):
        write_scan(folder, f"p{number}", number)
    source = tmp_path / "made.yaml"
    content = described().model_dump(mode="json", exclude_defaults=True) | {"label_maps": {"organs": NAMES}}
    source.write_text(yaml.safe_dump(content), encoding="utf-8")
    return source, folder


@pytest.fixture
def author(scans, tmp_path, mturn_seg):
    """Authors the two scans to `out`: (exit code, standard output, standard error)."""
    source, folder = scans
    header = ("--name", "Made", "--licence", "cc0-1.0", "--created", "2026-01-01", "--seed", 5)
    return lambda *more: mturn_seg("author", source, "--scans", folder, "--out", tmp_path / "out", *header, *more)


def questions(folder):
    return {
        (dialogue.dialogue_id, turn.turn): turn.question.en
        for dialogue in read_release(folder).dialogues()
        for turn in dialogue.turns
    }


def test_sources_are_listed_with_licence_and_what_may_be_passed_on(mturn_seg):
    code, out, _ = mturn_seg("sources")
    assert code == 0
    line = next(line for line in out.splitlines() if line.strip().startswith("msd-03-liver"))
    assert "CC-BY-SA-4.0" in line and "annotations-only" in line


def test_one_source_is_shown_as_it_stands(mturn_seg):
    code, out, _ = mturn_seg("sources", "chaos-mr")
    assert code == 0
    assert yaml.safe_load(out)["name"] == "chaos-mr"
    code, _, err = mturn_seg("sources", "chaos")
    assert code == 2
    assert "'chaos'; expected one of" in err and "chaos-mr" in err


def test_authoring_writes_a_release(author, tmp_path):
    code, out, err = author("--turns", "1:1,2:1", "--dialogues-per-image", 2)
    assert code == 0, err
    assert f"wrote {tmp_path / 'out'}; next: mturn-seg build {tmp_path / 'out'}" in out
    lengths = [len(dialogue.turns) for dialogue in read_release(tmp_path / "out").dialogues()]
    assert len(lengths) == 2 * 3 * 2
    assert set(lengths) == {1, 2}


@pytest.mark.parametrize("turns", ["", "one:1", "1=2", "13:1", "1:-1", "1:0"])
def test_shares_that_make_no_sense_are_refused(author, tmp_path, turns):
    code, _, err = author("--turns", turns)
    assert code == 2
    assert "turns is" in err
    assert not (tmp_path / "out").exists()


def test_each_source_needs_its_scans(scans, tmp_path, mturn_seg):
    source, folder = scans
    code, _, err = mturn_seg(
        "author", source, "chaos-ct", "--scans", folder, "--out", tmp_path / "out", "--name", "X", "--licence", "other"
    )
    assert code == 2
    assert "2 sources" in err and "expected one for each" in " ".join(err.replace("│", " ").split())


def test_faulty_cases_are_skipped_on_demand(author, scans, tmp_path):
    (scans[1] / "p1.nii.gz").write_bytes(b"nothing")
    code, _, err = author()
    assert code == 2 and "p1.nii.gz" in err
    code, _, err = author("--skip-faulty")
    assert code == 0
    assert "skipped 1 of 2 cases" in err
    assert len({item.patient_id for item in read_release(tmp_path / "out").annotations()}) == 1


def decision(folder, **changes):
    """A reviewer's line about the first question of a release."""
    (dialogue, turn), text = next(iter(questions(folder).items()))
    made = {
        "dialogue_id": dialogue,
        "turn": turn,
        "language": "en",
        "decision": "edit",
        "text": "Segment this, please.",
        "reviewer": "li",
        "time": "2026-01-02T10:00:00Z",
        "question": text,
    }
    return json.dumps(made | changes) + "\n"


def test_a_review_is_applied_to_what_is_authored_again(author, tmp_path):
    assert author()[0] == 0
    first = next(iter(questions(tmp_path / "out")))
    decisions = tmp_path / "li.jsonl"
    decisions.write_text(decision(tmp_path / "out"), encoding="utf-8")
    code, _, err = author("--apply-review", decisions)
    assert code == 0, err
    assert questions(tmp_path / "out")[first] == "Segment this, please."
    assert read_release(tmp_path / "out").header.texts.reviewed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["li.jsonl", "made.yaml", "out", "scans"]


def test_a_review_that_does_not_fit_leaves_the_release_as_it_was(author, tmp_path):
    assert author()[0] == 0
    before = (tmp_path / "out" / "release.json").read_bytes()
    decisions = tmp_path / "li.jsonl"
    decisions.write_text(decision(tmp_path / "out", question="Another question?"), encoding="utf-8")
    code, _, err = author("--apply-review", decisions, "--version", "2.0.0")
    assert code == 2 and "Another question?" in err
    assert (tmp_path / "out" / "release.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["li.jsonl", "made.yaml", "out", "scans"]
