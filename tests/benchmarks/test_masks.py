"""The comparison with other libraries: it refuses to time what differs, and shows what it could not run."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
import torch

from benchmarks import comparison
from benchmarks import masks as command
from benchmarks.comparison import THREADS, DisagreementError, Work, check_agreement, compare, markdown
from benchmarks.masks import GROUPS, main, present
from benchmarks.pairs import make_pairs
from benchmarks.peers import Peer, codec, in_threads, ours
from benchmarks.results import RESULTS


@pytest.fixture(scope="module")
def pairs():
    return present(make_pairs(12))


@pytest.fixture(autouse=True)
def one_call_a_round(monkeypatch):
    monkeypatch.setattr(comparison, "race", partial(comparison.race, at_least=0))


def _changed(run, key, item, by, threads=THREADS):
    """`run` with one result that is off by so much, with these numbers of threads."""

    def wrong(work, using):
        results = run(work, using)
        if using in threads:
            results[key] = np.array(results[key])
            results[key][item] += by
        return results

    return Peer("wrong", (), wrong)


@pytest.mark.parametrize("name", list(GROUPS))
def test_a_group_runs_without_writing(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    before = RESULTS.read_bytes()
    main(["--only", name, "--pairs", "8", "--rounds", "1", "--no-write"])
    assert RESULTS.read_bytes() == before
    shown = capsys.readouterr().out
    for peer in GROUPS[name].peers:
        assert peer.name.split()[0] in shown


def test_a_section_holds_the_command_the_libraries_and_the_strings(monkeypatch):
    written = []
    monkeypatch.setattr(command, "write_section", lambda *section: written.append(section))
    main(["--only", "overlap", "--pairs", "8", "--rounds", "1"])
    ((title, line, text),) = written
    assert title == "Masks: Dice and IoU"
    assert line == "python -m benchmarks.masks --only overlap --pairs 8 --rounds 1"
    assert "pycocotools 2." in text
    assert re.search(r"Smooth outlines: 8 pairs, \d+ characters a string", text)
    assert text.count("| masks |") == 2


@pytest.mark.parametrize(
    ("run", "key", "by"),
    [
        (ours.overlap, "counts", 1),
        (ours.overlap, "iou", 1e-9),
        (ours.boundary, "hd95", 2e-3),
        (ours.boundary, "nsd", -2e-4),
    ],
)
def test_a_peer_with_one_wrong_result_is_named_with_the_item(pairs, run, key, by):
    right = Peer("masks", (), run)
    check_agreement(_changed(run, key, 3, 0), right, pairs)
    with pytest.raises(DisagreementError, match=f"{key} of item 3 by wrong and by masks: .+ and .+"):
        check_agreement(_changed(run, key, 3, by), right, pairs)


def test_results_of_two_threads_are_checked_as_well(pairs):
    with pytest.raises(DisagreementError, match="counts of item 0"):
        check_agreement(_changed(ours.overlap, "counts", 0, 1, threads=[2]), ours.OVERLAP, pairs)


def test_what_float32_loses_is_no_disagreement(pairs):
    check_agreement(_changed(ours.boundary, "hd95", 3, 5e-5), ours.BOUNDARY, pairs)


@pytest.mark.parametrize(("kind", "key"), [("DECODE", "pixels"), ("ENCODE", "strings")])
def test_a_codec_with_one_wrong_mask_is_found(kind, key):
    stack = codec.make_stack(5, 64)
    right = getattr(ours, kind)

    def wrong(work, threads):
        return {key: right.run(work, threads)[key][::-1]}

    with pytest.raises(DisagreementError, match=f"{key} of item 0 by wrong"):
        check_agreement(Peer("wrong", (), wrong), right, stack)
    with pytest.raises(DisagreementError, match=f"wrong gives 4 {key}, masks 5"):
        check_agreement(Peer("wrong", (), lambda *work: {key: right.run(*work)[key][:4]}), right, stack)


def test_nothing_is_timed_if_a_peer_is_wrong(pairs):
    wrong = _changed(ours.overlap, "counts", 0, 1)
    with pytest.raises(DisagreementError):
        compare(Work("pairs", pairs), ours.OVERLAP, [wrong], rounds=1, progress=lambda *_: pytest.fail("it was timed"))


def test_what_cannot_run_has_a_row_that_says_why(pairs):
    absent = Peer("absent", ("no-such-distribution",), lambda *_: pytest.fail("it was run"))
    isotropic = Peer("isotropic", (), lambda *_: pytest.fail("it was run"), isotropic=True)
    same = Peer("same", (), ours.overlap, target=5, at_most=4)
    rows = compare(Work("pairs", pairs, unequal_spacing=True), ours.OVERLAP, [absent, isotropic, same], rounds=1)
    lines = markdown(rows, "pairs").splitlines()
    assert lines[0].startswith("|  | pairs/s, 1 thread | pairs/s, 2 threads |")
    assert lines[3] == "| absent (no-such-distribution is not installed) |  |  |  |  |  |"
    assert lines[4] == "| isotropic (one spacing only) |  |  |  |  |  |"
    assert re.fullmatch(r"\| same \| [\d,]+ \| [\d,]+ \| [\d.]+ x \| [\d.]+ x \| 5 x \|", lines[5])


def test_parts_come_back_in_order_from_any_number_of_threads():
    for threads in (1, 2, 3, 7):
        assert in_threads(lambda rows: list(range(20))[rows], 20, threads) == list(range(20))


def test_a_gpu_that_is_not_there_is_a_clear_error(capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit) as stopped:
        main(["--device", "cuda", "--pairs", "4", "--no-write"])
    assert stopped.value.code == 2
    assert "needs a CUDA device, but torch" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--pairs", "--rounds"])
def test_counts_are_positive(option, capsys):
    with pytest.raises(SystemExit):
        main([option, "0", "--no-write"])
    assert option in capsys.readouterr().err
