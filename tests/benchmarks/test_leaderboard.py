"""The upload that is measured is what it says, peers and ours agree on it, and a difference is not passed over."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import masks
from benchmarks import leaderboard as command
from benchmarks.comparison import DisagreementError
from benchmarks.leaderboard import Way, boundary_speed, main, race, table_rows, upload_rows, ways
from benchmarks.results import RESULTS
from benchmarks.upload import peer
from benchmarks.upload.agreement import check_records
from benchmarks.upload.files import make_upload
from benchmarks.upload.filling import fill, vary
from benchmarks.upload.peer_runs import DecodeInPart
from benchmarks.upload.plan import LENGTH_SHARES, SYSTEM_SHARES, make_plan
from benchmarks.upload.processes import in_fresh_process
from building.truth import TRUTH_SCHEMA
from leaderboard import Leaderboard, SubmissionMeta, Truth, score_file
from leaderboard.statistics.companion import Companion
from leaderboard.stores.sqlite import SqliteStore
from mturn_seg import SYSTEMS

SCALE = 0.004


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def upload(folder):
    return make_upload(SCALE, folder=folder, processes=1)


@pytest.fixture(scope="module")
def truth(upload):
    return Truth.load(upload.truth)


@pytest.fixture(scope="module")
def scored(upload, truth, tmp_path_factory):
    """A store with one result, and its record."""
    store = SqliteStore(tmp_path_factory.mktemp("store") / "one.sqlite")
    meta = SubmissionMeta(model="m", history_mode="own", signed="s")
    board = Leaderboard(truth, store, boundary=False, min_patients=0)  # nothing hidden
    return store, board.submit(upload.predictions, meta, "u")


@pytest.fixture(scope="module")
def ours(scored):
    return scored[1].model_dump(mode="json")


@pytest.fixture(scope="module")
def theirs(upload, tmp_path_factory):
    return peer.process_upload(upload.predictions, peer.load_truth(upload.truth), tmp_path_factory.mktemp("peer"))


def test_the_plan_has_the_published_numbers_and_shares():
    plan = make_plan()
    assert (plan.images, plan.turns, plan.rows) == (28_904, 116_094, 232_188)
    assert np.count_nonzero(plan.same_as == np.arange(plan.turns)) == 113_963
    assert len(np.unique(plan.patient)) == 3_000
    lengths = np.diff(plan.first)
    shares = [np.mean(lengths == number) for number in range(1, 11)] + [np.mean(lengths > 10)]
    np.testing.assert_allclose(shares, LENGTH_SHARES, atol=1e-4)
    systems = [plan.system.count(system) / plan.turns for system in SYSTEMS]
    np.testing.assert_allclose(systems, SYSTEM_SHARES, atol=1e-4)
    assert plan.modality.count("CT") / plan.images == pytest.approx(0.58, abs=1e-4)
    assert set(plan.region) == {"head", "chest", "abdomen", "prostate"}
    assert 0 < plan.spacing.count(None) < plan.images
    assert plan.size.min() == 256 and plan.size.max() == 512


def test_turns_rise_within_a_dialogue_and_a_repeated_mask_is_that_of_its_image():
    plan = make_plan(0.01)
    text = 0
    for image in range(plan.images):
        turns = plan.turns_of(image)
        numbers = plan.turn[turns.start : turns.stop].tolist()
        assert numbers[0] == 1 and numbers == sorted(set(numbers))
        assert sorted(numbers + plan.text_turns(image)) == list(range(1, numbers[-1] + 1))
        assert all(turns.start <= same <= turn for same, turn in zip(plan.same_as[turns.start :], turns, strict=False))
        assert "history" not in plan.facets[turns.start]
        text += len(plan.text_turns(image))
    assert text


@pytest.mark.slow
def test_the_same_arguments_give_the_same_bytes_in_any_number_of_processes(upload, tmp_path):
    again = make_upload(SCALE, folder=tmp_path, processes=2)
    other = make_upload(SCALE, seed=1, folder=tmp_path, processes=2)
    assert again.truth.read_bytes() == upload.truth.read_bytes()
    assert again.predictions.read_bytes() == upload.predictions.read_bytes()
    assert other.predictions.read_bytes() != upload.predictions.read_bytes()


def test_files_are_made_once_and_never_half(folder, upload, monkeypatch, tmp_path):
    made = (upload.truth.stat().st_mtime_ns, upload.predictions.stat().st_mtime_ns)
    again = make_upload(SCALE, folder=folder, progress=lambda *_: pytest.fail("it was made again"))
    assert again == upload
    assert (again.truth.stat().st_mtime_ns, again.predictions.stat().st_mtime_ns) == made

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_upload(SCALE, folder=tmp_path, progress=stop, processes=1)
    assert list(tmp_path.iterdir()) == []


def test_the_truth_has_the_schema_of_a_build_and_every_mask_is_new(upload):
    plan = make_plan(SCALE)
    truth, predictions = pq.read_table(upload.truth), pq.read_table(upload.predictions)
    assert truth.schema.equals(TRUTH_SCHEMA)
    assert truth.num_rows == plan.turns
    assert predictions.num_rows == upload.rows == plan.rows
    drawn = np.array(truth["mask"].combine_chunks().field("counts").to_pylist())
    first = plan.same_as == np.arange(plan.turns)
    assert len(set(drawn[first])) == first.sum() < plan.turns
    assert (drawn == drawn[plan.same_as]).all()
    counts = predictions["counts"].to_pylist()
    size = np.array(predictions["size"].to_pylist())
    filled = masks.area_batch(counts, *size.T) > 0
    assert len({text for text, some in zip(counts, filled, strict=True) if some}) == filled.sum()
    assert upload.characters == sum(map(len, counts))
    assert 300 < upload.characters / upload.rows < 500


def test_predictions_are_of_varying_quality_and_worse_in_late_turns(upload, truth):
    report, found = score_file(upload.predictions, truth, boundary=False)
    assert report.ok and report.tracks == ["en-single", "en-multi", "zh-single", "zh-multi"]
    turns = found.tracks["en-multi"].strata["segmentation_turn"]
    assert 0.95 > turns["1"].dice > turns["6+"].dice > 0.5
    assert 0.5 < found.agreement["all"].dice < 0.95


def test_pandas_and_pycocotools_come_to_the_same_record(theirs, ours):
    assert check_records(theirs, ours, "pandas") > 500
    for track, score in ours["tracks"].items():
        assert theirs["tracks"][track]["headline_dice"] == pytest.approx(score["headline_dice"], abs=1e-12)


@pytest.mark.parametrize(
    ("place", "by"),
    [
        (["tracks", "zh-multi", "headline_dice"], 2e-9),
        (["tracks", "en-multi", "strata", "facet", "history", "n"], 1),
        (["tracks", "en-multi", "turn_curve", "3", "iou"], -2e-9),
        (["agreement", "all", "dice"], 2e-9),
    ],
)
def test_one_number_that_differs_is_named(theirs, ours, place, by):
    wrong = copy.deepcopy(theirs)
    inner = wrong
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] += by
    with pytest.raises(DisagreementError, match=f"{'/'.join(place)}: .* by pandas and .* by ours"):
        check_records(wrong, ours, "pandas")


def test_what_only_a_peer_has_is_a_difference(theirs, ours):
    more = copy.deepcopy(theirs)
    more["tracks"]["en-multi"]["strata"]["region"]["spine"] = {"n": 1}
    with pytest.raises(DisagreementError, match="region/spine/n: pandas has 1, ours nothing"):
        check_records(more, ours, "pandas")


def test_intervals_of_many_patients_are_compared():
    def record(n_patients, interval):
        return {"tracks": {"t": {"n_patients": n_patients, "dice_interval": interval}}, "agreement": {}}

    check_records(record(200, [0.5, 0.6]), record(200, [0.51, 0.59]), "pandas")
    check_records(record(199, [0.5, 0.6]), record(199, [0.53, 0.6]), "pandas")
    check_records(record(200, [0.5, 0.6]), record(200, None), "pandas")
    with pytest.raises(DisagreementError, match="dice_interval"):
        check_records(record(200, [0.5, 0.6]), record(200, [0.53, 0.6]), "pandas")


def test_counts_of_the_peers_are_those_of_pixels():
    left, right, nothing = np.zeros((3, 4, 4), bool)
    left[:, :2], right[:2, 1:] = True, True  # they share two pixels
    rles = [masks.encode(mask) for mask in (left, right, nothing)]
    rles = [{"size": rle["size"], "counts": rle["counts"].encode()} for rle in rles]
    pairs = ([rles[0], rles[0], rles[2]], [rles[1], rles[0], rles[0]])
    for count in (peer.merge_counts, peer.decode_counts, DecodeInPart(2)):
        assert count(*pairs).tolist() == [2, 8, 0]


def test_a_part_that_is_decoded_stands_for_all(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("benchmarks.upload.peer_runs.time.perf_counter", lambda: clock[0])

    def work(seconds):
        def count(preds, others):
            clock[0] += seconds * len(preds)
            return np.zeros(len(preds), np.int64)

        return count

    monkeypatch.setattr("benchmarks.upload.peer_runs.merge_counts", work(0.01))
    monkeypatch.setattr("benchmarks.upload.peer_runs.decode_counts", work(1.0))
    count = DecodeInPart(4)
    count([{}] * 10, [{}] * 10)  # every third: 4 of 10
    assert count.spent == pytest.approx(4.1)
    assert count.charged == pytest.approx(10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.slice(1), "a turn is missing"),
        (lambda table: table.take([0, *range(table.num_rows)]), "stands there twice"),
        (lambda table: table.set_column(2, "turn", [[99] * table.num_rows]), "stands there twice|unknown"),
        (lambda table: table.set_column(3, "size", [[[1, 1]] * table.num_rows]), "not that of the image"),
    ],
)
def test_the_peer_checks_what_it_reads(upload, change, message, tmp_path):
    table = pq.read_table(upload.predictions)
    pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), tmp_path / "broken.parquet")
    with pytest.raises(ValueError, match=message):
        peer.process_upload(tmp_path / "broken.parquet", peer.load_truth(upload.truth), tmp_path / "store")


def test_varied_results_follow_from_their_companion(scored, truth, tmp_path):
    store, record = scored
    (key,) = store.record_keys()
    companion = Companion.from_bytes(store.companion(key.id))
    many = SqliteStore(tmp_path / "many.sqlite")
    fill(many, record, companion, 7)
    assert [item.state for item in many.submissions()] == ["scored"] * 7
    rows = Leaderboard(truth, many).table("en-multi")
    assert len(rows) == len({row.model for row in rows}) == len({row.headline_dice for row in rows}) == 7
    assert [row.rank for row in rows] == list(range(1, 8))
    assert rows[0].tier == 1 < rows[-1].tier
    for row in rows:
        kept = Companion.from_bytes(many.companion(row.record_id)).sums("en-multi")
        assert row.headline_dice == kept.headline("dice")
        assert row.headline_dice == pytest.approx(np.mean(list(row.region_dice.values())), abs=1e-12)
        assert row.headline_dice < record.tracks["en-multi"].headline_dice


def test_a_patient_gets_one_factor_in_all_tracks(scored):
    store, _ = scored
    (key,) = store.record_keys()
    companion = Companion.from_bytes(store.companion(key.id))
    factors: dict[str, set[float]] = {}
    for track, sums in vary(companion, 3).by_track.items():
        before = companion.sums(track)
        with np.errstate(invalid="ignore"):
            ratio = np.nanmax(sums.dice / before.dice, axis=1)
        for patient, value in zip(sums.patients, ratio.round(9).tolist(), strict=True):
            factors.setdefault(patient, set()).add(value)
    known = [values - {np.nan} for values in factors.values()]
    assert all(len({value for value in values if value == value}) <= 1 for values in known)
    assert len({value for values in known for value in values}) > 10


def test_ways_are_run_in_turn_and_each_round_begins_with_another(monkeypatch, upload):
    ran = []

    def run(work, **arguments):
        ran.append(work)
        seconds = [6.0, 2.0] if work == "b" else [2.0, 1.0]
        return {"seconds": seconds, "loading": 0.5, "peak_mb": 10, "record": {"work": work}}

    checked = []
    monkeypatch.setattr(command, "in_fresh_process", run)
    monkeypatch.setattr(command, "check_records", lambda *records: checked.append(records) or 5)
    entrants = [Way("ours", "a", {}), Way("peer", "b", {}, target=6), Way("more", "c", {})]
    assert race(entrants, upload, 2, lambda *_: None) == 5
    assert "".join(ran) == "abcbca"
    assert checked == [({"work": "b"}, {"work": "a"}, "peer")] * 2
    assert upload_rows(entrants)[1] == ["peer", "2.00", "6.00", "2.0 x", "3.0 x", "6 x", "10", "0.50"]


def test_speed_of_distances_is_what_they_add():
    entrants = ways()
    entrants[0].seconds, entrants[1].seconds = [1.0, 2.0, 1.0], [5.0, 6.0, 7.0]
    assert boundary_speed(entrants, 400) == (4.0, 100.0)


def test_the_last_two_cases_of_a_table_have_no_target():
    lines = table_rows(dict.fromkeys("abcde", 1234.5))
    assert lines[0] == ["a", "1,234.5", "100 ms"]
    assert [line[-1] for line in lines] == ["100 ms", "100 ms", "100 ms", "", ""]


def test_a_process_of_its_own_tells_its_own_memory():
    large = np.ones(300 * 2**20, np.uint8)  # of this process, which the other must not count
    found = in_fresh_process("json:loads", s='{"number": 1}')
    assert large.all()
    assert found["number"] == 1
    assert 5 < found["peak_mb"] < 100


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"benchmarks\.upload\.ours:upload failed:(.|\n)*no such truth file"):
        in_fresh_process("benchmarks.upload.ours:upload", truth="nowhere", predictions="", store="", boundary=False)


@pytest.mark.slow
def test_the_command_measures_all_and_writes_nothing(folder, upload, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    before = RESULTS.read_bytes()
    main(["--scale", str(SCALE), "--rounds", "1", "--submissions", "3", "--folder", str(folder), "--no-results"])
    assert RESULTS.read_bytes() == before
    shown = capsys.readouterr().out
    for words in (
        "pandas, pycocotools merge",
        "HD95 and NSD add",
        "Table en-multi of 3 submissions",
        "in a new process",
    ):
        assert words in shown


def test_a_section_holds_the_command_and_both_tables(folder, upload, monkeypatch):
    written = []
    record = {"tracks": {}, "agreement": {}}

    def run(work, **arguments):
        seconds = [9.0, 2.0 if arguments.get("boundary") else 1.0]
        return {"seconds": seconds, "loading": 0, "peak_mb": 99, "record": record}

    monkeypatch.setattr(command, "in_fresh_process", run)
    monkeypatch.setattr(command, "check_records", lambda *_: 5)
    monkeypatch.setattr(command, "time_tables", lambda *_: dict.fromkeys("abcde", 1.0))
    monkeypatch.setattr(command, "write_section", lambda *section: written.append(section))
    main(["--scale", str(SCALE), "--rounds", "2", "--folder", str(folder)])
    ((title, line, text),) = written
    assert title == "Leaderboard"
    assert line == f"python -m benchmarks.leaderboard --scale {SCALE} --rounds 2 --folder {folder}"
    assert f"{upload.rows:,} rows" in text
    assert text.count("\n| --- |") == 2
    assert "HD95 and NSD add 1.0 s" in text


@pytest.mark.parametrize("arguments", [["--scale", "0"], ["--scale", "1.5"], ["--rounds", "0"], ["--submissions", "x"]])
def test_a_bad_number_is_a_clear_error(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--no-results"])
    assert stopped.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_the_peer_keeps_what_it_made(upload, tmp_path):
    record = peer.process_upload(upload.predictions, peer.load_truth(upload.truth), tmp_path / "store")
    kept = {path.suffix: path for path in (tmp_path / "store").iterdir()}
    assert kept[""].read_bytes() == Path(upload.predictions).read_bytes()
    assert json.loads(kept[".json"].read_text()) == json.loads(json.dumps(record))
    assert kept[".pickle"].stat().st_size
