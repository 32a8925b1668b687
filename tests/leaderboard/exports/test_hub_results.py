"""Results for the Hub: what its own client reads back, and what must not be sent there."""

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from leaderboard.errors import SubmissionError
from leaderboard.exports.hub_results import benchmark_yaml, results_path, results_yaml
from leaderboard.records import Cell, DatasetRef, PredictionCounts, Record, SubmissionMeta, TrackScore

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def track(dice, interval=None, regions=("head", "chest")):
    return TrackScore(
        headline_dice=dice,
        headline_iou=dice,
        headline_dice_interval=interval,
        overall=Cell(n=120, n_patients=12, dice=dice, iou=dice),
        ciou=None,
        regions=list(regions),
        missing_regions=[],
        n_dialogues=30,
        strata={},
        turn_curve={},
        fixed_cohort_curve={},
    )


def record(tracks=None, split="test", history="own"):
    return Record(
        id="r1",
        submission="s1",
        created="2026-01-31T12:00:00+00:00",
        user="ann",
        meta=SubmissionMeta(model="net", history_mode=history),
        split=split,
        dataset=DatasetRef(name="ORG/data", version="1.2.0", digest="ab" * 32),
        scorer_version="2",
        device="cpu",
        file_sha256="cd" * 32,
        counts=PredictionCounts(rows=120, empty_predictions=0),
        tracks={"en-single": track(0.25, (0.2, 0.3125)), "en-multi": track(0.5)} if tracks is None else tracks,
    )


def entries(*args, **options):
    return parse_eval_result_entries(yaml.safe_load(results_yaml(*args, **options)))


def test_the_hubs_client_reads_one_entry_a_track():
    found = entries(record(), "ORG/mturn-seg", revision=COMMIT)
    assert [(item.dataset_id, item.task_id, item.value) for item in found] == [
        ("ORG/mturn-seg", "en-single", 0.25),
        ("ORG/mturn-seg", "en-multi", 0.5),
    ]
    assert {item.dataset_revision for item in found} == {COMMIT}
    assert {item.date for item in found} == {"2026-01-31T12:00:00+00:00"}
    assert {item.source_url for item in found} == {None}
    assert all(type(item.value) is float for item in found)


def test_notes_say_how_the_value_came_about():
    single, multi = (item.notes for item in entries(record(), "ORG/mturn-seg"))
    for part in ("head, chest", "0.2000 to 0.3125", "120 turns of 12 patients", "history own", "1.2.0", "abababababab"):
        assert part in single
    assert "interval" not in multi


def test_a_source_comes_back_whole():
    [first, _] = entries(
        record(), "ORG/mturn-seg", source_url="https://x.org/r1", source_name="Board: a #1", source_user="ann"
    )
    assert (first.source_url, first.source_name, first.source_user) == ("https://x.org/r1", "Board: a #1", "ann")


@pytest.mark.parametrize("option", ["source_name", "source_user"])
def test_a_source_needs_its_address(option):
    with pytest.raises(SubmissionError, match="source_url"):
        results_yaml(record(), "ORG/mturn-seg", **{option: "ann"})


def test_a_track_without_a_headline_is_left_out():
    found = entries(record({"en-single": track(None), "zh-multi": track(0.0)}), "ORG/mturn-seg")
    assert [(item.task_id, item.value) for item in found] == [("zh-multi", 0.0)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "validation"}, "split 'validation'; expected 'test'"),
        ({"history": "gt"}, "history 'gt', which does not compete"),
        ({"tracks": {"en-single": track(None)}}, "no headline"),
        ({"tracks": {}}, "no headline"),
    ],
)
def test_what_does_not_compete_is_not_exported(changes, message):
    with pytest.raises(SubmissionError, match=message):
        results_yaml(record(**changes), "ORG/mturn-seg")


@pytest.mark.parametrize("dataset", ["mturn-seg", "", "a/b/c", "ORG/", "/name", "ORG/na me", "../name", "ORG/a--b"])
def test_a_dataset_is_named_by_organisation_and_name(dataset):
    for call in (lambda: results_yaml(record(), dataset), lambda: results_path(dataset)):
        with pytest.raises(SubmissionError, match=r"dataset id .*expected ORG/NAME"):
            call()


@pytest.mark.parametrize("revision", ["main", "", COMMIT[:-1], COMMIT.upper(), f"{COMMIT}\n"])
def test_a_revision_is_a_commit(revision):
    with pytest.raises(SubmissionError, match="40 hexadecimal digits"):
        results_yaml(record(), "ORG/mturn-seg", revision=revision)


def test_results_lie_below_the_name_of_the_dataset():
    assert results_path("ORG/mturn-seg") == ".eval_results/mturn-seg.yaml"


def test_the_benchmark_has_a_task_for_each_track():
    assert yaml.safe_load(benchmark_yaml("MTRS: demo", "多轮 #1\nsecond line", ["en-multi", "zh-multi"])) == {
        "name": "MTRS: demo",
        "description": "多轮 #1\nsecond line",
        "evaluation_framework": "mturn-seg",
        "tasks": [
            {"id": "en-multi", "config": "default", "split": "test"},
            {"id": "zh-multi", "config": "default", "split": "test"},
        ],
    }


def test_tasks_are_what_results_point_to():
    tasks = {task["id"] for task in yaml.safe_load(benchmark_yaml("n", "d"))["tasks"]}
    assert {item.task_id for item in entries(record(), "ORG/mturn-seg")} <= tasks


@pytest.mark.parametrize("tracks", [[], ["fr-multi"], ["en-multi", "en-multi"]])
def test_a_benchmark_of_unknown_tracks_is_refused(tracks):
    with pytest.raises(SubmissionError, match="each once"):
        benchmark_yaml("n", "d", tracks)


@pytest.mark.parametrize("field", ["name", "description", "config"])
def test_a_benchmark_needs_its_texts(field):
    with pytest.raises(SubmissionError, match=f"{field} is blank"):
        benchmark_yaml(**{"name": "n", "description": "d", field: " "})
