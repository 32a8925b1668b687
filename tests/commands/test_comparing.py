"""Comparing two files or two ids: the paired differences that are printed, and the figure."""

import re

import pytest

PNG = b"\x89PNG\r\n\x1a\n"


def rows_of(out):
    """What a printed comparison says: (kind, value, measure) -> cells that follow."""
    cells = [line.split() for line in out.splitlines() if re.search(r" (dice|iou) ", line)]
    return {tuple(row[:3]): row[3:] for row in cells}


def check(out):
    found = rows_of(out)
    # Half of each target in the abdomen against all: Dice 2/3 -> 1 there, so 5/6 -> 1 in the mean over two regions.
    assert found["headline", "all", "dice"] == ["48", "24", "0.833", "1.000", "+0.167", "+0.167", "to", "+0.167"]
    assert found["headline", "all", "iou"] == ["48", "24", "0.750", "1.000", "+0.250", "+0.250", "to", "+0.250"]
    assert found["region", "abdomen", "dice"] == ["24", "12", "0.667", "1.000", "+0.333", "+0.333", "to", "+0.333"]
    assert found["region", "head", "dice"] == ["24", "12", "1.000", "1.000", "+0.000", "+0.000", "to", "+0.000"]
    assert "en-multi: B - A over 48 turns of 24 patients" in out
    # Twelve patients differ, all in one direction: two-sided, exactly 2 / 2^12, and no approximation is far from it.
    assert float(re.search(r"p = (\S+)", out)[1]) < 0.005


def test_two_files_are_compared_with_a_figure(made, mturn_seg):
    figure = made.folder / "gain.png"
    code, out, err = mturn_seg("compare", made.half, made.exact, "--truth", made.truth, "--figure", figure)
    assert code == 0, err
    check(out)
    assert figure.read_bytes().startswith(PNG)
    assert not made.store.exists()


def test_two_ids_of_a_leaderboard_are_compared(made, mturn_seg, submit):
    half, exact = submit(made.half, name="half"), submit(made.exact, name="exact")
    code, out, err = mturn_seg("compare", half, exact, *made.board)
    assert code == 0, err
    check(out)
    assert re.search(r"A: half\b", out)
    assert re.search(r"B: exact\b", out)


def test_several_tracks_are_told_apart_and_one_can_be_chosen(made, mturn_seg):
    figure = made.folder / "gain.svg"
    both = made.write_predictions(made.folder / "all.parquet", 1, 1, languages=("en", "zh"))
    arguments = (made.both, both, "--truth", made.truth, "--figure", figure)
    code, out, err = mturn_seg("compare", *arguments)
    assert code == 0, err
    assert "en-multi: " in out
    assert "zh-multi: " in out
    for track in ("en-multi", "zh-multi"):
        assert "<svg" in (made.folder / f"gain-{track}.svg").read_text(encoding="utf-8")
    assert not figure.exists()
    code, out, _ = mturn_seg("compare", *arguments, "--track", "zh-multi")
    assert code == 0
    assert "en-multi: " not in out
    assert figure.exists()
    code, _, err = mturn_seg("compare", *arguments, "--track", "en-single")
    assert code == 2
    assert "en-multi, zh-multi" in re.sub(r"[\s│]+", " ", err)


def test_markdown_goes_to_the_terminal_or_a_file_with_every_track(made, mturn_seg):
    both = made.write_predictions(made.folder / "all.parquet", 1, 1, languages=("en", "zh"))
    arguments = ("compare", made.both, both, "--truth", made.truth, "--export", "markdown")
    figure = made.folder / "gain.png"
    code, printed, err = mturn_seg(*arguments, "--track", "en-multi", "--figure", figure)
    assert code == 0
    assert err == f"wrote {figure}\n"
    assert printed.startswith("## English, multi turn\n")
    # Dice 2/3 -> 1 in one of two regions, IoU 1/2 -> 1.
    assert "| Mean of the regions | all | Dice | 48 | 24 | 0.8333 | 1.0000 | +0.1667 |" in printed
    assert "| Mean of the regions | all | IoU | 48 | 24 | 0.7500 | 1.0000 | +0.2500 |" in printed
    out = made.folder / "new/[bold]gain.md"
    code, told, err = mturn_seg(*arguments, "--out", out)
    assert (code, told, err) == (0, f"wrote {out}\n", "")
    text = out.read_text(encoding="utf-8")
    assert text.startswith(printed)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "## English, multi turn",
        "## Chinese, multi turn",
    ]


@pytest.mark.parametrize("other", ["0123456789abcdef", "nowhere.parquet"])
def test_a_file_beside_something_else_is_refused(made, mturn_seg, other):
    code, _, err = mturn_seg("compare", made.half, other, "--truth", made.truth)
    assert code == 2
    assert "expected two files or two ids" in re.sub(r"[\s│]+", " ", err)


def test_a_file_that_breaks_rules_is_named(made, mturn_seg):
    short = made.write_predictions(made.folder / "short.parquet", 1, 1, digest="f" * 64)
    code, _, err = mturn_seg("compare", made.half, short, "--truth", made.truth)
    assert code == 2
    assert "short.parquet" in err


def test_the_history_gap_is_the_gain_from_the_true_history(made, mturn_seg):
    truth = made.write_truth(made.folder / "validation.parquet", split="validation")
    place = ("--truth", truth, "--store", made.store)
    code, out, err = mturn_seg("submit", made.half, "--name", "m", "--user", "me", *place)
    assert code == 0, err
    code, out, _ = mturn_seg("history-gap", *place)
    assert code == 0
    assert "no model has both a run with --history own and one with --history gt" in out
    code, out, err = mturn_seg("submit", made.exact, "--name", "m", "--user", "me", "--history", "gt", *place)
    assert code == 0, err
    code, out, err = mturn_seg("history-gap", *place)
    assert code == 0, err
    (line,) = (line.split() for line in out.splitlines() if "en-multi" in line)
    assert line == ["m", "me", "en-multi", "48", "24", "0.833", "1.000", "+0.167", "+0.167", "to", "+0.167"]
