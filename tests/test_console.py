"""What is printed on a terminal of 100 columns: nothing is cut, n/a stands for what does not exist."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from console import bar, counted, interval, print_agreement, print_score, print_table, shown
from leaderboard import Agreement, Cell, Distances, TableRow, TrackScore


@pytest.fixture
def wide():
    """A terminal of 100 columns: (console, function that gives the lines that were printed)."""
    file = io.StringIO()
    return Console(file=file, width=100, soft_wrap=True), lambda: [
        line.rstrip() for line in file.getvalue().split("\n")
    ]


def row(model, dice, **changes):
    fields = {
        "rank": 1,
        "model": model,
        "organisation": "",
        "user": "me",
        "link": None,
        "headline_dice": dice,
        "headline_iou": dice,
        "turn_weighted_dice": dice,
        "ciou": dice,
        "region_dice": {"head": dice, "abdomen": None, "chest": dice, "prostate": dice},
        "turn_dice": {},
        "n": 116094,
        "n_patients": 1234,
        "n_empty": 12345,
        "attempts": 1,
        "history_mode": "own",
        "date": "2026-01-31",
        "record_id": "0" * 16,
    }
    return TableRow(**fields | changes)


SURE = {
    "headline_dice_interval": (0.71234, 0.75),
    "rank_interval": (1, 12),
    "tier": 1,
    "p_first": 0.98,
    "user": "somebody-else",
    "attempts": 17,
    "mm": Distances(n=100000, hd95=123.456, nsd=0.5),
}
LONG = "model-" + "".join(str(number) for number in range(10, 47))  # 80 characters, without a blank


def test_a_full_table_fits_into_100_columns_and_nothing_is_cut(wide):
    console, lines = wide
    print_table(console, "zh-multi", [row(LONG, 0.7312, **SURE), row("模型" * 40, 0.5, rank=10, **SURE, verified=True)])
    found = lines()
    assert found[0] == "zh-multi: 116,094 turns of 1,234 patients"
    assert max(cell_len(line) for line in found) <= 100
    heading = next(line for line in found if "model" in line)
    assert " ".join(heading.split()) == "rank ranks tier first model user Dice 95% interval empty attempts"
    assert "no room for cIoU, IoU, NSD, HD95 mm: see --by-measure" in found
    ruled = next(number for number, line in enumerate(found) if "─" in line)
    start, end = heading.index("model"), heading.index("user") - 2
    folded = "".join(line[start:end].strip() for line in found[ruled + 1 :] if line.isascii())
    assert folded.startswith(LONG)
    cells = " ".join(" ".join(found).split())
    for cell in ("1 to 12", "0.712 to 0.750", "0.731", "0.98", "12,345", "17", "(verified)"):
        assert cell in cells
    assert cells.replace(" ", "").count("模型") == 40


def test_only_as_many_measures_give_way_as_must(wide):
    console, lines = wide
    print_table(console, "zh-multi", [row("medsam-lisa-7b", 0.5, **SURE | {"user": "airlab"})])
    assert "no room for cIoU, IoU, NSD: see --by-measure" in lines()
    (line,) = (line for line in lines() if "airlab" in line)
    assert " medsam-lisa-7b " in line
    assert " 123.5 " in line


def test_a_wide_terminal_has_room_for_every_measure():
    console = Console(file=io.StringIO(), width=150, soft_wrap=True)
    print_table(console, "zh-multi", [row(LONG, 0.7312, **SURE)])
    printed = console.file.getvalue()
    heading = next(line for line in printed.split("\n") if "model" in line)
    for name in ("IoU", "cIoU", "HD95 mm", "NSD"):
        assert f" {name} " in heading
    assert "no room" not in printed


@pytest.mark.parametrize("by", ["measure", "region"])
def test_the_other_tables_fit_into_100_columns_too(wide, by):
    console, lines = wide
    print_table(console, "zh-multi", [row(LONG, 0.7312, **SURE)], by=by, subtitle="data 1.0.0")
    assert lines()[1] == "data 1.0.0"
    assert max(cell_len(line) for line in lines()) <= 100
    assert not any("no room" in line for line in lines())


def test_every_measure_has_its_place(wide):
    console, lines = wide
    values = {"turn_weighted_dice": 0.1, "headline_iou": 0.2, "turn_weighted_iou": 0.3, "ciou": 0.4}
    print_table(console, "zh-multi", [row("a", 0.5, **values, mm=SURE["mm"])], by="measure")
    heading, first = (line.split() for line in lines() if line.strip() and "─" not in line and ":" not in line)
    assert " ".join(heading) == "rank model user Dice IoU turn Dice gIoU cIoU HD95 mm NSD empty"
    assert first == ["1", "a", "me", "0.500", "0.200", "0.100", "0.300", "0.400", "123.5", "0.500", "12,345"]


def test_a_narrow_terminal_breaks_names_only(wide):
    console = Console(file=io.StringIO(), width=40, soft_wrap=True)
    print_table(console, "zh-multi", [row(LONG, 0.7312, **SURE | {"user": "me"})])
    printed = console.file.getvalue()
    for cell in ("0.712 to 0.750", "123.5", "12,345"):
        assert cell in printed


def test_columns_that_no_row_has_are_left_out_and_others_say_n_a(wide):
    console, lines = wide
    print_table(console, "en-multi", [row("a", None, rank=None), row("b", 0.5)])
    heading, first, second = (line.split() for line in lines() if line.strip() and "─" not in line and ":" not in line)
    assert heading == ["rank", "model", "user", "Dice", "IoU", "cIoU", "empty", "attempts"]
    assert first == ["n/a", "a", "me", "n/a", "n/a", "n/a", "12,345", "1"]
    assert second == ["1", "b", "me", "0.500", "0.500", "0.500", "12,345", "1"]


@pytest.mark.parametrize("name", ["[red]a[/]", "[/b]", ":bomb:", "back\\"])
def test_names_are_no_markup(wide, name):
    console, lines = wide
    print_table(console, "en-multi", [row(name, 0.5, user=name)], by="region")
    assert lines()[3].split() == ["1", name, name, "0.500", "n/a", "0.500", "0.500", "0.500"]


def test_regions_of_all_rows_are_shown(wide):
    console, lines = wide
    rows = [row("a", 0.5), row("[red]b[/]", 0.25, region_dice={"spine": 0.125}, history_mode="none")]
    print_table(console, "en-multi", rows, by="region")
    heading, first, second = (line.split() for line in lines() if line.strip() and "─" not in line and ":" not in line)
    assert heading == ["rank", "model", "user", "Dice", "abdomen", "chest", "head", "prostate", "spine"]
    assert first == ["1", "a", "me", "0.500", "n/a", "0.500", "0.500", "0.500", "n/a"]
    assert second == ["1", "[red]b[/]", "(history", "none)", "me", "0.250", "n/a", "n/a", "n/a", "n/a", "0.125"]


def test_a_track_without_submissions_says_so(wide):
    console, lines = wide
    print_table(console, "en-single", [])
    assert lines() == ["en-single: no submission yet", ""]


def test_scores_that_do_not_exist_read_n_a_and_units_are_kept_apart(wide):
    console, lines = wide
    cell = Cell(
        n=3, n_patients=1, dice=0.5, iou=0.25, empty=1, missing=2,
        mm=Distances(n=2, hd95=1.5, nsd=0.75), px=Distances(n=1, hd95=9, nsd=0),
    )  # fmt: skip
    score = TrackScore(
        headline_dice=None, headline_iou=None, overall=cell, ciou=None, regions=[], missing_regions=["head"],
        n_dialogues=1, strata={}, turn_curve={}, fixed_cohort_curve={},
    )  # fmt: skip
    print_score(console, "en-multi", score)
    assert lines() == [
        "en-multi  Dice n/a  IoU n/a",
        "  mean over regions none; no turns in head",
        "  over turns: Dice 0.5000, gIoU 0.2500, cIoU n/a",
        "  HD95 1.50 mm, NSD at 2 mm 0.7500: 2 turns",
        "  HD95 9.00 px, NSD at 2 px 0.0000: 1 turn",
        "  3 turns, 1 dialogue, 1 patient, no intervals below 10, 2 missing rows, 1 empty prediction",
        "",
    ]


def test_agreement_names_the_turns_it_is_over(wide):
    console, lines = wide
    print_agreement(console, {"single": Agreement(n=1, n_patients=1, dice=None)})
    assert lines()[0] == (
        "English and Chinese agree  single-turn dialogues: Dice n/a; 1 turn of 1 patient, both empty 0"
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: shown(None), "n/a"),
        (lambda: shown(0.98765, 3), "0.988"),
        (lambda: shown(7), "7"),
        (lambda: interval(None, ".3f"), "n/a"),
        (lambda: interval((-0.5, 0.25), "+.2f"), "-0.50 to +0.25"),
        (lambda: counted(1, "patient"), "1 patient"),
        (lambda: counted(2000, "patient"), "2,000 patients"),
    ],
)
def test_numbers_in_words(call, expected):
    assert call() == expected


def test_a_bar_takes_steps_or_a_share(wide):
    console, lines = wide
    with bar(console, "by steps", 3) as advance:
        for _ in range(3):
            advance()
    with bar(console, "by share") as advance:
        advance(2, 4)
    printed = "\n".join(lines())
    assert "by steps" in printed
    assert "3/3" in printed
    assert "2/4" in printed


@pytest.mark.parametrize("is_terminal", [False, True])
@pytest.mark.parametrize("total", [None, 0, 3])
def test_a_bar_that_never_started_leaves_nothing_behind(is_terminal, total):
    console = Console(file=io.StringIO(), width=60, force_terminal=is_terminal)
    with bar(console, "idle", total):
        pass
    printed = console.file.getvalue()
    # On a terminal the last that is done is to go up to the line of the bar and clear it.
    assert printed.endswith("\r\x1b[1A\x1b[2K") if is_terminal else printed == ""


def test_what_a_bar_is_for_is_no_markup(wide):
    console, lines = wide
    with bar(console, "[/a]") as advance:
        advance(1, 1)
    assert any(line.startswith("[/a] ") for line in lines())
