"""Review from the command line: what is printed, what is refused, and a page that stops when it is told to."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from commands import reviewing
from release import open_release
from tests.authoring.reviewing.making import decided, make_release, write_decisions


@pytest.fixture
def release(tmp_path):
    return make_release(tmp_path / "release")


def test_a_review_is_applied_and_told(release, tmp_path, mturn_seg):
    file = write_decisions(tmp_path / "d.jsonl", decided("long", 3, "zh", "reject"), decided("long", 1, "en", "accept"))
    code, out, err = mturn_seg("apply-review", release, file, "--out", tmp_path / "out")
    assert code == 0, err
    assert "reviewed: 2 of 13 questions (15.4%) by 1 person; 50.0% of them were faulty" in out
    assert "gone with rejected questions: 3 questions, 0 dialogues, 0 images" in out
    assert open_release(tmp_path / "out").header.texts.reviewed.startswith("2 of 13")


def test_reviewers_who_disagree_are_refused_until_it_is_said_who_wins(release, tmp_path, mturn_seg):
    decisions = decided("long", 3, "en", "accept"), decided("long", 3, "en", "reject", reviewer="Wang")
    arguments = ("apply-review", release, write_decisions(tmp_path / "d.jsonl", *decisions), "--out", tmp_path / "out")
    code, _, err = mturn_seg(*arguments)
    assert code == 2
    assert "dialogue long, turn 3, en: Li accept, Wang reject" in err
    assert not (tmp_path / "out").exists()
    assert mturn_seg(*arguments, "--resolve", "strict")[0] == 0


def test_the_agreement_of_two_reviewers(tmp_path, mturn_seg):
    one = [decided("long", number, "en", "accept") for number in (1, 2, 3)] + [decided("long", 4, "en", "reject")]
    other = [decided("long", number, "en", "accept", reviewer="Wang") for number in (1, 2)]
    other += [decided("long", number, "en", "reject", reviewer="Wang", reason="[b]no") for number in (3, 4)]
    files = [write_decisions(tmp_path / "a.jsonl", *one), write_decisions(tmp_path / "b.jsonl", *other)]
    code, out, err = mturn_seg("review-agreement", *files)
    assert code == 0, err
    assert "Li and Wang: 4 questions that both decided on" in out
    # Alike on 3 of 4; by chance 3/4 * 2/4 + 1/4 * 2/4 = 1/2, so kappa is (3/4 - 1/2) / (1/2).
    assert "decided alike: 75.0%" in out
    assert "Cohen's kappa: 0.500" in out
    assert "dialogue long, turn 3, en: Li accept / Wang reject ([b]no)" in out
    assert mturn_seg("review-agreement", files[0])[0] == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--share", "0.1", "--number", "4"), "expected one of them"),
        (("--share", "0"), "expected more"),
        (("--split", "validation"), "no question of validation"),
        (("--reviewer", " "), "blank"),
    ],
)
def test_a_review_that_cannot_begin_is_refused(release, mturn_seg, options, told):
    code, _, err = mturn_seg("review", release, "--no-browser", "--port", "0", *options)
    assert code == 2
    assert told in " ".join(err.replace("│", " ").split())


def test_a_broken_release_is_not_reviewed(release, mturn_seg):
    next((release / "images").iterdir()).unlink()
    assert mturn_seg("review", release, "--no-browser", "--port", "0")[0] == 2


def test_the_page_runs_until_it_is_stopped_and_says_what_comes_next(release):
    root = Path(reviewing.__file__).parents[1]
    command = [
        sys.executable,
        "-m",
        "cli",
        "review",
        str(release),
        "--reviewer",
        "Dr. Li",
        "--share",
        "1",
        "--port",
        "0",
    ]
    running = subprocess.Popen([*command, "--no-browser"], cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        told, address = running.stdout.readline(), running.stdout.readline().split()[0]
        kept = release.with_name("release-review-Dr-Li.jsonl")
        assert told == f"13 questions, 0 decided by Dr. Li; decisions in {kept}\n"
        shown = json.load(urllib.request.urlopen(f"{address}/api/questions/0", timeout=20))
        sent = urllib.request.Request(
            f"{address}/api/questions/0/decision",
            data=json.dumps({"seen": shown["seen"], "decision": "accept"}).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert urllib.request.urlopen(sent, timeout=20).status == 200
        running.send_signal(signal.SIGINT)
        rest = running.communicate(timeout=30)[0]
    finally:
        running.kill()
    assert rest == (
        "1 of 13 decided: 1 accepted, 0 edited, 0 rejected\n"
        f"next: mturn-seg apply-review {release} {kept} --out REVIEWED\n"
    )
    assert running.returncode == 0
